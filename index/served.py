"""The encoder as it is served: exported once to ONNX, run by ONNX Runtime, without PyTorch.

    INDEX/encoders/c4a57a7f2011/    an encoder, named by its fingerprint
        export.json  tokenizer.json
        model.onnx    weights of 32 bits, which builds embed passages by
        light.onnx    weights of 8 bits (`index.light`), which questions are embedded by; only where
                      that gives nearly the same vectors

Importing PyTorch and sentence-transformers takes seconds and half a gigabyte; ONNX Runtime takes a
fraction of a second, and is faster at embedding, too.
"""

import os
import shutil
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from index import store
from index.encoder import (
    DEFAULT_FINGERPRINT,
    DEFAULT_MODEL,
    Encoder,
    SentenceEncoder,
    Vectors,
    find_encoder,
    is_default,
)
from index.errors import ModelError, NoModel
from index.files import sha256_of
from index.light import lighten
from index.session import session_of

LEAST_COSINE = 0.999
"""What every text's vector has to have with the original's, or the export is not used."""

File = Literal["tokenizer.json", "model.onnx", "light.onnx"]

_FOLDER, _EXPORT = "encoders", "export.json"
_TOKENIZER: Final = "tokenizer.json"
_MODEL: Final = "model.onnx"
_LIGHT: Final = "light.onnx"
_MADE = 2
"""How exports are made now; 1 was without a light model. Such a one serves until the next build."""
_OPSET = 17
_LONGEST = 512
_PROBES = (
    "Who shot the attacker?",
    "how old was he",
    "A digital book of condolence will be open to the public until 19 June.",
    "“It's not the way it should be,” she said. He was proud of it. " * 12,
)


class Export(BaseModel):
    """What an exported encoder is.

    Attributes:
        name, fingerprint: those of the encoder that was exported.
        files: sha256 of its tokenizer and of each model there is, by name.
        made: how; see `_MADE`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    fingerprint: str
    files: dict[File, str]
    made: int = 1


class OnnxEncoder:
    """An exported encoder in a folder, by one of its models. Safe for several threads at once."""

    def __init__(self, export: Export, folder: Path, model: File) -> None:
        from tokenizers import Tokenizer

        self.name = export.name
        self.fingerprint = export.fingerprint
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        # An older export fills up what is shorter, though each text is alone.
        self._tokenizer.no_padding()
        self._session = session_of(folder / model)
        self._inputs = [one.name for one in self._session.get_inputs()]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 of shape (len(texts), dimensions).

        Each is embedded alone: on processors a batch was slower than its texts one by one.
        """
        if len(texts) == 1:
            return self._embed_one(texts[0])
        # Longest first, so that no thread is left with the longest at the end.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        found = list(self._threads.map(lambda place: self._embed_one(texts[place]), order))
        vectors = np.empty((len(texts), found[0].shape[1]), dtype=np.float32)
        vectors[order] = np.concatenate(found)
        return vectors

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="embedding")

    def _embed_one(self, text: str) -> Vectors:
        tokens = self._tokenizer.encode(text)
        arrays = {
            "input_ids": tokens.ids,
            "attention_mask": tokens.attention_mask,
            "token_type_ids": tokens.type_ids,
        }
        feed = {name: np.array([arrays[name]], dtype=np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)


class ExportingEncoder:
    """What a build embeds by: the encoder as exported into the index, which it is when first used.

    So a build that embeds nothing does not load the model, and after the first one none has to.
    For use inside a build, which holds the index; `export_encoder` comes after it.
    """

    def __init__(self, index: Path, encoder: SentenceEncoder) -> None:
        self.name = encoder.name
        self.fingerprint = encoder.fingerprint
        self._index = index
        self._original = encoder

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 of shape (len(texts), dimensions).

        Raises:
            ModelError: the model's files do not load.
        """
        return self._exported.embed(texts)

    @cached_property
    def _exported(self) -> Encoder:
        _export(self._index, self._original)
        return _found(self._index, self._original, _MODEL) or self._original


def serving(index: Path, encoder: Encoder) -> Encoder:
    """The encoder as the index has it exported, intact; otherwise the encoder itself."""
    return _found(index, encoder) or encoder


def find_served(index: Path, model: str | None = None) -> Encoder:
    """The encoder of a model as the index has it; the model itself need not be on this machine.

    Raises:
        ModelError: neither the model nor its export is there, or it is not the published file.
    """
    if is_default(model):
        # To read the weights only to find out that they are not needed would take time.
        folder = index / _FOLDER / DEFAULT_FINGERPRINT[:12]
        export = _intact(folder)
        if export is not None and export.fingerprint == DEFAULT_FINGERPRINT:
            return OnnxEncoder(export, folder, _served(export))
    try:
        return serving(index, find_encoder(model))
    except NoModel:
        name = Path(model or DEFAULT_MODEL).name
        for folder in sorted((index / _FOLDER).glob("*")):
            export = _intact(folder)
            if export is not None and Path(export.name).name == name:
                return OnnxEncoder(export, folder, _served(export))
        raise


def is_damaged(index: Path, encoder: Encoder) -> bool:
    """Whether the index has the encoder exported, but not as it was written."""
    folder = _folder_of(index, encoder)
    return folder.exists() and any(
        _intact(folder, one, encoder) is None for one in (_MODEL, _LIGHT)
    )


def export_encoder(index: Path, encoder: SentenceEncoder) -> str | None:
    """Exports the encoder into the index, where it is not there yet, in place of other ones.

    Returns None, or why this encoder cannot be exported; then it is served as it is.
    """
    folder = _folder_of(index, encoder)
    with store.building(index, lambda: None):
        reason = _export(index, encoder)
        if reason is None:
            for other in folder.parent.iterdir():
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
    return reason


def _export(index: Path, encoder: SentenceEncoder) -> str | None:
    """The same beside other ones, inside a build."""
    folder = _folder_of(index, encoder)
    known = None if is_damaged(index, encoder) else _intact(folder, _MODEL, encoder)
    if known is not None and known.made == _MADE:
        return None
    unfinished = store.unfinished_folder(index)
    try:
        _write(unfinished, encoder)
        cosine = _least_cosine(encoder, unfinished, _MODEL)
        if cosine >= LEAST_COSINE:
            _add_light(unfinished, encoder)
    except ModelError:
        raise
    # A model of somebody's own may be of any shape, and exporters have no one error for that.
    except Exception as error:
        return str(error).split("\n")[0] or type(error).__name__
    if cosine < LEAST_COSINE:
        return f"its vectors would differ, down to a cosine of {cosine:.4f}"
    store.sync_tree(unfinished)
    folder.parent.mkdir(exist_ok=True)
    if folder.exists():
        folder.rename(store.unfinished_folder(index) / folder.name)
    os.replace(unfinished, folder)
    return None


def _add_light(folder: Path, encoder: Encoder) -> None:
    """Adds a light model to an export, if there can be one and its vectors are nearly the same."""
    try:
        lighten(folder / _MODEL, folder / _LIGHT)
        cosine = _least_cosine(encoder, folder, _LIGHT)
    # ONNX Runtime may not have on each processor what a model is made of.
    except Exception:
        cosine = 0.0
    if cosine >= LEAST_COSINE:
        _write_card(folder, encoder, _LIGHT)
    else:
        (folder / _LIGHT).unlink(missing_ok=True)


def _folder_of(index: Path, encoder: Encoder) -> Path:
    return index / _FOLDER / encoder.fingerprint[:12]


def _found(index: Path, encoder: Encoder, model: File | None = None) -> OnnxEncoder | None:
    """The encoder as the index has it exported, by a model or the one that serves, if intact."""
    folder = _folder_of(index, encoder)
    export = _intact(folder, model, encoder)
    return None if export is None else OnnxEncoder(export, folder, model or _served(export))


def _served(export: Export) -> File:
    """The model that questions are embedded by."""
    return _LIGHT if _LIGHT in export.files else _MODEL


def _intact(
    folder: Path, model: File | None = None, encoder: Encoder | None = None
) -> Export | None:
    """What a folder has exported, if it is of that encoder and what is wanted is as it was written.

    Args:
        model: the one that is wanted, where there is it; the one that serves when None.
    """
    try:
        export = Export.model_validate_json((folder / _EXPORT).read_bytes())
        wanted = {_TOKENIZER, model or _served(export)} & export.files.keys()
        intact = all(export.files[name] == sha256_of(folder / name) for name in wanted)
    except (OSError, ValidationError):
        return None
    right = encoder is None or export.fingerprint == encoder.fingerprint
    return export if intact and right else None


def _write(folder: Path, encoder: SentenceEncoder) -> None:
    """Writes the files of an exported encoder."""
    import torch
    from tokenizers import Tokenizer

    model = encoder.model
    names = list(model.tokenizer.model_input_names)

    class Whole(torch.nn.Module):
        """Encoder, pooling and normalisation in one, as the exporter wants them."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            vectors = self.model(dict(zip(names, inputs, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1)

    example = tuple(torch.ones(2, 5, dtype=torch.long) for _ in names)
    axes = {name: {0: "texts", 1: "tokens"} for name in names} | {"vectors": {0: "texts"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            example,
            str(folder / _MODEL),
            input_names=names,
            output_names=["vectors"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    # A copy, for the original decides anew at each call how much it cuts and fills.
    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_truncation(model.max_seq_length or _LONGEST)
    tokenizer.no_padding()
    tokenizer.save(str(folder / _TOKENIZER))
    _write_card(folder, encoder)


def _write_card(folder: Path, encoder: Encoder, *more: File) -> None:
    """Writes what the files in a folder are, the named ones among them."""
    names: tuple[File, ...] = (_MODEL, *more, _TOKENIZER)
    hashes = {name: sha256_of(folder / name) for name in names}
    export = Export(name=encoder.name, fingerprint=encoder.fingerprint, files=hashes, made=_MADE)
    (folder / _EXPORT).write_text(export.model_dump_json(indent=2) + "\n", "utf-8")


def _least_cosine(original: Encoder, folder: Path, model: File) -> float:
    """The least similarity of a text's vector to the one that an exported model gives it."""
    texts = [*_PROBES, *_sentences()]
    export = Export.model_validate_json((folder / _EXPORT).read_bytes())
    exported = OnnxEncoder(export, folder, model)
    return float(np.min(np.sum(original.embed(texts) * exported.embed(texts), axis=1)))


def _sentences() -> list[str]:
    """Real ones: the paragraphs of the sample article."""
    return [
        line
        for file in (files("index") / "articles").iterdir()
        if file.name.endswith(".txt")
        for line in file.read_text("utf-8").splitlines()
        if line.strip()
    ]
