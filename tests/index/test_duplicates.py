"""Tests of index.duplicates: which passages say nearly what an earlier one says."""

import json
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.alike import say_nearly_the_same
from index.duplicates import like_articles, likeness

ARTICLES = Path(__file__).parents[1] / "quality" / "voa_articles.jsonl"
PARAGRAPHS = [
    paragraph
    for line in ARTICLES.read_text("utf-8").splitlines()[:8]
    for paragraph in json.loads(line)["text"].split("\n\n")
]
WORDS = ["fire", "bridge", "old", "Leeds", "Hull", "5", "15", "not", "police", "closed", "river"]


def test_each_text_has_the_first_of_its_like() -> None:
    """Copies and edited copies have the row of the first; what differs in a number has its own."""
    story = "Police in Leeds shot a man dead after he killed 5 people and injured a guard."
    edited = story.replace("a guard", "a young guard")
    other = story.replace("killed 5", "killed 15")
    texts = [
        "Yes.",
        story,
        "No.",
        other,
        edited,
        "yes",
        story,
        other.replace("Police", "The police"),
    ]
    first = likeness(texts)
    assert first.tolist() == [0, 1, 2, 3, 1, 0, 1, 3]
    assert first.dtype == np.int32


def test_without_texts_there_is_none() -> None:
    """Of no text and of one there is nothing to be found."""
    assert likeness([]).tolist() == []
    assert likeness(["One text."]).tolist() == [0]


def test_real_paragraphs_find_their_edited_copies() -> None:
    """Every paragraph of real articles finds its copy with one word more, across all of them."""
    longer = [p for p in PARAGRAPHS if len(p.split()) > 20]
    copies = [p.replace(" the ", " the very ", 1) for p in longer]
    first = likeness(longer + copies)
    alike = [say_nearly_the_same(*pair) for pair in zip(longer, copies, strict=True)]
    assert sum(alike) > 50
    for place, same in enumerate(alike):
        if same:
            assert first[len(longer) + place] == first[place]


def test_an_article_is_like_one_earlier_article() -> None:
    """An article is like the one in which most of its passages are said first, and no half is."""
    owners = np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3])
    # Two of three of 1 are in 0, one of two of 2; of 3 one in each of two, and one twice in itself.
    first = np.array([0, 1, 2, 0, 1, 5, 2, 7, 0, 5, 10], dtype=np.int32)
    assert like_articles(owners, first) == {1: 0}


def test_many_lines_of_a_table_are_all_their_own() -> None:
    """A thousand sentences that differ in a number alone are a thousand statements."""
    texts = [f"In the year {n} the old town by the river had many people." for n in range(1000)]
    assert likeness(texts).tolist() == list(range(1000))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), max_size=12))
def test_what_is_found_is_alike(texts: list[str]) -> None:
    """Each text says nearly what its first says, which is its own first, and equal words meet."""
    first = likeness(texts)
    for place, row in enumerate(first):
        assert row <= place
        assert first[row] == row
        assert say_nearly_the_same(texts[place], texts[row])
        assert row == texts.index(texts[row])
