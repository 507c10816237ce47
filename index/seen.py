"""What is known of the articles over time: INDEX/seen.json.

It stands beside the builds, for a build is named by its content and knows nothing of time. Where
it is lost or damaged, all is as if nothing had been seen before; the articles are in the builds.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter

from index import store
from index.corpus import Article
from index.files import write_whole


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an article over time.

    Attributes:
        source: the SOURCE that it came from, as it was named; None where that was lost.
        sha256: of its text, in hexadecimal.
        first: when a build first had it.
        changed: when its text last became another one; None while it is the first.
        vanished: since when its source has it no longer; None while it has.
    """

    source: str | None
    sha256: str
    first: AwareDatetime
    changed: AwareDatetime | None = None
    vanished: AwareDatetime | None = None


_ALL = TypeAdapter(dict[str, Seen])


def load_seen(index: Path) -> dict[str, Seen]:
    """What is known of each article, by its id, in the order of the build; nothing if lost."""
    try:
        # pydantic's own JSON has no place for the name of a file that is not UTF-8.
        return _ALL.validate_python(json.loads((index / store.SEEN).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def keep_seen(index: Path, seen: Mapping[str, Seen]) -> None:
    """Keeps what is known of each article for the next build."""
    rows = _ALL.dump_python(dict(seen), mode="json")
    write_whole(index / store.SEEN, json.dumps(rows, indent=1) + "\n")


def seen_now(article: Article, source: str | None, before: Seen | None, now: datetime) -> Seen:
    """What is known of an article that its source has now."""
    digest = digest_of(article)
    if before is None:
        return Seen(source, digest, now)
    changed = before.changed if before.sha256 == digest else now
    return Seen(source, digest, before.first, changed)


def digest_of(article: Article) -> str:
    """The sha256 of an article's text."""
    return hashlib.sha256(article.text.encode()).hexdigest()
