"""The terminal's text and JSON, to the letter."""

import json
from datetime import date

import pytest
from rich.console import Console

from bot.answers import (
    Abstention,
    Answer,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Reason,
    Remark,
    Summary,
    Topic,
)
from bot.feedback import Kind, Note
from bot.terminal import as_json, as_text, noted
from tests.bot.examples import cite

TEXT = "First one.\n\nHe came to Rome. He [bold]saw[/bold] it and won! He left."
KNOWN = {"title": "Caesar", "publisher": "Acta", "published": date(2018, 3, 2)}
URL = "https://a.example/rome"
ANSWER = Answer((cite(TEXT, "[bold]saw[/bold] it", **KNOWN, url=URL),), 0.93456)
NEAR = cite(TEXT, TEXT.partition("\n\n")[2], **KNOWN)
ABSTENTION = Abstention(Reason.NOT_SAID, (NEAR, cite(TEXT, "First one.", **KNOWN)), 0.1)
LINK = f"{URL}#:~:text=Rome.%20He-,%5Bbold%5Dsaw%5B%2Fbold%5D%20it,-and"


def test_the_json_of_an_answer() -> None:
    """An answer has the keys and values of the contract, in its order."""
    row = as_json(Question("what?"), ANSWER, "3f9c2a71d0be", 41.6789)
    assert list(row) == [
        *("question", "outcome", "kind", "answer", "confidence"),
        *("citations", "nearest", "reason", "build", "ms"),
    ]
    passage = {"start": 12, "end": len(TEXT), "text": TEXT[12:]}
    assert row == {
        "question": "what?",
        "outcome": "answer",
        "kind": "quote",
        "answer": "[bold]saw[/bold] it",
        "confidence": 0.9346,
        "citations": [
            {
                "article": "a-1",
                "title": "Caesar",
                "url": URL,
                "link": LINK,
                "paragraph": 2,
                "page": None,
                "section": None,
                "start": 32,
                "end": 51,
                "quote": "[bold]saw[/bold] it",
                "passage": passage,
            }
        ],
        "nearest": [],
        "reason": None,
        "build": "3f9c2a71d0be",
        "ms": 41.7,
    }
    assert TEXT[32:51] == "[bold]saw[/bold] it"
    assert json.loads(json.dumps(row)) == row


def test_the_json_of_an_abstention() -> None:
    """An abstention has a reason and the nearest passages, and null for what is not known."""
    row = as_json(Question("what?"), ABSTENTION, "3f9c2a71d0be", 5)
    nearest = row.pop("nearest")
    assert row == {
        "question": "what?",
        "outcome": "abstention",
        "kind": None,
        "answer": None,
        "confidence": 0.1,
        "citations": [],
        "reason": "relevant but not said",
        "build": "3f9c2a71d0be",
        "ms": 5,
    }
    assert isinstance(nearest, list)
    assert [(near["paragraph"], near["quote"]) for near in nearest] == [
        (2, TEXT[12:]),
        (1, "First one."),
    ]
    for near in nearest:
        assert (near["url"], near["link"]) == (None, None)
        assert TEXT[near["start"] : near["end"]] == near["quote"] == near["passage"]["text"]


def test_page_and_section_are_told() -> None:
    """Where there are pages and headings, text and JSON tell the page and the section."""
    text = "First one.\n\nOn the way\nHe came."
    known = {**KNOWN, "url": f"{URL}.pdf#page=9", "headings": ((12, 22),), "pages": (0, 12)}
    answer = Answer((cite(text, "He came", **known),), 0.9)
    assert as_text(answer, 1).plain == (
        "He came.\n\n¶ 2, p. 2 · On the way · Caesar · Acta · 2 March 2018\n"
        f"{URL}.pdf#page=2\n\nconfidence 90%"
    )
    [told] = as_json(Question("what?"), answer, "b", 1)["citations"]
    assert (told["page"], told["section"], told["link"]) == (2, "On the way", f"{URL}.pdf#page=2")
    assert as_text(Names(answer.citations), 1).plain == (
        "Named in the article, most often first:\nHe came  ¶ 2, p. 2\nCaesar · Acta · 2 March 2018"
    )


def test_the_text_of_an_answer() -> None:
    """The sentence, ¶, title, publisher, date, link and confidence stand there, line by line."""
    assert as_text(ANSWER, 1).plain == (
        "He [bold]saw[/bold] it and won!\n\n"
        f"¶ 2 · Caesar · Acta · 2 March 2018\n{LINK}\n\nconfidence 93%"
    )


def test_the_text_of_an_abstention() -> None:
    """That the article does not say, why, and the closest passage as no answer."""
    assert as_text(ABSTENTION, 1).plain == (
        "The article does not say. (relevant but not said)\n\n"
        "The closest passage, not an answer:\n"
        f"{TEXT[12:]}\n¶ 2 · Caesar · Acta · 2 March 2018"
    )
    assert as_text(ABSTENTION, 2).plain.startswith("What I have read does not say. (")


def test_the_text_of_an_abstention_without_a_passage() -> None:
    """Where nothing comes close, there is the sentence alone."""
    nothing = Abstention(Reason.NOTHING_RELEVANT, (), 0.0)
    assert as_text(nothing, 1).plain == "The article does not say. (nothing relevant found)"


def test_a_long_passage_is_cut() -> None:
    """The closest passage is shown up to 600 characters, to a whole word."""
    long = cite("word " * 140 + "end", "word " * 140 + "end")
    shown = as_text(Abstention(Reason.NOT_SAID, (long,), 0.1), 1).plain.split("\n")[3]
    assert shown == ("word " * 119).strip() + "…"


def test_nothing_is_read_as_markup() -> None:
    """What looks like rich's markup is printed as it is written; the quote alone stands out."""
    console = Console(force_terminal=True, color_system="standard", width=200, no_color=False)
    with console.capture() as captured:
        console.print(as_text(ANSWER, 1))
    assert "He \x1b[1;32m[bold]saw[/bold] it\x1b[0m and won!" in captured.get()


def test_feedback_as_a_table() -> None:
    """Each note has a row: when, what and why, how sure, where, and what was asked and written."""
    known = {"outcome": "answer", "build": "3f9c2a71d0be", "start": 0, "end": 3}
    rows = [
        Note(
            **known,
            at="2018-03-22T10:11:12+00:00",
            kind=Kind.DOWN,
            reason="wrong words",
            words="not [bold]him",
            confidence=0.87,
            article="a-1",
            paragraph=12,
            question="who?",
        ),
        Note(
            **known,
            at="2018-03-23T10:11:12+00:00",
            kind=Kind.UP,
            reason=None,
            words=None,
            confidence=0.5,
            article=None,
            paragraph=None,
            question=None,
        ),
    ]
    console = Console(width=200)
    with console.capture() as captured:
        console.print(noted(rows))
    lines = [" ".join(line.replace("│", " ").split()) for line in captured.get().split("\n")]
    assert "2018-03-22 10:11 👎: wrong words answer 0.87 12 a-1 who?" in lines
    assert "not [bold]him" in lines
    assert "2018-03-23 10:11 👍 answer 0.50" in lines


TWO = (cite(TEXT, "First one.", **KNOWN), cite(TEXT, "He left.", **KNOWN))
SOURCES = ("¶ 1 · Caesar · Acta · 2 March 2018", "¶ 2 · Caesar · Acta · 2 March 2018")


@pytest.mark.parametrize(
    ("outcome", "kind", "answer", "cited"),
    [
        (Answer(TWO, 0.9), "quote", "First one.", 2),
        (Summary(TWO), "summary", "First one. He left.", 2),
        (Names(TWO), "names", "First one., He left.", 2),
        (Topic(TWO[:1]), "topic", "First one.", 1),
        (FromMetadata("It is old."), "metadata", "It is old.", 0),
        (Remark("Hello!"), "remark", "Hello!", 0),
    ],
)
def test_the_json_of_each_kind(outcome: Outcome, kind: str, answer: str, cited: int) -> None:
    """Each is an answer and says its kind, the words shown, and where the article has them."""
    row = as_json(Question("what?"), outcome, "3f9c2a71d0be", 5)
    assert (row["outcome"], row["kind"], row["answer"]) == ("answer", kind, answer)
    assert (row["nearest"], row["reason"]) == ([], None)
    assert row["confidence"] == (0.9 if kind == "quote" else 1.0)
    citations = row["citations"]
    assert isinstance(citations, list)
    assert len(citations) == cited
    for citation in citations:
        assert TEXT[citation["start"] : citation["end"]] == citation["quote"]


def test_several_citations_are_numbered() -> None:
    """Of two citations each has its number before its sentence and its source below."""
    assert as_text(Answer(TWO, 0.9), 1).plain == (
        f"1  First one.\n\n{SOURCES[0]}\n\n2  He left.\n\n{SOURCES[1]}\n\nconfidence 90%"
    )


def test_the_text_of_a_summary_and_of_a_topic() -> None:
    """A heading says what the sentences are, and each has its number and source."""
    words = f"1  First one.\n{SOURCES[0]}\n\n2  He left.\n{SOURCES[1]}"
    assert as_text(Summary(TWO), 1).plain == f"In the article's own sentences:\n\n{words}"
    assert (
        as_text(Topic(TWO[1:]), 1).plain == f"What I have read on that:\n\nHe left.\n{SOURCES[1]}"
    )


def test_the_text_of_names_metadata_and_a_remark() -> None:
    """Names have their ¶, metadata is said to be that, and a remark is nothing but its line."""
    assert as_text(Names(TWO), 1).plain == (
        "Named in the article, most often first:\nFirst one.  ¶ 1\nHe left.  ¶ 2\n"
        "Caesar · Acta · 2 March 2018"
    )
    assert as_text(FromMetadata("It is old."), 1).plain == (
        "From the article's data, not from its text:\nIt is old."
    )
    assert as_text(Remark("Hello!"), 1).plain == "Hello!"
