"""What is read of a passage: with the end of the paragraph before, if it leans on that."""

import pytest

from bot.preceding import leans, reading_of
from index.corpus import PARAGRAPH_BREAK, Article, Passage

ANN = "The bridge fell on Monday. Ann Lee, 52, who keeps the inn, said nobody was hurt."
GOES_ON = '"We will rebuild it," she said.'


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


def test_a_span_over_both_is_cut_at_the_paragraph_break() -> None:
    """What runs over the mark is of the paragraph before alone; of the mark itself nothing is."""
    reading = reading_of(passage_of(ANN, GOES_ON, number=2))
    at = reading.text.index("nobody")
    _, start, end = reading.placed(at, len(reading.text))
    assert reading.passage.article.text[start:end] == "nobody was hurt."
    mark = reading.text.index("¶")
    _, start, end = reading.placed(mark, mark + 1)
    assert start == end


@pytest.mark.parametrize(
    ("paragraphs", "number"),
    [
        ((GOES_ON, ANN), 1),
        ((ANN, "The inn stands."), 2),
        (("Ann said: " + "all is lost " * 30, GOES_ON), 2),
        (("Ann said it. " * 100, GOES_ON), 2),
    ],
)
def test_what_stands_alone_is_read_alone(paragraphs: tuple[str, ...], number: int) -> None:
    """The first paragraph, one that names its own, and below a sentence or paragraph too long."""
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
