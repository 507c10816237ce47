"""`pilcrow chat`, as a process: a conversation, line by line."""

from pathlib import Path

import pytest

from tests.terminal import on_a_terminal, pilcrow

pytestmark = pytest.mark.slow

MASOOD = "Masood, 52, was shot dead by armed police at the scene."


def test_a_follow_up_is_understood(sample_folder: Path) -> None:
    """In a pipe each question stands above its answer, and the second leans on the first."""
    asked = b"who shot masood\n\n  \n\xffHow old was he?"
    run = pilcrow("chat", "--index", sample_folder, stdin=asked)
    assert (run.status, run.err) == (0, "")
    first, second = run.out.split("\n> ")[1:]
    assert first.splitlines()[0] == "who shot masood"
    assert second.splitlines()[0] == "\ufffdHow old was he?"
    assert MASOOD in first
    assert MASOOD in second


def test_new_starts_afresh_and_quit_ends(sample_folder: Path) -> None:
    """After /new nothing is left to lean on; nothing after "quit" is answered."""
    asked = b"who shot masood\n/new\nhow old was he\nQuit\nwho shot masood\n"
    run = pilcrow("chat", "--index", sample_folder, stdin=asked)
    alone = pilcrow("ask", "--index", sample_folder, "how old was he")
    assert run.status == 0
    assert run.out.count("\n> ") == 2
    assert run.out.endswith(f"\n> how old was he\n\n{alone.out}")


def test_a_question_that_is_too_long_is_told(sample_folder: Path) -> None:
    """A sentence on standard error says so, and the conversation goes on."""
    run = pilcrow("chat", "--index", sample_folder, stdin=b"x" * 1001 + b"\nwho shot masood\n")
    assert run.status == 0
    assert run.err.startswith("That question has 1,001 characters")
    assert MASOOD in run.out


def test_an_article_that_is_not_there_is_told(sample_folder: Path) -> None:
    """`--article` with an id that the index has not is a problem, told in a sentence."""
    run = pilcrow("chat", "--index", sample_folder, "--article", "none", stdin=b"who?\n")
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("The index has no article “none”")


def test_nothing_asked_is_nothing_answered(tmp_path: Path) -> None:
    """Without a line the index is built, nothing is printed, and the status is 0."""
    run = pilcrow("chat", "--index", tmp_path / "new")
    assert (run.status, run.out, run.err) == (0, "", "")
    assert (tmp_path / "new" / "CURRENT").is_file()


def test_on_a_terminal_there_is_a_prompt(sample_folder: Path) -> None:
    """A terminal shows how to end, a prompt before each line, and no question a second time."""
    arguments = ("chat", "--index", sample_folder)
    status, shown = on_a_terminal(*arguments, typed=b"who shot masood\nexit\n", NO_COLOR="1")
    assert status == 0
    assert "Ask a question. /new starts afresh, Ctrl-D ends." in shown
    assert shown.count("> who shot masood") == 1
    assert "Masood, 52, was shot dead by" in shown
    assert shown.endswith("\n> exit\r\n")
