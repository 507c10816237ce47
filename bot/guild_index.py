"""GuildIndexes: what each server asks, the operator's articles and its own."""

import asyncio
import functools
import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.guild_data import chosen, folder_of, sweep
from bot.live import BuildGoneError, LiveIndex
from index import kept, store
from index.build import Built, Reports
from index.corpus import Article
from index.encoder import Encoder
from index.errors import NoIndex, PilcrowError
from index.joint import AnyIndex, JointIndex
from index.language import release, unspoken
from index.search import PassageIndex, open_index

_OPEN = 32
"""Servers whose own articles are held open, those that asked last."""

_READ = 2
"""Sources that are read at once."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Opened:
    """A server's own build.

    Attributes:
        build: its name and time; None where they cannot be told.
        index: the build; None where it cannot serve.
        joint: the same and the operator's build as one, once that was asked for.
    """

    build: tuple[str, datetime] | None
    index: PassageIndex | None
    joint: JointIndex | None = None


class GuildIndexes:
    """Opens what a server asks, and picks up new builds of its own and of the operator's.

    Safe to call from several threads. Where a server's build cannot be opened, as after a change of
    the encoder, the operator's articles serve alone until it is built anew in the background.

    Attributes:
        folder: the operator's index folder.
        most: how much each server may keep.
        days: for how many days it is kept after the bot was removed.
        spoken: the languages that the encoder was made for; None where that is not known.
    """

    def __init__(
        self,
        folder: Path,
        live: LiveIndex,
        encoder: Encoder,
        most: kept.Most,
        days: int,
        spoken: frozenset[str] | None,
    ) -> None:
        self.folder = folder
        self.most = most
        self.days = days
        self.spoken = spoken
        self._live = live
        self._encoder = encoder
        self._lock = threading.Lock()
        self._opened: OrderedDict[int, _Opened] = OrderedDict()
        # One change at a time: embedding keeps a processor busy that questions want too.
        self._changes = ThreadPoolExecutor(1, thread_name_prefix="change")
        # And few that are read, for what is slow to be fetched holds up nothing else.
        self._reading = ThreadPoolExecutor(_READ, thread_name_prefix="reading")

    def unspoken(self, articles: Sequence[Article]) -> str | None:
        """What to say of articles that the encoder was not made for; None if there is nothing."""
        languages = Counter(article.language for article in articles if article.language)
        return unspoken(languages, self.spoken, self._encoder.name)

    def current(self, guild: int | None) -> AnyIndex:
        """What a server asks; the operator's articles alone where it is None or has none."""
        ours = self._live.current()
        if guild is None:
            return ours
        with self._lock:
            opened = self._own(guild)
            if opened is None or opened.index is None:
                return ours
            if opened.joint is None or opened.joint.builds[0] is not ours:
                opened.joint = JointIndex([ours, opened.index])
            return opened.joint

    def build(self, name: str, guild: int | None) -> AnyIndex:
        """What a server's answers came from, by its name: that of a build, or of two.

        Raises:
            BuildGoneError: it is no longer kept.
        """
        index = self.current(guild)
        if index.name == name:
            return index
        ours, _, theirs = name.partition("+")
        operators = self._live.build(ours)
        if not theirs:
            return operators
        if guild is None:
            raise BuildGoneError
        with self._lock:
            opened = self._own(guild)
        own = opened.index if opened else None
        if own is None or own.name != theirs:
            try:
                own = open_index(folder_of(self.folder, guild), self._encoder, theirs)
            except (PilcrowError, OSError):
                raise BuildGoneError from None
        return JointIndex([operators, own])

    def own(self, guild: int) -> Sequence[Article]:
        """The articles that a server has added."""
        with self._lock:
            opened = self._own(guild)
            return opened.index.articles if opened and opened.index else ()

    def scope(
        self, index: AnyIndex, guild: int | None, channels: Iterable[int]
    ) -> list[str] | None:
        """The ids of the articles that a channel asks, as `chosen` has it; None for all."""
        return chosen(self.folder, guild, channels, index)

    async def read(self, read: Callable[[], _T]) -> _T:
        """What somebody wants to add; `read` is called when it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, _lightly, read)

    async def add(self, guild: int, articles: Sequence[Article], reports: Reports) -> Built:
        """Adds articles to a server's own, as `kept.add` does."""
        folder = folder_of(self.folder, guild)
        add = functools.partial(kept.add, folder, articles, self._encoder, self.most, reports)
        built = await self._change(add)
        has = f"{built.articles} of {self.most.articles} articles"
        _log.info("server %d added %d and has %s", guild, len(articles), has)
        return built

    async def remove(self, guild: int, article: str) -> None:
        """Removes an article of a server's own, as `kept.remove` does."""
        folder = folder_of(self.folder, guild)
        await self._change(functools.partial(kept.remove, folder, article, self._encoder))
        _log.info("server %d removed an article", guild)

    async def sweep(self, present: Collection[int]) -> list[int]:
        """Deletes what was kept long enough for servers that were left, as `sweep` does."""
        return await self._change(functools.partial(sweep, self.folder, present, self.days))

    async def _change(self, change: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._changes, _lightly, change)

    def _own(self, guild: int) -> _Opened | None:
        """The current build of a server's own articles; None if it has none."""
        folder = folder_of(self.folder, guild)
        build = None
        try:
            name = store.current_build(folder)
            build = name, store.built_at(folder, name)
        except NoIndex:
            self._opened.pop(guild, None)
            return None
        except (PilcrowError, OSError):
            # Opening it will say what is wrong.
            pass
        if guild not in self._opened or self._opened[guild].build != build:
            self._opened[guild] = _Opened(build, self._open(guild))
        self._opened.move_to_end(guild)
        if len(self._opened) > _OPEN:
            self._opened.popitem(last=False)
        return self._opened[guild]

    def _open(self, guild: int) -> PassageIndex | None:
        try:
            return open_index(folder_of(self.folder, guild), self._encoder)
        except (PilcrowError, OSError) as error:
            _log.error("server %d does without its own articles for now: %s", guild, error)
            self._changes.submit(self._rebuild, guild)
            return None

    def _rebuild(self, guild: int) -> None:
        try:
            kept.rebuild(folder_of(self.folder, guild), self._encoder)
        except Exception:
            _log.exception("the articles of server %d could not be built anew", guild)
            return
        with self._lock:
            self._opened.pop(guild, None)
        _log.info("the articles of server %d are built anew", guild)


def _lightly(work: Callable[[], _T]) -> _T:
    """What comes of the work; the bot goes on without what only new articles need."""
    try:
        return work()
    finally:
        release()
