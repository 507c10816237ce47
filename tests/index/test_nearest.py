"""Tests of index.nearest: vectors in lists, of more passages than are looked at one by one."""

from pathlib import Path

import numpy as np
import pytest

from index import nearest, store
from index.build import build
from index.check import check
from index.search import PassageIndex, open_index
from tests.encoders import LetterEncoder

_PASSAGES = 3000


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    """3,000 passages in three articles, each of letters of its own, in lists from 1,000 on."""
    folder = tmp_path_factory.mktemp("lists")
    draw = np.random.default_rng(0)
    texts = [
        "".join(draw.choice(list("abcdefghijklmnopqrstuvwxyz"), 60, p=chances))
        for chances in draw.dirichlet([0.1] * 26, _PASSAGES)
    ]
    for number in range(3):
        (folder / f"{number}.txt").write_text("\n".join(texts[number::3]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nearest, "EXACT_UP_TO", 1000)
        build(folder / "index", [str(folder)], LetterEncoder())
    return open_index(folder / "index", LetterEncoder())


def exact(index: PassageIndex, query: str, rows: np.ndarray) -> list[int]:
    """The rows of the ten nearest passages, by looking at each."""
    vectors = LetterEncoder().embed([index.passage(row).text for row in rows])
    return rows[np.argsort(-(vectors @ LetterEncoder().embed([query])[0]))[:10]].tolist()


def test_recall_is_measured_and_above_its_floor(lists: PassageIndex) -> None:
    """The manifest has how the lists are searched, and what that finds of the nearest."""
    found = lists.manifest.approximation
    assert found is not None
    assert (found.lists, found.queries) == (128, 500)
    assert 0.97 <= found.recall <= 1
    assert 1 <= found.probes <= 64


def test_lists_find_the_nearest(lists: PassageIndex) -> None:
    """Of the ten nearest to parts of passages the lists find nearly all."""
    texts = [lists.passage(row).text[:40] for row in range(5, len(lists), 100)]
    shares = []
    for text in texts:
        near = lists._vectors.nearest(LetterEncoder().embed([text]), 200)
        shares.append(np.isin(exact(lists, text, np.arange(len(lists))), near).mean())
    assert np.mean(shares) >= 0.95


def test_hits_are_scored_exactly(lists: PassageIndex) -> None:
    """A hit's cosine is that of the vectors as they are, and the passage itself comes first."""
    for row in (0, 1500, 2999):
        passage = lists.passage(row)
        hits = lists.search(passage.text, 5)
        assert hits[0].passage == passage
        vectors = LetterEncoder().embed([passage.text, *(hit.passage.text for hit in hits)])
        cosines = vectors[1:].astype(np.float64) @ vectors[0]
        assert [hit.cosine for hit in hits] == pytest.approx(cosines.tolist(), abs=1e-6)


def test_few_articles_are_searched_exactly(lists: PassageIndex) -> None:
    """Asked for so few articles that each vector can be looked at, a search finds all the best."""
    rows = np.arange(len(lists))[1000:2000]
    query = LetterEncoder().embed(["harbour and zebra"])
    found = lists._vectors.nearest(query, 10, rows)
    best = np.array(exact(lists, "harbour and zebra", rows))
    cosines = lists._vectors.cosines(query, found).tolist()
    assert cosines == pytest.approx(lists._vectors.cosines(query, best).tolist(), abs=1e-6)


def test_many_articles_are_searched_by_lists(
    lists: PassageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for some articles of many passages, a search by lists finds theirs alone."""
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 100)
    rows = np.arange(len(lists))[1000:2000]
    found = lists._vectors.nearest(LetterEncoder().embed(["harbour and zebra"]), 200, rows)
    assert len(found) == len(set(found.tolist())) > 100
    assert np.isin(found, rows).all()


def test_a_build_with_lists_is_checked_and_kept(lists: PassageIndex, tmp_path: Path) -> None:
    """A build with lists passes its check, and its few neighbours have none."""
    folder = lists.articles._files.build.parent
    assert check(folder, LetterEncoder()).approximation == lists.manifest.approximation
    (tmp_path / "a.txt").write_text("One.\nTwo.")
    name = build(tmp_path / "index", [str(tmp_path / "a.txt")], LetterEncoder()).name
    assert store.read_manifest(tmp_path / "index" / name).approximation is None
    assert not (tmp_path / "index" / name / "nearest.faiss").exists()
