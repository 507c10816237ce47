"""Tests of index.build: damaged builds, and builds that begin at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import store
from index.build import build
from index.check import check
from index.errors import DamagedIndex
from index.sources import SAMPLE
from tests.encoders import LetterEncoder
from tests.index.test_build import article, contents

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "file",
    ["manifest.json", "articles.jsonl", "passages.npy", "vectors.faiss", "words/tokens.npy"],
)
@pytest.mark.parametrize("removed", [True, False])
def test_damaged_build_is_repaired(tmp_path: Path, file: str, removed: bool) -> None:
    """A build of which a file is missing or changed is made whole by the next build."""
    name = build(tmp_path, [SAMPLE], LetterEncoder()).name
    before = {path: data for path, (data, _, _) in contents(tmp_path).items()}
    damaged = tmp_path / name / file
    damaged.unlink() if removed else damaged.write_bytes(b"?" + damaged.read_bytes()[1:])
    with pytest.raises(DamagedIndex):
        check(tmp_path, LetterEncoder())
    built = build(tmp_path, [], LetterEncoder())
    assert (built.name, built.embedded, built.unchanged) == (name, 26, False)
    assert {path: data for path, (data, _, _) in contents(tmp_path).items()} == before
    assert check(tmp_path, LetterEncoder()).passages == 26


def test_miscounting_manifest_is_repaired(tmp_path: Path) -> None:
    """What `check` calls damaged, though every sha256 is right, the next build makes whole."""
    name = build(tmp_path, [SAMPLE], LetterEncoder()).name
    manifest = tmp_path / name / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"paragraphs": 26', '"paragraphs": 27'))
    with pytest.raises(DamagedIndex, match="says 27 paragraphs, and it has 26"):
        check(tmp_path, LetterEncoder())
    assert not build(tmp_path, [], LetterEncoder()).unchanged
    assert check(tmp_path, LetterEncoder()).paragraphs == 26


def test_damaged_current_is_repaired(tmp_path: Path) -> None:
    """Where CURRENT is damaged, the next build makes its build current without embedding."""
    name = build(tmp_path, [SAMPLE], LetterEncoder()).name
    (tmp_path / "CURRENT").write_text("nonsense")
    built = build(tmp_path, [], LetterEncoder())
    assert (built.name, built.embedded, built.unchanged) == (name, 0, False)
    assert check(tmp_path, LetterEncoder()).articles == 1


def test_builds_at_once_in_threads_both_end_well(tmp_path: Path) -> None:
    """Builds that threads begin at once follow one another, and the last one serves."""
    sources = [article(tmp_path, name, f"Only {name}.") for name in "abcd"]
    index = tmp_path / "index"
    with ThreadPoolExecutor(4) as threads:
        built = list(threads.map(lambda s: build(index, [s], LetterEncoder()), sources))
    assert len({b.name for b in built}) == 4
    assert store.current_build(index) in {b.name for b in built}
    assert check(index, LetterEncoder()).articles == 1
    assert not list(index.glob(".unfinished-*"))


@pytest.mark.slow
def test_builds_at_once_in_processes_both_end_well(tmp_path: Path) -> None:
    """Builds that processes begin at once follow one another, and the last one serves."""
    sources = [article(tmp_path, name, *(f"Only {name} {i}." for i in range(300))) for name in "ab"]
    program = (
        "import sys; from pathlib import Path; from index.build import build;"
        "from tests.encoders import LetterEncoder;"
        "print(build(Path(sys.argv[1]), sys.argv[2:], LetterEncoder()).passages)"
    )
    index = str(tmp_path / "index")
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", program, index, source],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for source in sources * 2
    ]
    assert [each.communicate(timeout=100) for each in builds] == [("300\n", "")] * 4
    assert check(Path(index), LetterEncoder()).passages == 300
