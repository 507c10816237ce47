"""What a build was asked for, as INDEX/sources.json keeps it for the next one."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from index import store
from index.choice import Choice
from index.errors import DamagedIndex
from index.files import write_whole
from index.sources import SAMPLE


@dataclass(frozen=True, slots=True)
class Asked:
    """What a build is made from.

    Attributes:
        sources: as they can be named from whatever folder.
        choice: what is made of them.
    """

    sources: tuple[str, ...]
    choice: Choice


_ASKED = TypeAdapter(Asked)
_SOURCES = TypeAdapter(tuple[str, ...])


def last_asked(index: Path) -> Asked | None:
    """What the last build was asked for, or None where there was none.

    Raises:
        DamagedIndex: the file that says so is missing or is not what was written.
    """
    file = index / store.SOURCES
    if not file.exists() and not store.has_current(index):
        return None
    try:
        # pydantic's own JSON has no place for the name of a file that is not UTF-8.
        kept = json.loads(file.read_bytes())
        # Before there were options it was the list of sources alone.
        if isinstance(kept, list):
            return Asked(_SOURCES.validate_python(kept), Choice())
        return _ASKED.validate_python(kept)
    except (FileNotFoundError, ValueError, RecursionError):
        raise DamagedIndex(
            f"{file} is missing or is no list of sources: "
            "run `pilcrow build SOURCE ...`, naming them."
        ) from None


def keep_asked(index: Path, asked: Asked) -> None:
    """Keeps what a build was asked for, so that one without sources can repeat it."""
    # Escaped, because the name of a file need not be text at all.
    write_whole(index / store.SOURCES, json.dumps(asdict(asked), indent=2, default=str) + "\n")


def asked_now(index: Path, sources: Sequence[str], choice: Choice) -> Asked:
    """What a build is asked for: what is named, otherwise what the last one was, or the sample.

    Raises:
        DamagedIndex: no sources are named, and those of the last build are not known.
    """
    if sources:
        return Asked(tuple(map(_absolute, sources)), choice)
    last = last_asked(index) or Asked((SAMPLE,), Choice())
    said = {name: value for name, value in asdict(choice).items() if value is not None}
    return replace(last, choice=replace(last.choice, **said))


def _absolute(source: str) -> str:
    """The source as a later build, begun in another folder, would have to name it."""
    return os.path.abspath(source) if os.path.exists(source) else source
