"""What Pilcrow does of the baseline's work, in a process of its own.

    python -m tests.benchmarks.pilcrow search INDEX QUESTIONS.json
    python -m tests.benchmarks.pilcrow build ARTICLES

Prints one line of JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from index.build import Reports, build
from index.encoder import find_encoder
from index.exporting import ExportingEncoder
from index.search import open_index
from index.served import find_served
from tests.benchmarks.baseline import PASSAGES
from tests.benchmarks.measure import millisecond_percentiles


def searching(folder: Path, questions: list[str]) -> dict[str, float]:
    """What retrieval takes, the question's embedding included, once it is warm."""
    index = open_index(folder, find_served(folder))
    index.search(questions[0], PASSAGES)
    return millisecond_percentiles(lambda one: index.search(one, PASSAGES), questions)


def building(articles: str) -> dict[str, float]:
    """How many passages a second a build embeds, its model exported before."""
    reported = []
    with tempfile.TemporaryDirectory() as folder:
        encoder = ExportingEncoder(Path(folder), find_encoder())
        encoder.embed(["exported"])
        report = Reports(embedded=lambda done, total: reported.append((time.perf_counter(), done)))
        build(Path(folder), [articles], encoder, report)
    (began, _), (ended, passages) = reported[0], reported[-1]
    return {"rate": passages / (ended - began)}


def main(what: str, *arguments: str) -> None:
    """Prints the figures of one of both."""
    if what == "build":
        figures = building(*arguments)
    else:
        folder, questions = map(Path, arguments)
        figures = searching(folder, json.loads(questions.read_text("utf-8")))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
