"""Questions that ask for several things."""

import pytest

from bot.answers import Question
from bot.several import asks_for_several, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What did Khan and May say?", ["What did Khan say?", "What did May say?"]),
        (
            "what did the mayor and pc cartwright tell sky news",
            ["what did the mayor tell sky news", "what did pc cartwright tell sky news"],
        ),
        ("who are Frade and Rhodes", ["who are Frade", "who are Rhodes"]),
        ("what did the bill and its sponsors change", []),
        ("when did trump and abe speak", []),
        ("who shot Masood", []),
    ],
)
def test_what_two_people_said_is_two_questions(question: str, parts: list[str]) -> None:
    """What X and Y said is asked of each; what they did together stays one question."""
    assert [part.text for part in parts_of(Question(question))] == parts


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("which cities are named", True),
        ("names of everyone killed on the bridge", True),
        ("list the senators", True),
        ("who are the officials", True),
        ("which senior officers spoke?", True),
        ("which city is it", False),
        ("what does he want", False),
        ("what news agency did she work for", False),
        ("what two feelings did he see", False),
        ("name of the case", False),
        ("who shot Masood", False),
    ],
)
def test_a_list_is_asked_for_in_the_plural(question: str, several: bool) -> None:
    """Only a plural asks for several things, and not one that is counted as two."""
    assert asks_for_several(Question(question)) == several
