"""The picture of `pilcrow eval --plot`: that it is one, and what it shows."""

import re
import struct
from pathlib import Path

import pytest

from bot.evaluate import Asked
from bot.plot import PlotError, plot
from tests.bot.examples import asked

RIGHT = asked("dark red", 1, "123", "dark red", 0.95, given=True)
WRONG = asked("green", 3, "124", "dark red", 0.75, given=True)
HELD_BACK = asked("blue", 2, "213", "blue", 0.30, given=False)
UNANSWERABLE = asked("", 0, "123", "The car", 0.20, given=False)
MIXED = [RIGHT, WRONG, HELD_BACK, UNANSWERABLE]


def png_of(questions: list[Asked], folder: Path) -> bytes:
    """The picture as a PNG."""
    plot(questions, folder / "picture.png")
    return (folder / "picture.png").read_bytes()


def svg_of(questions: list[Asked], folder: Path) -> str:
    """The picture as an SVG, in which each word that is drawn stands in a comment."""
    plot(questions, folder / "picture.svg")
    return (folder / "picture.svg").read_text("utf-8")


@pytest.mark.parametrize(
    "questions",
    [MIXED, [HELD_BACK, UNANSWERABLE], [RIGHT], [UNANSWERABLE]],
    ids=["mixed", "no answers", "one answer", "one abstention"],
)
def test_a_picture_is_written(questions: list[Asked], tmp_path: Path) -> None:
    """The file is a whole PNG of 10 by 4.4 inches at 120 dots each, whatever came of them."""
    content = png_of(questions, tmp_path)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[12:16] == b"IHDR"
    assert struct.unpack(">II", content[16:24]) == (1200, 528)
    assert content[-8:-4] == b"IEND"
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


def test_the_end_of_the_name_is_the_format(tmp_path: Path) -> None:
    """A name in .svg, in any case, gives an SVG with both diagrams in it."""
    plot(MIXED, tmp_path / "picture.SVG")
    text = (tmp_path / "picture.SVG").read_text("utf-8")
    assert text.startswith("<?xml")
    drawn = re.findall("<!-- (.*?) -->", text)
    assert {"Risk and coverage", "Reliability", "measured", "perfect"} <= set(drawn)


def test_what_was_answered_is_marked(tmp_path: Path) -> None:
    """The point on the risk-coverage curve is there if anything was answered, and not else."""
    assert "<!-- what was answered -->" in svg_of(MIXED, tmp_path)
    assert "<!-- what was answered -->" not in svg_of([HELD_BACK, UNANSWERABLE], tmp_path)


def test_the_curve_by_hand(tmp_path: Path) -> None:
    """Of the surest one, two, three and four, none, a half, a third and a half are wrong."""
    curve = r'<path d="(M[^"]*)"[^>]* style="fill: none; stroke: #1f77b4'
    drawn = re.findall(curve, svg_of(MIXED, tmp_path))
    assert len(drawn) == 1
    points = [tuple(map(float, place.split())) for place in re.split("[ML]", drawn[0])[1:]]
    (x, y), *_ = points
    # From the first point on, in the width and the height of the second step.
    width, height = points[1][0] - x, points[1][1] - y
    steps = [((a - x) / width, (b - y) / height) for a, b in points]
    assert steps == [pytest.approx(step, abs=1e-4) for step in [(0, 0), (1, 1), (2, 2 / 3), (3, 1)]]
    # Up is less in an SVG, and both axes are 0 to 1.
    assert width > 0 > height


def test_the_surest_come_first_in_any_order(tmp_path: Path) -> None:
    """Questions in another order give the same picture, and other questions another one."""
    picture = png_of(MIXED, tmp_path)
    assert png_of(MIXED[::-1], tmp_path) == picture
    assert png_of([RIGHT, RIGHT, HELD_BACK, UNANSWERABLE], tmp_path) != picture


@pytest.mark.parametrize("name", ["picture.doc", "picture", "picture.", ".png"])
def test_an_unknown_ending_is_told(name: str, tmp_path: Path) -> None:
    """A name that ends like no picture gets a sentence, and nothing is written."""
    with pytest.raises(PlotError) as caught:
        plot(MIXED, tmp_path / name)
    assert str(caught.value) == (
        f"{tmp_path / name} is no kind of picture: end its name in .png or .svg."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A picture that cannot be written is an error of the system, with the file's name."""
    with pytest.raises(FileNotFoundError) as caught:
        plot(MIXED, tmp_path / "none" / "picture.png")
    assert caught.value.filename == str(tmp_path / "none" / "picture.png")
