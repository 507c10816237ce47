"""What a build tells a person: a progress bar on a terminal, and sentences."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.build import Built, Reports, build
from index.choice import Choice
from index.cli import busy
from index.exporting import ExportingEncoder, export_encoder
from index.gather import Vanished
from index.language import unspoken
from index.served import Model
from index.text import count

_MOST_LINES = 5
"""How many articles that vanished have a line of their own."""


class Rate(ProgressColumn):
    """How many passages a second were embedded of late; nothing before two batches are."""

    def render(self, task: Task) -> Text:
        """The rate as rich has it of the last seconds, so that loading the model does not count."""
        return Text("" if task.speed is None else f"{task.speed:,.0f} passages/s")


def build_with_progress(
    folder: Path,
    sources: tuple[str, ...],
    encoder: Model,
    allowed: frozenset[str] = frozenset(),
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> Built:
    """Builds the sources, with a progress bar on a terminal and quietly in a pipe."""

    def tell(words: str) -> None:
        click.echo(words, err=True)

    with reporting(tell) as reports:
        embedding = ExportingEncoder(folder, encoder)
        built = build(folder, sources, embedding, reports, allowed, choice)
    tell_unspoken(built, encoder, tell)
    export(folder, encoder)
    return built


@contextmanager
def reporting(tell: Callable[[str], None]) -> Iterator[Reports]:
    """What a build tells: a progress bar on a terminal, and sentences."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("Embedding passages"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield Reports(
            embedded=lambda done, total: bar.update(
                task, completed=done, total=total, visible=True
            ),
            skipped=lambda error: tell(f"Left out: {error}"),
            waiting=lambda: tell("Another build is under way; waiting for it."),
            unread=lambda error: tell(f"Left as it was: {error}"),
            vanished=lambda vanished: tell("\n".join(_lines_on(vanished))),
        )


def outcome_of(built: Built) -> str:
    """What is said of a build that was asked for."""
    holds = f"{count(built.articles, 'article')}, {count(built.passages, 'passage')}"
    if built.unchanged:
        return f"Nothing has changed: build {built.name}, {holds}."
    return f"Built {built.name}: {holds}, {built.embedded} of them embedded anew."


def tell_unspoken(built: Built, encoder: Model, tell: Callable[[str], None]) -> None:
    """Tells of articles, where some are new, that the model cannot be expected to understand."""
    word = unspoken(built.languages, encoder.languages, encoder.name)
    if word is not None and not built.unchanged:
        tell(
            f"{word} Multilingual models, such as paraphrase-multilingual-MiniLM-L12-v2 or "
            "multilingual-e5-small, can be set as PILCROW_MODEL; the reader is English only."
        )


def export(folder: Path, encoder: Model) -> None:
    """Exports the encoder as it is served, where that was not done yet."""
    with busy("Exporting the model"):
        reason = export_encoder(folder, encoder)
    if reason is not None:
        click.echo(f"{encoder.name} is served by PyTorch, not ONNX Runtime: {reason}.", err=True)


def _lines_on(vanished: Sequence[Vanished]) -> list[str]:
    """A line for each of the first that vanished, and one for all others."""
    lines = list(map(str, vanished[:_MOST_LINES]))
    if others := vanished[_MOST_LINES:]:
        kept = sum(one.kept for one in others)
        dropped = len(others) - kept
        lines.append(f"So it is with {len(others):,} more: {kept:,} kept, {dropped:,} dropped.")
    return lines
