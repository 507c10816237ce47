"""The encoder as it is served: exported once to ONNX, run by ONNX Runtime, without PyTorch.

    INDEX/encoders/c4a57a7f2011/    an encoder, named by its fingerprint
        export.json  model.onnx  tokenizer.json

Importing PyTorch and sentence-transformers takes seconds and half a gigabyte; ONNX Runtime takes a
fraction of a second, and for the same weights gives the same vectors.
"""

import os
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from index import store
from index.encoder import DEFAULT_MODEL, Encoder, SentenceEncoder, Vectors, find_encoder
from index.errors import NoModel
from index.files import sha256_of

LEAST_COSINE = 0.999
"""What every text's vector has to have with the original's, or the export is not used."""

_FOLDER, _EXPORT, _MODEL, _TOKENIZER = "encoders", "export.json", "model.onnx", "tokenizer.json"
_OPSET = 17
_LONGEST = 512
_BATCH = 8
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
        files: sha256 of the model and of its tokenizer, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    fingerprint: str
    files: dict[str, str]


class OnnxEncoder:
    """An exported encoder in a folder. Safe to use from several threads at once."""

    def __init__(self, name: str, fingerprint: str, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.name = name
        self.fingerprint = fingerprint
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        options = onnxruntime.SessionOptions()
        # Several questions at once have a processor each, and do not wait for each other's threads.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / _MODEL), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [one.name for one in self._session.get_inputs()]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 of shape (len(texts), dimensions)."""
        # Texts of one length together, for a batch is filled up to its longest.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        found = [self._embed_batch([texts[place] for place in batch]) for batch in batches]
        sorted_vectors = np.concatenate(found)
        vectors = np.empty_like(sorted_vectors)
        vectors[order] = sorted_vectors
        return vectors

    def _embed_batch(self, texts: list[str]) -> Vectors:
        tokens = self._tokenizer.encode_batch(texts)
        arrays = {
            "input_ids": [one.ids for one in tokens],
            "attention_mask": [one.attention_mask for one in tokens],
            "token_type_ids": [one.type_ids for one in tokens],
        }
        feed = {name: np.array(arrays[name], dtype=np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)


def serving(index: Path, encoder: Encoder) -> Encoder:
    """The encoder as the index has it exported, intact; otherwise the encoder itself."""
    folder = _folder_of(index, encoder)
    if not _is_intact(folder, encoder):
        return encoder
    return OnnxEncoder(encoder.name, encoder.fingerprint, folder)


def find_served(index: Path, model: str | None = None) -> Encoder:
    """The encoder of a model as the index has it; the model itself need not be on this machine.

    Raises:
        ModelError: neither the model nor its export is there, or it is not the published file.
    """
    try:
        return serving(index, find_encoder(model))
    except NoModel:
        name = Path(model or DEFAULT_MODEL).name
        for folder in sorted((index / _FOLDER).glob("*")):
            export = _intact(folder)
            if export is not None and Path(export.name).name == name:
                return OnnxEncoder(export.name, export.fingerprint, folder)
        raise


def is_damaged(index: Path, encoder: Encoder) -> bool:
    """Whether the index has the encoder exported, but not as it was written."""
    folder = _folder_of(index, encoder)
    return folder.exists() and not _is_intact(folder, encoder)


def export_encoder(index: Path, encoder: SentenceEncoder) -> str | None:
    """Exports the encoder into the index, where it is not there yet, in place of other ones.

    Returns None, or why this encoder cannot be exported; then it is served as it is.
    """
    folder = _folder_of(index, encoder)
    with store.building(index, lambda: None):
        if _is_intact(folder, encoder):
            return None
        unfinished = store.unfinished_folder(index)
        try:
            _write(unfinished, encoder)
            exported = OnnxEncoder(encoder.name, encoder.fingerprint, unfinished)
            cosine = _least_cosine(encoder, exported)
        # A model of somebody's own may be of any shape, and exporters have no one error for that.
        except Exception as error:
            return str(error).split("\n")[0] or type(error).__name__
        if cosine < LEAST_COSINE:
            return f"its vectors would differ, down to a cosine of {cosine:.4f}"
        store.sync_tree(unfinished)
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.parent.mkdir()
        os.replace(unfinished, folder)
    return None


def _folder_of(index: Path, encoder: Encoder) -> Path:
    return index / _FOLDER / encoder.fingerprint[:12]


def _is_intact(folder: Path, encoder: Encoder) -> bool:
    """Whether a folder has this encoder exported, each file as it was written."""
    export = _intact(folder)
    return export is not None and export.fingerprint == encoder.fingerprint


def _intact(folder: Path) -> Export | None:
    """What a folder has exported, if each file is as it was written."""
    try:
        export = Export.model_validate_json((folder / _EXPORT).read_bytes())
        return export if export.files == _hashes(folder) else None
    except (OSError, ValidationError):
        return None


def _hashes(folder: Path) -> dict[str, str]:
    return {name: sha256_of(folder / name) for name in (_MODEL, _TOKENIZER)}


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
    tokenizer.enable_padding(
        pad_id=model.tokenizer.pad_token_id or 0, pad_token=str(model.tokenizer.pad_token)
    )
    tokenizer.save(str(folder / _TOKENIZER))
    export = Export(name=encoder.name, fingerprint=encoder.fingerprint, files=_hashes(folder))
    (folder / _EXPORT).write_text(export.model_dump_json(indent=2) + "\n", "utf-8")


def _least_cosine(original: Encoder, exported: Encoder) -> float:
    """The least similarity of a probe's two vectors, embedded one by one and together."""
    pairs = [(original.embed([probe]), exported.embed([probe])) for probe in _PROBES] + [
        (original.embed(_PROBES), exported.embed(_PROBES))
    ]
    return float(min(np.min(np.sum(a * b, axis=1)) for a, b in pairs))
