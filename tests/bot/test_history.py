"""Follow-ups: what they lean on, and what they mean after the turns before them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Question, Turn
from bot.dependence import depends
from bot.history import MOST_READINGS, statement, understand
from bot.referents import Kind, kind_asked, names_in, phrases_of, referents

MASOOD = Turn("Who drove a car into pedestrians?", "Khalid Masood")
LAWYER = Turn("who's his lawyer?", "Ann Lee")
SHOP = Turn("which shop did the couple go to", "Masterpiece Cakeshop")
BILL = Turn("what bill passed the house", "A prison reform bill")

SMALL_WORDS = (
    "and what about who which he it its their that there one else when why did was how many the "
    "of Masood police shot to ? , ' “ US"
)
short_texts = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(SMALL_WORDS.split()), max_size=8).map(" ".join),
)
turns = st.builds(Turn, short_texts, st.none() | short_texts)


@pytest.mark.parametrize(
    "question",
    [
        *("How old was he?", "what is her name", "who are they", "where is it", "what's his job"),
        *("when was that", "how many of those are left", "what did he do there?", "who wrote this"),
        *(
            "why?",
            "why not",
            "in which month",
            "by how many",
            "since when",
            "how much?",
            "which day",
        ),
        *("and in 2016?", "and the senators", "what about Scotland?", "so when?", "and by whom"),
        *("which one was dropped", "who else was there", "what did the other one say"),
        *("when did Trump meet him", "did Masood drive it", "what did he say about US troops"),
    ],
)
def test_what_leans_on_its_history(question: str) -> None:
    """Pronouns, what points back, and questions with words left out need what was said before."""
    assert depends(question)


@pytest.mark.parametrize(
    "question",
    [
        *("Who shot Masood?", "who shot masood", "how many people died in the attack"),
        *("what did Gardner do with the nominees he blocked", "did Trump say he would resign"),
        *("what did gardner say about his bill", "what does the bill say about its funding"),
        *("which states that allow marijuana are named", "who said that the ban stays"),
        *("what happened this week", "is it true that Masood was shot", "when did the US leave"),
        *("what did the WHO say", "are there any survivors of the attack", "deadline for daca"),
        *("how long does it take to fly to Mars", "so when did trump cancel the summit"),
        *("and what is the capital of France?", "what rights do those who fled have"),
    ],
)
def test_what_stands_alone(question: str) -> None:
    """A question that names what it is about stands alone, whatever small words it has."""
    assert not depends(question)


@pytest.mark.parametrize(
    ("question", "history", "reading"),
    [
        ("How old was he?", (MASOOD,), "How old was Khalid Masood?"),
        ("what was his motive", (MASOOD,), "what was Khalid Masood's motive?"),
        ("how old is he", (MASOOD, Turn("how old was he?", None)), "how old is Khalid Masood?"),
        ("how old is she", (MASOOD, LAWYER), "how old is Ann Lee?"),
        ("where is it", (SHOP,), "where is Masterpiece Cakeshop?"),
        ("who works there", (SHOP,), "who works in Masterpiece Cakeshop?"),
        ("when did they go", (SHOP,), "when did Masterpiece Cakeshop go?"),
        ("who wrote it?", (BILL,), "who wrote A prison reform bill?"),
        ("When?", (MASOOD,), "When Khalid Masood drove a car into pedestrians?"),
        ("and why?", (SHOP,), "why did the couple go to Masterpiece Cakeshop?"),
        ("by how many votes", (BILL,), "by how many votes A prison reform bill passed the house?"),
        ("when was that?", (BILL,), "when A prison reform bill passed the house?"),
        ("how did he do it", (MASOOD,), "how Khalid Masood drove a car into pedestrians?"),
        ("why not?", (Turn("did the baker sell a cake", None),), "why not the baker sell a cake?"),
        ("and Kilimnik?", (Turn("how old is Manafort?", "69"),), "how old is Kilimnik?"),
        (
            "and by 2021?",
            (Turn("how many drones are there?", "1"),),
            "how many drones are there by 2021?",
        ),
        (
            "which one left",
            (Turn("which countries are on the list", "Chad"),),
            "which countries left",
        ),
        ("who wrote that bill", (BILL,), "A prison reform bill: who wrote that bill"),
    ],
)
def test_what_a_follow_up_means(question: str, history: tuple[Turn, ...], reading: str) -> None:
    """The likeliest reading has the words that the question leans on in their place."""
    assert understand(Question(question, history)).readings[0] == reading


def test_what_else_it_can_mean_and_what_is_searched() -> None:
    """Each thing that a pronoun can stand for gives a reading; search gets the last answer too."""
    meant = understand(
        Question("who voted against it", (Turn("who wrote the bill", "The Senate"),))
    )
    assert meant.readings == ("who voted against The Senate?", "who voted against the bill?")
    assert meant.query == "who voted against The Senate? The Senate"


@given(short_texts)
def test_without_history_a_question_is_itself(text: str) -> None:
    """With no turn before it any text is searched and read as it is."""
    meant = understand(Question(text))
    assert (meant.query, meant.readings) == (text, (text,))


@given(st.lists(turns, max_size=4))
def test_what_stands_alone_is_not_moved_by_its_history(history: list[Turn]) -> None:
    """Whatever was said before, a question that stands alone is searched and read as it is."""
    question = Question("Who shot Masood?", tuple(history))
    assert understand(question) == understand(replace(question, history=()))


@given(short_texts, st.lists(turns, min_size=1, max_size=4))
def test_any_history_gives_readings(text: str, history: list[Turn]) -> None:
    """Nothing raises, and there are one to three readings, whatever was asked and answered."""
    meant = understand(Question(text, tuple(history)))
    assert 1 <= len(meant.readings) <= MOST_READINGS


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (Turn("Who shot Masood?", "armed police"), "armed police shot Masood"),
        (Turn("who was escorted from the hall", "Strzok"), "Strzok was escorted from the hall"),
        (Turn("who did the couple sue", "Phillips"), "did the couple sue Phillips"),
        (Turn("which hackers stole from the bank", "Lazarus"), "Lazarus stole from the bank"),
        (Turn("how many people died in the attack", "five"), "people died in the attack"),
        (Turn("when was the summit to be", "June 12"), "was the summit to be"),
        (Turn("did Trump go?", None), "Trump go"),
        (Turn("?", None), ""),
    ],
)
def test_what_a_turn_came_to(turn: Turn, said: str) -> None:
    """The answer stands where the question word was, or at the end."""
    assert statement(turn) == said


def test_phrases_of_a_question() -> None:
    """What names something is kept, with its determiner and whether a preposition is before it."""
    found = phrases_of("who asked the baker for a wedding cake")
    assert [(one.text, one.is_determined, one.is_oblique) for one in found] == [
        ("the baker", True, False),
        ("a wedding cake", True, True),
    ]
    assert [one.text for one in phrases_of("when did susan bloch say that")] == ["susan bloch"]
    assert [one.text for one in phrases_of("When was DACA established?")] == ["DACA"]
    assert [one.text for one in phrases_of("who leads the US delegation")] == ["the US delegation"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("baker Jack Phillips", ["Jack Phillips"]),
        ("the Center for Gender & Refugee Studies", ["Center for Gender & Refugee Studies"]),
        ("Iran, Libya and Syria", ["Iran", "Libya and Syria"]),
        ("Trump's plan", ["Trump"]),
        ("He said so.", []),
        ("52", []),
    ],
)
def test_names_in_an_answer(text: str, names: list[str]) -> None:
    """A run of capitalised words is a name; commas and possessives end it."""
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who shot him", Kind.PERSON),
        ("in which city was it", Kind.PLACE),
        ("since what year", Kind.TIME),
        ("how much does it cost", Kind.NUMBER),
        ("how did it end", Kind.THING),
        ("is he alive", None),
    ],
)
def test_what_a_question_asks_for(question: str, kind: Kind | None) -> None:
    """The question word tells what the answer is."""
    assert kind_asked(question) is kind


def test_referents_are_of_their_kind() -> None:
    """A number is nobody, a person is no thing, and who is introduced goes before what they are."""
    assert referents(Kind.PERSON, [MASOOD, Turn("how old is Ann Lee", "52")]) == [
        "Ann Lee",
        "Khalid Masood",
    ]
    assert referents(Kind.THING, [MASOOD]) == ["pedestrians", "a car"]
    assert referents(Kind.PERSON, [Turn("who is Jean Lee", "head of the Wilson Center")]) == [
        "Jean Lee"
    ]
    assert referents(Kind.PLACE, [Turn("where did Ann go?", "in Oslo")])[0] == "Oslo"
