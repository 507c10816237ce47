"""Models of transformers exported as readers: a tiny one with random weights, and broken ones."""

import json
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from bot import export
from bot.export import export_reader
from bot.reader import (
    CARD,
    MODEL,
    TOKENIZER,
    OnnxReader,
    ReaderError,
    Span,
    find_reader,
    of_least_risk,
)
from tests.terminal import pilcrow

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,?!'-", *"abcdefghijklmnopqrstuvwxyz"),
    *("##s", "##ed", "who", "shot", "was", "dead", "by", "armed", "police", "at", "the", "scene"),
)
QUESTION = "Who shot him?"
TEXT = "Zoë’s man, 52, was shot dead by armed policemen at the scenes."

Save = Callable[..., Path]


@pytest.fixture(scope="module")
def save(tmp_path_factory: pytest.TempPathFactory) -> Save:
    """Saves a model of transformers with random weights, and its tokenizer, in a folder."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

    def write(name: str, kind: Any = BertForQuestionAnswering, **changed: int) -> Path:
        folder = tmp_path_factory.mktemp("models") / name
        sizes = {
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 256,
            "max_position_embeddings": 128,
        }
        torch.manual_seed(0)
        # Large weights, so that scores are far from each other.
        config = BertConfig(vocab_size=len(WORDS), initializer_range=0.5, **{**sizes, **changed})
        kind(config).save_pretrained(folder)
        BertTokenizerFast(vocab={word: n for n, word in enumerate(WORDS)}).save_pretrained(folder)
        return folder

    return write


@pytest.fixture(scope="module")
def model(save: Save) -> Path:
    """A model that has all that it needs."""
    return save("tiny")


@pytest.fixture(scope="module")
def exported(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model as a reader."""
    folder = tmp_path_factory.mktemp("readers") / "new" / "reader"
    export_reader(str(model), folder, int8=False)
    return folder


def by_hand(model: Path) -> dict[tuple[int, int], float]:
    """The score of each span of `TEXT` as an answer to `QUESTION`, by PyTorch."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    tokens = tokenizer(QUESTION, TEXT, return_tensors="pt", return_offsets_mapping=True)
    offsets = tokens.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        out = AutoModelForQuestionAnswering.from_pretrained(model).eval()(**tokens)
    starts, ends = out.start_logits[0].tolist(), out.end_logits[0].tolist()
    inside = [n for n, of in enumerate(tokens.sequence_ids(0)) if of == 1]
    return {
        (offsets[i][0], offsets[j][1]): starts[i] + ends[j] - starts[0] - ends[0]
        for i in inside
        for j in inside
        if i <= j
    }


def chosen(scores: dict[tuple[int, int], float]) -> list[Span]:
    """What is chosen of the forty best of spans with these scores."""
    best = sorted(scores, key=lambda span: -scores[span])[:40]
    return of_least_risk([Span(*span, scores[span]) for span in best])


@pytest.mark.slow
def test_an_exported_model_scores_as_before(model: Path, exported: Path) -> None:
    """The reader's spans are those of the model's forty best, with what these score."""
    scores = by_hand(model)
    assert max(scores.values()) - min(scores.values()) > 1
    expected = chosen(scores)
    ((*spans,),) = OnnxReader(exported).read(QUESTION, [TEXT])
    assert len(spans) > 1
    assert [astuple(span) for span in spans] == [
        (span.start, span.end, pytest.approx(span.score, abs=1e-3)) for span in expected
    ]


@pytest.mark.slow
def test_the_card_says_what_was_exported(exported: Path) -> None:
    """A reader has its three files, is called as the model's folder, and reads as much at once."""
    assert sorted(path.name for path in exported.iterdir()) == [MODEL, CARD, TOKENIZER]
    assert [path.name for path in exported.parent.iterdir()] == ["reader"]
    card = json.loads((exported / CARD).read_text("utf-8"))
    assert (card["name"], card["tokens"]) == ("tiny", 128)
    assert OnnxReader(exported).name == "tiny"


@pytest.mark.slow
def test_text_beyond_what_the_model_reads_at_once_is_read(exported: Path) -> None:
    """A text of far more tokens than the model has places for is read in pieces."""
    text = "was dead by armed police , " * 100
    ((*spans,),) = OnnxReader(exported).read("who shot the man ? " * 40, [text])
    assert all(0 <= span.start < span.end < len(text) for span in spans)
    assert len(spans) > 1


@pytest.mark.slow
def test_eight_bits_are_smaller_and_nearly_the_same(
    model: Path, exported: Path, tmp_path: Path
) -> None:
    """With 8 bits a weight the model takes less than half, and its scores are not far off."""
    export_reader(str(model), tmp_path / "small", int8=True)
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == [MODEL, CARD, TOKENIZER]
    sizes = [(folder / MODEL).stat().st_size for folder in (tmp_path / "small", exported)]
    assert sizes[0] < sizes[1] / 2
    scores = by_hand(model)
    ((best, *_),) = OnnxReader(tmp_path / "small").read(QUESTION, [TEXT])
    spread = max(scores.values()) - min(scores.values())
    expected = chosen(scores)[0]
    about = pytest.approx(expected.score, abs=spread / 10)
    assert astuple(best) == (expected.start, expected.end, about)


def refused(model: object, target: Path) -> str:
    """The sentence with which an export is refused, which leaves nothing behind."""
    before = sorted(target.parent.rglob("*"))
    with pytest.raises(ReaderError) as error:
        export_reader(str(model), target, int8=False)
    assert sorted(target.parent.rglob("*")) == before
    told = str(error.value)
    assert "\n" not in told
    return told


def test_a_target_that_exists_is_refused(tmp_path: Path) -> None:
    """A folder that is there, be it empty, is left as it is, before any model is loaded."""
    expected = f"{tmp_path} is there already: name a folder that is not."
    assert refused("no-such/model", tmp_path) == expected
    (tmp_path / "file").write_text("x", "utf-8")
    assert refused("no-such/model", tmp_path / "file").startswith(f"{tmp_path}/file is there")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no-such/model", "/no/such/folder", "broken"])
def test_a_model_that_does_not_load_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is nothing here, and a folder of something else, are told by their name."""
    monkeypatch.chdir(tmp_path)
    Path("broken").mkdir()
    Path("broken", "config.json").write_text("{}", "utf-8")
    told = refused(name, tmp_path / "reader")
    assert told.startswith(f"“{name}” does not load as an extractive question-answering model (")
    assert told.endswith(
        "): name a folder of transformers, or a model in the cache of this machine."
    )


@pytest.mark.slow
def test_a_model_that_does_not_answer_questions_is_refused(save: Save, tmp_path: Path) -> None:
    """A model without the scores of first and last tokens would get random ones; it is refused."""
    from transformers import BertModel

    folder = save("base", BertModel)
    assert refused(folder, tmp_path / "reader") == (
        f"“{folder}” was not trained to answer questions (it lacks qa_outputs.bias): "
        "name an extractive question-answering model."
    )


@pytest.mark.slow
@pytest.mark.parametrize("changed", [{"type_vocab_size": 1}, {"max_position_embeddings": 31}])
def test_a_model_of_another_kind_is_refused(
    save: Save, tmp_path: Path, changed: dict[str, int]
) -> None:
    """A model that knows no two texts, or hardly has room for them, is refused when exported."""
    folder = save("odd", **changed)
    told = refused(folder, tmp_path / "reader")
    assert told.startswith(f"“{folder}” cannot be exported (")
    assert told.endswith("): name a model of another kind.")


@pytest.mark.slow
def test_a_model_that_scores_otherwise_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the exported scores are not close enough it is said how far they are off."""
    monkeypatch.setattr(export, "MOST_APART", -1.0)
    assert refused(model, tmp_path / "reader") == (
        "Exported, the model scores otherwise than before, by up to 0.000: "
        "its kind cannot be served by ONNX Runtime here."
    )


@pytest.mark.slow
def test_the_command_exports_and_says_what_to_set(model: Path, tmp_path: Path) -> None:
    """`export-reader` says nothing but how to use what it wrote, which then loads."""
    target = tmp_path / "reader"
    run = pilcrow("export-reader", "--int8", model, target)
    assert (run.status, run.out) == (0, f"Set PILCROW_READER={target} to read with it.\n")
    assert run.err == ""
    found = find_reader(str(target))
    assert isinstance(found, OnnxReader)
    assert found.name == "tiny"


@pytest.mark.slow
def test_a_problem_of_the_command_is_one_sentence(tmp_path: Path) -> None:
    """A model that is not there ends the command with status 1 and one sentence."""
    run = pilcrow("export-reader", "no-such/model", tmp_path / "reader")
    assert (run.status, run.out, run.err.count("\n")) == (1, "", 1)
    assert run.err.startswith("“no-such/model” does not load as an extractive")
    assert list(tmp_path.iterdir()) == []
