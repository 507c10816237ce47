"""What is read of a passage: with the end of what is before, if it leans on that."""

import pytest

from bot.answers import Question
from bot.ask import spans_read
from bot.preceding import leans, reading_of
from index.corpus import PARAGRAPH_BREAK, Article, Hit, Passage
from tests.readers import NumberReader

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
        ("“We will,” said Ann Lee.", False),
        ("“We will,” said the keeper of the inn. “Ann will.”", True),
        ("“We will rebuild it, and it goes on", True),
        ("„Wir bauen es wieder auf”, she said.", True),
        ("«We will», she said.", True),
        ("‘It’s Ann’s inn,’ she said.", True),
        ("'It's Ann's inn,' she said.", True),
        ("'It's Ann's inn,' said Bo.", False),
        ("She keeps the inn.", False),
        ("She added: “We will.”", True),
        ("In the end he wrote: “We will.”", True),
        ("Her son, Bo, wrote: “We will.”", False),
        ("But in 2010 he left.", False),
        ("The keeper of the big inn said: “He will.”", False),
        ("On Monday his wife said: “We will.”", False),
        ("Heather “left”.", False),
        ("...", False),
    ],
)
def test_a_quotation_of_somebody_who_is_not_named_leans(paragraph: str, expected: bool) -> None:
    """A quotation mark first, or a pronoun among the first words, and no name outside of it."""
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


def test_a_quotation_of_several_paragraphs_is_read_below_its_speaker() -> None:
    """What leans on what leans is read with both, and a span of any is placed where it stands."""
    last = '"And we will open again."'
    reading = reading_of(passage_of(ANN, GOES_ON, last, number=3))
    assert reading.text == f"{ANN}\n\n{GOES_ON} ¶ {last}"
    assert [passage.paragraph for passage in reading.before] == [1, 2]
    text = reading.passage.article.text
    for words, number in (("Ann Lee", 1), ("rebuild it", 2), ("open again", 3)):
        at = reading.text.index(words)
        passage, start, end = reading.placed(at, at + len(words))
        assert (passage.paragraph, text[start:end]) == (number, words)
    at = reading.text.index("nobody")
    _, start, end = reading.placed(at, at + 40)
    assert text[start:end] == "nobody was hurt."


@pytest.mark.parametrize(
    ("paragraphs", "number"),
    [
        ((GOES_ON, ANN), 1),
        ((ANN, "The inn stands."), 2),
        ((ANN, '"We will," said Bo Lund.'), 2),
        (("Ann said: " + "all is lost " * 30, GOES_ON), 2),
        (("Ann said it. " * 100, GOES_ON), 2),
    ],
)
def test_what_stands_alone_is_read_alone(paragraphs: tuple[str, ...], number: int) -> None:
    """The first paragraph, no quotation, one of a name, and below what is too long."""
    passage = passage_of(*paragraphs, number=number)
    reading = reading_of(passage)
    assert (reading.text, reading.before) == (passage.text, ())
    assert reading.placed(1, 3) == (passage, passage.start + 1, passage.start + 3)


def test_at_most_sixty_words_are_read_of_what_is_before() -> None:
    """They are the last whole sentences of it, and then nothing before it is read."""
    before = f"Ann Lee spoke. {'The inn fell down. ' * 14}Nobody was hurt."
    reading = reading_of(passage_of(before, GOES_ON, number=2))
    assert reading.text == f"{'The inn fell down. ' * 14}Nobody was hurt. ¶ {GOES_ON}"
    before = f'"{before}"'
    reading = reading_of(passage_of(ANN, before, GOES_ON, number=3))
    assert [passage.paragraph for passage in reading.before] == [2]


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


def test_the_first_piece_of_a_long_paragraph_is_told_by_its_own_words() -> None:
    """A name that stands in a later piece of it does not name the speaker of the first."""
    whole = passage_of(ANN, f"{GOES_ON} Bo Lund left.", number=2)
    piece = Passage(whole.article, 2, whole.start, whole.start + len(GOES_ON))
    assert reading_of(whole).text == whole.text
    assert reading_of(piece).text == f"{ANN} ¶ {GOES_ON}"
