"""How processes are measured: seconds until they say something, memory, and percentiles."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tests.terminal import ROOT, environment


def first_line(*arguments: object) -> tuple[float, list[str]]:
    """Runs `python -m ARGUMENTS`: seconds from its start to its first line, and all its lines."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)],
        stdout=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        seconds = time.perf_counter() - began
        lines = [first, *process.stdout]
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return seconds, lines


def figures_of(*arguments: object) -> dict[str, float]:
    """Runs `python -m ARGUMENTS`: the JSON object in its last line."""
    _, lines = first_line(*arguments)
    figures: dict[str, float] = json.loads(lines[-1])
    return figures


def resident(process: int | str = "self") -> float:
    """MB of memory that a process has resident now (Linux)."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return float(status.split("VmRSS:")[1].split()[0]) / 1024


def millisecond_percentiles(
    ask: Callable[[str], object], questions: Sequence[str]
) -> dict[str, float]:
    """p50 and p95 of the milliseconds that each question takes, one after the other."""
    taken = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        taken.append(1000 * (time.perf_counter() - began))
    return percentiles(taken)


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95 of some durations."""
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return {"p50": float(p50), "p95": float(p95)}


def processor() -> str:
    """The processor as Linux names it, and how many cores of it this process may use."""
    names = [
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{names[0] if names else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores"
