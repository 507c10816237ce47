"""A feed or a sitemap -> the addresses that it lists, and what it says about each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from index.errors import SourceError
from index.text import one_line
from index.xml import refuse_entities, xml_root

if TYPE_CHECKING:
    from lxml.etree import _Element

_BEFORE_THE_ROOT = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[<>]*>)*", re.DOTALL)
_ROOT = re.compile(r"<(?:\w+:)?(rss|feed|rdf|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """What a feed or a sitemap says about one article; unknown is None.

    Attributes:
        address: where it is.
        title: one line.
        published: day of publication, YYYY-MM-DD.
        changed: day of the last change.
        name: what the feed calls it, if it has no address.
        content: HTML of the whole article, where a feed carries that.
    """

    address: str | None
    title: str | None = None
    published: str | None = None
    changed: str | None = None
    name: str | None = None
    content: str | None = None

    @property
    def day(self) -> str | None:
        """The day that says how new it is."""
        return self.published or self.changed


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or a sitemap lists.

    Attributes:
        kind: "sitemaps" lists sitemaps.
        items: in its order.
        title: of a feed.
    """

    kind: Literal["feed", "sitemap", "sitemaps"]
    items: list[Item] = field(default_factory=list)
    title: str | None = None


def root_of(data: bytes) -> str | None:
    """The root element of a feed or a sitemap, in small letters; None if the bytes are neither."""
    # Letters of ASCII in any encoding of them, or hardly any.
    head = data[:4096].replace(b"\0", b"").decode("latin-1").lstrip("\ufeff\xef\xbb\xbf\xfe\xff")
    opening = _BEFORE_THE_ROOT.match(head)
    root = _ROOT.match(head, opening.end() if opening else 0)
    return root[1].lower() if root else None


def listing_in(data: bytes) -> Listing:
    """What a feed (RSS, RDF, Atom) or a sitemap lists; nothing is fetched.

    Raises:
        SourceError: it is neither, or declares entities; the text goes on after the file's name.
    """
    refuse_entities(data)
    root = root_of(data)
    if root is None:
        raise SourceError(
            "is neither a feed (RSS, Atom) nor a sitemap: name a feed, or save the article as text."
        )
    if root in ("urlset", "sitemapindex"):
        return _sitemap(data)
    return _feed(data)


def _feed(data: bytes) -> Listing:
    import feedparser

    # A file object: of anything else it would ask whether it is an address or a file's name.
    found = feedparser.parse(BytesIO(data))
    items = [
        Item(
            _address(entry.get("link")),
            _line(entry.get("title")),
            _day(entry),
            name=_line(entry.get("id")),
            content=_content(entry),
        )
        for entry in found.entries
    ]
    return Listing("feed", items, _line(found.feed.get("title")))


def _day(entry: Mapping[str, object]) -> str | None:
    """The day of an entry where it was written, which by Greenwich may be another."""
    written = _line(entry.get("published") or entry.get("updated")) or ""
    if iso := _DAY.match(written):
        return iso[0]
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except ValueError:
        return None


def _content(entry: Mapping[str, object]) -> str | None:
    """The HTML of the whole article, if a feed carries it and not its beginning alone."""
    parts = entry.get("content")
    if not isinstance(parts, list):
        return None
    return "\n".join(str(part.get("value") or "") for part in parts).strip() or None


def _sitemap(data: bytes) -> Listing:
    from lxml import etree

    root = xml_root(data, mend=True)
    if root is None:
        raise SourceError("is a broken sitemap: name the pages themselves.")
    inside = "sitemap" if etree.QName(root).localname == "sitemapindex" else "url"
    items = [
        Item(address, _words(one, "title"), _date(one, "publication_date"), _date(one, "lastmod"))
        for one in _children(root, inside)
        if (address := _address(_words(one, "loc")))
    ]
    return Listing("sitemaps" if inside == "sitemap" else "sitemap", items)


def _children(element: "_Element", name: str) -> Iterable["_Element"]:
    """The elements of that name right inside of one, whatever their namespace."""
    return element.iterchildren(f"{{*}}{name}")


def _words(element: "_Element", name: str) -> str | None:
    """What the first element of that name says, anywhere inside of another."""
    found = next(element.iter(f"{{*}}{name}"), None)
    return _line(found.text) if found is not None else None


def _date(element: "_Element", name: str) -> str | None:
    day = _DAY.match(_words(element, name) or "")
    return day[0] if day else None


def _address(value: object) -> str | None:
    line = _line(value)
    return line if line and _ADDRESS.match(line) else None


def _line(value: object) -> str | None:
    return (one_line(value) or None) if isinstance(value, str) else None
