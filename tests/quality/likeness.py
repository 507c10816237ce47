"""Prints how near-duplicates and languages are told: `make likeness`, DATA=norquad_news.jsonl.gz.

Paragraphs of the Voice of America articles are edited as desks edit an agency's story
(`tests.quality.edits`): edits that keep what is said, whose copies are to be found, and edits that
make another statement, whose copies must not be taken for the same. Every second article chose
the thresholds; the others are the test. With DATA, lines with `paragraphs` and `questions` in
Norwegian (NorQuAD, Ivanova et al. 2023), every second article there is a test of the language too,
and the questions say what retrieval with the default model finds.
"""

import gzip
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.alike import FEWEST, JACCARD, alike, jaccard, statement
from index.corpus import Article
from index.duplicates import likeness
from index.encoder import find_encoder
from index.language import with_languages
from index.search import WEIGHT_OF_WORDS
from index.words import Words
from tests.quality.edits import OTHER, SAME, several

VOA = Path(__file__).parent / "voa_articles.jsonl"
LENGTHS = (40, 80, 120, 160, 240, 400, 1000)
_SEED = 1


def main(data: str | None) -> None:
    """Prints all tables."""
    texts = [json.loads(line)["text"] for line in VOA.read_text("utf-8").splitlines()]
    parts = {"development": texts[::2], "test": texts[1::2]}
    for name, part in parts.items():
        paragraphs = [p for text in part for p in text.split("\n\n")]
        _print_edits(name, [p for p in paragraphs if len(statement(p).stems) >= FEWEST])
    _print_own_pairs([p for text in texts for p in text.split("\n\n")])
    norwegian = list(_norwegian(data)) if data else []
    print("\nLanguage of a cut of so many characters: right, wrong, not told")
    for name, part in parts.items():
        _print_languages(f"English, {name}", "en", part)
    for name, rows in (("development", norwegian[::2]), ("test", norwegian[1::2])):
        if rows:
            _print_languages(f"Norwegian, {name}", "no", [" ".join(p) for p, _ in rows])
    if norwegian:
        _print_retrieval(norwegian)


def _print_edits(name: str, paragraphs: Sequence[str]) -> None:
    print(f"\n{name.capitalize()}: {len(paragraphs)} paragraphs and their edited copies")
    print(f"{'edit':15} {'copies':>6} {'found':>6}   alike at Jaccard 0.4  0.5  0.6  0.7  0.8")
    rng = random.Random(_SEED)  # noqa: S311 - nothing here is secret
    for kind, edits in (("keeps", (*SAME, several)), ("changes", OTHER)):
        copies, found = 0, 0
        for edit in edits:
            pairs = [(p, new) for p in paragraphs if (new := edit(p, rng)) not in (None, p)]
            count = _found(pairs)
            close = [jaccard(*map(statement, pair)) for pair in pairs]
            at = "  ".join(f"{sum(one >= t for one in close):3}" for t in (0.4, 0.5, 0.6, 0.7, 0.8))
            print(f"{edit.__name__:15} {len(pairs):6} {count:6}   {'':17} {at}")
            if edit is not several:
                copies, found = copies + len(pairs), found + count
        print(f"  {kind} what is said: {found} of {copies} copies are merged")


def _found(pairs: Sequence[tuple[str, str]]) -> int:
    """How many of the copies are found to be like their paragraph, among all of them."""
    first = likeness([text for pair in pairs for text in pair]).reshape(-1, 2)
    return int((first[:, 0] == first[:, 1]).sum())


def _print_own_pairs(paragraphs: Sequence[str]) -> None:
    print(f"\nAs they are, {len(paragraphs)} paragraphs have these near-duplicates:")
    for place, row in enumerate(likeness(paragraphs)):
        if row != place:
            print(f"  {paragraphs[row][:90]}…\n  {paragraphs[place][:90]}…\n")
    said = [statement(p) for p in paragraphs]
    missed = [
        (a, b)
        for b in range(len(said))
        for a in range(b)
        if jaccard(said[a], said[b]) >= JACCARD and not alike(said[a], said[b])
    ]
    print(f"and {len(missed)} pairs of Jaccard {JACCARD} that say something else.")
    many = [*paragraphs, *_shuffled(paragraphs, 10_000)]
    began = time.perf_counter()
    likeness(many)
    print(f"{len(many) / (time.perf_counter() - began):,.0f} passages a second")


def _shuffled(paragraphs: Sequence[str], count: int) -> Iterator[str]:
    """Texts of the paragraphs' words in any order, as long as a paragraph is."""
    rng = random.Random(_SEED)  # noqa: S311 - nothing here is secret
    words = [word for paragraph in paragraphs for word in paragraph.split()]
    return (" ".join(rng.choices(words, k=36)) for _ in range(count))


def _norwegian(data: str) -> Iterator[tuple[list[str], list[tuple[str, int]]]]:
    """The paragraphs of each article, and its questions with the place of their paragraph."""
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            asked = [(one["question"], one["paragraph_index"]) for one in row["questions"]]
            yield row["paragraphs"], asked


def _print_languages(name: str, code: str, texts: Sequence[str]) -> None:
    rng = random.Random(_SEED)  # noqa: S311 - nothing here is secret
    for length in LENGTHS:
        cuts = [text[rng.randrange(max(1, len(text) - length)) :][:length] for text in texts * 4]
        articles = [Article(str(place), "A", cut) for place, cut in enumerate(cuts)]
        told = [article.language for article in with_languages(articles)]
        right, none = told.count(code), told.count(None)
        wrong = len(told) - right - none
        print(f"{name:22} {length:5}  {right / len(told):6.1%} {wrong / len(told):6.1%} ", end="")
        print(f"{none / len(told):6.1%}")


def _print_retrieval(rows: Sequence[tuple[list[str], list[tuple[str, int]]]]) -> None:
    paragraphs, questions = [], []
    for own, asked in rows:
        questions += [(question, len(paragraphs) + place) for question, place in asked]
        paragraphs += own
    encoder, words = find_encoder(), Words.of(paragraphs)
    vectors = encoder.embed(paragraphs)
    asked = encoder.embed([question for question, _ in questions])
    dense = asked @ vectors.T
    bm25 = np.stack([words.scores(question) for question, _ in questions])
    print(f"\nNorwegian: {len(questions)} questions, {len(paragraphs)} paragraphs; right one first")
    right = np.array([place for _, place in questions])
    _print_first("dense", dense, right)
    _print_first("BM25", bm25, right)
    _print_first("both", dense + WEIGHT_OF_WORDS * bm25, right)


def _print_first(name: str, scores: NDArray[np.float32], right: NDArray[np.int64]) -> None:
    order = np.argsort(-scores, axis=1, kind="stable")
    third = (order[:, :3] == right[:, None]).any(axis=1).mean()
    print(f"{name:6} {(order[:, 0] == right).mean():6.1%}  among three {third:6.1%}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
