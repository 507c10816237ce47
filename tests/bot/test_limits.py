"""How often one may ask: counted by hand, on a clock that stands still until it is moved."""

import gc

import pytest
from discord.app_commands import Cooldown

from bot.limits import Limits, NotNow

ANN, BEN, CAT = 1, 2, 3
HERE, THERE = 10, 20


class Clock:
    """The time in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at 100 s."""
    return Clock()


def told(limits: Limits, asker: int, channel: int = HERE, under_way: int = 1) -> str | None:
    """What somebody is told who asks; None if the question is taken on."""
    try:
        limits.admit(asker, channel, under_way)
    except NotNow as error:
        return str(error) + (" (again)" if error.repeated else "")
    return None


def test_a_person_may_ask_so_often_and_then_waits(clock: Clock) -> None:
    """Of one person two questions in 20 s are taken on; the third is told how long to wait."""
    limits = Limits(2, 0, 20, 9, clock)
    assert told(limits, ANN) is None
    clock.now = 105.0
    assert told(limits, ANN, THERE) is None
    clock.now = 112.5
    assert told(limits, ANN) == (
        "You have asked 2 questions in 20 seconds: please ask again in 8 seconds."
    )
    assert told(limits, BEN) is None
    clock.now = 120.1
    assert told(limits, ANN) is None


def test_a_channel_may_ask_so_often(clock: Clock) -> None:
    """Three people share the questions of their channel, and another channel has its own."""
    limits = Limits(0, 2, 1, 9, clock)
    assert [told(limits, ANN), told(limits, BEN)] == [None, None]
    assert told(limits, CAT) == (
        "This channel has asked 2 questions in 1 second: please ask again in 1 second."
    )
    assert told(limits, CAT, THERE) is None


def test_what_is_refused_does_not_count(clock: Clock) -> None:
    """Who is refused in one channel has no question less in another."""
    limits = Limits(2, 1, 20, 9, clock)
    assert told(limits, BEN) is None
    assert all(told(limits, ANN) is not None for _ in range(5))
    assert [told(limits, ANN, THERE), told(limits, ANN, 30)] == [None, None]
    assert told(limits, ANN, 40) == (
        "You have asked 2 questions in 20 seconds: please ask again in 20 seconds. (again)"
    )


def test_a_refusal_is_new_once_in_a_period(clock: Clock) -> None:
    """The first refusal of a person in 20 s is new, the ones after it repeat it."""
    limits = Limits(1, 0, 20, 9, clock)
    assert told(limits, ANN) is None
    refusals = [told(limits, ANN) for _ in range(3)]
    sentence = "You have asked 1 question in 20 seconds: please ask again in 20 seconds."
    assert refusals == [sentence, f"{sentence} (again)", f"{sentence} (again)"]
    assert told(limits, BEN) is None
    assert told(limits, BEN) == sentence
    clock.now = 120.1
    assert told(limits, ANN) is None
    assert told(limits, ANN) == sentence


def test_more_than_may_wait_are_turned_away(clock: Clock) -> None:
    """With three under way at most, the fourth is turned away, and counts for nothing."""
    limits = Limits(1, 0, 20, 3, clock)
    full = "I have my hands full of questions: please ask again in a minute."
    assert told(limits, ANN, under_way=4) == full
    assert told(limits, ANN, under_way=4) == f"{full} (again)"
    assert told(limits, ANN, under_way=3) is None


def test_zero_is_no_limit(clock: Clock) -> None:
    """With 0 and 0 a thousand questions at once are taken on."""
    limits = Limits(0, 0, 20, 9, clock)
    assert [told(limits, ANN) for _ in range(1000)] == [None] * 1000


def remembered() -> int:
    """How many counts of people and channels there are in this process."""
    gc.collect()
    return sum(type(thing) is Cooldown for thing in gc.get_objects())


def test_the_quiet_are_forgotten(clock: Clock) -> None:
    """Of a thousand people who asked and were refused, none is remembered after their period."""
    limits = Limits(1, 1, 20, 9, clock)
    before = remembered()
    for person in range(1000):
        told(limits, person, channel=person)
        told(limits, person, channel=person)
    assert remembered() - before == 3000
    clock.now = 141.0
    told(limits, ANN)
    told(limits, ANN)
    assert remembered() - before == 3
