"""How a transformer in ONNX is run: by ONNX Runtime on processors, each text by one thread."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_SLOW = "SkipLayerNormFusion"
"""What ONNX Runtime makes of a sum and its normalisation, which took longer than the two do."""


def session_of(file: Path) -> "InferenceSession":
    """The model in a file, loaded. Safe to run from several threads at once."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # A text has one thread, and several texts have several: nobody waits for anybody.
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"], disabled_optimizers=[_SLOW]
    )
