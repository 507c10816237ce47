"""Builds an index and kills itself at each step in turn; run by test_kill.py.

    python -m tests.index.killed FOLDER

For n = 1, 2, …: a process of its own builds new text into an index that holds old text and dies by
SIGKILL just before its n-th change to the file system; another looks at what it left. One line of
JSON a kill; the last line is of the first build that came to its end. Everything is done in
children, so that this process has no threads when it forks.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from index.build import build
from index.check import check
from index.errors import PilcrowError
from index.search import open_index
from tests.encoders import LetterEncoder

_STEPS = ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir")


def main(folder: Path) -> None:
    """Prints what each kill came to."""
    text = folder / "text.txt"
    _in_child(partial(_prepare, folder / "before", text))
    text.write_text("New words.\nOld words three.\n")
    for n in range(1, 1000):
        index = folder / "index"
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(folder / "before", index)
        killed = _in_child(partial(_build_until, n, index, text)) == -signal.SIGKILL
        _in_child(partial(_look, index, text, n, killed))
        if not killed:
            return


def _prepare(index: Path, text: Path) -> None:
    """Four builds, of which the last three are kept, so that the next one has to remove one."""
    for number in ("zero", "one", "two", "three"):
        text.write_text(f"Old words {number}.\n")
        build(index, [str(text)], LetterEncoder())


def _build_until(n: int, index: Path, text: Path) -> None:
    left = n
    for name in _STEPS:
        step = getattr(os, name)

        def counted(*args: object, step: Callable[..., object] = step, **named: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **named)

        setattr(os, name, counted)
    build(index, [str(text)], LetterEncoder())


def _look(index: Path, text: Path, n: int, killed: bool) -> None:
    seen: dict[str, object] = {"n": n, "killed": killed, "error": None}
    with suppress(PilcrowError, OSError):
        seen["texts"] = [article.text for article in open_index(index, LetterEncoder()).articles]
    try:
        check(index, LetterEncoder())
        build(index, [str(text)], LetterEncoder())
        check(index, LetterEncoder())
    except (PilcrowError, OSError) as error:
        seen["error"] = str(error)
    seen["then"] = [article.text for article in open_index(index, LetterEncoder()).articles]
    seen["names"] = sorted(path.name for path in index.iterdir())
    print(json.dumps(seen), flush=True)


def _in_child(work: Callable[[], None]) -> int:
    """Does the work in a child; its exit status, or minus the signal that ended it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
