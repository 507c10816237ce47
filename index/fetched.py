"""What was fetched before, so that only what changed is sent and parsed again.

INDEX/fetched/3f9c2a71d0be….json    what stood at one address: its sha256, a line end, then JSON
"""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.corpus import Article
from index.feeds import Listing
from index.files import write_whole
from index.metadata import Metadata
from index.web import Known

FOLDER = "fetched"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stood at an address, and what was found in it.

    Attributes:
        asked: the address that was asked for.
        known: how to ask whether it changed.
        digest: sha256 of its form and its bytes.
        version: of the program that parsed it.
        beside: what else was known of it.
        articles: the articles, with their places.
        listing: what it lists, if it is a feed or a sitemap.
    """

    asked: str
    known: Known
    digest: str
    version: str
    beside: Metadata
    articles: list[tuple[Article, str]]
    listing: Listing | None


_ENTRY = TypeAdapter(Entry)


class Fetches:
    """The entries of an index folder; of no folder, none."""

    def __init__(self, index: Path | None) -> None:
        self._folder = index / FOLDER if index else None
        self._used: set[Path] = set()

    def find(self, asked: str, beside: Metadata) -> Entry | None:
        """What is known of an address, unless that is damaged or of another version."""
        if self._folder is None:
            return None
        file = self._file(self._folder, asked)
        self._used.add(file)
        try:
            digest, _, text = file.read_bytes().partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != digest:
                return None
            entry = _ENTRY.validate_json(text)
        except (OSError, ValidationError):
            return None
        same = (entry.asked, entry.version, entry.beside) == (asked, version("pilcrow"), beside)
        return entry if same else None

    def keep(self, entry: Entry) -> None:
        """Keeps what was found at an address for the next time."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        text = _ENTRY.dump_json(entry).decode()
        digest = hashlib.sha256(text.encode()).hexdigest()
        write_whole(self._file(self._folder, entry.asked), f"{digest}\n{text}")

    def prune(self) -> None:
        """Removes the entries that nobody has asked for."""
        if self._folder is not None and self._folder.is_dir():
            for file in self._folder.iterdir():
                if file not in self._used:
                    file.unlink(missing_ok=True)

    def _file(self, folder: Path, asked: str) -> Path:
        return folder / f"{hashlib.sha256(asked.encode('utf-8', 'replace')).hexdigest()[:32]}.json"
