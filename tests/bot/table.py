"""A real reader, in ONNX and with a tokenizer, whose scores stand in a table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from bot.reader import CARD, MODEL, TOKENIZER, Card
from index.files import sha256_of

# The score of each word as the first and as the last of the answer. "[CLS]" stands for no answer.
SCORES = {
    "[PAD]": (0.0, 0.0),
    "[UNK]": (-20.0, -20.0),
    "[CLS]": (2.0, 1.5),
    "[SEP]": (9.0, 9.0),
    "who": (8.0, 8.0),
    "armed": (5.0, 0.0),
    "police": (1.0, 6.0),
    "army": (4.0, 4.0),
    "left": (-7.0, -8.0),
}
NONE = 2.0 + 1.5
# A word of the text has 1 more as the last one, so that its type matters.
ARMED_POLICE = 5.0 + (6.0 + 1) - NONE
ARMY = 4.0 + (4.0 + 1) - NONE
LEFT = -7.0 + (-8.0 + 1) - NONE
UNKNOWN = -20.0 + (-20.0 + 1) - NONE

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def write_reader(folder: Path, tokens: int, inputs: Sequence[str] = INPUTS) -> None:
    """Writes a reader that scores by `SCORES` into a new folder."""
    folder.mkdir()
    onnx.save(_model(tokens, inputs), folder / MODEL)
    _tokenizer().save(str(folder / TOKENIZER))
    hashes = {name: sha256_of(folder / name) for name in (MODEL, TOKENIZER)}
    card = Card(name="table", tokens=tokens, files=hashes)
    (folder / CARD).write_text(card.model_dump_json(), "utf-8")


def _model(tokens: int, inputs: Sequence[str]) -> onnx.ModelProto:
    """starts = table[id] · mask and ends = table[id] + the last input; fails on more tokens."""
    nodes = [
        helper.make_node("Gather", ["start_table", "input_ids"], ["start"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["start", "mask"], ["starts"]),
        helper.make_node("Gather", ["end_table", "input_ids"], ["end"]),
        # As many zeros as there are tokens, for which there is room for so many and no more.
        helper.make_node("Shape", ["input_ids"], ["size"], start=1),
        helper.make_node("Slice", ["room", "nothing", "size", "one"], ["zeros"]),
        helper.make_node("Add", ["end", "zeros"], ["end_in_room"]),
        helper.make_node("Cast", [inputs[-1]], ["last"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["end_in_room", "last"], ["ends"]),
    ]
    starts, ends = np.array(list(SCORES.values()), np.float32).T
    named = {
        "start_table": starts,
        "end_table": ends,
        "room": np.zeros((1, tokens), np.float32),
        "nothing": np.array([0]),
        "one": np.array([1]),
    }
    shape = ["texts", "tokens"]
    graph = helper.make_graph(
        nodes,
        "table",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("starts", "ends")],
        [numpy_helper.from_array(array, name) for name, array in named.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def _tokenizer() -> Tokenizer:
    """Each word and each mark is a token; pairs are [CLS] a [SEP] b [SEP]."""
    ids = {word: number for number, word in enumerate(SCORES)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(special, ids[special]) for special in ("[CLS]", "[SEP]")],
    )
    # Published models fill texts up and cut them like this; the reader has to know better.
    tokenizer.enable_padding(length=512)
    tokenizer.enable_truncation(512)
    return tokenizer
