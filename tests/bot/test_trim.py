"""Spans trimmed to clean words, by hand and at random."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.trim import trimmed, without_lone_brackets, without_lone_marks
from tests.bot.examples import article_texts, words_and_marks


def trimmed_words(text: str, touched: str) -> str:
    """What the first place of `touched` in a text is trimmed to."""
    start = text.index(touched)
    first, last = trimmed(text, start, start + len(touched))
    return text[first:last]


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("He was shot dead.", "shot dead", "shot dead"),
        ("He was shot dead.", "hot dea", "shot dead"),
        ("He was shot dead.", "t d", "shot dead"),
        ("the part-time job", "time", "part-time"),
        ("the part-time job", "part", "part-time"),
        ("at five o'clock sharp", "clock", "o'clock"),
        ("at five o’clock sharp", "o", "o’clock"),
        ("AT&T won", "T won", "AT&T won"),
        ("trains and/or buses", "or", "and/or"),
        ("a snake_case name", "case", "snake_case"),
        ("write to info@bbc.co.uk today", "bbc", "info@bbc.co.uk"),
        ("thanks @user for it", "user", "@user"),
        ("He left.Then he came", "left", "left"),
        ("He left,then he came", "left,", "left"),
        ("He left--then he came", "left", "left"),
    ],
)
def test_no_word_is_cut(text: str, touched: str, expected: str) -> None:
    """A word that a span touches is taken whole, with all that joins it to one word."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("It rose 2.5 points", "2", "2.5"),
        ("It rose 2.5 points", "5", "2.5"),
        ("It fell 2,5 points", "5", "2,5"),
        ("all 52,000,000 of them", "000", "52,000,000"),
        ("It cost $52,000.50 in all", "000", "$52,000.50"),
        ("It cost £3bn.", "3bn", "£3bn"),
        ("It cost £3bn.", "£", "£3bn"),
        ("It cost ¥500 there", "500", "¥500"),
        ("It cost US$5m there", "5m", "US$5m"),
        ("It cost 5€ there", "5", "5€"),
        ("It cost £ 3 there", "£", "£"),
        ("Up 40% now", "40", "40%"),
        ("Up 40% now", "%", "40%"),
        ("It was 20°C there", "20", "20°C"),
        ("It was 20°C there", "C", "20°C"),
        ("It was -5 there", "5", "-5"),
        ("It was −5 there", "−5", "−5"),
        ("It was –5 there", "–5", "–5"),
        ("It lost -£5 there", "5", "-£5"),
        ("It was - 5 there", "- 5", "5"),
        ("in Apollo–5 there", "5", "5"),
        ("at 10:30 today", "30", "10:30"),
        ("He said:5 of them", "5", "5"),
        ("a 3/4 inch", "4", "3/4"),
        ("a 10-15 lead", "15", "10-15"),
        ("in 2018–19 alone", "19", "2018–19"),
        ("in the 1990s", "1990", "1990s"),
        ("the #1 hit", "1", "#1"),
        ("the 5th one", "5", "5th"),
    ],
)
def test_no_number_is_cut(text: str, touched: str, expected: str) -> None:
    """A number keeps its sign, its currency, its decimals, thousands and unit."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("the U.S. Senate", "S", "U.S."),
        ("the U.S. Senate", "the U.S", "the U.S."),
        ("It is in the U.S.", "U.S", "U.S."),
        ("the U.S.A today", "A", "U.S.A"),
        ("the U.S.-led war", "led", "U.S.-led"),
        ("(U.S.) troops", "(U.S.)", "(U.S.)"),
        ("at 5 a.m. on Monday", "5 a", "5 a.m."),
        ("at 5 a.m. on Monday", "m", "a.m."),
        ("J.K. Rowling left", "K", "J.K."),
        ("А.С. Пушкин писал", "С", "А.С."),
        ("a Ph.D. in law", "Ph", "Ph.D"),
        ("Mr. Smith left", "Mr. Smith", "Mr. Smith"),
    ],
)
def test_no_abbreviation_is_cut(text: str, touched: str, expected: str) -> None:
    """Initials keep their stops, the last one too."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("Khan's book", "Khan", "Khan"),
        ("Khan’s book", "Khan", "Khan"),
        ("Sadiq Khan's book", "q Kh", "Sadiq Khan's"),
        ("Sadiq Khan's book", "adiq Khan", "Sadiq Khan"),
        ("the U.S.’s book", "U.S.", "U.S."),
        ("“Khan”'s book", "“Khan”", "“Khan”"),
        ("Khan's book", "Khan's", "Khan's"),
        ("Khan's book", "Khan'", "Khan's"),
        ("Khan's book", "'s book", "Khan's book"),
        ("the boys' room", "boys'", "boys'"),
        ("Khan'song", "Khan", "Khan'song"),
    ],
)
def test_a_possessive_is_taken_only_where_it_is_touched(
    text: str, touched: str, expected: str
) -> None:
    """A span that stops before 's stays before it, and one that reaches into it has it whole."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("In London, he left.", "London,", "London"),
        ("He left.", "left.", "left"),
        ("He left...", "left...", "left"),
        ("Wait… what?!", "Wait… what?!", "Wait… what"),
        ("Wait… what?!", "Wait…", "Wait"),
        ("that is: 52", "is:", "is"),
        ("He–aged 52–left", "–aged 52–", "aged 52"),
        ("He – aged 52 – left", "– aged 52 –", "aged 52"),
        ("He—aged 52—left", "—aged 52—", "aged 52"),
        ("He - aged 52 - left", " - aged 52 - ", "aged 52"),
        ("that is: 52; or so", ": 52;", "52"),
        ("one, two, three", ", two,", "two"),
        ("one, two, three", "one, two,", "one, two"),
        ("• Apples", "• Apples", "Apples"),
        ("(the mayor) said so", ") said", "said"),
        ("he said (so)", "said (", "said"),
        ("“We came,” he said", "” he", "he"),
        ("he said “We came”", "said “", "said"),
    ],
)
def test_marks_around_the_words_are_left_out(text: str, touched: str, expected: str) -> None:
    """Stops, dashes and white space go from the edges, and marks of other words with them."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("He said “we came” then", "“we came”", "“we came”"),
        ("He said “we came” then", "“we", "we"),
        ("He said “we came” then", "came”", "came"),
        ("He said “we came” then", "said “we", "said “we"),
        ('He said "we came" then', '"we came"', '"we came"'),
        ('He said "we came" then', '"we', "we"),
        ('He said "we came" then', 'came"', "came"),
        ("He said “we came.” Then", "“we came.”", "“we came.”"),
        ("He said “we came.” Then", "came.”", "came"),
        ("He said “we came,” then", "“we came,", "we came"),
        ("He said “we came”, then", "said “we came”,", "said “we came”"),
        ("He said “we came”, then", "“we came”,", "“we came”"),
        ("He said “we came.” (so)", "“we came.” (", "“we came.”"),
        ("He (aged 52) left", "(aged 52)", "(aged 52)"),
        ("He (aged 52) left", "(aged 52", "aged 52"),
        ("He (aged 52) left", "aged 52)", "aged 52"),
        ("He (aged 52), left", "(aged 52),", "(aged 52)"),
        ("He [aged 52] left", "[aged 52]", "[aged 52]"),
        ("He [aged 52] left", "[aged", "aged"),
        ("He [aged 52] left", "52]", "52"),
        ("trains (and so on, etc.)", "etc.)", "etc"),
        ("He (“we came”) left", "(“we", "we"),
        ("He (“we came”) left", "(“we came”)", "(“we came”)"),
        ("He (“we came”), left", "(“we came”),", "(“we came”)"),
        ("He “(we came)” left", "“(we", "we"),
        ("He “(we came)” left", "(we came)”", "(we came)"),
    ],
)
def test_quotations_and_brackets_are_whole_or_gone(text: str, touched: str, expected: str) -> None:
    """At an edge a quotation mark or a bracket stays with its partner, and goes without it."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("ein café crème", "caf", "café"),
        ("Zürich ist groß", "rich", "Zürich"),
        ("Zürich ist groß", "gro", "groß"),
        ("кириллица тут", "рилл", "кириллица"),
        ("Ẋ\u0331an came", "Ẋ", "Ẋ\u0331an"),
        ("It is Ẋ\u0331 now", "Ẋ", "Ẋ\u0331"),
        ("यह हिन्दी है", "न", "हिन्दी"),
        ("او می\u200cخواهم گفت", "خوا", "می\u200cخواهم"),
        ("שלום עולם", "לו", "שלום"),
    ],
)
def test_words_of_any_script_are_whole(text: str, touched: str, expected: str) -> None:
    """Letters beyond a to z, and the marks and joiners on and between them, are of the word."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("One line\nTwo lines", "ine", "line"),
        ("One line\nTwo lines", "wo", "Two"),
        ("One line\nTwo lines", "line\n", "line"),
        ("One line\nTwo lines", "\nTwo", "Two"),
        ("One line\n\nTwo lines", "line", "line"),
        ("A part-\ntime job", "part", "part"),
        ("A part-\ntime job", "time", "time"),
        ("One line\nTwo lines", "ine\nTw", "line\nTwo"),
    ],
)
def test_no_span_grows_over_a_line_break(text: str, touched: str, expected: str) -> None:
    """Neither what joins words nor anything else makes a span go on in another line."""
    assert trimmed_words(text, touched) == expected


@pytest.mark.parametrize("marks", ["—", "...", "?!", "“", '"', "”", "()", "£", "\n", "- –", "’"])
def test_a_span_without_a_word_stays(marks: str) -> None:
    """Marks alone are left as they are, whatever stands around them."""
    text = f"one {marks} two"
    assert trimmed(text, 4, 4 + len(marks)) == (4, 4 + len(marks))


def test_the_place_in_a_long_text_is_kept() -> None:
    """Of words that occur several times those of the span are trimmed, not others."""
    text = "He said “no”. " * 3
    assert trimmed(text, 36, 41) == (36, 40)
    assert text[36:41] == "“no”."


def test_every_span_of_a_hard_text_is_whole_words() -> None:
    """Of a text full of marks each span there is becomes whole words of its own lines."""
    text = "-5€, “U.S.-led” (Ẋ\u0331's)\n52,000.50% o'clock"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert_whole_words(text, start, end)


@given(st.one_of(article_texts, words_and_marks.filter(bool)), st.floats(0, 1), st.integers(1, 40))
@example("“", 0, 1)
def test_any_span_is_whole_words(text: str, place: float, length: int) -> None:
    """Whatever is touched in whatever text becomes whole words of its own lines."""
    start = round(place * (len(text) - 1))
    assert_whole_words(text, start, min(start + length, len(text)))


def assert_whole_words(text: str, start: int, end: int) -> None:
    """Trimmed, a span is not empty, lies in the lines it touched, cuts no word, and stays so."""
    first, last = trimmed(text, start, end)
    assert 0 <= first < last <= len(text)
    assert "\n" not in text[first:start] + text[end:last]
    if any(map(is_word, text[start:end])):
        before, after = text[:first][-1:], text[last:][:1]
        assert not (is_word(before) and is_word(text[first]))
        assert not (is_word(text[last - 1]) and is_word(after))
        assert text[first:last] == text[first:last].strip()
    assert trimmed(text, first, last) == (first, last)


def is_word(character: str) -> bool:
    """Whether a character is one of a word, as regular expressions have it."""
    return re.fullmatch(r"\w", character) is not None


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("“We came.", "We came."),
        ("We came.”", "We came."),
        ("“We came.”", "“We came.”"),
        ("“We,” he said, “came.", "“We,” he said, “came."),
        ("He said: “We came.", "He said: “We came."),
        ('"We came.', "We came."),
        ('We came."', "We came."),
        ('"We came."', '"We came."'),
        ("“ We came.", "We came."),
        ("“", "“"),
        ('"', '"'),
        ("”", "”"),
        ("“”", "“”"),
    ],
)
def test_lone_quotation_marks_are_left_out(sentence: str, quote: str) -> None:
    """A mark at the edge goes if its partner is outside; a mark alone is all there is to quote."""
    text = f"x {sentence} y"
    start, end = without_lone_marks(text, 2, 2 + len(sentence))
    assert text[start:end] == quote
    assert 2 <= start < end <= 2 + len(sentence)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("(aged 52", "aged 52"),
        ("aged 52)", "aged 52"),
        ("(aged 52)", "(aged 52)"),
        ("[aged 52", "aged 52"),
        ("aged 52]", "aged 52"),
        ("aged (about) 52", "aged (about) 52"),
        ("(aged 52]", "aged 52"),
        ("(a) and (b", "(a) and (b"),
    ],
)
def test_lone_brackets_are_left_out(words: str, expected: str) -> None:
    """A bracket at the edge goes if its partner is outside, and stays inside the words."""
    text = f"x {words} y"
    start, end = without_lone_brackets(text, 2, 2 + len(words))
    assert text[start:end] == expected
