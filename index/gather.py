"""What a build is of: what the sources have now, and what of the build before it stays."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from index import store
from index.articles import salvaged
from index.asked import Asked
from index.corpus import Article
from index.errors import SourceError
from index.seen import Seen, digest_of, seen_now
from index.sources import Read, is_address
from index.text import count

Reading = Mapping[str, Sequence[Read] | None]
"""What each source has now; None of one that was not read, from which all stays as it was."""

_Held = tuple[Article, Seen]


@dataclass(frozen=True, slots=True)
class Vanished:
    """An article that its source no longer has.

    Attributes:
        title: of the article; its id where that is lost.
        source: the SOURCE that had it; None where that is lost.
        kept: whether the index still has it.
    """

    title: str
    source: str | None
    kept: bool

    def __str__(self) -> str:
        """The line that tells of it."""
        source = self.source or "Its source, which is not known any more,"
        return f"{source} no longer has “{self.title}”: {'kept' if self.kept else 'dropped'}."


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles differ from those of the build before.

    Attributes:
        changed: have another text.
        new: were not there.
        gone: are not there any more.
    """

    changed: int = 0
    new: int = 0
    gone: int = 0

    def __str__(self) -> str:
        """In words: "2 articles changed, 1 new, 0 gone"."""
        return f"{count(self.changed, 'article')} changed, {self.new:,} new, {self.gone:,} gone"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a build is of.

    Attributes:
        articles: in their order.
        seen: what is known of each of them over time, by its id, in the same order.
        vanished: those that their source no longer has, told for the first time.
        changes: since the build before.
    """

    articles: list[Article]
    seen: dict[str, Seen]
    vanished: list[Vanished]
    changes: Changes


def gather(
    index: Path,
    asked: Asked,
    reading: Reading,
    before: Mapping[str, Seen],
    last: Collection[str],
) -> Gathered:
    """The articles that the sources have, and those that stay though their source lacks them.

    An article that a source that is still named had, and has no longer, is kept or dropped as
    `Choice` says. Where some are kept, the articles of that source keep their order, after those
    that are new; where none is, they have the order in which they were read.

    Args:
        index: where the builds lie that have the texts of what stays.
        asked: the sources, and what becomes of what vanished.
        reading: what the sources have.
        before: what is known of the articles of the build before.
        last: its sources. While all are named still, so is the one of an article that has lost it.

    Raises:
        SourceError: there is no article.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    fresh: dict[str, _Held] = {}
    for read in chain.from_iterable(found or () for found in reading.values()):
        article = read.article
        fresh[article.id] = article, seen_now(article, read.source, before.get(article.id), now)
    # A file or a page is one article, and what it is now takes the place of what it was.
    named: set[str | None] = {s for s, found in reading.items() if not _is_one_article(s, found)}
    if last and set(last) <= set(reading):
        named.add(None)
    missing = {
        name: seen for name, seen in before.items() if name not in fresh and seen.source in named
    }
    staying, vanished = _staying(index, asked, reading, missing, now)
    held = _in_order(fresh, staying, [*reading, None], before)
    if not held:
        raise SourceError(f"There is no article in {', '.join(asked.sources)}.")
    return Gathered(
        [article for article, _ in held.values()],
        {name: seen for name, (_, seen) in held.items()},
        vanished,
        _changes(before, fresh, held),
    )


def _is_one_article(source: str, found: Sequence[Read] | None) -> bool:
    return found is not None and [read.place for read in found] == [source]


def _staying(
    index: Path, asked: Asked, reading: Reading, missing: Mapping[str, Seen], now: datetime
) -> tuple[dict[str, _Held], list[Vanished]]:
    """Those of the missing articles that stay, and those of which it has to be told."""
    had = _articles_of_builds(index, missing)
    staying: dict[str, _Held] = {}
    vanished = []
    for name, seen in missing.items():
        unread = _is_unread(seen.source, reading)
        stays = name in had and (unread or _is_kept(seen.source, asked))
        if stays:
            since = seen.vanished if unread else seen.vanished or now
            staying[name] = had[name], replace(seen, vanished=since)
        # What is kept is told once, when it vanishes.
        if not stays or not (unread or seen.vanished):
            title = had[name].title if name in had else name
            vanished.append(Vanished(title, seen.source, stays))
    return staying, vanished


def _is_unread(source: str | None, reading: Reading) -> bool:
    return None in reading.values() if source is None else reading[source] is None


def _is_kept(source: str | None, asked: Asked) -> bool:
    if asked.choice.vanished is not None:
        return asked.choice.vanished == "keep"
    return any(map(is_address, asked.sources if source is None else (source,)))


def _articles_of_builds(index: Path, wanted: Mapping[str, Seen]) -> dict[str, Article]:
    """The wanted articles, with the text that was seen, as far as a build still has them."""
    found: dict[str, Article] = {}
    for build in store.builds(index) if wanted else ():
        # One that is damaged, or of another format; an older one may have what it has lost.
        with suppress(OSError, ValueError):
            for article in salvaged(build):
                seen = wanted.get(article.id)
                if seen is not None and seen.sha256 == digest_of(article):
                    found.setdefault(article.id, article)
        if len(found) == len(wanted):
            break
    return found


def _in_order(
    fresh: Mapping[str, _Held],
    staying: Mapping[str, _Held],
    sources: Sequence[str | None],
    before: Mapping[str, Seen],
) -> dict[str, _Held]:
    """All articles, source by source."""
    places = {name: place for place, name in enumerate(before)}
    by_source = defaultdict[str | None, list[str]](list)
    for name, (_, seen) in (*fresh.items(), *staying.items()):
        by_source[seen.source].append(name)
    for source in {seen.source for _, seen in staying.values()}:
        by_source[source].sort(key=lambda name: places.get(name, -1))
    held = {**fresh, **staying}
    return {name: held[name] for source in sources for name in by_source[source]}


def _changes(
    before: Mapping[str, Seen], fresh: Mapping[str, _Held], held: Mapping[str, _Held]
) -> Changes:
    known = [name for name in fresh if name in before]
    return Changes(
        changed=sum(before[name].sha256 != fresh[name][1].sha256 for name in known),
        new=len(fresh) - len(known),
        gone=sum(name not in held for name in before),
    )
