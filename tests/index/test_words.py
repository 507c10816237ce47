"""Tests of index.words: BM25."""

import math
from pathlib import Path

import numpy as np
import pytest

from index.words import Words

TEXTS = ["The cat sat.", "The dog sat on the dog.", "A bird flew."]


def bm25(frequency: int, length: int, holders: int, texts: int, mean: float) -> float:
    """The score of one word of a query by BM25 as Lucene has it, k1 1.5 and b 0.75."""
    weight = math.log(1 + (texts - holders + 0.5) / (holders + 0.5))
    return weight * frequency / (frequency + 1.5 * (0.25 + 0.75 * length / mean))


def test_scores_are_those_of_the_formula() -> None:
    """The score of each text is the sum of BM25 over the words that it shares with the query."""
    mean = (3 + 6 + 3) / 3
    scores = Words.of(TEXTS).scores("dog sat")
    sat_in_first = bm25(1, 3, 2, 3, mean)
    both_in_second = bm25(1, 6, 2, 3, mean) + bm25(2, 6, 1, 3, mean)
    assert scores.tolist() == pytest.approx([sat_in_first, both_in_second, 0.0], rel=1e-6)
    assert scores.dtype == np.float32


def test_stop_words_count() -> None:
    """The commonest words count as words."""
    assert Words.of(TEXTS).scores("the")[1] > Words.of(TEXTS).scores("the")[0] > 0


def test_words_are_stemmed_and_lower_case() -> None:
    """A query's word matches its other forms, in any case."""
    words = Words.of(["Victims remembered.", "Nothing here."])
    assert (
        words.scores("VICTIM remembering").tolist() == words.scores("victims remembered").tolist()
    )
    assert words.scores("victim")[0] > 0


def test_single_digits_are_words() -> None:
    """A number of one digit can be asked for."""
    assert np.argmax(Words.of(["No 4 left.", "No 5 left.", "No 6 left."]).scores("5")) == 1


def test_query_without_a_known_word_scores_nothing() -> None:
    """A query that shares no word with any text, or has none, scores 0 everywhere."""
    words = Words.of(TEXTS)
    for query in ("zebra", "", "?!", "日本語", "кошка"):
        assert words.scores(query).tolist() == [0.0, 0.0, 0.0]


def test_words_of_another_script_match() -> None:
    """Words in any script are words."""
    words = Words.of(["Кошка сидела.", "Собака лаяла.", "日本語 です"])
    assert words.scores("кошка").argmax() == 0
    assert words.scores("日本語").argmax() == 2


def test_text_without_a_word_scores_nothing() -> None:
    """A text of marks alone stands in its place and scores 0."""
    assert Words.of(["?!", "cat"]).scores("cat")[0] == 0.0


def test_saved_words_are_the_same(tmp_path: Path) -> None:
    """Words that were saved and loaded give the same scores, in the files of arrays and JSON."""
    words = Words.of(TEXTS)
    words.save(tmp_path / "words")
    loaded = Words.load(tmp_path / "words")
    for query in ("dog sat", "the bird", "zebra"):
        assert loaded.scores(query).tolist() == words.scores(query).tolist()
    assert {path.suffix for path in (tmp_path / "words").iterdir()} == {".npy", ".json"}


@pytest.mark.parametrize("k", [1, 5, 50, 5000])
def test_the_best_are_those_of_all_scores(k: int) -> None:
    """The best texts are those that scoring every text finds, in that order."""
    draw = np.random.default_rng(k)
    chances = 1 / np.arange(1, 301)
    drawn = draw.choice(300, (2000, 12), p=chances / chances.sum())
    words = Words.of([" ".join(f"w{number}" for number in row) for row in drawn])
    searched = draw.random(2000) < 0.5
    for query in ("w0 w1 w2", "w250 w0 w1 w3", "w299 w299 w0", "w40 w41 w42 w43 w0 w1", "zebra"):
        scores = words.scores(query)
        ranked = np.argsort(-scores, kind="stable")
        having = ranked[scores[ranked] > 0]
        assert words.best(query, k).tolist() == having[:k].tolist()
        inside = having[searched[having]]
        assert words.best(query, k, inside=searched).tolist() == inside[:k].tolist()
