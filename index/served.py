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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeGuard

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

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
from index.session import session_of

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

File = Literal["tokenizer.json", "model.onnx", "light.onnx"]

_FOLDER, EXPORT = "encoders", "export.json"
TOKENIZER: Final = "tokenizer.json"
MODEL: Final = "model.onnx"
LIGHT: Final = "light.onnx"


class Export(BaseModel):
    """What an exported encoder is.

    Attributes:
        name, fingerprint: those of the encoder that was exported.
        files: sha256 of its tokenizer and of each model there is, by name.
        made: how; see `_MADE`.
        languages: those that it was made for (ISO 639-1), where that is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    fingerprint: str
    files: dict[File, str]
    made: int = 1
    languages: list[str] | None = None


class OnnxEncoder:
    """An exported encoder in a folder, by one of its models, which is loaded when it first embeds.

    Safe to use from several threads at once.
    """

    def __init__(self, export: Export, folder: Path, model: File) -> None:
        self.name = export.name
        self.fingerprint = export.fingerprint
        self.languages = None if export.languages is None else frozenset(export.languages)
        self.folder = folder
        self._model = model

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
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER))
        # An older export fills up what is shorter, though each text is alone.
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> "InferenceSession":
        return session_of(self.folder / self._model)

    @cached_property
    def _inputs(self) -> list[str]:
        return [one.name for one in self._session.get_inputs()]

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


Model = SentenceEncoder | OnnxEncoder
"""What a build is given: a model itself, or its export."""


def serving(index: Path, encoder: Model) -> Model:
    """The encoder as the index has it exported, intact; otherwise the encoder itself."""
    return found_in(index, encoder.fingerprint) or encoder


def find_model(index: Path, model: str | None = None) -> Model:
    """What a build embeds by: a model, its export in a folder, or for want of both in the index.

    Raises:
        ModelError: it is nowhere, or it is not what was written or published.
    """
    if is_export(model):
        return _export_in(Path(model), MODEL)
    try:
        return find_encoder(model)
    except NoModel:
        if found := _named(index, model, MODEL):
            return found
        raise


def find_served(index: Path, model: str | None = None) -> Model:
    """The encoder of a model as the index has it; the model itself need not be on this machine.

    Raises:
        ModelError: it is nowhere, or it is not what was written or published.
    """
    if is_export(model):
        return serving(index, _export_in(Path(model)))
    # To read the weights only to find out that they are not needed would take time.
    if is_default(model) and (found := found_in(index, DEFAULT_FINGERPRINT)):
        return found
    try:
        return serving(index, find_encoder(model))
    except NoModel:
        if found := _named(index, model):
            return found
        raise


def is_export(model: str | None) -> TypeGuard[str]:
    """Whether a model is named by a folder that has it exported, as INDEX/encoders has."""
    return model is not None and (Path(model) / EXPORT).is_file()


def is_damaged(index: Path, encoder: Encoder) -> bool:
    """Whether the index has the encoder exported, but not as it was written."""
    folder = folder_of(index, encoder.fingerprint)
    return folder.exists() and any(
        found_in(index, encoder.fingerprint, one) is None for one in (MODEL, LIGHT)
    )


def folder_of(index: Path, fingerprint: str) -> Path:
    """Where an index has the encoder of a fingerprint exported."""
    return index / _FOLDER / fingerprint[:12]


def found_in(index: Path, fingerprint: str, model: File | None = None) -> OnnxEncoder | None:
    """The encoder of a fingerprint as the index has it exported, intact, by one of its models."""
    folder = folder_of(index, fingerprint)
    export = intact(folder, model)
    if export is None or export.fingerprint != fingerprint:
        return None
    return OnnxEncoder(export, folder, model or _served(export))


def _named(index: Path, model: str | None, by: File | None = None) -> OnnxEncoder | None:
    """The encoder that has a model's name, as the index has it exported, intact."""
    name = Path(model or DEFAULT_MODEL).name
    for folder in sorted((index / _FOLDER).glob("*")):
        export = intact(folder, by)
        if export is not None and Path(export.name).name == name:
            return OnnxEncoder(export, folder, by or _served(export))
    return None


def _export_in(folder: Path, model: File | None = None) -> OnnxEncoder:
    """The encoder that a folder has exported, by one of its models.

    Raises:
        ModelError: it is not what was written.
    """
    export = intact(folder, model)
    if export is None:
        raise ModelError(
            f"The exported model in {folder} is not as it was written: copy it again from the "
            "index that made it, or set PILCROW_MODEL to another."
        )
    return OnnxEncoder(export, folder.resolve(), model or _served(export))


def _served(export: Export) -> File:
    """The model that questions are embedded by."""
    return LIGHT if LIGHT in export.files else MODEL


def intact(folder: Path, model: File | None = None) -> Export | None:
    """What a folder has exported, if what is wanted of it is as it was written.

    Args:
        model: the one that is wanted, where there is it; the one that serves when None.
    """
    try:
        export = Export.model_validate_json((folder / EXPORT).read_bytes())
        wanted = {TOKENIZER, model or _served(export)} & export.files.keys()
        intact = all(export.files[name] == sha256_of(folder / name) for name in wanted)
    except (OSError, ValidationError):
        return None
    return export if intact else None
