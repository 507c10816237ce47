"""XML from strangers -> its root element; what it would have fetched or multiplied is refused."""

from typing import TYPE_CHECKING

from index.errors import SourceError

if TYPE_CHECKING:
    from lxml.etree import _Element


def refuse_entities(data: bytes) -> None:
    """Does nothing, unless XML declares entities.

    What one stands for may be a file of this machine, or a billion laughs (CAPEC-197, CAPEC-221).

    Raises:
        SourceError: it does; the text goes on after the file's name.
    """
    # Whichever encoding of ASCII's letters it is in.
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():
        raise SourceError(
            "declares entities of its own (<!ENTITY), which are not read: leave them out."
        )


def xml_root(data: bytes, *, mend: bool = False) -> "_Element | None":
    """The root element; None where nothing can be made of it, which raises without `mend`.

    Raises:
        SourceError: it declares entities.
    """
    from lxml import etree

    refuse_entities(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=mend)
    return etree.fromstring(data, parser)
