"""What people thought of answers and what had none, kept in a file for the operator."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.answers import Abstention, Question
from bot.under import ABSTENTION
from index.errors import PilcrowError

FILE = "feedback.sqlite3"
"""The name of the file, in the folder of the index."""

_WAIT = 2.0
"""Seconds to wait for somebody else who writes to the file."""

_log = logging.getLogger(__name__)


class FeedbackError(PilcrowError):
    """The file of the feedback cannot be read."""


class Kind(StrEnum):
    """What a note is."""

    UP = "up"
    DOWN = "down"
    UNANSWERED = "unanswered"


class Fault(StrEnum):
    """What is wrong with an answer or an abstention."""

    WRONG_PASSAGE = "wrong passage"
    WRONG_WORDS = "wrong words"
    DOES_NOT_SAY = "the article does not say"
    DOES_SAY = "the article does say"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Note:
    """One row. It says nothing of who pressed or asked.

    Attributes:
        at: when, in UTC, as ISO 8601 to the second.
        kind: 👍, 👎, or a question without an answer.
        outcome: "answer" or "abstention".
        reason: why 👎, or why there is no answer.
        words: what the person wrote under 👎.
        confidence: calibrated probability, 0 to 1, of what was quoted or held back.
        build: the name of the build.
        article, paragraph: the id of the article and the number of the paragraph that was quoted,
            or came nearest; None if the build is no longer kept.
        start, end: the words, as offsets into the article's text, end exclusive.
        question: what was asked, if the operator keeps that.
    """

    at: str
    kind: Kind
    outcome: str
    reason: str | None
    words: str | None
    confidence: float
    build: str
    article: str | None
    paragraph: int | None
    start: int
    end: int
    question: str | None


_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Note))
_PLACES = ", ".join("?" for _ in fields(Note))


class Feedback:
    """The file of the notes. Safe to use from several threads.

    Nothing that goes wrong with the file is raised where notes are written: the first failure is
    told in the log, and the bot goes on answering.

    Attributes:
        keeps_questions: whether notes keep the words of the question.
        days: after how many days a note is removed.
    """

    def __init__(self, folder: Path, days: int, keeps_questions: bool) -> None:
        self._file = folder / FILE
        self._told = False
        self.days = days
        self.keeps_questions = keeps_questions

    def purge(self) -> None:
        """Removes the notes that are too old."""
        try:
            with self._writing():
                pass
        except (sqlite3.Error, OSError) as error:
            self._tell(error)

    def note(self, note: Note) -> int | None:
        """Writes a note, without the question unless that is kept; returns its number.

        None if it could not be written.
        """
        kept = note if self.keeps_questions else replace(note, question=None)
        try:
            with self._writing() as connection:
                insert = f"INSERT INTO notes ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 (our own columns)
                return connection.execute(insert, astuple(kept)).lastrowid
        except (sqlite3.Error, OSError) as error:
            self._tell(error)
            return None

    def withdraw(self, number: int) -> None:
        """Removes a note."""
        try:
            with self._writing() as connection:
                connection.execute("DELETE FROM notes WHERE number = ?", (number,))
        except (sqlite3.Error, OSError) as error:
            self._tell(error)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file, which is made if it is missing, without what is too old."""
        oldest = (datetime.now(UTC) - timedelta(days=self.days)).isoformat(timespec="seconds")
        with _connected(str(self._file)) as connection:
            # So that readers need not wait, and what is removed is gone from the disk.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS notes (number INTEGER PRIMARY KEY, {_COLUMNS})"
            )
            connection.execute('DELETE FROM notes WHERE "at" < ?', (oldest,))
            yield connection

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            _log.error("%s takes no feedback (%s); this is told once", self._file, error)


def unanswered(question: Question, abstention: Abstention, build: str) -> Note:
    """What there is to note of a question without an answer."""
    nearest = abstention.nearest[0] if abstention.nearest else None
    return Note(
        at=now(),
        kind=Kind.UNANSWERED,
        outcome=ABSTENTION,
        reason=abstention.reason,
        words=None,
        confidence=abstention.confidence,
        build=build,
        article=nearest.article.id if nearest else None,
        paragraph=nearest.paragraph if nearest else None,
        start=nearest.start if nearest else 0,
        end=nearest.end if nearest else 0,
        question=question.text,
    )


def notes(folder: Path) -> list[Note]:
    """The notes that an index folder has, oldest first.

    Raises:
        FeedbackError: its file cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        return []
    try:
        with _connected(str(file)) as connection:
            select = f"SELECT {_COLUMNS} FROM notes ORDER BY number"  # noqa: S608 (our own columns)
            rows = connection.execute(select).fetchall()
    except sqlite3.Error as error:
        raise FeedbackError(
            f"{file} cannot be read ({error}): try again, or move it away if it is damaged."
        ) from None
    return [Note(row[0], Kind(row[1]), *row[2:]) for row in rows]


def now() -> str:
    """The present time, as notes have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _connected(file: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=_WAIT)
    try:
        with connection:
            yield connection
    finally:
        connection.close()
