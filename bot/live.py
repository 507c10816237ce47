"""LiveIndex: always the current build, however often it is rebuilt."""

import logging
import threading
from datetime import datetime
from pathlib import Path

from index import store
from index.encoder import Encoder
from index.errors import PilcrowError
from index.search import PassageIndex, open_index

_log = logging.getLogger(__name__)

# Name and time of a build: one that was damaged and is built anew keeps its name.
_Build = tuple[str, datetime]

_OLDER = 2
"""How many builds that are no longer current are kept open."""


class BuildGoneError(PilcrowError):
    """A build that something was answered from cannot be opened any more."""

    def __init__(self) -> None:
        super().__init__(
            "The articles were read anew since, and what this answer came from is no longer kept: "
            "please ask again."
        )


class LiveIndex:
    """Opens the current build and, once another has become current, that one.

    Safe to call from several threads. A build that cannot be opened is told in the log once, and
    the one before goes on serving.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Opens the index.

        Raises:
            NoIndex, DamagedIndex, WrongEncoder: there is no build that could serve.
        """
        self._folder = folder
        self._encoder = encoder
        self._lock = threading.Lock()
        self._seen = _named(folder)
        self._index = open_index(folder, encoder)
        self._older: dict[str, PassageIndex] = {}
        self._opening = threading.Lock()

    def current(self) -> PassageIndex:
        """The build that CURRENT names, opened."""
        with self._lock:
            named = _named(self._folder)
            if named != self._seen:
                self._seen = named
                self._open()
            return self._index

    def build(self, name: str) -> PassageIndex:
        """The build of a name, current or older, opened.

        Raises:
            BuildGoneError: it is no longer kept, or cannot serve.
        """
        index = self.current()
        if index.name == name:
            return index
        # Not the lock of the questions, which do not wait for an old build to be opened.
        with self._opening:
            if name not in self._older:
                try:
                    opened = open_index(self._folder, self._encoder, name)
                except (PilcrowError, OSError) as error:
                    _log.info("build %s is asked for and cannot be opened: %s", name, error)
                    raise BuildGoneError from None
                if len(self._older) == _OLDER:
                    del self._older[next(iter(self._older))]
                self._older[name] = opened
            return self._older[name]

    def _open(self) -> None:
        try:
            self._index = open_index(self._folder, self._encoder)
            _log.info("build %s serves from now on", self._index.name)
        except (PilcrowError, OSError) as error:
            _log.error("build %s goes on serving: %s", self._index.name, error)


def _named(folder: Path) -> _Build | None:
    """The build that CURRENT names; None where it names none that is there."""
    try:
        name = store.current_build(folder)
        return name, store.built_at(folder, name)
    except (PilcrowError, OSError):
        return None
