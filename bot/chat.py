"""A conversation in the terminal: each question is understood together with those before it."""

import sys
from collections import deque
from collections.abc import Iterator

import click

from bot.answers import QuestionError, Turn, parse_question, turn_of
from bot.history import MOST_TURNS
from bot.opened import Opened

NEW = "/new"
ENDS = frozenset(("quit", "exit"))


def converse(opened: Opened, article: str | None) -> None:
    """Answers each line of standard input, until it ends or a line says so.

    Args:
        article: the id of the one article to ask; all of them when None.

    Raises:
        UnknownArticle: the index holds no such article.
    """
    on_terminal = sys.stdin is not None and sys.stdin.isatty()
    if on_terminal:
        click.echo(f"Ask a question. {NEW} starts afresh, Ctrl-D ends.", err=True)
    turns = deque[Turn](maxlen=MOST_TURNS)
    for line in _lines(on_terminal):
        if line.lower() in ENDS:
            return
        if line == NEW:
            turns.clear()
            continue
        try:
            question = parse_question(line, tuple(turns))
        except QuestionError as error:
            click.echo(str(error), err=True)
            continue
        outcome, _ = opened.ask(question, article)
        opened.show(question, outcome, article, titled=not on_terminal)
        turns.append(turn_of(question, outcome))


def _lines(on_terminal: bool) -> Iterator[str]:
    """The lines of standard input that are not blank, each asked for by a prompt on a terminal."""
    for line in _typed() if on_terminal else _piped():
        if line.strip():
            yield line.strip()


def _typed() -> Iterator[str]:
    # Lines can be edited and called back once this is imported.
    import readline  # noqa: F401

    while True:
        try:
            yield input("\n> ")
        except EOFError:
            click.echo()
            return


def _piped() -> Iterator[str]:
    """The lines of a pipe, with a mark for what is not UTF-8."""
    if sys.stdin is not None:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from sys.stdin
