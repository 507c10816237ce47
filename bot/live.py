"""LiveIndex: always the current build, however often it is rebuilt."""

import logging
import threading
from pathlib import Path

from index import store
from index.encoder import Encoder
from index.errors import PilcrowError
from index.search import PassageIndex, open_index

_log = logging.getLogger(__name__)


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
        self._index = open_index(folder, encoder)
        self._refused: str | None = None

    def current(self) -> PassageIndex:
        """The build that CURRENT names, opened."""
        with self._lock:
            try:
                name = store.current_build(self._folder)
                if name not in (self._index.name, self._refused):
                    self._index = open_index(self._folder, self._encoder)
                    self._refused = None
                    _log.info("build %s serves from now on", name)
            except PilcrowError as error:
                self._refuse(error)
            return self._index

    def _refuse(self, error: PilcrowError) -> None:
        try:
            refused = store.current_build(self._folder)
        except PilcrowError:
            refused = ""
        if refused != self._refused:
            _log.error("build %s goes on serving: %s", self._index.name, error)
        self._refused = refused
