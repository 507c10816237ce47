"""Tests of what a build leaves when it is killed, at every step that it takes on the disk."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD, NEW = ["Old words three."], ["New words.\n\nOld words three."]


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What was seen after a kill before the first change to the disk, the second, …."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.index.killed", str(tmp_path_factory.mktemp("killed"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_every_step_was_killed_once(kills: list[dict[str, object]]) -> None:
    """The kills go through the whole build, until one build comes to its end unharmed."""
    assert [kill["n"] for kill in kills] == list(range(1, len(kills) + 1))
    assert [kill["killed"] for kill in kills] == [True] * (len(kills) - 1) + [False]
    assert len(kills) > 30


@pytest.mark.slow
def test_old_build_or_new_one_serves_after_a_kill(kills: list[dict[str, object]]) -> None:
    """After a kill the old build opens, from some step on the new one, and never anything else."""
    texts = [kill["texts"] for kill in kills]
    switch = texts.index(NEW)
    assert texts == [OLD] * switch + [NEW] * (len(texts) - switch)
    assert 10 < switch < len(texts) - 1


@pytest.mark.slow
def test_check_is_content_and_the_next_build_succeeds_after_a_kill(
    kills: list[dict[str, object]],
) -> None:
    """After a kill `check` finds nothing wrong, and the next build makes the new text current."""
    assert [kill["error"] for kill in kills] == [None] * len(kills)
    assert [kill["then"] for kill in kills] == [NEW] * len(kills)


@pytest.mark.slow
def test_the_next_build_leaves_no_litter(kills: list[dict[str, object]]) -> None:
    """After a kill and one more build the folder holds what it holds when nothing went wrong."""
    undisturbed = kills[-1]["names"]
    assert [kill["names"] for kill in kills] == [undisturbed] * len(kills)
    assert isinstance(undisturbed, list)
    assert undisturbed[-1] == "sources.json"
    assert len(undisturbed) == len(["CURRENT", "lock", "seen.json", "sources.json"]) + 3
