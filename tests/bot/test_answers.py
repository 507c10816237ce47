"""Question and Citation: what may be asked, and quotes that cannot be wrong."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import (
    LONGEST_QUESTION,
    Abstention,
    Answer,
    Citation,
    Outcome,
    QuestionError,
    parse_question,
)
from bot.ask import Judgement, answer, best_sentences, load_judgement
from bot.questions import read_labelled
from bot.reader import find_reader
from index.build import build
from index.corpus import Hit
from index.search import PassageIndex, open_index
from tests.bot.examples import HOSTILE, article_texts, cite, passages_of
from tests.conftest import VOA_ARTICLES
from tests.encoders import LetterEncoder

QUESTIONS = [
    parse_question(row.question)
    for name in ("dev.jsonl", "test.jsonl")
    for row in read_labelled(VOA_ARTICLES.with_name(name))
]
_SCORE = (1.0, 0.0, 0.0, 0.0)
ALWAYS = Judgement(_SCORE, _SCORE, 0.0, threshold=0.0, relevance=0.0, contradiction=0.0)
NEVER = Judgement(_SCORE, _SCORE, 0.0, threshold=1.0, relevance=0.0, contradiction=1.0)


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("who?", "who?"),
        ("  who\tshot \n him?\r\n", "who shot him?"),
        ("who\u2028shot\u2029him\u0085now", "who shot him now"),
        ("w\x00h\x07o\x1b?", "who?"),
        ("\u202ewho\u202c \u2066shot\u2069 \u200fhim\u200e", "who shot him"),
        ("\ufeffwh\u200bo\u00ad", "who"),
        ("cafe\u0301", "café"),
        ("x" * 1000, "x" * 1000),
        (f"  {'x' * 1000}\n", "x" * 1000),
    ],
)
def test_a_question_is_one_line_of_visible_text(typed: str, question: str) -> None:
    """A question is trimmed and on one line, without control and direction characters."""
    assert parse_question(typed).text == question


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", "\u202e\u202c", "\x00", "\u200b\ufeff"])
def test_nothing_is_no_question(typed: str) -> None:
    """A text without anything to see is refused with what to do."""
    with pytest.raises(QuestionError) as caught:
        parse_question(typed)
    assert str(caught.value) == "There is no question in that: ask one in a few words."


def test_a_question_too_long_names_the_limit() -> None:
    """A question of more than 1,000 characters is refused with both numbers."""
    with pytest.raises(QuestionError) as caught:
        parse_question(" " + "x" * (LONGEST_QUESTION + 1))
    assert str(caught.value) == (
        "That question has 1,001 characters, and a question may have 1,000: ask it in fewer words."
    )


@given(st.text(max_size=1100))
def test_a_question_is_trimmed_once_and_for_all(typed: str) -> None:
    """Whatever is typed is refused or becomes a question that is itself when typed again."""
    try:
        question = parse_question(typed)
    except QuestionError:
        return
    assert 1 <= len(question.text) <= LONGEST_QUESTION
    assert question.text == question.text.strip()
    assert "\n" not in question.text
    assert parse_question(question.text) == question


def test_a_citation_by_hand() -> None:
    """A citation knows its words, their sentence, their ¶ and their article."""
    citation = cite("First one.\n\nHe came. He saw Rome! He won.", "saw Rome", title="Caesar")
    assert citation.quote == "saw Rome"
    assert citation.article.text[slice(*citation.sentence)] == "He saw Rome!"
    assert (citation.paragraph, citation.article.title, citation.link) == (2, "Caesar", None)


def test_a_quote_over_two_sentences_is_part_of_both() -> None:
    """The sentence of a quote that touches two runs from the first to the second."""
    citation = cite("He came. He saw Rome! He won.", "Rome! He")
    assert citation.article.text[slice(*citation.sentence)] == "He saw Rome! He won."


def test_an_answer_has_a_citation() -> None:
    """An answer without a citation cannot be made."""
    with pytest.raises(ValueError, match="at least one citation"):
        Answer((), 0.9)


def check(citation: Citation) -> None:
    """Asserts that a citation quotes its article, inside its passage and its sentence."""
    text, passage = citation.article.text, citation.passage
    assert text[citation.start : citation.end] == citation.quote != ""
    assert citation.quote == citation.quote.strip()
    assert passage.start <= citation.start < citation.end <= passage.end
    first, last = citation.sentence
    assert passage.start <= first <= citation.start < citation.end <= last <= passage.end
    spans = citation.article.paragraphs
    assert spans[citation.paragraph - 1][0] <= passage.start
    assert passage.end <= spans[citation.paragraph - 1][1]
    assert citation.link is None or citation.link.startswith(str(citation.article.url))


def check_outcome(outcome: Outcome) -> None:
    """Asserts that all citations of an outcome are right."""
    if isinstance(outcome, Abstention):
        assert 1 <= len(outcome.nearest) <= 3
    for citation in outcome.nearest if isinstance(outcome, Abstention) else outcome.citations:
        check(citation)


@given(article_texts, st.text(min_size=1, max_size=30))
def test_quotes_of_any_text_are_its_own(text: str, question: str) -> None:
    """Whatever the article is, the quoted words stand in it where the citation says."""
    url = "https://a.example/story"
    for passage in passages_of(text, url=url)[:4]:
        hit = Hit(passage, 0.5, 0.5, 0.0)
        (found,) = best_sentences(parse_question(question + "?"), [hit], LetterEncoder())
        best = found.citation
        check(best)
        check(Citation(passage, passage.start, passage.end))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_articles_are_asked(text: str, tmp_path: Path) -> None:
    """Emoji, right-to-left, Chinese, endless sentences and bare punctuation are quoted rightly."""
    source = tmp_path / "hostile.jsonl"
    row = {"title": "Hostile", "url": "https://a.example/h", "text": f"{text}\n\nA word."}
    source.write_text(json.dumps(row), "utf-8")
    encoder = LetterEncoder()
    build(tmp_path / "index", [str(source)], encoder)
    index = open_index(tmp_path / "index", encoder)
    for judgement in (ALWAYS, NEVER):
        for question in QUESTIONS[:3]:
            check_outcome(answer(question, index, None, judgement))


def markdown_of(index: PassageIndex) -> str:
    """The first articles of an index as one Markdown text, with all that Markdown has."""
    parts = []
    for article in index.articles[:5]:
        paragraphs = article.text.split("\n\n")
        parts += [f"# {article.title}", f"*{paragraphs[0]}*", "```\ncode\nmore code\n```"]
        parts += [f"- {p}" for p in paragraphs[1:4]] + [f"> {p}" for p in paragraphs[4:]]
    return "\n\n".join(parts)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["txt", "md", "jsonl"])
def test_every_citation_of_every_source(kind: str, voa_index: PassageIndex, tmp_path: Path) -> None:
    """Of all questions and all kinds of sources, each citation quotes what is written there."""
    markdown = tmp_path / "articles.md"
    markdown.write_text(markdown_of(voa_index), "utf-8")
    sources = {"txt": "sample", "md": str(markdown), "jsonl": str(VOA_ARTICLES)}
    encoder = LetterEncoder()
    build(tmp_path / "index", [sources[kind]], encoder)
    index = open_index(tmp_path / "index", encoder)
    for question in QUESTIONS:
        answered = answer(question, index, None, ALWAYS)
        abstained = answer(question, index, None, NEVER)
        assert isinstance(answered, Answer)
        assert isinstance(abstained, Abstention)
        check_outcome(answered)
        check_outcome(abstained)


@pytest.mark.slow
def test_every_citation_with_the_default_model(voa_index: PassageIndex) -> None:
    """Each outcome that people get on the labelled questions cites what is written there."""
    reader = find_reader()
    judgement = load_judgement(reader)
    outcomes = [answer(question, voa_index, reader, judgement) for question in QUESTIONS]
    for outcome in outcomes:
        check_outcome(outcome)
    assert {type(outcome) for outcome in outcomes} == {Answer, Abstention}
