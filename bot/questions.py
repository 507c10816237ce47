"""Files of questions: what is asked, and where it is known, what answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from bot.answers import Question, Turn, parse_question
from index.errors import PilcrowError


class QuestionsError(PilcrowError):
    """A file of questions cannot be read."""


def _as_id(value: object) -> object:
    """An id that was written as a number, as the article's was."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _none_as_empty(value: object) -> object:
    return () if value is None else value


class Row(BaseModel):
    """A line of a file of questions; fields that are not named here are left alone.

    Attributes:
        question: what is asked.
        article: the id of the one article that is asked; all of them when None.
        history: the turns before it, oldest first, if it follows up on them.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    article: Annotated[str | None, BeforeValidator(_as_id)] = None
    history: Annotated[tuple[Turn, ...], BeforeValidator(_none_as_empty)] = ()

    @property
    def asked(self) -> Question:
        """The question with the turns before it.

        Raises:
            QuestionError: it, or one before it, is empty or too long.
        """
        turns = tuple(
            replace(turn, question=parse_question(turn.question).text) for turn in self.history
        )
        return parse_question(self.question, turns)


class Labelled(Row):
    """A question whose answer is known.

    Attributes:
        answers: the words that answer it, each as the article has them; none if it cannot be
            answered.
        paragraphs: the numbers of the paragraphs that say so.
    """

    # No words would be in every quote.
    answers: tuple[Annotated[str, Field(min_length=1)], ...]
    paragraphs: tuple[int, ...]


_R = TypeVar("_R", bound=Row)


def read_rows(file: Path) -> list[Row]:
    """The questions of a JSONL file, each one valid, in order.

    Raises:
        QuestionsError: the file, or a line of it, is not what it should be.
    """
    return list(_rows(file, Row))


def read_labelled(file: Path) -> list[Labelled]:
    """The labelled questions of a JSONL file, in order.

    Raises:
        QuestionsError: the file, or a line of it, is not what it should be.
    """
    return list(_rows(file, Labelled))


def _rows(file: Path, model: type[_R]) -> Iterator[_R]:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionsError(f"{file} cannot be read ({error.strerror}): check the name.") from None
    except UnicodeDecodeError:
        raise QuestionsError(f"{file} is not UTF-8: save it as UTF-8.") from None
    adapter = TypeAdapter(model)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = adapter.validate_json(line)
            _ = row.asked
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise QuestionsError(f"{file} line {number}: {field}: {first['msg']}.") from None
        except PilcrowError as error:
            raise QuestionsError(f"{file} line {number}: {error}") from None
        yield row
