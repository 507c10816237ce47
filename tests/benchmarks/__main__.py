"""Prints what Pilcrow takes beside what plain sentence-transformers and FAISS take: `make bench`.

    python -m tests.benchmarks SAMPLE_INDEX VOA_INDEX [--plot FILE]

Both embed the same texts with the same weights, in one run and by turns; each figure comes from a
process of its own. It is meant for a machine that has nothing else to do, with Linux.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.questions import read_labelled
from index.encoder import find_encoder
from index.search import open_index
from tests.benchmarks.measure import figures_of, first_line, processor
from tests.benchmarks.replies import serve
from tests.benchmarks.table import Row, Target, plot, table
from tests.terminal import ROOT

REPEATED = 3
ONE_BY_ONE, AT_ONCE = 100, 60
_QUALITY = ROOT / "tests" / "quality"
_BASELINE, _PILCROW = "tests.benchmarks.baseline", "tests.benchmarks.pilcrow"
Figures = dict[str, float]


def start(folder: Path, work: Path) -> Figures:
    """Seconds from the start of a process to its first answer, and memory after it."""
    question = questions("sample")[:1]
    ours, _ = first_line("bot", "ask", "--index", folder, question[0])
    help_, _ = first_line("bot", "--help")
    first, lines = first_line(_BASELINE, *_written(work, texts_of(folder), question))
    base = json.loads(lines[-1])
    return {
        "ask": ours,
        "help": help_,
        "baseline": first,
        "baseline, embedded": first - base["embedding"],
        "baseline, memory": base["memory"],
    }


def warm(folder: Path, work: Path) -> Figures:
    """Milliseconds of a retrieval, and passages a second of a build."""
    asked = questions("dev")[:ONE_BY_ONE]
    files = _written(work, texts_of(folder), asked)
    base = figures_of(_BASELINE, *files)
    ours = figures_of(_PILCROW, "search", folder, files[1])
    built = figures_of(_PILCROW, "build", _QUALITY / "voa_articles.jsonl")
    return ours | built | {f"baseline, {name}": figure for name, figure in base.items()}


def memory(folder: Path) -> Figures:
    """MB of the bot."""
    return asyncio.run(serve(folder))


def replies(folder: Path) -> Figures:
    """Milliseconds from a question to the reply in Discord, seconds for many at once, and MB."""
    asked = questions("dev")
    at_once = asked[ONE_BY_ONE : ONE_BY_ONE + AT_ONCE]
    return asyncio.run(serve(folder, asked[:ONE_BY_ONE], at_once))


def measure(sample: Path, voa: Path) -> list[Row]:
    """All rows; each process is run several times, by turns."""
    runs: list[list[Figures]] = [[], [], [], []]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for _ in range(REPEATED):
            for run, figures in zip(
                runs,
                (start(sample, work), warm(voa, work), memory(sample), replies(voa)),
                strict=True,
            ):
                run.append(figures)
    return rows_of(*runs)


def rows_of(
    started: Sequence[Figures],
    warmed: Sequence[Figures],
    remembered: Sequence[Figures],
    replied: Sequence[Figures],
) -> list[Row]:
    """The rows of the table, with the targets."""

    def of(runs: Sequence[Figures], name: str) -> tuple[float, ...]:
        return tuple(run[name] for run in runs)

    ask, ready = of(started, "ask"), of(remembered, "memory")
    small, fast = Target(0.45), Target(0.3)
    return [
        Row("start to first answer", "s", ask, of(started, "baseline"), Target(0.15)),
        Row(
            "the same, the baseline's passages embedded before",
            "s",
            ask,
            of(started, "baseline, embedded"),
        ),
        Row("`pilcrow --help`", "s", of(started, "help"), (), Target(0.3)),
        Row("memory, sample article", "MB", ready, of(started, "baseline, memory"), small),
        Row("the same, in itself", "MB", ready, (), Target(300)),
        Row(
            f"memory, 30 articles, after {ONE_BY_ONE} questions",
            "MB",
            of(replied, "memory_after"),
            of(warmed, "baseline, memory"),
            small,
        ),
        Row("retrieval, p50", "ms", of(warmed, "p50"), of(warmed, "baseline, p50"), fast),
        Row("retrieval, p95", "ms", of(warmed, "p95"), of(warmed, "baseline, p95"), fast),
        Row(
            "embedding of a build",
            "passages/s",
            of(warmed, "rate"),
            of(warmed, "baseline, rate"),
            Target(3, least=True),
        ),
        Row("question to reply, p50", "ms", of(replied, "p50"), (), Target(60)),
        Row("question to reply, p95", "ms", of(replied, "p95"), (), Target(150)),
        Row(f"{AT_ONCE} questions at once", "s", of(replied, "at_once"), (), Target(5)),
    ]


def questions(name: str) -> list[str]:
    """The labelled questions of a file, none of them twice."""
    return [one.asked.text for one in read_labelled(_QUALITY / f"{name}.jsonl")]


def texts_of(folder: Path) -> list[str]:
    """The passages of an index."""
    index = open_index(folder, find_encoder())
    return [index.passage(row).text for row in range(len(index))]


def _written(work: Path, *lists: list[str]) -> list[Path]:
    """A file of JSON for each list."""
    files = [work / f"{place}.json" for place in range(len(lists))]
    for file, texts in zip(files, lists, strict=True):
        file.write_text(json.dumps(texts), "utf-8")
    return files


def main() -> None:
    """Measures, and prints the table with the machine and the day."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", type=Path)
    parser.add_argument("voa", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.sample, arguments.voa)
    print(f"{processor()}, {date.today()}. Baseline: sentence-transformers + FAISS, same weights.")
    print(f"Medians of {REPEATED} runs, in brackets the least and the most.\n")
    print(table(rows))
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    main()
