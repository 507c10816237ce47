"""What the commands share: the --index option, output, progress, and errors told in a sentence."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from index.errors import PilcrowError

if TYPE_CHECKING:
    from index.settings import IndexSettings

_S = TypeVar("_S", bound="IndexSettings")
_Command = TypeVar("_Command", bound=Callable[..., Any])

INTERRUPTED = 130


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
    from pydantic import ValidationError

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


@contextmanager
def busy(words: str) -> Iterator[None]:
    """Shows on a terminal what takes a while; shows nothing in a pipe."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield
        return
    with console.status(words):
        yield


def _tell(sentence: str, status: int) -> int:
    click.echo(sentence, err=True)
    return status
