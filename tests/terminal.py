"""The commands as processes of their own, in a pipe or on a terminal."""

import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """What a process came to."""

    status: int
    out: str
    err: str


def environment(**extra: str) -> dict[str, str]:
    """An environment without settings from outside."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | extra


def pilcrow(*arguments: object, stdin: bytes = b"", cwd: Path | None = None, **extra: str) -> Run:
    """Runs `python -m bot` in a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment(**extra),
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_a_terminal(*arguments: object, typed: bytes = b"", **extra: str) -> tuple[int, str]:
    """Runs `python -m bot` on a pseudo-terminal; returns its status and all it showed.

    Args:
        typed: what is typed there before anything is shown.
    """
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", COLUMNS="100", **extra),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=120), shown.decode()


def hiding(*packages: str) -> str:
    """A program after which none of these packages can be imported."""
    return (
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find_spec(name, path=None, target=None):\n"
        f"    gone = name.partition('.')[0] in {packages!r}\n"
        "    return None if gone else found(name, path, target)\n"
        "PathFinder.find_spec = find_spec\n"
    )
