"""Tests of index.search: against brute force, on real vectors and on vectors made by hand."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import bm25s
import numpy as np
import pytest
import Stemmer
from numpy.typing import NDArray

from index.build import build
from index.corpus import Hit
from index.encoder import SentenceEncoder
from index.errors import UnknownArticle
from index.search import WEIGHT_OF_WORDS, PassageIndex, fuse, open_index
from tests.encoders import LetterEncoder

DEV = Path(__file__).parents[1] / "quality" / "dev.jsonl"
ROWS = [json.loads(line) for line in DEV.read_text("utf-8").splitlines()]
QUESTIONS = [row["question"] for row in ROWS[::12]]


def places(hits: list[Hit]) -> list[tuple[str, int, int]]:
    """Where each hit is: article, paragraph, start."""
    return [(h.passage.article.id, h.passage.paragraph, h.passage.start) for h in hits]


class BruteForce:
    """Every passage of an index scored for a query, with no index: numpy and a bm25s of its own."""

    def __init__(self, index: PassageIndex) -> None:
        self.passages = [index.passage(row) for row in range(len(index))]
        self.places = [(p.article.id, p.paragraph, p.start) for p in self.passages]
        self._first = [int(row) for row in index._likeness]
        self._encoder = index.encoder
        self._vectors = index._vectors.vectors(np.arange(len(index))).astype(np.float64)
        self._stem = Stemmer.Stemmer("english")
        self._words = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        self._words.index(self._tokens([p.text for p in self.passages]), show_progress=False)

    def _tokens(self, texts: list[str]) -> list[list[str]]:
        return bm25s.tokenize(
            texts,
            token_pattern=r"\w+",
            stopwords=None,
            stemmer=self._stem,
            return_ids=False,
            show_progress=False,
        )

    def scores(self, query: str) -> NDArray[np.float64]:
        """The fused score of every passage."""
        cosine = self._vectors @ self._encoder.embed([query])[0]
        return cosine + WEIGHT_OF_WORDS * self._words.get_scores(self._tokens([query])[0])

    def best(self, scores: NDArray[np.float64], rows: list[int]) -> list[int]:
        """Of the rows those with the best scores, in order, one of each that say the same."""
        best: dict[int, int] = {}
        for row in sorted(rows, key=lambda row: -scores[row]):
            best.setdefault(self._first[row], row)
        return list(best.values())


@pytest.fixture(scope="module")
def brute_force(voa_index: PassageIndex) -> BruteForce:
    """Brute force over the thirty articles."""
    return BruteForce(voa_index)


@pytest.fixture
def letters(tmp_path: Path) -> PassageIndex:
    """Three articles under a LetterEncoder: "a", "b" and, with the paragraphs of both, "c"."""
    for name, text in {"a": "aa\nab", "b": "bb\nzz", "c": "aa\nab\nbb\nzz"}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    build(tmp_path / "index", [str(tmp_path)], LetterEncoder())
    return open_index(tmp_path / "index", LetterEncoder())


@pytest.mark.parametrize("question", QUESTIONS)
def test_search_agrees_with_brute_force(
    voa_index: PassageIndex, brute_force: BruteForce, question: str
) -> None:
    """The first 50 hits of a real question are those of scoring every passage, in that order."""
    scores = brute_force.scores(question)
    hits = voa_index.search(question, 50)
    found = [h.score for h in hits]
    assert found == sorted(found, reverse=True)
    best = brute_force.best(scores, list(range(len(scores))))[:50]
    assert found == pytest.approx([scores[row] for row in best], abs=1e-5)
    rows = {place: row for row, place in enumerate(brute_force.places)}
    assert found == pytest.approx([scores[rows[place]] for place in places(hits)], abs=1e-5)


def test_search_of_one_article_agrees_with_brute_force(
    voa_index: PassageIndex, brute_force: BruteForce
) -> None:
    """Asked for one article, search gives its passages alone, scored as among all articles."""
    for row in ROWS[::24]:
        scores = brute_force.scores(row["question"])
        own = [i for i, p in enumerate(brute_force.passages) if p.article.id == row["article"]]
        best = brute_force.best(scores, own)
        hits = voa_index.search(row["question"], len(voa_index), [row["article"]])
        assert {h.passage.article.id for h in hits} == {row["article"]}
        assert sorted(places(hits)) == [brute_force.places[i] for i in sorted(best)]
        assert [h.score for h in hits] == pytest.approx([scores[i] for i in best], abs=1e-5)


def test_sample_questions_find_their_paragraph(sample_index: PassageIndex) -> None:
    """Questions about the sample find the paragraph that a person would point at."""
    assert sample_index.search("who shot masood", 1)[0].passage.paragraph == 12
    assert sample_index.search("Which paramedic-trained MP helped?", 1)[0].passage.paragraph == 10
    assert sample_index.search("until when can i sign the book", 1)[0].passage.paragraph == 26


def test_best_hit_is_the_passage_itself(voa_index: PassageIndex) -> None:
    """A passage asked for by its own words is the first hit, with a cosine of 1."""
    for row in (0, len(voa_index) // 2, len(voa_index) - 1):
        passage = voa_index.passage(row)
        [hit] = voa_index.search(passage.text, 1)
        assert hit.passage == passage
        assert hit.cosine == pytest.approx(1.0, abs=1e-4)
        assert hit.score == pytest.approx(hit.cosine + WEIGHT_OF_WORDS * hit.bm25, abs=1e-4)


def test_k_beyond_the_index_gives_every_passage_once(voa_index: PassageIndex) -> None:
    """More hits than there are passages are all that say something of their own, best first."""
    hits = voa_index.search("who won", len(voa_index) + 1000)
    # Four paragraphs of these articles say nearly what others do.
    assert len(hits) == len(voa_index) - 4 == len(set(places(hits)))
    scores = [h.score for h in hits]
    assert scores == sorted(scores, reverse=True)


def test_k_beyond_an_article_never_gives_the_padding(letters: PassageIndex) -> None:
    """FAISS pads a short result with -1; that row, the last passage, is no hit of it."""
    for k in (3, 200, 201):
        assert places(letters.search("zz", k, ["a"])) == [("a", 1, 0), ("a", 2, 4)]
        assert len(letters.search("zz", k, ["b"])) == 2


def test_fewer_hits_are_the_first_of_more(voa_index: PassageIndex) -> None:
    """The one best hit is the first of many, and each knows how manieth it is."""
    for question in QUESTIONS[:4]:
        many = places(voa_index.search(question, 20))
        assert places(voa_index.search(question, 1)) == many[:1]
        assert places(voa_index.search(question, 7)) == many[:7]
        assert [hit.rank for hit in voa_index.search(question, 7)] == [1, 2, 3, 4, 5, 6, 7]


def test_of_equal_passages_the_first_is_the_hit(tmp_path: Path) -> None:
    """Of passages that are equal the earliest is a hit, however many of them there are."""
    for number in range(300):
        (tmp_path / f"{number:03}.txt").write_text("The same words.\nOther things entirely.")
    build(tmp_path / "index", [str(tmp_path)], LetterEncoder())
    index = open_index(tmp_path / "index", LetterEncoder())
    assert places(index.search("the same words", 1)) == [("000", 1, 0)]
    assert places(index.search("the same words", 10)) == [("000", 1, 0), ("000", 2, 17)]
    asked = index.search("the same words", 10, ["299", "123"])
    assert places(asked) == [("123", 1, 0), ("123", 2, 17)]


def test_of_near_duplicates_the_best_is_the_hit(tmp_path: Path, encoder: SentenceEncoder) -> None:
    """Five copies of a story crowd nothing out: the one nearest to the query is a hit, once."""
    story = "Armed police shot Khalid Masood dead in the yard of the palace after he killed five."
    edits = (
        "Police shot Khalid Masood dead in the yard of the palace after he had killed five.",
        "Armed police shot Khalid Masood dead in the yard of the palace after he killed 5.",
        "Armed police then shot Khalid Masood dead in the yard of the palace after he killed five.",
        story,
    )
    others = "The bridge reopened on Thursday.\nA woman fell into the river.\nIt rained all day."
    for number, text in enumerate((story, *edits)):
        (tmp_path / f"{number}.txt").write_text(f"{text}\n{others}" if number == 4 else text)
    build(tmp_path / "index", [str(tmp_path)], encoder)
    index = open_index(tmp_path / "index", encoder)
    hits = index.search("who did police shoot in the palace yard", 4)
    assert [h.passage.paragraph == 1 for h in hits] == [True, False, False, False]
    assert sorted(places(hits[1:]))[0][:2] == ("4", 2)
    assert places(index.search(edits[1], 1)) == [("2", 1, 0)]
    assert places(index.search(story, 1)) == [("0", 1, 0)]


def test_a_duplicate_outside_the_scope_hides_nothing(letters: PassageIndex) -> None:
    """Where some articles are asked, a passage is a hit though one of the others is its like."""
    assert places(letters.search("aa", 1)) == [("a", 1, 0)]
    assert places(letters.search("aa", 1, ["c"])) == [("c", 1, 0)]
    assert places(letters.search("aa", 1, ["b", "c"])) == [("c", 1, 0)]


def test_scores_by_hand(letters: PassageIndex) -> None:
    """Cosines are those of the letters that texts share; of equal texts the first is a hit."""
    hits = letters.search("a", 8)
    assert places(hits) == [("a", 1, 0), ("a", 2, 4), ("b", 1, 0), ("b", 2, 4)]
    assert [h.cosine for h in hits] == pytest.approx([1, 0.5**0.5, 0, 0])
    assert [h.bm25 for h in hits] == [0.0] * 4


def test_equal_vectors_have_equal_scores(tmp_path: Path, encoder: SentenceEncoder) -> None:
    """Passages of equal vectors have the same score to the last bit, wherever those lie."""
    # The encoder sees no accents, and no two of these are the same words.
    for number, letters in enumerate(product("yý", "oó", "ií", "eé")):
        text = "Masood was shot b{} p{}l{}c{}.".format(*letters)
        (tmp_path / f"{number:03}.txt").write_text(text)
    build(tmp_path / "index", [str(tmp_path)], encoder)
    hits = open_index(tmp_path / "index", encoder).search("who shot masood", 16)
    assert [h.passage.article.id for h in hits] == [f"{n:03}" for n in range(16)]
    assert len({h.score for h in hits}) == 1


def test_a_passage_knows_its_row(letters: PassageIndex) -> None:
    """Each passage has the row that it came from, equal passages of other articles too."""
    passages = [letters.passage(row) for row in range(len(letters))]
    assert [letters.row(passage) for passage in passages] == list(range(len(letters)))
    assert [letters.place(article) for article in letters.articles] == [0, 1, 2]


def test_unknown_article_is_refused(letters: PassageIndex) -> None:
    """An article that the index does not hold is refused by its id."""
    with pytest.raises(UnknownArticle) as refused:
        letters.search("a", 1, ["d"])
    assert str(refused.value) == (
        "The index has no article “d”: `pilcrow articles` lists what it has."
    )


def test_query_without_a_known_word_is_ranked_by_meaning(sample_index: PassageIndex) -> None:
    """A query that shares no word with the articles is answered by the vectors alone."""
    hits = sample_index.search("assailant slain", 3)
    assert [h.bm25 for h in hits] == [0.0] * 3
    assert [h.score for h in hits] == [h.cosine for h in hits]
    assert 12 in [h.passage.paragraph for h in hits]


@pytest.mark.parametrize(
    "query", ["", " \n", "?!", "馬蘇德是誰？", "кто", "\ud800", "\u202e\0", "x " * 9000]
)
def test_any_text_is_a_query(sample_index: PassageIndex, query: str) -> None:
    """Another script, no word, half a character and a very long text all find something."""
    hits = sample_index.search(query, 5)
    assert len(hits) == 5
    assert all(np.isfinite([h.score, h.cosine, h.bm25]).all() for h in hits)


def test_query_is_made_regular(sample_index: PassageIndex) -> None:
    """A query with odd spaces, composition and invisible characters is the plain query."""
    plain = sample_index.search("café memorial for pc palmer", 5)
    assert sample_index.search("cafe\u0301\u00a0memorial \u200bfor\npc palmer ", 5) == plain


def test_threads_find_what_one_finds(voa_index: PassageIndex) -> None:
    """Searches in several threads at once find what they find alone."""
    alone = [voa_index.search(question, 5) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda q: voa_index.search(q, 5), QUESTIONS * 2))
    assert together == alone * 2


def test_fuse_adds_the_weighted_words() -> None:
    """The fused score is the cosine and 0.04 for each point of BM25."""
    cosine = np.array([0.5, 0.25, -0.5], dtype=np.float32)
    bm25 = np.array([0.0, 10.0, 25.0], dtype=np.float32)
    fused = fuse(cosine, bm25)
    assert fused.tolist() == pytest.approx([0.5, 0.65, 0.5])
    assert fused.dtype == np.float32


def test_opened_index_knows_its_build(voa_index: PassageIndex, encoder: SentenceEncoder) -> None:
    """An opened index has the articles in the order of their file, and its manifest's counts."""
    assert len(voa_index.articles) == voa_index.manifest.articles == 30
    assert voa_index.articles[0].id == "voa-n141"
    assert len(voa_index) == voa_index.manifest.passages
    assert voa_index.manifest.encoder == "all-MiniLM-L6-v2"
    assert voa_index.encoder.fingerprint == encoder.fingerprint
