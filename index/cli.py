"""What the commands share: the --index option, output, progress, and errors told in a sentence."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.build import Built, Reports, build
from index.choice import Choice
from index.encoder import SentenceEncoder
from index.errors import PilcrowError
from index.gather import Vanished
from index.language import languages_of, unspoken
from index.served import export_encoder
from index.settings import IndexSettings
from index.text import count

_S = TypeVar("_S", bound=IndexSettings)
_Command = TypeVar("_Command", bound=Callable[..., Any])

INTERRUPTED = 130

_MOST_LINES = 5
"""How many articles that vanished have a line of their own."""


def index_option(command: _Command) -> _Command:
    """Gives a command the option --index, which goes before PILCROW_INDEX."""
    return click.option(
        "--index",
        "folder",
        type=click.Path(path_type=Path),
        help="Folder of the index (PILCROW_INDEX, else .pilcrow).",
    )(command)


def settings_of(kind: type[_S], folder: Path | None) -> _S:
    """The settings, with the index folder that was named on the command line, if one was.

    Raises:
        PilcrowError: a setting has a value that it cannot have.
    """
    try:
        settings = kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        variable = name if name == "DISCORD_TOKEN" else f"PILCROW_{name}"
        raise PilcrowError(
            f"{variable} is “{first['input']}”, but {first['msg']}: see .env.example."
        ) from None
    except UnicodeDecodeError:
        raise PilcrowError("The file .env is not UTF-8: save it as UTF-8.") from None
    return settings if folder is None else settings.model_copy(update={"index": folder})


def run(group: click.Group, name: str) -> int:
    """Runs the command that the program's arguments name; returns its exit status.

    The one place where what went wrong becomes a sentence on standard error.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        result = group.main(prog_name=name, standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except PilcrowError as error:
        return _tell(sentence(error), 1)
    except click.exceptions.Abort:
        return _tell("Stopped; what was built before is as it was.", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be told there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _tell(sentence(error), 1)


def sentence(error: PilcrowError | OSError) -> str:
    """What is shown of something that a person can mend."""
    if isinstance(error, PilcrowError):
        return str(error)
    place = f" {error.filename}" if error.filename else ""
    reason = error.strerror or error
    return (
        f"The system refused{place} ({reason}): "
        "check the path, its permissions and the room on the disk."
    )


def build_with_progress(
    folder: Path,
    sources: tuple[str, ...],
    encoder: SentenceEncoder,
    allowed: frozenset[str] = frozenset(),
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> Built:
    """Builds the sources, with a progress bar on a terminal and quietly in a pipe."""

    def tell(words: str) -> None:
        click.echo(words, err=True)

    with reporting(tell) as reports:
        built = build(folder, sources, encoder, reports, allowed, choice)
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
        TimeRemainingColumn(),
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


def tell_unspoken(built: Built, encoder: SentenceEncoder, tell: Callable[[str], None]) -> None:
    """Tells of articles, where some are new, that the model cannot be expected to understand."""
    word = unspoken(built.languages, languages_of(encoder.folder), encoder.name)
    if word is not None and not built.unchanged:
        tell(
            f"{word} Multilingual models, such as paraphrase-multilingual-MiniLM-L12-v2 or "
            "multilingual-e5-small, can be set as PILCROW_MODEL; the reader is English only."
        )


def export(folder: Path, encoder: SentenceEncoder) -> None:
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


@contextmanager
def busy(words: str) -> Iterator[None]:
    """Shows on a terminal what takes a while; shows nothing in a pipe."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield
        return
    with console.status(words):
        yield


def _tell(sentence: str, status: int) -> int:
    click.echo(sentence, err=True)
    return status
