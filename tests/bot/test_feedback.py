"""The feedback's file: what is kept, what never is, for how long, and what happens without it."""

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers import Abstention, Citation, Question, Reason
from bot.feedback import FILE, Feedback, FeedbackError, Kind, Note, notes, now, unanswered
from tests.bot.examples import cite

UP = Note(
    at="2999-01-01T00:00:00+00:00",
    kind=Kind.UP,
    outcome="answer",
    reason=None,
    words=None,
    confidence=0.87,
    build="3f9c2a71d0be",
    article="a-1",
    paragraph=2,
    start=12,
    end=34,
    question="who shot masood",
)


def test_a_note_comes_back_without_the_question(tmp_path: Path) -> None:
    """All of a note is kept but the words of the question, unless those are kept too."""
    Feedback(tmp_path, 90, keeps_questions=False).note(UP)
    Feedback(tmp_path, 90, keeps_questions=True).note(UP)
    assert notes(tmp_path) == [replace(UP, question=None), UP]
    assert b"masood" in (tmp_path / FILE).read_bytes()


def test_a_question_that_is_not_kept_is_nowhere(tmp_path: Path) -> None:
    """Without the setting the words of a question are in no file."""
    Feedback(tmp_path, 90, keeps_questions=False).note(UP)
    assert all(b"masood" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_note_can_be_withdrawn(tmp_path: Path) -> None:
    """The number of a note takes it away again, and no other, off the disk too."""
    feedback = Feedback(tmp_path, 90, keeps_questions=True)
    first = feedback.note(replace(UP, words="zanzibar"))
    second = feedback.note(UP)
    assert first is not None
    assert first != second
    feedback.withdraw(first)
    assert notes(tmp_path) == [UP]
    assert b"zanzibar" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("by", ["purge", "note"])
def test_old_notes_are_removed(tmp_path: Path, by: str) -> None:
    """At the start, and with each new note, what is older than the days that are set goes."""
    week = Feedback(tmp_path, 7, keeps_questions=False)
    today = datetime.now(UTC)
    for days in (6, 8):
        at = (today - timedelta(days=days)).isoformat(timespec="seconds")
        Feedback(tmp_path, 90, keeps_questions=False).note(replace(UP, at=at, paragraph=days))
    if by == "purge":
        week.purge()
        assert [note.paragraph for note in notes(tmp_path)] == [6]
    else:
        week.note(UP)
        assert [note.paragraph for note in notes(tmp_path)] == [6, 2]


def test_what_is_noted_of_an_abstention() -> None:
    """The reason, the confidence and the nearest passage, or no place where nothing was near."""
    near = cite("One.\n\nTwo.", "Two.")
    note = unanswered(Question("q?"), Abstention(Reason.NOT_SAID, (near,), 0.2), "3f9c2a71d0be")
    assert note == Note(
        at=note.at,
        kind=Kind.UNANSWERED,
        outcome="abstention",
        reason="relevant but not said",
        words=None,
        confidence=0.2,
        build="3f9c2a71d0be",
        article="a-1",
        paragraph=2,
        start=6,
        end=10,
        question="q?",
    )
    assert isinstance(near, Citation)
    nothing = Abstention(Reason.NOTHING_RELEVANT, (), 0.0)
    bare = unanswered(Question("q?"), nothing, "3f9c2a71d0be")
    assert (bare.article, bare.paragraph, bare.start, bare.end) == (None, None, 0, 0)


def test_the_present_time_is_in_utc() -> None:
    """Times can be compared as text: all are in UTC, to the second."""
    assert abs(datetime.fromisoformat(now()) - datetime.now(UTC)) < timedelta(seconds=30)
    assert now().endswith("+00:00")


def test_without_feedback_there_are_no_notes(tmp_path: Path) -> None:
    """A folder where nothing was noted has none, and reading makes no file."""
    assert notes(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is no database raises nothing where notes are written; the log has one line."""
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    feedback = Feedback(tmp_path, 90, keeps_questions=False)
    with caplog.at_level(logging.ERROR):
        feedback.purge()
        assert feedback.note(UP) is None
        feedback.withdraw(1)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(FeedbackError, match="move it away"):
        notes(tmp_path)


def test_a_folder_that_is_gone_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where there is no folder any more, nothing is noted and nothing raised."""
    feedback = Feedback(tmp_path / "gone", 90, keeps_questions=False)
    with caplog.at_level(logging.ERROR):
        assert [feedback.note(UP), feedback.note(UP)] == [None, None]
    assert len(caplog.records) == 1


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    """What is there can be read while somebody writes."""
    feedback = Feedback(tmp_path, 90, keeps_questions=True)
    feedback.note(UP)
    with sqlite3.connect(tmp_path / FILE) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert notes(tmp_path) == [UP]
        holder.rollback()
    holder.close()


def test_many_threads_note(tmp_path: Path) -> None:
    """Notes of several threads at once are all kept."""
    feedback = Feedback(tmp_path, 90, keeps_questions=False)
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(feedback.note, [UP] * 40))
    assert sorted(filter(None, numbers)) == list(range(1, 41))
    assert len(notes(tmp_path)) == 40
