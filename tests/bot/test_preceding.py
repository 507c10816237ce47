"""What is read of a passage: with the end of the paragraph before, if it leans on that."""

from dataclasses import replace

import pytest

from bot.answers import Answer, Citation, Question
from bot.ask import Candidate, Considered, Judgement, decide, spans_read
from bot.preceding import leans, reading_of
from index.corpus import PARAGRAPH_BREAK, Article, Hit, Passage
from tests.readers import NumberReader

ANN = "The bridge fell on Monday. Ann Lee, 52, who keeps the inn, said nobody was hurt."
GOES_ON = '"We will rebuild it," she said.'
JUDGEMENT = Judgement((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), 0.0, 0.5, 0.5, 0.6, 0.6)


def passage_of(*paragraphs: str, number: int) -> Passage:
    """A paragraph of an article of these paragraphs, by its number."""
    article = Article("a", "A bridge", PARAGRAPH_BREAK.join(paragraphs))
    return Passage(article, number, *article.paragraphs[number - 1])


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ('"We will rebuild it," she said.', True),
        ("“We will,” said Ann Lee.", True),
        ("She keeps the inn.", True),
        ("But in 2010 he left.", True),
        ("The woman and her son left.", True),
        ("On Monday his wife, Ann, left.", False),
        ("Then Ann said he left.", False),
        ("The inn was never rebuilt by him.", False),
        ("The bridge fell.", False),
        ("Heather left.", False),
        ("...", False),
    ],
)
def test_what_goes_on_or_names_nobody_leans(paragraph: str, expected: bool) -> None:
    """A quotation mark first, or a pronoun among the first words and no name before it, leans."""
    assert leans(paragraph) is expected


def test_what_leans_is_read_below_the_paragraph_before() -> None:
    """Both are read, a mark between, and a span of either is placed where it stands."""
    reading = reading_of(passage_of(ANN, GOES_ON, number=2))
    assert reading.text == f"{ANN} ¶ {GOES_ON}"
    text = reading.passage.article.text
    for words, number in (("Ann Lee", 1), ("rebuild", 2)):
        at = reading.text.index(words)
        passage, start, end = reading.placed(at, at + len(words))
        assert (passage.paragraph, text[start:end]) == (number, words)
        assert reading.passage_at(start) == passage
        assert passage.text == (ANN, GOES_ON)[number - 1]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("nobody was", "“We", "nobody was hurt."),
        ("hurt", "rebuild", "“We will rebuild"),
        ("¶", "rebuild", "“We will rebuild"),
        ("¶", "¶", ""),
    ],
)
def test_of_a_span_over_both_the_longer_part_counts(first: str, last: str, expected: str) -> None:
    """What runs over the mark is cut there; the mark itself is of neither paragraph."""
    reading = reading_of(passage_of(ANN, "“We will rebuild it,” she said.", number=2))
    end = reading.text.index(last) + len(last)
    passage, start, end = reading.placed(reading.text.index(first), end)
    assert passage.article.text[start:end] == expected
    assert passage.start <= start <= end <= passage.end


@pytest.mark.parametrize(
    ("paragraphs", "number"),
    [
        ((GOES_ON, ANN), 1),
        ((ANN, "The inn stands."), 2),
        (("Ann said: " + "all is lost " * 30, GOES_ON), 2),
        (("It is so. " * 51, GOES_ON), 2),
    ],
)
def test_what_stands_alone_is_read_alone(paragraphs: tuple[str, ...], number: int) -> None:
    """The first paragraph, one that names its own, and below a sentence or several passages."""
    passage = passage_of(*paragraphs, number=number)
    reading = reading_of(passage)
    assert (reading.text, reading.before) == (passage.text, None)
    assert reading.placed(1, 3) == (passage, passage.start + 1, passage.start + 3)


def test_at_most_sixty_words_are_read_of_what_is_before() -> None:
    """They are the last whole sentences of it."""
    before = f"Ann Lee spoke. {'The inn fell down. ' * 14}Nobody was hurt."
    reading = reading_of(passage_of(before, GOES_ON, number=2))
    assert reading.text == f"{'The inn fell down. ' * 14}Nobody was hurt. ¶ {GOES_ON}"


def test_a_later_piece_of_a_long_paragraph_is_read_alone() -> None:
    """What precedes it is of its own paragraph."""
    whole = passage_of(ANN, f"The inn fell. {GOES_ON}", number=2)
    start = whole.start + len("The inn fell. ")
    piece = Passage(whole.article, 2, start, whole.end)
    assert reading_of(piece).text == GOES_ON


def test_an_answer_in_the_paragraph_before_is_cited_there() -> None:
    """The words are of that paragraph; what speaks for them is how the leaning one was found."""
    leaning = passage_of(ANN, '"All 7 of us," she said.', number=2)
    hit = Hit(leaning, 1.0, 0.8, 3.0)
    found = spans_read(Question("who said all of us"), [hit], NumberReader())
    cited = [(one.citation.quote, one.citation.paragraph, one.score) for one in found]
    assert cited == [("52", 1, 47.0), ("7", 2, 2.0)]
    assert [one.hit for one in found] == [hit, hit]


def test_the_first_paragraph_of_a_section_is_read_alone() -> None:
    """A heading leans on nothing, and what is below it leans on nothing above."""
    whole = passage_of(ANN, f"Her words\n{GOES_ON}", number=2)
    article = replace(whole.article, headings=((whole.start, whole.start + len("Her words")),))
    assert reading_of(whole).before is not None
    assert reading_of(replace(whole, article=article)).before is None


def cited_for(*candidates: tuple[Passage, str, Passage, float]) -> list[tuple[str, int]]:
    """What is cited, with its ¶ number, of (passage read, words, their passage, confidence)."""
    found = []
    for read, words, passage, confidence in candidates:
        start = passage.article.text.index(words, passage.start)
        citation = Citation(passage, start, start + len(words))
        found.append(Candidate(citation, Hit(read, 1.0, 0.8, 3.0), 1.0, confidence))
    outcome = decide(Considered([found[0].hit], found), JUDGEMENT)
    assert isinstance(outcome, Answer)
    return [(one.quote, one.paragraph) for one in outcome.citations]


def test_other_words_of_one_reading_do_not_contradict() -> None:
    """They are guesses at one question over one text; those of two readings may contradict."""
    before, leaning, third = (
        passage_of(ANN, '"All 48 of us," she said.', "It was 49 of them.", number=number)
        for number in (1, 2, 3)
    )
    of_leaning = (leaning, "48", leaning, 0.8)
    assert cited_for((leaning, "52", before, 0.9), of_leaning) == [("52", 1)]
    assert cited_for((before, "52", before, 0.9), of_leaning) == [("52", 1), ("48", 2)]
    of_third = (third, "49", third, 0.7)
    assert cited_for((leaning, "52", before, 0.9), of_leaning, of_third) == [("52", 1), ("49", 3)]


def test_what_is_read_twice_is_cited_once() -> None:
    """By way of its own passage and of the one that leans on it; said twice, it is cited twice."""
    before, leaning = (passage_of(ANN, '"I am Ann Lee," she said.', number=n) for n in (1, 2))
    twice = ((before, "Ann Lee", before, 0.9), (leaning, "Ann Lee", before, 0.8))
    assert cited_for(*twice) == [("Ann Lee", 1)]
    assert cited_for(*twice, (leaning, "Ann Lee", leaning, 0.7)) == [("Ann Lee", 1), ("Ann Lee", 2)]


def test_what_stands_above_in_a_copy_is_cited_once() -> None:
    """Of two articles with one paragraph, each below by another, the words are cited from one."""
    ours, copy = (passage_of(ANN, words, number=2) for words in ('"I stay," she said.', GOES_ON))
    copied = replace(copy, article=replace(copy.article, id="b"))
    above = [replace(one, paragraph=1, start=0, end=len(ANN)) for one in (ours, copied)]
    both = ((ours, "Ann Lee", above[0], 0.9), (copied, "Ann Lee", above[1], 0.8))
    assert cited_for(*both) == [("Ann Lee", 1)]
