"""What only a process of its own can show: pipes, terminals, signals, and no network."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.sources import SAMPLE
from tests.loopback.process import hears_ctrl_c
from tests.terminal import ROOT, environment, on_a_terminal, pilcrow

pytestmark = pytest.mark.slow

MASOOD = "Masood, 52, was shot dead by armed police at the scene."
QUOTE = "armed police"


def test_a_pipe_gets_json_and_nothing_else(tmp_path: Path) -> None:
    """`ask --json` in a pipe writes one object to standard output and nothing to standard error."""
    run = pilcrow("ask", "--json", "who shot masood", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    assert json.loads(run.out)["answer"] == QUOTE
    assert run.out.count("\n") == 1
    assert (tmp_path / ".pilcrow" / "CURRENT").is_file()


def test_a_terminal_gets_progress_and_colour(tmp_path: Path) -> None:
    """On a terminal a build shows its progress and the time left, and an answer has colour."""
    status, shown = on_a_terminal("ask", "--index", tmp_path / "index", "who shot masood")
    assert status == 0
    assert "Embedding passages" in shown
    assert "\x1b[36m-:--:--\x1b[0m left" in shown
    assert f"by \x1b[1;32m{QUOTE}\x1b[0m at the scene" in shown


def test_no_color_is_respected(tmp_path: Path) -> None:
    """With NO_COLOR the answer on a terminal has no colour."""
    arguments = ("ask", "--index", tmp_path / "index", "who shot masood")
    status, shown = on_a_terminal(*arguments, NO_COLOR="1")
    assert status == 0
    assert f"by \x1b[1m{QUOTE}\x1b[0m at the scene" in shown
    assert "\x1b[1;32m" not in shown


def test_ctrl_c_leaves_the_previous_build_serving(tmp_path: Path) -> None:
    """A build that is interrupted says so without a traceback, and the build before serves on."""
    index = tmp_path / "index"
    assert pilcrow("build", SAMPLE, "--index", index).status == 0
    before = (index / "CURRENT").read_text()
    many = tmp_path / "many.jsonl"
    rows = [json.dumps({"text": f"Sentence number {n} has its own words."}) for n in range(20_000)]
    many.write_text("\n".join(rows), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "build", str(many), "--index", str(index)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_ctrl_c,
    )
    while not list((index / "embedding").glob("*")):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    told = told.strip()
    assert (process.returncode, told) == (130, "Stopped; what was built before is as it was.")
    assert (index / "CURRENT").read_text() == before
    assert pilcrow("check", "--index", index).status == 0


def test_a_program_without_streams_has_no_traceback(tmp_path: Path) -> None:
    """Closed standard input and output are lived with."""
    for redirected in ("build - <&-", "articles >&-"):
        command = f'"{sys.executable}" -m bot {redirected} --index "{tmp_path}"'
        run = subprocess.run(
            ["sh", "-c", command], env=environment(), capture_output=True, text=True, check=False
        )
        assert run.returncode == 1
        assert run.stderr.startswith(("Standard input is empty", "There is no index in"))
        assert run.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """A file that cannot be written whole is told, and nothing is left behind."""
    articles = ROOT / "tests" / "quality" / "voa_articles.jsonl"
    index = tmp_path / "index"
    command = f'ulimit -f 128; "{sys.executable}" -m bot build "{articles}" --index "{index}"'
    run = subprocess.run(
        ["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "(File too large): check the path, its permissions and the room" in run.stderr
    assert [path.name for path in index.iterdir()] == ["lock"]


def test_a_reader_that_goes_away_is_no_problem_to_tell(tmp_path: Path) -> None:
    """`pilcrow articles | head -0` ends without a traceback."""
    index = tmp_path / "index"
    many = tmp_path / "many.jsonl"
    many.write_text(json.dumps({"text": "word " * 10, "title": "t" * 200_000}), "utf-8")
    assert pilcrow("build", many, "--index", index).status == 0
    command = f'"{sys.executable}" -m bot articles --index "{index}" | head -c 1'
    run = subprocess.run(
        ["sh", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert run.stderr == ""


def test_the_index_has_a_program_of_its_own(tmp_path: Path) -> None:
    """`python -m index` has the commands of the index and works without the bot's settings."""
    run = subprocess.run(
        [sys.executable, "-m", "index", "articles", "--index", str(tmp_path)],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith(f"There is no index in {tmp_path}: run `pilcrow build`")


def test_nothing_but_the_machine_itself_is_called(tmp_path: Path) -> None:
    """Building and asking open no connection, even where a model hub would be in reach."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*arguments, **named):\n"
        "    raise SystemExit(f'a connection was opened: {arguments}')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n",
        "utf-8",
    )
    path = f"{tmp_path}:{ROOT}"
    run = pilcrow("ask", "--index", tmp_path / "index", "who shot masood", PYTHONPATH=path)
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith(MASOOD)
