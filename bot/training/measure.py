"""Exact match and F1 of a reader, each question with its own paragraph, as in SQuAD 2.0.

`make measure DATA=rows.jsonl.gz` prints them for the rows of SQuAD that `bot.training.rows` keeps
from training; with `ROWS=--all`, for all rows of a file that took no part in it.
"""

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.reader import Reader, find_reader
from bot.similar import exactly, overlap
from bot.training.rows import is_held_out

SEED = 20181
MOST = 2000
SQUAD = ("squad11-", "squad20-", "squad-train-")


def main() -> None:
    """Prints the figures."""
    options = _options()
    reader = find_reader(options.reader)
    if reader is None:
        raise SystemExit("There is no reader to measure: name one.")
    rows = read_rows(options.data, held_out=not options.all)
    for name, value in measure(reader, rows).items():
        print(f"{name:32}{value:8.1f}")


def read_rows(file: Path, *, held_out: bool) -> list[dict[str, Any]]:
    """Up to `MOST` rows that people wrote for SQuAD, in an order of fixed chance."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    kept = [
        row
        for row in rows
        if row["source"].startswith(SQUAD)
        and not row.get("synthetic_negative")
        and (is_held_out(row["context"]) or not held_out)
    ]
    random.Random(SEED).shuffle(kept)  # noqa: S311 - nothing is kept secret by it
    return kept[:MOST]


def measure(reader: Reader, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Counts, and in hundredths exact match and F1, where a score above 0 is an answer."""
    figures: dict[str, list[float]] = {"answerable": [], "unanswerable": []}
    exact, f1 = [], []
    for row in rows:
        best = next(iter(reader.read(row["question"], [row["context"]])[0]), None)
        given = row["context"][best.start : best.end] if best and best.score > 0 else ""
        labels = [answer["text"] for answer in row["answers"]] or [""]
        exact.append(max(float(exactly(label, given)) for label in labels))
        f1.append(max(overlap(label, given) or float(label == given) for label in labels))
        figures["answerable" if row["answers"] else "unanswerable"].append(f1[-1])
    answerable, unanswerable = (100 * _mean(values) for values in figures.values())
    return {
        "questions": float(len(rows)),
        "exact match": 100 * _mean(exact),
        "F1": 100 * _mean(f1),
        "F1 of the answerable": answerable,
        "unanswerable that got no answer": unanswerable,
        "F1, as many of either": (answerable + unanswerable) / 2,
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="rows, as JSONL in gzip")
    parser.add_argument("--reader", help="the folder of a reader; the shipped one by default")
    parser.add_argument("--all", action="store_true", help="not only those kept from training")
    return parser.parse_args()


if __name__ == "__main__":
    main()
