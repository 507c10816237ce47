"""Prints what retrieval finds under each choice that was open: `make compare`.

On the development questions alone; the test questions play no part in any choice. Each question
is asked of its own article and, harder, of all thirty at once.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from bot.questions import Labelled, read_labelled
from index.corpus import Passage
from index.encoder import SentenceEncoder, find_encoder
from index.search import WEIGHT_OF_WORDS
from index.split import split
from tests.sources import read

QUALITY = Path(__file__).parent
TOKEN = r"(?u)\b\w+\b"
Scores = NDArray[np.float32]
Ranking = Callable[[int, NDArray[np.int64]], Scores]
"""(question, rows) -> the score of each of these rows for that question."""


def main() -> None:
    """Prints a table of the choices."""
    articles = read([str(QUALITY / "voa_articles.jsonl")])
    passages = [passage for article in articles for passage in split(article)]
    questions = [q for q in read_labelled(QUALITY / "dev.jsonl") if q.answers]
    encoder = find_encoder()
    dense = {name: cosine(encoder, questions, texts) for name, texts in embedded(passages).items()}
    texts = [passage.text for passage in passages]
    words = {
        f"{'stems' if stems else 'whole words'}, stop words {'left out' if stop else 'kept'}": bm25(
            questions, texts, stems, stop
        )
        for stems in (False, True)
        for stop in (False, True)
    }
    meaning, bare = dense["its own words"], words["stems, stop words kept"]
    fused = {f"cosine + {w} x BM25": meaning + w * bare for w in (0.02, 0.03, 0.04, 0.06, 0.08)}
    print(f"{len(questions)} answerable development questions, {len(passages)} passages")
    print(f"chosen: its own words; stems, stop words kept; cosine + {WEIGHT_OF_WORDS} x BM25\n")
    print(f"{'':44}{'own article':>16}{'all articles':>16}")
    print(f"{'right ¶ found':44}{'first':>8}{'in 3':>8}{'first':>8}{'in 3':>8}")
    for heading, scores in (("vectors of", dense), ("BM25 of", words), ("fused by", fused)):
        for name, values in scores.items():
            show(f"{heading} {name}", lambda i, rows, v=values: v[i, rows], questions, passages)
    show(
        "fused by reciprocal ranks (k = 60)",
        lambda i, rows: reciprocal_ranks(meaning[i, rows], bare[i, rows]),
        questions,
        passages,
    )


def embedded(passages: Sequence[Passage]) -> dict[str, list[str]]:
    """What could be embedded for each passage."""
    own = [passage.text for passage in passages]
    title = [passage.article.title for passage in passages]
    before = [
        passages[i - 1].text if i and passages[i - 1].article is passage.article else ""
        for i, passage in enumerate(passages)
    ]
    return {
        "its own words": own,
        "title, own words": [f"{t}\n{p}" for t, p in zip(title, own, strict=True)],
        "¶ before, own words": [f"{b}\n{p}" for b, p in zip(before, own, strict=True)],
        "title, ¶ before, own words": [
            f"{t}\n{b}\n{p}" for t, b, p in zip(title, before, own, strict=True)
        ],
    }


def cosine(encoder: SentenceEncoder, questions: Sequence[Labelled], texts: list[str]) -> Scores:
    """The similarity of each question (row) and text (column)."""
    vectors = encoder.embed([labelled.question for labelled in questions])
    return np.asarray(vectors @ encoder.embed(texts).T, dtype=np.float32)


def bm25(questions: Sequence[Labelled], texts: list[str], stems: bool, stop: bool) -> Scores:
    """The BM25 score of each question (row) and text (column)."""

    def tokens(of: list[str]) -> list[list[str]]:
        stemmer = Stemmer.Stemmer("english") if stems else None
        found: list[list[str]] = bm25s.tokenize(
            of,
            token_pattern=TOKEN,
            stopwords="english" if stop else [],
            stemmer=stemmer,
            return_ids=False,
            show_progress=False,
        )
        return found

    ranking = bm25s.BM25()
    ranking.index(tokens(texts), show_progress=False)
    asked = tokens([labelled.question for labelled in questions])
    return np.array([ranking.get_scores_from_ids(ranking.get_tokens_ids(t)) for t in asked])


def show(
    name: str, scores_of: Ranking, questions: Sequence[Labelled], passages: Sequence[Passage]
) -> None:
    """Prints the share of questions whose paragraph comes first, and among the first three."""
    of = np.array([passage.article.id for passage in passages])
    figures = []
    for everywhere in (False, True):
        places = []
        for i, labelled in enumerate(questions):
            rows = np.flatnonzero(everywhere | (of == labelled.article))
            order = rows[np.argsort(-scores_of(i, rows), kind="stable")]
            places.append(first_right(order, labelled, passages))
        figures += [np.mean(np.array(places) < 1), np.mean(np.array(places) < 3)]
    print(f"{name:44}" + "".join(f"{figure:8.3f}" for figure in figures))


def reciprocal_ranks(*scores: Scores, k: int = 60) -> Scores:
    """Reciprocal rank fusion (Cormack et al. 2009)."""
    fused = np.zeros_like(scores[0])
    for values in scores:
        ranks = np.empty(len(values), dtype=np.int64)
        ranks[np.argsort(-values, kind="stable")] = np.arange(len(values))
        fused += 1 / (k + 1 + ranks)
    return fused


def first_right(order: NDArray[np.int64], labelled: Labelled, passages: Sequence[Passage]) -> int:
    """The place, from 0, of the first passage that is labelled right."""
    for place, row in enumerate(order):
        passage = passages[row]
        if passage.article.id == labelled.article and passage.paragraph in labelled.paragraphs:
            return place
    return len(order)


if __name__ == "__main__":
    main()
