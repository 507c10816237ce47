"""Tests of index.split: passages and sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus import PARAGRAPH_BREAK, Article
from index.sources import SAMPLE
from index.split import sentences, split
from tests.sources import read


def article_of(*paragraphs: str) -> Article:
    """An article of these paragraphs."""
    return Article("id", "title", PARAGRAPH_BREAK.join(paragraphs))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["He stabbed PC Palmer in New Palace Yard.", "He was 48."],
        ["Mr. Smith met Mrs. Jones.", "Then Dr. Who left."],
        ["Mr. Will Smith met Cllr. Jones.", "Prof. He Jiankui left."],
        ["It is open until 19 June.", "Then it becomes part of a 3D installation."],
        ["It opens on Jan. 5.", "They wait."],
        ["The U.S. Senate voted.", "It failed."],
        ["He lives in the U.S.", "He likes it."],
        ["Rep. Jane Doe and Sen. Bob Corker Jr. spoke.", "Gen. Smith sat."],
        ["It cost $3.5 million.", "That was 2.5% more."],
        ["J. K. Rowling wrote it.", "Donald J. Trump read it."],
        ["Wait... what?", "Yes."],
        ["What is this?!", "It is late."],
        ["They met at 5 p.m. on Monday.", "Then it ended."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    """Titles, initials, dates, numbers and abbreviations do not end a sentence."""
    assert sentences_of(" ".join(expected)) == expected


def test_speaker_stays_with_what_was_said() -> None:
    """A quotation that ends in "?" or "!" goes on with who said it."""
    assert sentences_of('"Is it over?" she asked. He nodded.') == [
        '"Is it over?" she asked.',
        "He nodded.",
    ]
    assert sentences_of("“Stop!” shouted the guard. They ran.") == [
        "“Stop!” shouted the guard.",
        "They ran.",
    ]


def test_quotation_of_several_sentences_is_several() -> None:
    """Each sentence inside a quotation is one, and the closing mark stays with the last."""
    text = 'Khan said: "London will never forget. We are one city." He then left.'
    assert sentences_of(text) == [
        'Khan said: "London will never forget.',
        'We are one city."',
        "He then left.",
    ]


def test_quotation_over_several_paragraphs_is_cut_at_its_sentences() -> None:
    """A quotation that a paragraph opens and does not close has its sentences found."""
    text = "\"I knew by then that he'd gone. I lost a really good friend. He was proud."
    assert sentences_of(text) == [
        "\"I knew by then that he'd gone.",
        "I lost a really good friend.",
        "He was proud.",
    ]


def test_sample_sentences_begin_and_end_as_sentences() -> None:
    """In the sample no sentence begins with a small letter or ends on an abbreviation."""
    [article] = read([SAMPLE])
    found = [
        article.text[start:end]
        for begin, stop in article.paragraphs
        for start, end in sentences(article.text, begin, stop)
    ]
    assert len(found) == 39
    assert not any(sentence[0].islower() for sentence in found)
    assert not any(sentence.endswith(("PC", "Rev", "Mr.", "June,")) for sentence in found)
    assert "Finally someone told me, it's your friend Keith." in found
    assert "Masood, 52, was shot dead by armed police at the scene." in found


def test_line_end_ends_a_sentence() -> None:
    """A heading on a line of its own is no part of the sentence below it."""
    assert sentences_of("The victims\nFour people died.") == ["The victims", "Four people died."]


def test_sentences_of_a_part_are_offsets_into_the_whole() -> None:
    """Asked for a part of a text, the offsets still count from the beginning of the whole."""
    text = "One is here.\n\nTwo is here. Three is here."
    assert [text[a:b] for a, b in sentences(text, 14, len(text))] == [
        "Two is here.",
        "Three is here.",
    ]


def test_nothing_has_no_sentence() -> None:
    """A text of white space has no sentence."""
    assert sentences(" \n ") == []


def test_paragraph_is_a_passage() -> None:
    """A paragraph of usual length is one passage, with the paragraph's number and offsets."""
    article = article_of("One is here.", "Two is here. It goes on.")
    first, second = split(article)
    assert (first.paragraph, first.start, first.end) == (1, 0, 12)
    assert (second.paragraph, second.start, second.end) == (2, 14, 38)
    assert second.text == "Two is here. It goes on."


def test_long_paragraph_is_several_passages_of_its_number() -> None:
    """A paragraph over the limit becomes passages of whole sentences that hold all its words."""
    told = [f"Sentence number {i} was told by Mr. Smith of the U.S. Senate." for i in range(60)]
    article = article_of("Before.", " ".join(told), "After.")
    before, *pieces, after = split(article)
    assert (before.text, after.text) == ("Before.", "After.")
    assert [p.paragraph for p in pieces] == [2] * len(pieces)
    assert " ".join(p.text for p in pieces) == " ".join(told)
    assert all(len(p.text.split()) <= 150 for p in pieces)
    assert len(pieces) == 5
    assert all(p.text.startswith("Sentence number") for p in pieces)
    assert all(p.text.endswith("Senate.") for p in pieces)


def test_single_sentence_is_never_cut() -> None:
    """A sentence longer than the limit is a passage of its own."""
    long = "It went " + "on and " * 200 + "on."
    article = article_of(f"Short one. {long} Short two.")
    assert [p.text for p in split(article)] == ["Short one.", long, "Short two."]


def test_paragraph_of_a_million_characters_is_split() -> None:
    """A paragraph of thousands of sentences is split into passages that hold every word."""
    article = article_of(" ".join(['He said "no" to every one of them, twice.'] * 25_000))
    passages = split(article)
    assert len(passages) == 1_563
    assert sum(len(p.text.split()) for p in passages) == 225_000


words = st.sampled_from(
    [
        "Mr. Smith",
        "U.S.",
        "said",
        '"Is it?"',
        "“Yes.",
        "No.”",
        "19 June.",
        "Why?",
        "and",
        "…",
        "日本語。",
        "\n",
    ]
)
paragraphs = st.lists(words, min_size=1, max_size=60).map(lambda w: " ".join(w).strip() or "x")


@given(st.lists(paragraphs, min_size=1, max_size=4), st.integers(1, 12))
def test_passages_cover_their_paragraphs(texts: list[str], longest: int) -> None:
    """Passages lie in their paragraphs, in order, and leave out nothing but white space."""
    article = article_of(*texts)
    passages = split(article, longest)
    for passage in passages:
        start, end = article.paragraphs[passage.paragraph - 1]
        assert start <= passage.start < passage.end <= end
    assert all(a.end <= b.start for a, b in pairwise(passages))
    assert "".join("".join(p.text for p in passages).split()) == "".join(article.text.split())


@given(paragraphs)
def test_sentences_cover_their_text(text: str) -> None:
    """Sentences are in order and leave out nothing but white space."""
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@given(paragraphs, st.integers(1, 12))
def test_passage_ends_where_a_sentence_ends(text: str, longest: int) -> None:
    """No passage begins or ends inside a sentence."""
    article = article_of(text)
    spans = sentences(article.text)
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    for passage in split(article, longest):
        assert passage.start in starts
        assert passage.end in ends


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr.", ["Mr."]),
        ("I met the Rev.", ["I met the Rev."]),
        ("She saw him. He is now a Lt.", ["She saw him.", "He is now a Lt."]),
        ('"Stop!" she said', ['"Stop!" she said']),
    ],
)
def test_the_end_of_a_line_ends_a_sentence(text: str, expected: list[str]) -> None:
    """A line's last words are a sentence, whatever they end in."""
    assert [text[start:end] for start, end in sentences(text)] == expected
