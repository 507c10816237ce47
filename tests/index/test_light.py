"""A model in ONNX with weights of 8 bits."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from index.light import lighten, rounded
from index.session import session_of


def model_of(folder: Path, kind: str, weights: NDArray[np.float32]) -> Path:
    """A model that multiplies what it is given with the weights, or looks rows of them up."""
    given = TensorProto.FLOAT if kind == "MatMul" else TensorProto.INT64
    inputs = ["given", "weights"] if kind == "MatMul" else ["weights", "given"]
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, ["found"])],
        "one",
        [helper.make_tensor_value_info("given", given, None)],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, "weights")],
    )
    opset = [helper.make_opsetid("", 17)]
    file = folder / "exact.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), file)
    return file


def run(file: Path, given: NDArray[np.generic]) -> NDArray[np.float32]:
    """What the model in a file finds."""
    found: NDArray[np.float32] = session_of(file).run(None, {"given": given})[0]
    return found


def kinds(file: Path) -> list[str]:
    """The operators of a model."""
    return [node.op_type for node in onnx.load(file).graph.node]


def test_numbers_are_rounded_by_the_greatest_of_them() -> None:
    """The greatest of a row becomes 127 or -127, the others what is nearest in proportion."""
    whole, scales = rounded(np.array([[254, -1, 0.9, 0], [0.5, -1, 0, 0]], np.float32))
    assert whole.tolist() == [[127, 0, 0, 0], [64, -127, 0, 0]]
    assert scales == pytest.approx(np.array([[2], [1 / 127]]))


def test_nothing_is_rounded_to_nothing() -> None:
    """A row of zeros stays one."""
    whole, scales = rounded(np.zeros((1, 3), np.float32))
    assert (whole * scales).tolist() == [[0, 0, 0]]


def test_a_product_is_of_whole_numbers_in_blocks_of_16(tmp_path: Path) -> None:
    """Each 16 inputs have a scale of their own, so that small weights beside large ones count."""
    weights = np.zeros((32, 2), np.float32)
    weights[0] = 127, -12.7
    weights[1] = 3, 0.1
    weights[16] = 0.127, 1
    weights[17] = 0.001, 0
    exact, light = model_of(tmp_path, "MatMul", weights), tmp_path / "light.onnx"
    lighten(exact, light)
    assert kinds(light) == ["MatMulNBits"]
    given = np.zeros((1, 32), np.float32)
    given[0, [0, 1, 16, 17]] = 127, 1, 1, 127
    expected = [127 * 127 + 3 + 0.127 + 0.127, 127 * -12.7 + 0.1 + 1]
    assert run(exact, given)[0] == pytest.approx(expected, rel=1e-6)
    assert run(light, given)[0] == pytest.approx(expected, rel=1e-5)
    # One scale for all would have made 0.127 and 0.001 of nothing.
    given[0, 0] = given[0, 1] = 0
    assert run(light, given)[0] == pytest.approx([0.127 + 0.127, 1], rel=1e-3)


def test_a_table_is_rounded_row_by_row(tmp_path: Path) -> None:
    """A row that is looked up is itself but for half a scale of its own."""
    table = np.random.default_rng(0).normal(size=(2000, 8)).astype(np.float32)
    table[7] *= 0.001
    table[8] = 0
    exact, light = model_of(tmp_path, "Gather", table), tmp_path / "light.onnx"
    lighten(exact, light)
    assert light.stat().st_size < exact.stat().st_size / 2
    rows = np.array([7, 8, 1999, 7])
    found = run(light, rows)
    assert np.array_equal(run(exact, rows), table[rows])
    apart = np.abs(found - table[rows]).max(axis=1)
    assert np.all(apart <= np.abs(table[rows]).max(axis=1) / 254 * 1.001)
    assert 0 < apart[0] < 0.00002
    assert apart[1] == 0


@pytest.mark.parametrize(("kind", "shape"), [("MatMul", (17, 4)), ("Gather", (1023, 8))])
def test_what_is_not_worth_it_is_left(tmp_path: Path, kind: str, shape: tuple[int, int]) -> None:
    """Weights that make no whole blocks and small tables keep their 32 bits."""
    exact = model_of(tmp_path, kind, np.ones(shape, np.float32))
    lighten(exact, tmp_path / "light.onnx")
    assert kinds(tmp_path / "light.onnx") == [kind]
    (weights,) = onnx.load(tmp_path / "light.onnx").graph.initializer
    assert weights.data_type == TensorProto.FLOAT
