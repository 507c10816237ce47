"""Quality on labelled questions: what is found, answered and refused, counted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from bot.answers import Abstention, Answer, Citation, Outcome, parse_question
from bot.ask import NEAREST, Evidence, Judgement, decide, find_best_sentence, whole_passage
from index.errors import PilcrowError
from index.search import PassageIndex


class QuestionsError(PilcrowError):
    """A file of questions cannot be read."""


def _as_id(value: object) -> object:
    """An id that was written as a number, as the article's was."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Row(BaseModel):
    """A line of a file of questions; fields that are not named here are left alone.

    Attributes:
        question: what is asked.
        article: the id of the one article that is asked; all of them when None.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    article: Annotated[str | None, BeforeValidator(_as_id)] = None


class Labelled(Row):
    """A question whose answer is known.

    Attributes:
        answers: the words that answer it, each as the article has them; none if it cannot be
            answered.
        paragraphs: the numbers of the paragraphs that say so.
    """

    answers: tuple[str, ...]
    paragraphs: tuple[int, ...]


_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the questions; each share is between 0 and 1, and NaN of nothing.

    Attributes:
        answerable, unanswerable: how many there were of each.
        passage_at_1, passage_at_3: share of the answerable whose paragraph retrieval put first,
            or among the first three.
        answer_right: share of the answerable that got a quote with the right words from a right
            paragraph.
        answer_wrong: share of the answerable that got another quote.
        wrongly_refused: share of the answerable that got an abstention.
        rightly_refused: share of the unanswerable that got an abstention.
        auroc: how well confidence tells the answerable from the unanswerable (0.5 is chance).
        calibration_error: expected calibration error of the confidence, 10 equal bins
            (Guo et al. 2017).
    """

    answerable: int
    unanswerable: int
    passage_at_1: float
    passage_at_3: float
    answer_right: float
    answer_wrong: float
    wrongly_refused: float
    rightly_refused: float
    auroc: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One labelled question and what came of it.

    Attributes:
        labelled: the question.
        found: the passages that retrieval found, best first, as citations.
        best: the quote that was given or would have been.
        evidence: what spoke for it.
        outcome: what the person got.
    """

    labelled: Labelled
    found: Sequence[Citation]
    best: Citation
    evidence: Evidence
    outcome: Outcome


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


def ask_all(
    questions: Sequence[Labelled], index: PassageIndex, judgement: Judgement
) -> list[Asked]:
    """Each question and what comes of it, in order.

    Raises:
        UnknownArticle: a question is of an article that the index does not hold.
    """
    return [_ask(labelled, index, judgement) for labelled in questions]


def report(asked: Sequence[Asked]) -> Report:
    """The quality over all questions that were asked."""
    able = [one for one in asked if one.labelled.answers]
    unable = [one for one in asked if not one.labelled.answers]
    answered = [one for one in able if isinstance(one.outcome, Answer)]
    right = [one for one in answered if is_right(one.best, one.labelled)]
    return Report(
        answerable=len(able),
        unanswerable=len(unable),
        passage_at_1=_share(sum(_is_found(one, 1) for one in able), able),
        passage_at_3=_share(sum(_is_found(one, 3) for one in able), able),
        answer_right=_share(len(right), able),
        answer_wrong=_share(len(answered) - len(right), able),
        wrongly_refused=_share(len(able) - len(answered), able),
        rightly_refused=_share(sum(isinstance(o.outcome, Abstention) for o in unable), unable),
        auroc=_auroc(asked),
        calibration_error=_calibration_error(asked),
    )


def is_right(citation: Citation, labelled: Labelled) -> bool:
    """Whether a quote has the words that answer, and is from a paragraph that says so."""
    return _is_paragraph(citation, labelled) and any(a in citation.quote for a in labelled.answers)


def table(figures: Report) -> str:
    """The report as lines of text, one figure a line."""
    return "\n".join(
        f"{name.replace('_', ' '):20}{value if isinstance(value, int) else format(value, '.3f')}"
        for name, value in asdict(figures).items()
    )


def _ask(labelled: Labelled, index: PassageIndex, judgement: Judgement) -> Asked:
    question = parse_question(labelled.question)
    hits = index.search(question.text, NEAREST, labelled.article)
    best, evidence = find_best_sentence(question, hits, index.encoder)
    found = [whole_passage(hit) for hit in hits]
    return Asked(labelled, found, best, evidence, decide(best, evidence, hits, judgement))


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
            parse_question(row.question)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise QuestionsError(f"{file} line {number}: {field}: {first['msg']}.") from None
        except PilcrowError as error:
            raise QuestionsError(f"{file} line {number}: {error}") from None
        yield row


def _is_found(one: Asked, first: int) -> bool:
    return any(_is_paragraph(citation, one.labelled) for citation in one.found[:first])


def _is_paragraph(citation: Citation, labelled: Labelled) -> bool:
    same_article = labelled.article in (None, citation.article.id)
    return same_article and citation.paragraph in labelled.paragraphs


def _share(count: int, of: Sequence[object]) -> float:
    return count / len(of) if of else float("nan")


def _auroc(asked: Sequence[Asked]) -> float:
    from sklearn.metrics import roc_auc_score

    answerable = [bool(one.labelled.answers) for one in asked]
    if len(set(answerable)) < 2:
        return float("nan")
    return float(roc_auc_score(answerable, [one.outcome.confidence for one in asked]))


def _calibration_error(asked: Sequence[Asked], bins: int = 10) -> float:
    error = 0.0
    for lower in range(bins):
        inside = [o for o in asked if min(int(o.outcome.confidence * bins), bins - 1) == lower]
        if inside:
            right = sum(is_right(o.best, o.labelled) for o in inside) / len(inside)
            sure = sum(o.outcome.confidence for o in inside) / len(inside)
            error += len(inside) / len(asked) * abs(right - sure)
    return error if asked else float("nan")
