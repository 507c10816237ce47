"""Tests of index.embedding: what was embedded once is not embedded again."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.build import build
from index.embedding import Known, embed
from index.search import open_index
from index.split import split
from tests.encoders import BrokenEncoder, LetterEncoder
from tests.index.test_build import article, vectors_of

ROOT = Path(__file__).parents[2]
TEXTS = [f"Paragraph {number}." for number in range(200)]
_KILLED = """
import os, signal, sys
from pathlib import Path
from index.build import Reports, build
from tests.encoders import LetterEncoder

def die(done: int, total: int) -> None:
    if done >= 128:
        os.kill(os.getpid(), signal.SIGKILL)

build(Path(sys.argv[1]), [sys.argv[2]], LetterEncoder(), Reports(embedded=die))
"""


def kept(index: Path) -> Path:
    """The file of what was embedded for a build that was cut short."""
    [file] = (index / "embedding").iterdir()
    return file


def cut_short(index: Path, source: str) -> None:
    """Builds until the encoder fails at the 129th text, after two batches."""
    with pytest.raises(RuntimeError):
        build(index, [source], BrokenEncoder(129))


@pytest.mark.slow
def test_a_killed_build_goes_on(tmp_path: Path) -> None:
    """After a kill while texts are embedded, the next build embeds the others and no more."""
    index, source = tmp_path / "index", article(tmp_path, "a", *TEXTS)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(index), source], cwd=ROOT, timeout=60, check=False
    )
    assert killed.returncode == -9
    encoder = LetterEncoder()
    built = build(index, [source], encoder)
    assert (built.embedded, built.passages) == (72, 200)
    # The longest first.
    assert encoder.asked == sorted(TEXTS, key=len, reverse=True)[128:]
    expected = LetterEncoder().embed(TEXTS)
    assert vectors_of(index) == dict(zip(TEXTS, map(np.ndarray.tobytes, expected), strict=True))
    assert not (index / "embedding").exists()


def test_a_build_that_goes_on_is_the_same_build(tmp_path: Path) -> None:
    """A build that was cut short and went on has the name and the files of one that was not."""
    source = article(tmp_path, "a", *TEXTS)
    cut_short(tmp_path / "one", source)
    one = build(tmp_path / "one", [source], LetterEncoder())
    two = build(tmp_path / "two", [source], LetterEncoder())
    assert one.name == two.name
    manifests = [store.read_manifest(tmp_path / n / one.name) for n in ("one", "two")]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize(("cut", "left"), [(1, 73), (116, 73), (130, 74), (23199, 200)])
def test_a_torn_record_is_embedded_again(tmp_path: Path, cut: int, left: int) -> None:
    """What a crash tore off the end of the file is embedded again, and what is whole is not."""
    index, source = tmp_path / "index", article(tmp_path, "a", *TEXTS)
    cut_short(index, source)
    whole = kept(index).read_bytes()
    assert len(whole) == 8 + 128 * (16 + 26 * 4 + 4)
    kept(index).write_bytes(whole[: max(5, len(whole) - cut)])
    assert build(index, [source], LetterEncoder()).embedded == left
    assert vectors_of(index).keys() == set(TEXTS)


def test_a_damaged_record_is_embedded_again(tmp_path: Path) -> None:
    """From a record on that is not as it was written, everything is embedded again."""
    index, source = tmp_path / "index", article(tmp_path, "a", *TEXTS)
    cut_short(index, source)
    data = bytearray(kept(index).read_bytes())
    data[8 + 100 * 124 + 50] ^= 1
    kept(index).write_bytes(data)
    assert build(index, [source], LetterEncoder()).embedded == 100


def test_what_another_encoder_embedded_is_not_used(tmp_path: Path) -> None:
    """What is left of one encoder's build is nothing to another's, whose build removes it."""
    index, source = tmp_path / "index", article(tmp_path, "a", *TEXTS)
    cut_short(index, source)
    assert build(index, [source], LetterEncoder("other")).embedded == 200
    assert not (index / "embedding").exists()
    assert open_index(index, LetterEncoder("other")).name


def test_vectors_come_in_the_order_of_the_passages(tmp_path: Path) -> None:
    """Known vectors and new ones are given in the order of the passages, equal texts alike."""
    build(tmp_path / "index", [article(tmp_path, "a", "One.", "Two.")], LetterEncoder())
    [whole] = open_index(tmp_path / "index", LetterEncoder()).articles
    passages = split(whole)
    encoder = LetterEncoder()
    blocks, embedded = embed(tmp_path, [*passages, passages[0]], Known(), encoder, print)
    assert (embedded, encoder.asked) == (2, ["One.", "Two."])
    [block] = blocks
    assert np.array_equal(block, LetterEncoder().embed(["One.", "Two.", "One."]))
