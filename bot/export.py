"""An extractive question-answering model of transformers -> a reader's folder, by PyTorch."""

import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.reader import CARD, MODEL, TOKENIZER, Card, ReaderError
from index.files import sha256_of
from index.text import one_line

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MOST_APART = 0.01
"""How far a score of the exported model may be from the original's, in logits, in float32."""

_OPSET = 17
_MOST_TOKENS = 384
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export_reader(model: str, folder: Path, int8: bool) -> None:
    """Writes a model as a reader into a folder that is not there yet.

    Args:
        model: a folder of transformers, or a name in the local model cache.
        int8: whether weights have 8 bits instead of 32, which is four times smaller, about twice
            as fast, and not quite the same (ONNX Runtime's dynamic quantisation, per channel).

    Raises:
        ReaderError: the model does not load or cannot be exported, or the folder is there.
    """
    if folder.exists():
        raise ReaderError(f"{folder} is there already: name a folder that is not.")
    loaded, tokenizer = _load(model)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        unfinished = Path(beside) / "reader"
        unfinished.mkdir()
        try:
            _fill(unfinished, Path(model).resolve().name, loaded, tokenizer, int8)
        except (ReaderError, OSError):
            raise
        # A model of somebody's own may be of any kind, and exporters have no one error for that.
        except Exception as error:
            raise ReaderError(
                f"“{model}” cannot be exported ({one_line(str(error))[:200]}): name a model of "
                "another kind."
            ) from error
        shutil.move(unfinished, folder)


def _fill(folder: Path, name: str, model: "PreTrainedModel", tokenizer: Any, int8: bool) -> None:
    """Writes the files of a reader into an empty folder."""
    most = getattr(model.config, "max_position_embeddings", _MOST_TOKENS)
    tokens = min(_MOST_TOKENS, most, tokenizer.model_max_length)
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    inputs = [one for one in _INPUTS if one in tokenizer.model_input_names]
    _write(model, inputs, folder / MODEL)
    _compare(model, inputs, folder / MODEL, tokens)
    if int8:
        _quantise(folder / MODEL)
    hashes = {file: sha256_of(folder / file) for file in (MODEL, TOKENIZER)}
    card = Card(name=name, tokens=tokens, files=hashes)
    (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", "utf-8")


def _load(model: str) -> tuple["PreTrainedModel", Any]:
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        loaded, report = AutoModelForQuestionAnswering.from_pretrained(
            model, local_files_only=True, attn_implementation="eager", output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=True)
    # Whatever a folder of somebody's own has wrong comes out of a dozen libraries.
    except Exception as error:
        raise ReaderError(
            f"“{model}” does not load as an extractive question-answering model "
            f"({one_line(str(error))[:200]}): name a folder of transformers, or a model in the "
            "cache of this machine."
        ) from error
    if report["missing_keys"]:
        raise ReaderError(
            f"“{model}” was not trained to answer questions (it lacks "
            f"{min(report['missing_keys'])}): name an extractive question-answering model."
        )
    return loaded.eval(), tokenizer


def _write(model: "PreTrainedModel", names: list[str], file: Path) -> None:
    import torch

    class Scores(torch.nn.Module):
        """The two scores of each token, as the exporter wants them."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            out = self.model(**dict(zip(names, inputs, strict=True)))
            return out.start_logits, out.end_logits

    example = tuple(torch.ones(2, 5, dtype=torch.long) for _ in names)
    axes = {name: {0: "texts", 1: "tokens"} for name in (*names, "starts", "ends")}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Scores().eval(),
            example,
            str(file),
            input_names=names,
            output_names=["starts", "ends"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )


def _compare(model: "PreTrainedModel", names: list[str], file: Path, tokens: int) -> None:
    """Raises ReaderError where the exported model scores otherwise than the original."""
    import onnxruntime
    import torch

    values = np.random.default_rng(0).integers(0, model.config.vocab_size, (2, tokens))
    inputs = {"input_ids": values, "attention_mask": np.ones_like(values)}
    # The first half is a question, the second a text.
    inputs["token_type_ids"] = np.zeros_like(values) + (np.arange(tokens) >= tokens // 2)
    feed = {name: inputs[name] for name in names}
    with torch.no_grad():
        original = model(**{name: torch.from_numpy(array) for name, array in feed.items()})
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    pairs = zip(session.run(None, feed), (original.start_logits, original.end_logits), strict=True)
    apart = max(float(np.abs(ours - theirs.numpy()).max()) for ours, theirs in pairs)
    if not apart <= MOST_APART:
        raise ReaderError(
            f"Exported, the model scores otherwise than before, by up to {apart:.3f}: "
            "its kind cannot be served by ONNX Runtime here."
        )


def _quantise(file: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    exact = file.with_name("float.onnx")
    file.rename(exact)
    # It logs a warning about what it does not need here.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(exact, file, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
    exact.unlink()
