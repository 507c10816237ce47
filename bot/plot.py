"""The picture of `pilcrow eval --plot`: risk-coverage curve and reliability diagram."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.answers import Answer
from bot.evaluate import Asked, bins_of, confidences
from index.errors import PilcrowError


class PlotError(PilcrowError):
    """A picture cannot be written."""


def plot(asked: Sequence[Asked], file: Path) -> None:
    """Writes the picture, in the format that the file's name ends with.

    The risk-coverage curve (El-Yaniv and Wiener 2010) shows, for each share of the questions that
    could be answered, the surest first, how many of these answers would be wrong; the point is what
    was answered. The reliability diagram shows how often the best quote was right where the
    confidence was such and such; the area of a point is the number of questions.

    Raises:
        PlotError: the format is none that can be written.
        OSError: the file cannot be written.
    """
    # No window, whatever the machine has.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sure, right, _ = confidences(asked)
    order = np.argsort(-sure, kind="stable")
    count = np.arange(1, len(order) + 1)
    risk = np.cumsum(~right[order]) / count
    answered = sum(isinstance(one.outcome, Answer) for one in asked)

    figure = Figure(figsize=(10, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, other = figure.subplots(1, 2)
    left.plot(count / len(order), risk)
    if answered:
        left.plot(answered / len(order), risk[answered - 1], "o", label="what was answered")
        left.legend(loc="lower right")
    left.set(
        title="Risk and coverage",
        xlabel="share of the questions answered",
        ylabel="share of these answers that is wrong",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    points = np.array(bins_of(sure, right))
    other.plot([0, 1], [0, 1], color="grey", linestyle="--", label="perfect")
    other.scatter(points[:, 0], points[:, 1], s=points[:, 2] * 400 / len(asked), label="measured")
    other.legend(loc="upper left")
    other.set(
        title="Reliability",
        xlabel="confidence",
        ylabel="share of best quotes that is right",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    try:
        # Without its format matplotlib writes "picture" to "picture.png".
        figure.savefig(file, dpi=120, format=file.suffix[1:])
    except ValueError:
        raise PlotError(f"{file} is no kind of picture: end its name in .png or .svg.") from None
