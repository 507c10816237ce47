"""Tests of index.store: the files of a build."""

import hashlib
import json
import os
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.asked import last_asked
from index.build import SPLIT_PARAMETERS, build
from index.corpus import Article, Entry
from index.errors import DamagedIndex, NoIndex
from index.sources import SAMPLE
from index.split import split
from tests.encoders import LetterEncoder

MADE_BY = {"name": "letters", "sha256": "f" * 64}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of the sample article."""
    build(tmp_path / "index", [SAMPLE], LetterEncoder())
    return tmp_path / "index"


def current(index: Path) -> Path:
    """The folder of the current build."""
    return index / store.current_build(index)


def test_build_holds_what_was_published(index: Path) -> None:
    """Articles, passages and vectors come back as they went in, in their order."""
    folder = current(index)
    [article] = store.load_articles(folder)
    passages = split(article)
    rows = store.load_passages(folder)
    assert len(article.paragraphs) == 26
    assert rows.tolist() == [[0, p.paragraph, p.start, p.end] for p in passages]
    assert rows.dtype == np.int64
    assert store.load_likeness(folder).tolist() == list(range(26))
    assert store.load_likeness(folder).dtype == np.int32
    vectors = store.load_vectors(folder)
    expected = LetterEncoder().embed([p.text for p in passages])
    assert (vectors.count, vectors.dimensions) == (26, 26)
    assert np.array_equal(vectors.vectors(np.arange(26)), expected)
    assert store.load_words(folder).scores("Masood").argmax() == 11


def test_catalogue_says_all_of_an_article_but_its_text(tmp_path: Path) -> None:
    """What lists show of an article needs no reading of its text."""
    row = {"id": "a", "title": "T", "text": "Words.", "url": "https://a.example/", "language": "no"}
    dated = {"published": "2024-05-06", "publisher": "P"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row | dated))
    build(tmp_path / "index", [str(tmp_path / "rows.jsonl")], LetterEncoder())
    [entry] = store.load_articles(current(tmp_path / "index")).entries
    assert entry == Entry("a", "T", "https://a.example/", date(2024, 5, 6), "P", "no")


def test_manifest_says_what_the_build_holds(index: Path) -> None:
    """The manifest has the format, the encoder, the counts, the split and each file's sha256."""
    folder = current(index)
    manifest = store.read_manifest(folder)
    assert manifest.format == 2
    assert manifest.encoder == "letters"
    assert manifest.encoder_sha256 == LetterEncoder().fingerprint
    assert (manifest.dimensions, manifest.articles) == (26, 1)
    assert (manifest.paragraphs, manifest.passages) == (26, 26)
    assert manifest.split == {"longest_passage_words": 150}
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(manifest.files) == files - {"manifest.json"}
    for name, digest in manifest.files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert manifest.sizes[name] == (folder / name).stat().st_size
    assert manifest.sizes.keys() == manifest.files.keys()
    assert manifest.approximation is None


def test_nothing_is_pickled(index: Path) -> None:
    """Every array loads with pickle forbidden, and everything else is JSON or FAISS's own."""
    files = [path for path in current(index).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".npy", ".json", ".jsonl", ".txt", ".faiss"}
    for path in files:
        if path.suffix == ".npy":
            assert np.load(path, allow_pickle=False).ndim > 0
        elif path.suffix == ".json":
            assert json.loads(path.read_text("utf-8"))


def test_name_follows_from_the_content() -> None:
    """The name of a build changes with an article, the encoder or the split, and with no more."""
    article = Article("a", "t", "One.")
    name = store.build_name([article], MADE_BY, SPLIT_PARAMETERS)
    assert name == store.build_name([Article("a", "t", "One.")], dict(MADE_BY), SPLIT_PARAMETERS)
    others = {
        store.build_name([Article("a", "t", "Two.")], MADE_BY, SPLIT_PARAMETERS),
        store.build_name([article, Article("b", "t", "One.")], MADE_BY, SPLIT_PARAMETERS),
        store.build_name([article], {**MADE_BY, "sha256": "0" * 64}, SPLIT_PARAMETERS),
        store.build_name([article], MADE_BY, {"longest_passage_words": 151}),
    }
    assert len(others - {name}) == 4
    assert len(name) == 12
    assert int(name, 16) >= 0


def test_folder_without_a_build_has_none(tmp_path: Path) -> None:
    """A folder that is missing or empty has no build and no sources, and says how to get them."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoIndex) as told:
            store.current_build(folder)
        assert str(told.value) == (
            f"There is no index in {folder}: run `pilcrow build`, or name its folder with --index."
        )
        assert last_asked(folder) is None


@pytest.mark.parametrize(
    "named", [b"", b"\n", b"..\n", b"texts\n", b"0123456789ab\n", b"\xff\xfe", b"a/b", b"x" * 5000]
)
def test_current_that_names_no_build_is_damaged(index: Path, named: bytes) -> None:
    """CURRENT that names anything but a build that is there is refused, in a sentence."""
    (index / "texts").mkdir()
    (index / "CURRENT").write_bytes(named)
    with pytest.raises(DamagedIndex) as told:
        store.current_build(index)
    assert str(told.value).startswith(f"{index / 'CURRENT'} names no build that is there (“")
    assert str(told.value).endswith("”): run `pilcrow build`.")
    assert len(str(told.value)) < len(str(index)) + 100


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'"sample"', b"[1]", b"\xff", b"[" * 100_000, b'["a"', None]
)
def test_damaged_list_of_sources_is_refused(index: Path, content: bytes | None) -> None:
    """A list of sources that is missing beside a build, or is none, is refused with what to do."""
    file = index / "sources.json"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(DamagedIndex) as told:
        last_asked(index)
    assert str(told.value) == (
        f"{file} is missing or is no list of sources: run `pilcrow build SOURCE ...`, naming them."
    )


def test_manifest_of_another_format_is_refused(index: Path) -> None:
    """A build of another version, whose manifest has other fields, is refused with both formats."""
    file = current(index) / "manifest.json"
    file.write_text(json.dumps({"format": 3, "encoder": "a", "dimensions": 384}))
    with pytest.raises(DamagedIndex) as told:
        store.read_manifest(current(index))
    assert str(told.value) == (
        f"{current(index)} has format 3, and this version reads format 2: run `pilcrow build`."
    )


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"format": "1"}'])
def test_manifest_that_is_none_is_refused(index: Path, content: bytes) -> None:
    """A file that is no manifest is refused by its name."""
    file = current(index) / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(DamagedIndex, match="is missing or is no manifest: run `pilcrow build`"):
        store.verified_manifest(current(index))


def test_build_knows_when_it_was_made(index: Path) -> None:
    """The time of a build is now, in UTC, when it has just been made."""
    made = store.built_at(index, store.current_build(index))
    assert made.tzinfo is UTC
    assert timedelta(0) <= datetime.now(UTC) - made < timedelta(minutes=5)


def test_second_build_waits_for_the_first(tmp_path: Path) -> None:
    """While one build holds the index a second one says that it waits, and then goes on."""
    waiting, order = threading.Event(), []

    def second() -> None:
        with store.building(tmp_path, waiting.set):
            order.append("second")

    with store.building(tmp_path, lambda: order.append("never")):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_what_was_left_over_is_removed(tmp_path: Path) -> None:
    """A build begins and ends without the files and folders that an earlier one left unfinished."""
    (tmp_path / ".unfinished-a" / "words").mkdir(parents=True)
    (tmp_path / ".unfinished-b").write_text("half")
    with store.building(tmp_path, lambda: None):
        assert [p.name for p in tmp_path.iterdir()] == ["lock"]
        (tmp_path / ".unfinished-c").mkdir()
    assert [p.name for p in tmp_path.iterdir()] == ["lock"]


def test_files_can_be_read_by_others(index: Path) -> None:
    """What a build writes may be read by another user, like the bot's."""
    for path in (current(index), index / "CURRENT", index / "sources.json"):
        assert os.stat(path).st_mode & 0o444 == 0o444
