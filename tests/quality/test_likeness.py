"""Near-duplicates pinned as floors: what is found, and what must not be taken for the same."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from index.alike import FEWEST, statement
from index.duplicates import likeness
from tests.quality.edits import OTHER, SAME, Edit

VOA = Path(__file__).parent / "voa_articles.jsonl"
# Every second article, as `make likeness` has it: the others chose the thresholds.
TEST = [
    paragraph
    for line in VOA.read_text("utf-8").splitlines()[1::2]
    for paragraph in json.loads(line)["text"].split("\n\n")
    if len(statement(paragraph).stems) >= FEWEST
][::3]


def merged(edits: Sequence[Edit]) -> tuple[int, int]:
    """How many edited copies are taken for their paragraphs, of how many."""
    rng = random.Random(1)  # noqa: S311 - nothing here is secret
    copies = [(p, e(p, rng)) for e in edits for p in TEST]
    pairs = [(p, copy) for p, copy in copies if copy not in (None, p)]
    first = likeness([text for pair in pairs for text in pair]).reshape(-1, 2)
    return int((first[:, 0] == first[:, 1]).sum()), len(pairs)


def test_edited_copies_are_found() -> None:
    """Of the copies that say the same, nine in ten are found."""
    found, copies = merged(SAME)
    assert copies > 250
    assert found / copies > 0.9


def test_other_statements_are_not_merged() -> None:
    """Of the copies with another number, name, denial or opposite, not one in a hundred is."""
    found, copies = merged(OTHER)
    assert copies > 130
    assert found / copies < 0.01
