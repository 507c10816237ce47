"""Outcome -> terminal text or JSON. Pure: nothing is printed here."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from bot.answers import (
    Abstention,
    Answer,
    Citation,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Remark,
    cited_by,
)
from bot.ask import Considered
from bot.feedback import Kind, Note
from bot.markup import clip
from bot.wording import (
    METADATA,
    NAMED,
    NOT_AN_ANSWER,
    heading_of,
    imprint,
    no_answer,
    place_of,
    several_answers,
    words_shown,
)

_LONGEST_PASSAGE = 600
_MOST_EXPLAINED = 20
_KINDS = {Kind.UP: "👍", Kind.DOWN: "👎", Kind.UNANSWERED: "no answer"}


def as_json(question: Question, outcome: Outcome, build: str, ms: float) -> dict[str, object]:
    """The outcome as the JSON object that `pilcrow ask --json` prints."""
    abstains = isinstance(outcome, Abstention)
    nearest = outcome.nearest if isinstance(outcome, Abstention) else ()
    return {
        "question": question.text,
        "outcome": "abstention" if abstains else "answer",
        "kind": outcome.kind,
        "answer": words_shown(outcome),
        "confidence": round(outcome.confidence, 4),
        "citations": [_citation_json(citation) for citation in cited_by(outcome)],
        "nearest": [_citation_json(citation) for citation in nearest],
        "reason": outcome.reason.value if isinstance(outcome, Abstention) else None,
        "build": build,
        "ms": round(ms, 1),
    }


def as_text(outcome: Outcome, articles: int) -> Text:
    """The outcome as text for a terminal; `articles` is how many were asked."""
    if isinstance(outcome, Abstention):
        return _abstention(outcome, articles)
    if isinstance(outcome, Remark):
        return Text(outcome.text)
    if isinstance(outcome, FromMetadata):
        return Text.assemble((METADATA, "dim"), "\n", outcome.text)
    if isinstance(outcome, Names):
        return _names(outcome)
    if isinstance(outcome, Answer):
        parts = [_terminal_citation(citation) for citation in outcome.citations]
        sure = Text(f"confidence {outcome.confidence:.0%}", "dim")
        heading = [] if outcome.agreed else [Text(several_answers(outcome.citations), "bold")]
        return Text("\n\n").join([*heading, *numbered(parts), sure])
    heading = [Text(heading_of(outcome), "bold")]
    return Text("\n\n").join([*heading, *numbered(map(_whole, outcome.citations))])


def numbered(parts: Iterable[Text]) -> list[Text]:
    """The parts with their numbers before them, from 1; a single one without."""
    listed = list(parts)
    if len(listed) == 1:
        return listed
    return [Text.assemble((f"{place}  ", "bold"), part) for place, part in enumerate(listed, 1)]


def explained(considered: Considered) -> Table:
    """Every candidate, best first, with what speaks for it, as a table for a terminal."""
    table = Table(title="What could be the answer", title_justify="left")
    for heading in ("confidence", "reader score", "cosine", "BM25", "rank"):
        table.add_column(heading, justify="right")
    table.add_column("¶", justify="right")
    table.add_column("words", overflow="fold")
    for one in considered.candidates[:_MOST_EXPLAINED]:
        scores = (one.confidence, one.score, one.hit.cosine, one.hit.bm25)
        places = (str(one.hit.rank), str(one.citation.paragraph))
        table.add_row(*(f"{score:.2f}" for score in scores), *places, Text(one.citation.quote))
    return table


def candidates_json(considered: Considered) -> list[dict[str, object]]:
    """The same for `pilcrow ask --json --explain`, all of them."""
    return [
        _citation_json(one.citation)
        | {
            "confidence": round(one.confidence, 4),
            "reader_score": round(one.score, 4),
            "retrieval_score": round(one.hit.score, 4),
            "cosine": round(one.hit.cosine, 4),
            "bm25": round(one.hit.bm25, 4),
            "retrieval_rank": one.hit.rank,
        }
        for one in considered.candidates
    ]


def _abstention(outcome: Abstention, articles: int) -> Text:
    heading = Text.assemble((no_answer(articles), "bold"), (f" ({outcome.reason})", "dim"))
    if not outcome.nearest:
        return heading
    closest = outcome.nearest[0]
    return Text.assemble(
        heading,
        f"\n\n{NOT_AN_ANSWER}\n",
        (clip(closest.quote, _LONGEST_PASSAGE), "dim"),
        "\n",
        (_source(closest), "cyan"),
        _link_line(closest),
    )


def _names(outcome: Names) -> Text:
    lines = [
        Text.assemble((citation.quote, "bold green"), (f"  {_place(citation)}", "cyan"))
        for citation in outcome.citations
    ]
    article = outcome.citations[0].article
    source = " · ".join(part for part in (article.title, imprint(article)) if part)
    return Text("\n").join([Text(NAMED, "bold"), *lines, Text(source, "cyan")])


def _whole(citation: Citation) -> Text:
    """A citation whose words are shown by themselves."""
    words = clip(citation.quote, _LONGEST_PASSAGE)
    return Text.assemble(words, "\n", (_source(citation), "cyan"), _link_line(citation))


def noted(notes: Sequence[Note]) -> Table:
    """What people thought of answers, oldest first, as a table for a terminal."""
    table = Table(title="Feedback", title_justify="left")
    for heading in ("when", "what", "of", "confidence", "¶", "article"):
        table.add_column(heading, justify="right" if heading in ("confidence", "¶") else "left")
    table.add_column("question and words", overflow="fold")
    for note in notes:
        what = _KINDS[note.kind] + (f": {note.reason}" if note.reason else "")
        place = "" if note.paragraph is None else str(note.paragraph)
        said = "\n".join(filter(None, (note.question, note.words)))
        columns = (note.at[:16].replace("T", " "), what, note.outcome, f"{note.confidence:.2f}")
        table.add_row(*columns, place, Text(note.article or ""), Text(said))
    return table


def _terminal_citation(citation: Citation) -> Text:
    start, end = citation.sentence
    text = citation.article.text
    return Text.assemble(
        text[start : citation.start],
        (citation.quote, "bold green"),
        text[citation.end : end],
        "\n\n",
        (_source(citation), "cyan"),
        _link_line(citation),
    )


def _source(citation: Citation) -> str:
    article = citation.article
    parts = [_place(citation), citation.section, article.title, imprint(article)]
    return " · ".join(part for part in parts if part)


def _place(citation: Citation) -> str:
    return place_of(citation.paragraph, citation.page)


def _link_line(citation: Citation) -> str:
    return f"\n{citation.link}" if citation.link else ""


def _citation_json(citation: Citation) -> dict[str, object]:
    passage = citation.passage
    return {
        "article": citation.article.id,
        "title": citation.article.title,
        "url": citation.article.url,
        "link": citation.link,
        "paragraph": citation.paragraph,
        "page": citation.page,
        "section": citation.section,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "passage": {"start": passage.start, "end": passage.end, "text": passage.text},
    }
