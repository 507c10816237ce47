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

    def current(self) -> PassageIndex:
        """The build that CURRENT names, opened."""
        with self._lock:
            named = _named(self._folder)
            if named != self._seen:
                self._seen = named
                self._open()
            return self._index

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
