"""Tests of index.joint: several builds that are searched as one."""

import json
from pathlib import Path

import pytest

from index.build import build
from index.corpus import Hit
from index.errors import UnknownArticle
from index.joint import JointIndex
from index.search import PassageIndex, open_index
from tests.encoders import LetterEncoder

ENCODER = LetterEncoder()
# Two words a passage, so that the mean length is the same in each part and in the whole.
OURS = {"a": "aa common", "b": "bb common\n\ncc rare", "c": "cc common"}
THEIRS = {"d": "dd common\n\nab rare", "e": "ee common"}


def opened(folder: Path, texts: dict[str, str]) -> PassageIndex:
    """A build of articles with these ids and texts."""
    folder.mkdir()
    rows = [json.dumps({"id": one, "title": one, "text": text}) for one, text in texts.items()]
    (folder / "rows.jsonl").write_text("\n".join(rows))
    build(folder / "index", [str(folder / "rows.jsonl")], ENCODER)
    return open_index(folder / "index", ENCODER)


def found(hits: list[Hit]) -> list[tuple[str, int, int, float, float, float]]:
    """Article, paragraph, rank and scores of each hit, rounded as single precision has it."""
    found = []
    for hit in hits:
        score, cosine, bm25 = (round(x, 5) for x in scores_of(hit))
        found.append((hit.passage.article.id, hit.passage.paragraph, hit.rank, score, cosine, bm25))
    return found


def scores_of(hit: Hit) -> tuple[float, float, float]:
    """All three scores of a hit."""
    return hit.score, hit.cosine, hit.bm25


@pytest.fixture
def parts(tmp_path: Path) -> list[PassageIndex]:
    """Two builds: articles a, b, c and articles d, e."""
    return [opened(tmp_path / "ours", OURS), opened(tmp_path / "theirs", THEIRS)]


@pytest.mark.parametrize("query", ["common", "rare cc", "ab", "zz nowhere", "rare rare common"])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_two_builds_are_searched_as_one(
    parts: list[PassageIndex], tmp_path: Path, query: str, k: int
) -> None:
    """The hits and all their scores are those of one build that holds the articles of both."""
    whole = opened(tmp_path / "whole", OURS | THEIRS)
    assert found(JointIndex(parts).search(query, k)) == found(whole.search(query, k))


def test_the_query_is_embedded_once(parts: list[PassageIndex]) -> None:
    """However many builds there are, a query is embedded once."""
    before = len(ENCODER.asked)
    JointIndex(parts).search("ab")
    assert ENCODER.asked[before:] == ["ab"]


def test_it_is_what_the_builds_are_in_their_order(parts: list[PassageIndex]) -> None:
    """Articles and passages are numbered through; name and time are those of the builds."""
    joint = JointIndex(parts)
    assert joint.name == f"{parts[0].name}+{parts[1].name}"
    assert joint.built_at == parts[1].built_at
    assert [article.id for article in joint.articles] == ["a", "b", "c", "d", "e"]
    texts = ["aa common", "bb common", "cc rare", "cc common", "dd common", "ab rare", "ee common"]
    assert [joint.passage(row).text for row in range(len(joint))] == texts
    assert joint.encoder is ENCODER


def test_a_scope_may_lie_in_either_build_or_both(parts: list[PassageIndex]) -> None:
    """Only the articles that are named are searched, wherever they are."""
    joint = JointIndex(parts)
    for scope in (["e"], ["a"], ["b", "d"]):
        hits = joint.search("common", 10, scope)
        assert {hit.passage.article.id for hit in hits} == set(scope)
    assert len(joint.search("common", 10, ["b", "d"])) == 4


def test_an_id_that_nobody_has_is_named(parts: list[PassageIndex]) -> None:
    """One unknown id among known ones is an error that names it."""
    with pytest.raises(UnknownArticle, match="The index has no article “f”"):
        JointIndex(parts).search("common", 10, ["a", "f"])


def test_ids_that_collide_are_told_apart(tmp_path: Path) -> None:
    """Of two articles with one id the later build's gets another, by which it is found."""
    ours = opened(tmp_path / "ours", {"a": "aa common", "b": "bb common"})
    theirs = opened(tmp_path / "theirs", {"a": "xx common", "a (2)": "yy common"})
    joint = JointIndex([ours, theirs])
    assert [article.id for article in joint.articles] == ["a", "b", "a (3)", "a (2)"]
    assert [article.id for article in theirs.articles] == ["a", "a (2)"]
    (hit,) = joint.search("common", 10, ["a (3)"])
    assert (hit.passage.text, hit.passage.article) == ("xx common", joint.articles[2])
    assert joint.passage(2).article == joint.articles[2]
    assert [h.passage.text for h in joint.search("common", 10, ["a"])] == ["aa common"]


def test_what_several_builds_say_is_a_hit_once(tmp_path: Path) -> None:
    """Of equal passages the earlier build's is the hit, and other passages are not crowded out."""
    texts = {"one": "aa common", "two": "aa common\n\nzz other", "three": "aa common"}
    parts = [opened(tmp_path / name, {name: text}) for name, text in texts.items()]
    joint = JointIndex(parts)
    hits = joint.search("aa", 2)
    assert [(h.passage.article.id, h.passage.paragraph) for h in hits] == [("one", 1), ("two", 2)]
    [hit] = joint.search("aa", 1, ["three"])
    assert hit.passage.article.id == "three"
