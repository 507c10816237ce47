"""The encoder exported to ONNX by a build, once, verified against the original.

PyTorch is imported only where there is no export yet.
"""

import os
import shutil
import warnings
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np

from index import store
from index.encoder import Encoder, SentenceEncoder, Vectors
from index.errors import ModelError
from index.files import sha256_of
from index.light import lighten
from index.served import (
    EXPORT,
    LIGHT,
    MODEL,
    TOKENIZER,
    Export,
    File,
    Model,
    OnnxEncoder,
    folder_of,
    found_in,
    intact,
    is_damaged,
)

LEAST_COSINE = 0.999
"""What every text's vector has to have with the original's, or the export is not used."""

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


class ExportingEncoder:
    """What a build embeds by: the encoder as exported into the index, which it is when first used.

    So a build that embeds nothing does not load the model, and after the first one none has to.
    For use inside a build, which holds the index; `export_encoder` comes after it.
    """

    def __init__(self, index: Path, encoder: Model) -> None:
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
        return found_in(self._index, self.fingerprint, MODEL) or self._original


def export_encoder(index: Path, encoder: Model) -> str | None:
    """Exports the encoder into the index, where it is not there yet, in place of other ones.

    Returns None, or why this encoder cannot be exported; then it is served as it is.
    """
    folder = folder_of(index, encoder.fingerprint)
    with store.building(index, lambda: None):
        reason = _export(index, encoder)
        if reason is None:
            for other in folder.parent.iterdir():
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
    return reason


def _export(index: Path, encoder: Model) -> str | None:
    """The same beside other ones, inside a build."""
    folder = folder_of(index, encoder.fingerprint)
    known = None if is_damaged(index, encoder) else intact(folder, MODEL)
    if known is not None and known.made == _MADE:
        return None
    unfinished = store.unfinished_folder(index)
    if isinstance(encoder, OnnxEncoder):
        if encoder.folder == folder:
            return None
        shutil.copytree(encoder.folder, unfinished, dirs_exist_ok=True)
    elif reason := _fill(unfinished, encoder):
        return reason
    store.sync_tree(unfinished)
    folder.parent.mkdir(exist_ok=True)
    if folder.exists():
        folder.rename(store.unfinished_folder(index) / folder.name)
    os.replace(unfinished, folder)
    return None


def _fill(folder: Path, encoder: SentenceEncoder) -> str | None:
    """Exports an encoder into an empty folder, or says why it cannot be done."""
    try:
        _write(folder, encoder)
        cosine = _least_cosine(encoder, folder, MODEL)
        if cosine >= LEAST_COSINE:
            _add_light(folder, encoder)
    except ModelError:
        raise
    # A model of somebody's own may be of any shape, and exporters have no one error for that.
    except Exception as error:
        return str(error).split("\n")[0] or type(error).__name__
    if cosine < LEAST_COSINE:
        return f"its vectors would differ, down to a cosine of {cosine:.4f}"
    return None


def _add_light(folder: Path, encoder: SentenceEncoder) -> None:
    """Adds a light model to an export, if there can be one and its vectors are nearly the same."""
    try:
        lighten(folder / MODEL, folder / LIGHT)
        cosine = _least_cosine(encoder, folder, LIGHT)
    # ONNX Runtime may not have on each processor what a model is made of.
    except Exception:
        cosine = 0.0
    if cosine >= LEAST_COSINE:
        _write_card(folder, encoder, LIGHT)
    else:
        (folder / LIGHT).unlink(missing_ok=True)


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
            str(folder / MODEL),
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
    tokenizer.save(str(folder / TOKENIZER))
    _write_card(folder, encoder)


def _write_card(folder: Path, encoder: SentenceEncoder, *more: File) -> None:
    """Writes what the files in a folder are, the named ones among them."""
    names: tuple[File, ...] = (MODEL, *more, TOKENIZER)
    export = Export(
        name=encoder.name,
        fingerprint=encoder.fingerprint,
        files={name: sha256_of(folder / name) for name in names},
        made=_MADE,
        languages=None if encoder.languages is None else sorted(encoder.languages),
    )
    (folder / EXPORT).write_text(export.model_dump_json(indent=2) + "\n", "utf-8")


def _least_cosine(original: Encoder, folder: Path, model: File) -> float:
    """The least similarity of a text's vector to the one that an exported model gives it."""
    texts = [*_PROBES, *_sentences()]
    export = Export.model_validate_json((folder / EXPORT).read_bytes())
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
