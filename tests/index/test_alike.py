"""Tests of index.alike: which texts can stand for each other."""

import pytest

from index.alike import say_nearly_the_same, statement, without_repeats

STORY = (
    "Police in Leeds shot a man dead on Monday after he killed 5 people and injured a guard, "
    "the city's mayor said."
)


@pytest.mark.parametrize(
    "edited",
    [
        STORY,
        STORY.upper().replace("LEEDS", "Leeds").replace("MONDAY", "Monday"),
        STORY.replace("city's mayor", "city’s mayor"),
        STORY.replace("killed 5", "killed five"),
        STORY.replace(" on Monday", " Monday"),
        STORY.replace("a guard", "a young guard"),
        STORY.replace(", the city's mayor said", ""),
        STORY.replace("injured", "injurred"),
        STORY.replace("said.", "told reporters there."),
        STORY.replace("the city's", "a city’s"),
    ],
)
def test_small_edits_say_nearly_the_same(edited: str) -> None:
    """Typography, small words, spelling, a number as a word, a word more or less change nothing."""
    assert say_nearly_the_same(STORY, edited)
    assert say_nearly_the_same(edited, STORY)


@pytest.mark.parametrize(
    "other",
    [
        STORY.replace("killed 5", "killed 15"),
        STORY.replace("killed 5", "killed six"),
        STORY.replace("killed 5", "killed $5"),
        STORY.replace("Leeds", "Hull"),
        STORY.replace("Monday", "Tuesday"),
        STORY.replace("people", "people in London"),
        STORY.replace("on Monday after he", "after he, on Monday,").replace("Leeds", "York"),
        STORY.replace("shot a man", "did not shoot a man"),
        STORY.replace("shot a man", "shot no man"),
        STORY.replace("said", "denied"),
        STORY.replace("a man", "a suspected man"),
        STORY.replace("injured", "saved"),
        STORY.replace("after", "before"),
        STORY.replace("man", "woman"),
        "Hundreds of people went to the new bridge on the day that it was opened to the public.",
    ],
)
def test_another_statement_is_not_the_same(other: str) -> None:
    """Another number, name, denial or word makes another statement, however like it is."""
    assert not say_nearly_the_same(STORY, other)
    assert not say_nearly_the_same(other, STORY)


def test_a_name_is_never_a_slip() -> None:
    """A letter more or less in what has a capital is somebody else, at the head of a text too."""
    text = "{} sold the old house by the river for a low price."
    assert not say_nearly_the_same(text.format("Hansen"), text.format("Hanson"))


def test_names_that_change_places_say_something_else() -> None:
    """Who did it and to whom it was done is told by the order of the names."""
    text = "The court heard that {} had sold the old house by the river to {} for a low price."
    one, other = text.format("Ann", "Bob"), text.format("Bob", "Ann")
    assert not say_nearly_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Yes.", "“Yes”", True),
        ("Yes.", "No.", False),
        ("15", "15", True),
        ("15", "5", False),
        ("1,500", "1500", True),
        ("1,5 million", "15 million", False),
        ("-5 degrees", "5 degrees", False),
        ("By Ann Lee", "by Ann Lee", True),
        ("The bridge is open.", "The old bridge is open.", False),
        ("* * *", "* * *", True),
        ("* * *", "—", False),
        ("馬蘇德是誰", "馬蘇德是誰？", True),
        ("", "", True),
    ],
)
def test_short_texts_must_have_the_same_words(one: str, other: str, same: bool) -> None:
    """A few words are alike where they are equal, but for case and punctuation, and only there."""
    assert say_nearly_the_same(one, other) is same


def test_a_statement_knows_what_tells() -> None:
    """Numbers, names and denials tell; a capital at the head of a sentence makes no name."""
    said = statement("Two men from Leeds were not hurt. Police said it cost U.S. firms £3m.")
    assert said.telling == {"2", "leed", "not", "us", "£3m"}
    assert said.numbers == ("2", "£3m")
    assert said.words[:4] == ("two", "men", "from", "leeds")
    assert said.content[:3] == ("2", "men", "from")


def test_of_repeats_the_first_stays() -> None:
    """What says nearly what one before says is left out; the rest keeps its order."""
    edited = STORY.replace("killed 5", "killed five")
    texts = [STORY, "Yes.", edited, "No.", "yes", STORY.replace("5", "15")]
    kept = list(without_repeats(range(6), texts.__getitem__))
    assert kept == [0, 1, 3, 5]
