"""Tests of index.check: whatever is wrong with a build is found and named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.build import build
from index.check import check
from index.errors import DamagedIndex, NoIndex
from index.files import sha256_of
from index.sources import SAMPLE
from tests.encoders import LetterEncoder

FILES = [
    "CURRENT",
    "manifest.json",
    "articles.jsonl",
    "articles.npy",
    "catalogue.jsonl",
    "ids.npy",
    "passages.npy",
    "likeness.npy",
    "vectors.faiss",
    "vocabulary.txt",
    "words/begins.npy",
    "words/most.npy",
    "words/scores.npy",
    "words/texts.json",
    "words/texts.npy",
    "words/tokens.npy",
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of the sample article."""
    build(tmp_path / "index", [SAMPLE], LetterEncoder())
    return tmp_path / "index"


def place(index: Path, file: str) -> Path:
    """Where a file of an index lies."""
    return index / file if file == "CURRENT" else index / store.current_build(index) / file


def fault(index: Path) -> str:
    """What `check` says is wrong with an index."""
    with pytest.raises(DamagedIndex) as told:
        check(index, LetterEncoder())
    return str(told.value)


def changed(index: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Changes the values of the manifest of an index."""
    file = place(index, "manifest.json")
    values = json.loads(file.read_text())
    change(values)
    file.write_text(json.dumps(values, indent=2) + "\n")


def test_sound_build_has_its_manifest(index: Path) -> None:
    """Of a sound build `check` gives the manifest."""
    manifest = check(index, LetterEncoder())
    assert (manifest.articles, manifest.paragraphs, manifest.passages) == (1, 26, 26)
    assert set(manifest.files) == set(FILES) - {"CURRENT", "manifest.json"}


def test_folder_without_a_build_has_nothing_to_check(tmp_path: Path) -> None:
    """A folder that was never built is no damaged build."""
    with pytest.raises(NoIndex):
        check(tmp_path, LetterEncoder())


@pytest.mark.parametrize("file", FILES)
def test_flipped_byte_is_found(index: Path, file: str) -> None:
    """A single flipped bit, at the head, in the middle or at the end of any file, is found."""
    damaged = place(index, file)
    sound = damaged.read_bytes()
    for at in {0, len(sound) // 3, len(sound) // 2, len(sound) - 1}:
        flipped = bytearray(sound)
        flipped[at] ^= 1
        damaged.write_bytes(flipped)
        told = fault(index)
        assert file in told or file == "manifest.json"
        assert "`pilcrow build`" in told.replace("pilcrow build SOURCE ...", "pilcrow build")
    damaged.write_bytes(sound)
    assert check(index, LetterEncoder()).articles == 1


@pytest.mark.slow
def test_no_byte_of_the_manifest_can_change(index: Path) -> None:
    """Whichever byte of the manifest is flipped, `check` finds it."""
    file = place(index, "manifest.json")
    sound = file.read_bytes()
    unnoticed = []
    for at in range(len(sound)):
        file.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        try:
            check(index, LetterEncoder())
        except DamagedIndex:
            continue
        unnoticed.append(at)
    assert unnoticed == []


@pytest.mark.parametrize("file", FILES[1:])
def test_missing_file_is_found(index: Path, file: str) -> None:
    """A file that is gone is named."""
    place(index, file).unlink()
    assert f"{file} is missing" in fault(index)


def test_missing_current_is_no_index(index: Path) -> None:
    """Without CURRENT there is no build, and the sentence says what to run."""
    (index / "CURRENT").unlink()
    with pytest.raises(NoIndex, match="run `pilcrow build`"):
        check(index, LetterEncoder())


def test_missing_build_is_found(index: Path) -> None:
    """CURRENT that names a build that is gone is named, and the build with it."""
    name = store.current_build(index)
    (index / name).rename(index / "elsewhere")
    assert fault(index) == (
        f"{index}/CURRENT names no build that is there (“{name}”): run `pilcrow build`."
    )


@pytest.mark.parametrize("content", [None, b"{}", b"["])
def test_damaged_list_of_sources_is_found(index: Path, content: bytes | None) -> None:
    """A list of sources that is gone or is none is named."""
    file = index / "sources.json"
    file.unlink() if content is None else file.write_bytes(content)
    assert f"{file} is missing or is no list of sources" in fault(index)


@pytest.mark.parametrize("stray", ["notes.txt", "words/extra.npy", "deep/er/file"])
def test_stray_file_is_found(index: Path, stray: str) -> None:
    """A file that does not belong to the build is named."""
    file = place(index, stray)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    assert f"{stray} does not belong to it." in fault(index)


def test_everything_that_is_wrong_is_told(index: Path) -> None:
    """Where several files are wrong, each has its sentence."""
    place(index, "passages.npy").unlink()
    place(index, "stray").write_text("x")
    place(index, "articles.jsonl").write_text("{}")
    told = fault(index)
    assert told.startswith(f"The build {store.current_build(index)} in {index} is damaged: ")
    assert "passages.npy is missing." in told
    assert "stray does not belong to it." in told
    assert "articles.jsonl is not what was built (its sha256 is 44136fa355b3…" in told
    assert told.endswith(" Run `pilcrow build`.")


@pytest.mark.parametrize(
    ("field", "said", "has"),
    [
        ("articles", 2, "1"),
        ("paragraphs", 25, "26"),
        ("passages", 27, "26"),
        ("dimensions", 384, "26"),
    ],
)
def test_wrong_count_is_found(index: Path, field: str, said: int, has: str) -> None:
    """A count of the manifest that does not hold is told with what there is."""
    changed(index, lambda values: values.update({field: said}))
    assert f"Its manifest.json says {said} {field}, and it has {has}." in fault(index)


@pytest.mark.parametrize(
    ("field", "value"),
    [("encoder", "another"), ("encoder_sha256", "0" * 64), ("split", {"longest_passage_words": 9})],
)
def test_manifest_that_does_not_fit_the_name_is_found(
    index: Path, field: str, value: object
) -> None:
    """A build whose manifest tells of another making than its name is found."""
    changed(index, lambda values: values.update({field: value}))
    assert "What its manifest.json and articles.jsonl say has the name " in fault(index)


def test_passage_outside_of_its_paragraph_is_found(index: Path) -> None:
    """Offsets that leave their paragraph are found, though the sha256 agrees with them."""
    file = place(index, "passages.npy")
    rows = np.load(file)
    rows[3, 3] += 10
    np.save(file, rows)
    digest = sha256_of(file)
    changed(index, lambda values: values["files"].update({"passages.npy": digest}))
    start, end = rows[3, 2:].tolist()
    assert f"A passage is at {start} to {end}, outside of its ¶ 4." in fault(index)
