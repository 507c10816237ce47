"""Training: tokens, loss and batches by hand, and a whole run of a very small model."""

import gzip
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import distributed, multiprocessing
from transformers import BertConfig, BertForQuestionAnswering

from bot.training.rows import Row
from bot.training.train import Encoded, Part, chance_of, cut, encode, loss_of, make_batches, train

ROOT = Path(__file__).parents[2]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "came", "?", "mr", "smith", "##son", "."]
PASSAGE = "Here Mr Smithson came."


def tokenizer_in(folder: Path) -> Tokenizer:
    """A tokenizer as BERT's, of few words, saved in a folder."""
    words = {word: number for number, word in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return tokenizer


def row_of(question: str, passage: str, answer: str) -> Row:
    """A row that is answered by words, or by none."""
    if not answer:
        return Row(question, passage, -1, -1)
    return Row(question, passage, passage.index(answer), passage.index(answer) + len(answer))


def encoded(length: int, number: int = 0) -> Encoded:
    """A row of so many tokens; the number tells it from others."""
    return Encoded([number] * length, [0] + [1] * (length - 1), 0, 0)


class OddsModel:
    """Takes a token's id as the odds that an answer starts there, and its square for the end.

    Attributes:
        asked: the three arrays that it was asked for.
    """

    def __init__(self) -> None:
        self.asked: list[torch.Tensor] = []

    def __call__(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> SimpleNamespace:
        """The logarithms of the odds."""
        self.asked = [input_ids, attention_mask, token_type_ids]
        odds = input_ids.float()
        return SimpleNamespace(start_logits=odds.log(), end_logits=(odds * odds).log())


@pytest.mark.parametrize(
    ("answer", "start", "end"),
    [
        # 0 [CLS]  1 who  2 came  3 ?  4 [SEP]  5 [UNK]  6 mr  7 smith  8 ##son  9 came  10 .
        ("Here", 5, 5),
        ("Mr Smithson", 6, 8),
        ("son", 8, 8),
        ("came", 9, 9),
        (PASSAGE, 5, 10),
        ("r Smi", 6, 7),
        ("", 0, 0),
    ],
)
def test_the_tokens_of_an_answer_by_hand(answer: str, start: int, end: int, tmp_path: Path) -> None:
    """The span is of all tokens that the answer touches, in the passage and not the question."""
    tokenizer_in(tmp_path)
    [[found]] = encode([[row_of("Who came?", PASSAGE, answer)]], tmp_path)
    assert found == Encoded(
        [2, 4, 5, 6, 3, 1, 7, 8, 9, 5, 10, 3],
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
        start,
        end,
    )


def test_every_answer_of_whole_words_is_found_in_the_tokens(tmp_path: Path) -> None:
    """From the first token of the span to the last, the characters are the answer's."""
    tokenizer = tokenizer_in(tmp_path)
    passage = "Mr Smith, who came. “Smithson” came? Who? Mr. Smith!"
    words = [match.span() for match in re.finditer(r"\w+", passage)]
    spans = [(first[0], last[1]) for i, first in enumerate(words) for last in words[i:]]
    rows = [[Row("who came", passage, *span)] for span in spans]
    offsets = tokenizer.encode("who came", passage).offsets
    found = [(offsets[row.start][0], offsets[row.end][1]) for [row] in encode(rows, tmp_path)]
    assert len(spans) == 45
    assert found == spans


def test_rows_that_are_too_long_are_left_out(tmp_path: Path) -> None:
    """256 tokens are kept, whatever the tokenizer would cut or fill, and one more is not."""
    tokenizer = tokenizer_in(tmp_path)
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=300)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    # The question is a token, and there are three between and around.
    one, too_long, longest, two = (
        row_of("who", "came " * count, "came") for count in (1, 253, 252, 2)
    )
    kept = encode([[one, too_long, longest], [too_long], [two]], tmp_path)
    assert [[len(row.ids) for row in group] for group in kept] == [[5, 256], [6]]
    assert [(row.start, row.end) for group in kept for row in group] == [(3, 3)] * 3


def test_the_loss_by_hand() -> None:
    """Start and end count half each, rows add up, and only the passage or none can be chosen."""
    answerable = Encoded([1, 50, 2, 1], [0, 0, 1, 1], 2, 2)
    without = Encoded([3, 50, 1], [0, 0, 1], 0, 0)
    # Of 1 : 2 : 1 and their squares, and of 3 : 1 and theirs.
    first = (math.log(4 / 2) + math.log(6 / 4)) / 2
    second = (math.log(4 / 3) + math.log(10 / 9)) / 2
    for groups, expected in [
        ([[answerable]], first),
        ([[without]], second),
        ([[answerable], [without]], first + second),
    ]:
        assert loss_of(OddsModel(), groups).item() == pytest.approx(expected, abs=1e-6)


def test_the_loss_among_the_rows_of_a_question_by_hand() -> None:
    """The token that answers is also chosen among all rows, by its odds against none in its row."""
    answerable = Encoded([1, 50, 2, 1], [0, 0, 1, 1], 2, 2)
    other = Encoded([2, 50, 6], [0, 0, 1], 0, 0)
    alone = loss_of(OddsModel(), [[answerable], [other]])
    together = loss_of(OddsModel(), [[answerable, other]])
    # 2 and 1 to 1 in the one row, 6 to 2 in the other; squared for the end.
    among = (math.log((2 + 1 + 3) / 2) + math.log((4 + 1 + 9) / 4)) / 2
    assert (together - alone).item() == pytest.approx(among, abs=1e-6)
    # Where none of them answers there is nothing to choose.
    assert loss_of(OddsModel(), [[other, other]]).item() == pytest.approx(
        2 * loss_of(OddsModel(), [[other]]).item(), abs=1e-6
    )


def test_questions_of_a_part_are_chosen_for_each_by_itself() -> None:
    """The losses of two questions read together add up to theirs."""
    first = [Encoded([1, 2, 1], [0, 1, 1], 1, 1), Encoded([2, 6], [0, 1], 0, 0)]
    second = [Encoded([3, 1, 2, 9], [0, 1, 1, 1], 2, 3), Encoded([5, 6], [0, 1], 0, 0)]
    apart = sum(loss_of(OddsModel(), [group]).item() for group in (first, second))
    assert loss_of(OddsModel(), [first, second]).item() == pytest.approx(apart, abs=1e-5)


def test_shorter_rows_are_filled_up() -> None:
    """The model is asked for rows of one length, and is told what is a token and what is not."""
    model = OddsModel()
    loss_of(model, [[Encoded([7, 8, 9], [0, 1, 1], 1, 1)], [Encoded([6], [0], 0, 0)]])
    assert [array.tolist() for array in model.asked] == [
        [[7, 8, 9], [6, 0, 0]],
        [[1, 1, 1], [1, 0, 0]],
        [[0, 1, 1], [0, 0, 0]],
    ]


def rows_in(batch: Sequence[Part]) -> list[Encoded]:
    """The rows of a batch."""
    return [row for part in batch for group in part for row in group]


def test_every_row_is_in_one_batch() -> None:
    """Batches have 32 rows, but for the last of a bucket, and no row is left out or doubled."""
    batches = list(make_batches([[encoded(10 + n % 64, n)] for n in range(1500)], chance_of(0)))
    assert Counter(row.ids[0] for batch in batches for row in rows_in(batch)) == Counter(
        range(1500)
    )
    # 1,024 rows are a bucket; the 476 that are left are 14 batches and 28 rows.
    assert Counter(len(rows_in(batch)) for batch in batches) == {32: 46, 28: 1}
    assert {len(rows_in([part])) for batch in batches for part in batch} == {8, 4}
    # Which rows are in the first bucket is chance.
    assert {row.ids[0] for batch in batches[:32] for row in rows_in(batch)} != set(range(1024))


def test_the_rows_of_a_question_stay_together() -> None:
    """Each is in one part, which has eight rows at most."""
    groups = [[encoded(10, n)] * (n % 4 + 1) for n in range(400)]
    batches = list(make_batches(groups, chance_of(0)))
    read = [group for batch in batches for part in batch for group in part]
    assert sorted(read, key=lambda group: group[0].ids[0]) == groups
    assert max(len(rows_in([part])) for batch in batches for part in batch) == 8
    assert max(len(rows_in(batch)) for batch in batches) == 32


def test_a_question_with_very_many_rows_is_a_part_by_itself() -> None:
    """What is more than a part or a batch holds is not cut."""
    groups = [[encoded(10, 1)], [encoded(10, 2)] * 9, [encoded(10, 3)]]
    assert cut(groups, 8) == [groups[:1], groups[1:2], groups[2:]]


def test_rows_of_a_batch_are_of_about_one_length() -> None:
    """Of 1,024 rows, 16 of each length, a batch has those of two lengths."""
    batches = list(make_batches([[encoded(10 + n % 64, n)] for n in range(1024)], chance_of(0)))
    pairs = [sorted({len(row.ids) for row in rows_in(batch)}) for batch in batches]
    assert sorted(pairs) == [[length, length + 1] for length in range(10, 74, 2)]
    assert pairs != sorted(pairs)


def test_batches_are_the_same_by_seed() -> None:
    """An epoch has its own order, the same in every run."""
    groups = [[encoded(10 + n % 64, n)] for n in range(200)]
    first = list(make_batches(groups, chance_of(0)))
    assert list(make_batches(groups, chance_of(0))) == first
    assert list(make_batches(groups, chance_of(1))) != first
    assert [group[0].ids[0] for group in groups] == list(range(200))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder to train in, with a model of two small layers as its base."""
    torch.manual_seed(0)
    tokenizer_in(tmp_path / "base")
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=256,
    )
    BertForQuestionAnswering(config).save_pretrained(tmp_path / "base")
    return tmp_path


@pytest.fixture
def alone() -> Iterator[None]:
    """Training in this process, of which nothing stays."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        yield
    torch.set_num_threads(threads)
    if distributed.is_initialized():
        distributed.destroy_process_group()


def rows_file(folder: Path) -> Path:
    """A file of 80 questions, every other one with an answer."""
    file = folder / "rows.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        for n in range(80):
            row = {
                "source": "squad20-train",
                "title": None,
                "context": f"Mr Smith {n} came.",
                "question": "Who came?",
                "answers": [{"text": "Mr Smith", "answer_start": 0}] if n % 2 else [],
                "is_impossible": not n % 2,
            }
            lines.write(json.dumps(row) + "\n")
    return file


def run_train(work: Path, *options: str) -> list[str]:
    """The lines that a run of `bot.training.train` prints."""
    command = [sys.executable, "-m", "bot.training.train", "--data", str(rows_file(work))]
    command += ["--base", "none", "--work", str(work), "--epochs", "1", *options]
    one = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, cwd=ROOT, env=one, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def weights_of(model: Path) -> dict[str, list[float]]:
    """The weights of a model by name."""
    tensors = load_file(model / "model.safetensors")
    return {name: tensor.flatten().tolist() for name, tensor in tensors.items()}


def curve_of(work: Path) -> list[tuple[str, str]]:
    """The step and the loss of each row that was logged."""
    lines = (work / "curve.csv").read_text("utf-8").splitlines()
    return [(step, loss) for step, loss, _ in (line.split(",") for line in lines)]


def batches_of(count: int) -> list[list[Part]]:
    """So many batches of a row each: "came" is answered and "who" is not, by turns."""
    types = [0, 0, 0, 1, 1, 1, 1]
    answered, not_said = (
        Encoded([2, 5, 3, 7, 8, 10, 3], types, 3, 4),
        Encoded([2, 4, 3, 7, 8, 10, 3], types, 0, 0),
    )
    return [[[[answered if n % 2 else not_said]]] for n in range(count)]


@pytest.mark.slow
def test_a_run_from_end_to_end(base: Path) -> None:
    """A run writes curve and model; run again, it only writes the model from its checkpoint."""
    # A story of one paragraph, of whose two questions one is taken: a row, as of each other one.
    story = "Title: A story\n\nMr Smith came.\n====\nwho came | Mr Smith | 1\nwho ? | Mr | 1\n"
    (base / "stories").mkdir()
    (base / "stories" / "a.txt").write_text(story, "utf-8")
    options = ["--stories", str(base / "stories"), "--story-questions", "1"]
    options += ["--questions", "63", "--without", "misses", "--processes", "1"]
    printed = run_train(base, *options)
    assert re.fullmatch(
        r"64 rows, \d+ of them without an answer, \d+ tokens a row, 2 steps", printed[0]
    )
    curve = (base / "curve.csv").read_text("utf-8")
    assert printed[1:] == curve.splitlines()
    step, loss, rate = curve.split(",")
    assert step == "2"
    # Chance is the logarithm of five or so tokens that could be chosen.
    assert 1 < float(loss) < 2.5
    assert float(rate) > 0
    weights = weights_of(base / "pilcrow-reader")
    before = weights_of(base / "base")
    changed = {name for name in before if before[name] != weights[name]}
    assert before.keys() == weights.keys()
    assert {name.split(".")[0] for name in changed} == {"bert", "qa_outputs"}
    assert not any("embeddings" in name for name in changed)
    assert sorted(file.name for file in (base / "pilcrow-reader").iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    shutil.rmtree(base / "pilcrow-reader")
    again = run_train(base, *options)
    assert again == printed[:1]
    assert (base / "curve.csv").read_text("utf-8") == curve
    assert weights_of(base / "pilcrow-reader") == weights


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_processes_share_a_step(base: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two processes come to the loss and to the weights that one comes to."""
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(base / "base", other / "base")
    # Three steps of 40 rows, taken by eights: none of the first half has an answer.
    rows = [row for batch in batches_of(40) for row in rows_in(batch)]
    batches = [cut([[row] for row in sorted(rows, key=lambda row: row.start)], 8)] * 3
    train(0, 1, batches, base, base / "meeting", bfloat16=False, rate=8e-5)
    multiprocessing.spawn(train, (2, batches, other, other / "meeting", False, 8e-5), nprocs=2)
    (step, loss), (same_step, same_loss) = curve_of(base)[0], curve_of(other)[0]
    assert step == same_step == "3"
    assert float(same_loss) == pytest.approx(float(loss), abs=2e-4)
    # A step moves a weight by 1e-4 or so.
    weights = weights_of(base / "pilcrow-reader").items()
    assert weights_of(other / "pilcrow-reader") == {
        n: pytest.approx(w, abs=1e-5) for n, w in weights
    }


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_a_run_that_was_stopped_goes_on(base: Path) -> None:
    """Stopped after its checkpoint at 100 steps, a run ends as if nothing had happened."""
    batches = batches_of(103)
    unknown = [[[Encoded([2, len(VOCABULARY)], [0, 1], 1, 1)]]]
    train(0, 1, batches, base, base / "meeting", bfloat16=False, rate=8e-5)
    whole, curve = weights_of(base / "pilcrow-reader"), curve_of(base)
    assert [step for step, _ in curve] == ["100", "103"]
    shutil.rmtree(base / "pilcrow-reader")
    (base / "checkpoint").unlink()
    with pytest.raises(IndexError):
        train(0, 1, [*batches[:102], unknown], base, base / "meeting2", bfloat16=False, rate=8e-5)
    distributed.destroy_process_group()
    assert not (base / "pilcrow-reader").exists()
    train(0, 1, batches, base, base / "meeting3", bfloat16=False, rate=8e-5)
    assert weights_of(base / "pilcrow-reader") == whole
    assert curve_of(base) == [*curve, *curve]


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_a_run_learns(base: Path) -> None:
    """From chance the loss falls, and a longer run goes on with the loss where it was."""
    train(0, 1, batches_of(402), base, base / "meeting", bfloat16=False, rate=8e-5)
    train(0, 1, batches_of(406), base, base / "meeting2", bfloat16=False, rate=8e-5)
    steps, losses = zip(*curve_of(base), strict=True)
    assert steps == ("100", "200", "300", "400", "402", "406")
    first, second, third, fourth, fifth, sixth = map(float, losses)
    # Five tokens can be chosen: four of the passage and the first.
    assert 1.45 < first < math.log(5)
    assert first > second > third > fourth
    assert fourth < 1.4
    # Each is the mean since the row before, of two steps and of four.
    assert [fifth, sixth] == pytest.approx([fourth, fourth], abs=0.05)
