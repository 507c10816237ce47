"""How searching, opening, memory and adding an article grow from a thousand passages to a million.

    python -m tests.benchmarks.million [--work FOLDER] [--plot FILE] [PASSAGES ...]

Texts and vectors are synthetic, with the statistics of real ones (tests.benchmarks.synthetic); the
questions are the real development questions, in words. What is measured is retrieval alone, both
searches and their fusion, in a process of its own that has embedded the questions before. Its
memory holds, beside the index, the synthetic encoder's 50 MB of words. An index that is in FOLDER
already is not built again.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index import kept, store
from index.build import build
from index.corpus import Article
from index.encoder import find_encoder
from index.joint import JointIndex
from index.search import Query, open_index
from tests.benchmarks.synthetic import SyntheticEncoder, measure, write_articles

ROOT = Path(__file__).parents[2]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
_QUESTIONS = ROOT / "tests" / "quality" / "dev.jsonl"
_STATISTICS = "statistics.npz"
_MODULE = "tests.benchmarks.million"
_HEAD = (
    " passages build s  open s  p50 ms  p95 ms  cpu ms  RSS MB  own MB  add s  lists/probes recall"
)
_HITS = 16
"""How many hits the bot asks for."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a process measured that opened an index and asked it.

    Attributes:
        opening: seconds until the index was open, its modules imported before.
        p50, p95: milliseconds of a retrieval with a warm cache.
        cpu: milliseconds of work of a retrieval, 95th percentile; on a busy machine it tells more.
        memory: MB resident at the end, all questions asked twice.
        own: MB of these that other processes do not share.
    """

    opening: float
    p50: float
    p95: float
    cpu: float
    memory: float
    own: float


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one index.

    Attributes:
        passages: how many it has.
        building: seconds that the build took, embedding by words included; 0 where it was there.
        adding: seconds to add an article to it as a server does, until that is found.
        searched: what a process measured.
        lists, probes, recall: of its approximation; 0, 0 and 1 where it is searched exactly.
    """

    passages: int
    building: float
    adding: float
    searched: Searched
    lists: int
    probes: int
    recall: float


def main() -> None:
    """Prints a row for each size, the fitted exponents, and a plot if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="PASSAGES")
    parser.add_argument("--work", type=Path, default=Path(".pilcrow/million"))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--searched", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.searched:
        print(json.dumps(asdict(searched(asked.searched, asked.work))))
        return
    rows = []
    print(_HEAD)
    for size in asked.sizes:
        rows.append(row_of(size, asked.work))
        print(line_of(rows[-1]), flush=True)
    for name, exponent in exponents(rows).items():
        print(f"{name} grows with the number of passages to the power of {exponent:.2f}")
    if asked.plot:
        plot(rows, asked.plot)


def row_of(passages: int, work: Path) -> Row:
    """What is measured of an index of so many passages, built if it is not in the folder."""
    index = work / str(passages)
    encoder = encoder_of(work)
    building = 0.0
    if not (index / "CURRENT").exists():
        source = work / f"{passages}.jsonl"
        write_articles(source, passages)
        began = time.perf_counter()
        build(index, [str(source)], encoder)
        building = time.perf_counter() - began
    approximation = store.read_manifest(index / store.current_build(index)).approximation
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.million",
            "--searched",
            str(index),
            "--work",
            str(work),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Row(
        passages=passages,
        building=building,
        adding=adding(index, encoder),
        searched=Searched(**json.loads(run.stdout)),
        lists=approximation.lists if approximation else 0,
        probes=approximation.probes if approximation else 0,
        recall=approximation.recall if approximation else 1.0,
    )


def encoder_of(work: Path) -> SyntheticEncoder:
    """The synthetic encoder; the default model is measured for it once."""
    statistics = work / _STATISTICS
    if not statistics.exists():
        work.mkdir(parents=True, exist_ok=True)
        measure(find_encoder(), statistics)
    return SyntheticEncoder(statistics)


def searched(index: Path, work: Path) -> Searched:
    """What this process measures when it opens an index and asks it."""
    encoder = encoder_of(work)
    rows = [json.loads(line) for line in _QUESTIONS.read_text("utf-8").splitlines()]
    queries = [Query(row["question"], encoder.embed([row["question"]])) for row in rows]
    began = time.perf_counter()
    opened = open_index(index, encoder)
    opening = time.perf_counter() - began
    times, worked = [], []
    for query in queries * 2:
        began, idle = time.perf_counter(), time.process_time()
        opened.hits(query, _HITS, None)
        times.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - idle))
    p50, p95 = np.percentile(times[len(queries) :], [50, 95])
    cpu = float(np.percentile(worked[len(queries) :], 95))
    return Searched(opening, p50, p95, cpu, memory("VmRSS"), memory("RssAnon"))


def adding(index: Path, encoder: SyntheticEncoder) -> float:
    """Seconds from an article to its being found beside those of an index."""
    opened = open_index(index, encoder)
    own = index / "own"
    shutil.rmtree(own, ignore_errors=True)
    article = Article("new", "A new one", "A zebra crossed the Rubicon.\n\nNobody saw it.")
    began = time.perf_counter()
    kept.add(own, [article], encoder, kept.Most(100, 1_000_000, 10_000))
    joint = JointIndex([opened, open_index(own, encoder)])
    [hit] = joint.search("Which zebra crossed the Rubicon?", 1)
    seconds = time.perf_counter() - began
    assert hit.passage.article.title == "A new one"
    return seconds


def memory(field: str) -> float:
    """MB of this process, as Linux counts them under this name."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def exponents(rows: Sequence[Row]) -> dict[str, float]:
    """The power of the number of passages that time and memory grow with, fitted to the rows."""
    if len(rows) < 2:
        return {}
    sizes = np.log([row.passages for row in rows])
    return {name: float(np.polyfit(sizes, np.log(v), 1)[0]) for name, v in measured(rows).items()}


def measured(rows: Sequence[Row]) -> dict[str, list[float]]:
    """What is said to grow, by its name, for each row."""
    return {
        "A retrieval (p95)": [row.searched.p95 for row in rows],
        "Opening": [row.searched.opening for row in rows],
        "Resident memory": [row.searched.memory for row in rows],
        "Adding an article": [row.adding for row in rows],
    }


def line_of(row: Row) -> str:
    """A row as it is printed."""
    s = row.searched
    return (
        f"{row.passages:>9,} {row.building:>7.1f} {s.opening:>7.3f} {s.p50:>7.1f} {s.p95:>7.1f} "
        f"{s.cpu:>7.1f} {s.memory:>7.0f} {s.own:>7.0f} {row.adding:>6.2f} "
        f"{row.lists:>6}/{row.probes:<6} {row.recall:.3f}"
    )


def plot(rows: Sequence[Row], file: Path) -> None:
    """Draws how a retrieval, opening, memory and adding grow, with the fitted powers."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3), layout="constrained")
    sizes = [row.passages for row in rows]
    units = ("milliseconds", "seconds", "MB", "seconds")
    powers = exponents(rows)
    for axes, unit, (name, values) in zip(
        figure.subplots(1, 4), units, measured(rows).items(), strict=True
    ):
        axes.loglog(sizes, values, "o-")
        power = f": n to the power of {powers[name]:.2f}" if powers else ""
        axes.set(title=f"{name}{power}", xlabel="passages (n)", ylabel=unit)
        axes.title.set_fontsize(8)
    figure.savefig(file, dpi=100)


if __name__ == "__main__":
    main()
