"""The table of the benchmark, from figures that can be checked by hand; nothing is timed."""

import struct
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import rows_of
from tests.benchmarks.measure import percentiles
from tests.benchmarks.table import Row, Target, plot, table

FASTER = Row("start", "s", (1.5, 1.0, 1.25), (10.0, 8.0, 9.0), Target(0.15))
MORE = Row("embedding", "passages/s", (50.0, 150.0, 100.0), (50.0,), Target(3, least=True))
ALONE = Row("reply", "ms", (60.0,), (), Target(60))
UNJUDGED = Row("again", "s", (1.0,), (4.0,))


def test_a_ratio_is_that_of_the_medians() -> None:
    """The median of ours as a multiple of the baseline's median, and none without a baseline."""
    assert FASTER.ratio == pytest.approx(1.25 / 9)
    assert MORE.ratio == 2.0
    assert ALONE.ratio is None


def test_a_target_is_the_most_or_the_least_that_will_do() -> None:
    """A figure at its target meets it; a rate is judged the other way round."""
    assert FASTER.share == pytest.approx(1.25 / 9 / 0.15)
    assert MORE.share == 1.5
    assert ALONE.share == 1.0
    assert UNJUDGED.share is None


def test_the_table_has_each_figure_with_its_range() -> None:
    """Medians with the least and the most, the ratio, the target with its unit, and the verdict."""
    assert table([FASTER, MORE, ALONE, UNJUDGED]).split("\n")[2:] == [
        "| start | 1.25 (1–1.5) s | 9 (8–10) s | 0.14 | ≤ 0.15 | met |",
        "| embedding | 100 (50–150) passages/s | 50 (50–50) passages/s | 2.00 | ≥ 3 | missed |",
        "| reply | 60 (60–60) ms | – | – | ≤ 60 ms | met |",
        "| again | 1 (1–1) s | 4 (4–4) s | 0.25 | – |  |",
    ]


def test_rows_have_the_figures_of_all_runs() -> None:
    """Each row has one figure of each run, its own beside the baseline's."""
    rows = rows_of(
        [
            {
                "ask": 1.0 + run,
                "help": 0.1,
                "baseline": 8.0 + run,
                "baseline, embedded": 7.0,
                "baseline, memory": 500.0,
            }
            for run in range(2)
        ],
        [
            {
                "p50": 4.0,
                "p95": 6.0,
                "rate": 90.0,
                "baseline, memory": 600.0,
                "baseline, p50": 16.0,
                "baseline, p95": 30.0,
                "baseline, rate": 45.0,
            }
        ],
        [{"memory": 250.0}],
        [{"memory": 255.0, "memory_after": 270.0, "p50": 50.0, "p95": 90.0, "at_once": 4.0}],
    )
    assert (rows[0].ours, rows[0].baseline) == ((1.0, 2.0), (8.0, 9.0))
    assert [row.ratio for row in rows[1:]] == [
        pytest.approx(1.5 / 7),
        None,
        0.5,
        None,
        0.45,
        0.25,
        0.2,
        2.0,
        None,
        None,
        None,
    ]
    assert [row.ours for row in rows[-3:]] == [(50.0,), (90.0,), (4.0,)]


def test_percentiles_by_hand() -> None:
    """Of 0 to 100 the 50th percentile is 50 and the 95th 95."""
    assert percentiles(range(101)) == {"p50": 50.0, "p95": 95.0}


def test_the_picture_has_a_bar_for_each_target(tmp_path: Path) -> None:
    """A PNG whose height grows by 0.4 inches, of 120 dots, with each row that has a target."""
    heights = []
    for rows in ([FASTER], [FASTER, MORE, UNJUDGED]):
        plot(rows, tmp_path / "picture.png")
        png = (tmp_path / "picture.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        heights.append(struct.unpack(">I", png[20:24])[0])
    assert heights == [120, 168]
