"""How questions are told apart and articles summed up, pinned as floors on fixed questions."""

import pytest

from bot.ask import load_judgement
from bot.reader import find_reader
from index.search import PassageIndex
from tests.quality.overview import (
    SETS,
    lists,
    rows_of,
    summaries,
    told_apart,
    topics,
    turned_away,
)

FLOORS = {
    "dev": {"intents": 0.97, "summary": 0.74, "topics": (31, 7), "lists": (26, 12)},
    "test": {"intents": 0.94, "summary": 0.74, "topics": (22, 2), "lists": (24, 9)},
}
"""The least share right of each kind of question and of the sentences of a summary; of topics and
of questions for several places the least found and the most wrong."""


@pytest.mark.parametrize("name", SETS)
def test_questions_are_told_apart(name: str) -> None:
    """Nearly every question of each kind is taken for what it is, and every factual one."""
    shares = told_apart(name)
    assert set(shares) == {"summary", "names", "metadata", "topic", "remark", "factual"}
    assert shares["factual"] == 1.0
    assert min(shares.values()) >= FLOORS[name]["intents"], shares


@pytest.mark.parametrize("name", [*SETS, "sample"])
def test_no_factual_question_is_kept_from_the_reader(name: str) -> None:
    """Every question of the labelled sets is the reader's."""
    assert turned_away(name) == []


def test_the_sets_are_as_large_as_they_are_said_to_be() -> None:
    """Each set has over 120 questions that are not the reader's, and no question is in both."""
    asked = [{str(row["question"]).lower() for row in rows_of(f"intents_{n}.jsonl")} for n in SETS]
    others = [sum(r["kind"] != "factual" for r in rows_of(f"intents_{n}.jsonl")) for n in SETS]
    assert others == [176, 170]
    assert asked[0] & asked[1] == set()


@pytest.mark.parametrize("name", SETS)
def test_summaries_are_better_than_their_baselines(voa_index: PassageIndex, name: str) -> None:
    """More of the sentences are a reader's choice than of the first three or of LexRank alone."""
    shares = summaries(voa_index.articles, voa_index.encoder, name)
    first, lexrank, _, chosen = shares.values()
    assert chosen >= max(FLOORS[name]["summary"], lexrank), shares
    assert chosen > first, shares


@pytest.mark.parametrize("name", SETS)
def test_topics_get_their_passages(voa_index: PassageIndex, name: str) -> None:
    """Most of the passages on a topic are shown, and few others."""
    least, most = FLOORS[name]["topics"]
    found = topics(voa_index, load_judgement(None).topic, name)
    assert found.found >= least and found.wrong <= most, found


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_several_places_are_cited(voa_index: PassageIndex, name: str) -> None:
    """To questions that ask for several things the places are cited, and few others."""
    reader = find_reader()
    assert reader is not None
    least, most = FLOORS[name]["lists"]
    found = lists(voa_index, reader, load_judgement(reader), name)
    assert found.found >= least and found.wrong <= most, found
