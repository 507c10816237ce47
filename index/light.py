"""A transformer in ONNX with weights of 8 bits in place of 32: four times smaller, and faster.

Weights of products are rounded in blocks of 16, each block by a scale of its own, and ONNX Runtime
rounds what they are multiplied with in the same way (its operator MatMulNBits). Its own quantiser,
which could write the same, changes everybody's log as soon as it is imported. Rounding a matrix as
a whole, as ONNX Runtime's dynamic quantisation does, changed vectors 25 times as much.

Tables in which words are looked up are rounded row by row.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

Weights = NDArray[np.float32]

_BLOCK = 16
_GREATEST, _ZERO = 127, 128
_PRODUCTS_OF_8_BITS = 4
"""ONNX Runtime's number for that."""
_LARGE = 1024
"""How many rows a table has at least that is worth its scales."""
_RUNTIME = "com.microsoft"


def lighten(exact: Path, light: Path) -> None:
    """Writes a model in ONNX again, with weights of 8 bits."""
    import onnx
    from onnx import helper

    model = onnx.load(exact)
    _replace(model, "MatMul", 1, lambda weights: len(weights) % _BLOCK == 0, _product)
    _replace(model, "Gather", 0, lambda table: len(table) >= _LARGE, _looked_up)
    model.opset_import.append(helper.make_opsetid(_RUNTIME, 1))
    onnx.save(model, light)


def rounded(values: Weights) -> tuple[NDArray[np.int8], Weights]:
    """Whole numbers from -127 to 127, of the shape of the values, and the scale of each last axis.

    Their product is at most half a scale from the values.
    """
    scales = np.abs(values).max(axis=-1, keepdims=True) / _GREATEST
    scales = np.where(scales == 0, 1, scales).astype(np.float32)
    return np.rint(values / scales).astype(np.int8), scales


def _replace(
    model: "ModelProto",
    kind: str,
    place: int,
    wanted: Callable[[Weights], bool],
    instead: "Callable[[ModelProto, NodeProto, Weights], list[NodeProto]]",
) -> None:
    """Puts other nodes in place of those of a kind whose input at a place is a wanted matrix."""
    from onnx import TensorProto, numpy_helper

    graph = model.graph
    matrices = {
        one.name: numpy_helper.to_array(one)
        for one in graph.initializer
        if one.data_type == TensorProto.FLOAT and len(one.dims) == 2
    }
    nodes: list[NodeProto] = []
    for node in graph.node:
        weights = matrices.get(node.input[place]) if node.op_type == kind else None
        if weights is not None and wanted(weights):
            nodes += instead(model, node, weights)
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    for one in [one for one in graph.initializer if one.name not in used]:
        graph.initializer.remove(one)


def _product(model: "ModelProto", node: "NodeProto", weights: Weights) -> "list[NodeProto]":
    """The product with weights of shape (inputs, outputs), rounded along the inputs."""
    from onnx import helper

    inputs, outputs = weights.shape
    whole, scales = rounded(weights.T.reshape(outputs, -1, _BLOCK))
    names = _kept(model, node.input[1], (whole.view(np.uint8) + np.uint8(_ZERO), scales[..., 0]))
    return [
        helper.make_node(
            "MatMulNBits",
            [node.input[0], *names],
            list(node.output),
            domain=_RUNTIME,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=_PRODUCTS_OF_8_BITS,
        )
    ]


def _looked_up(model: "ModelProto", node: "NodeProto", weights: Weights) -> "list[NodeProto]":
    """Rows of a table, each the product of its whole numbers and its scale."""
    from onnx import TensorProto, helper

    whole, scales = _kept(model, node.input[0], rounded(weights))
    rows, (found,) = node.input[1], node.output
    return [
        helper.make_node("Gather", [whole, rows], [f"{found}.whole"], axis=0),
        helper.make_node("Gather", [scales, rows], [f"{found}.scale"], axis=0),
        helper.make_node("Cast", [f"{found}.whole"], [f"{found}.cast"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{found}.cast", f"{found}.scale"], [found]),
    ]


def _kept(model: "ModelProto", name: str, arrays: "tuple[NDArray[np.generic], ...]") -> list[str]:
    """The names of whole numbers and scales, kept in the model once for all who use them."""
    from onnx import numpy_helper

    names = [f"{name}.whole", f"{name}.scales"]
    if all(one.name != names[0] for one in model.graph.initializer):
        for new, array in zip(names, arrays, strict=True):
            model.graph.initializer.append(
                numpy_helper.from_array(np.ascontiguousarray(array), new)
            )
    return names
