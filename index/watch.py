"""Watching: a build again whenever what its sources have may have changed."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

import watchfiles
from watchfiles import Change

from index.folder import SUFFIXES
from index.sources import SAMPLE, is_address

Again = Callable[[str], bool]
"""Whether a source is read again."""

_QUIET = 200
"""Milliseconds without a change after which files are taken to be written whole."""

_RESTLESS = 10_000
"""Milliseconds of changes without an end after which they are built all the same."""


def watch(
    build: Callable[[Again], None],
    sources: Callable[[], Sequence[str]],
    index: Path,
    every: timedelta,
    files: bool,
    stop: Event,
) -> None:
    """Builds at once and then whenever it is time or a file has changed, until `stop` is set.

    A change that comes while a build goes on is not missed. Watched are the folders and the files,
    those too that are replaced by others of their name, and those that are not there yet.

    Args:
        build: told which sources to read again: all of them when it is time, those of this machine
            when a file has changed.
        sources: what is built, as it is asked for at present.
        index: the folder of the index, whose own files are no change.
        every: how long it is from one time to the next.
        files: whether changes of files are seen between.
        stop: ends it, within a second if no build is under way.
    """
    due = time.monotonic()
    while not stop.is_set():
        changed = _changes(sources() if files else (), index, stop)
        # Only now, so that nothing is missed from here on.
        next(changed, False)
        now = time.monotonic()
        build(_everything if now >= due else _on_this_machine)
        if now >= due:
            due = now + every.total_seconds()
        while time.monotonic() < due and not next(changed, stop.is_set()):
            pass


def _everything(_: str) -> bool:
    return True


def _on_this_machine(source: str) -> bool:
    return not is_address(source)


def _changes(sources: Sequence[str], index: Path, stop: Event) -> Iterator[bool]:
    """Turn for turn whether a source of this machine has changed, until `stop` is set."""
    own = [source for source in sources if _on_this_machine(source) and source != SAMPLE]
    # watchfiles takes no names that are no text; what has one is read when it is time.
    places = [Path(os.path.abspath(source)) for source in own if _is_text(source)]
    folders = [place for place in places if place.is_dir()]
    # Not the files themselves, for one that takes the place of another is another.
    named = {str(name) for place in places for name in _names(place)}
    around = {Path(name).parent for name in named}
    see = partial(
        watchfiles.watch,
        # What is left out there is no turn, so that a busy log would hold up everything.
        watch_filter=None,
        debounce=_RESTLESS,
        step=_QUIET,
        stop_event=stop,
        rust_timeout=_QUIET,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    inside = see(*folders)
    beside = see(*filter(Path.is_dir, around), recursive=False)
    inner = index.resolve()
    for changes, others in zip(inside, beside, strict=False):
        yield any(_matters(change, Path(name), folders, inner) for change, name in changes) or any(
            name in named for _, name in others
        )


def _is_text(name: str) -> bool:
    return os.fsencode(name).decode("utf-8", "replace") == name


def _names(place: Path) -> list[Path]:
    """The files that a source is made of, by all their names; of a folder its own name."""
    return [place, place.resolve(), place.with_suffix(".meta.json")]


def _matters(change: Change, path: Path, folders: Collection[Path], index: Path) -> bool:
    """Whether what a folder holds may be another after a change of a file in it."""
    below = [path.relative_to(folder) for folder in folders if path.is_relative_to(folder)]
    hidden = all(any(part.startswith(".") for part in name.parts) for name in below)
    if hidden or path.resolve().is_relative_to(index):
        return False
    # What comes and goes may be a folder; what is written to is not.
    return change != Change.modified or path.suffix.lower() in (*SUFFIXES, ".json")
