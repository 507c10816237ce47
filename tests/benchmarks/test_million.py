"""How things grow: the fitted powers, and the picture of them."""

from pathlib import Path

import pytest

from tests.benchmarks.million import Row, Searched, exponents, line_of, plot


def row(passages: int, value: float) -> Row:
    """A size with everything measured as one value."""
    return Row(passages, value, value, Searched(*[value] * 6), lists=0, probes=0, recall=1.0)


def test_a_power_is_fitted_by_hand() -> None:
    """What is ten times as long for a hundred times as many grows with the root of their number."""
    powers = exponents([row(100, 2.0), row(10_000, 20.0), row(1_000_000, 200.0)])
    assert list(powers.values()) == [pytest.approx(0.5)] * 4
    assert exponents([row(100, 2.0)]) == {}


def test_a_size_is_printed_on_a_line() -> None:
    """The number of passages comes first, the recall last."""
    assert line_of(row(1_000_000, 2.5)).split() == [
        "1,000,000",
        *("2.5", "2.500", "2.5", "2.5", "2.5", "2", "2", "2.50"),
        *("0/0", "1.000"),
    ]


def test_what_grows_is_drawn(tmp_path: Path) -> None:
    """A PNG of 12 by 3 inches of 100 dots, of one size as of several."""
    for rows in ([row(100, 2.0)], [row(100, 2.0), row(1000, 4.0)]):
        plot(rows, tmp_path / "picture.png")
        png = (tmp_path / "picture.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert [int.from_bytes(png[at : at + 4]) for at in (16, 20)] == [1200, 300]
