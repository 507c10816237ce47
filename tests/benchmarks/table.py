"""The table of the benchmark: figures beside the baseline's, and ratios beside their targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at.

    Attributes:
        value: of the ratio to the baseline or, without one, of the figure itself.
        least: whether it is the least that will do, and not the most.
    """

    value: float
    least: bool = False

    def share(self, value: float) -> float:
        """How much of what is allowed is taken: up to 1 the target is met."""
        return self.value / value if self.least else value / self.value

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: what was measured.
        unit: of the figures.
        ours, baseline: a figure of each repetition; none where it has no like.
        target: of the ratio of the medians or, without a baseline, of the median; None for none.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    baseline: tuple[float, ...] = ()
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Our median as a multiple of the baseline's; None without a baseline."""
        return median(self.ours) / median(self.baseline) if self.baseline else None

    @property
    def share(self) -> float | None:
        """How much of what is allowed is taken: up to 1 the target is met; None without one."""
        judged = median(self.ours) if self.ratio is None else self.ratio
        return None if self.target is None else self.target.share(judged)


def table(rows: Sequence[Row]) -> str:
    """The rows as a table of Markdown; figures are medians, and in brackets the least and most."""
    lines = ["| | Pilcrow | baseline | ratio | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        baseline = f"{_spread(row.baseline)} {row.unit}" if row.baseline else "–"
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        aim = "" if row.baseline else f" {row.unit}"
        target = "–" if row.target is None else f"{row.target}{aim}"
        verdict = "" if row.share is None else "met" if row.share <= 1 else "missed"
        cells = row.name, f"{_spread(row.ours)} {row.unit}", baseline, ratio, target, verdict
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(rows: Sequence[Row], file: Path) -> None:
    """Draws how much of what each target allows is taken; right of the line it is missed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shares = {row.name: row.share for row in reversed(rows) if row.share is not None}
    figure = Figure(figsize=(9, 0.6 + 0.4 * len(shares)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    colours = ["tab:green" if share <= 1 else "tab:red" for share in shares.values()]
    axes.barh(list(shares), list(shares.values()), color=colours)
    axes.axvline(1, color="black")
    axes.set(xlabel="share of what the target allows")
    figure.savefig(file, dpi=120)


def _spread(figures: Sequence[float]) -> str:
    """The median, and the least and the most."""
    least, most = (_written(bound(figures)) for bound in (min, max))
    return f"{_written(median(figures))} ({least}–{most})"


def _written(figure: float) -> str:
    """A figure with about three digits that mean something."""
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.3g}"
