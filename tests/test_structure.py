"""The shape of the project: one arrow, no side effects, settings and commands written down."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.__main__ import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("bot/*.py"), *ROOT.glob("index/*.py")])


def imports_of(file: Path) -> set[str]:
    """The top-level names of what a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_the_index_never_imports_the_bot() -> None:
    """`bot` imports `index`, and `index` knows neither `bot` nor Discord."""
    wrong = [f for f in ROOT.glob("index/*.py") if {"bot", "discord"} & imports_of(f)]
    assert wrong == []
    assert any("index" in imports_of(f) for f in ROOT.glob("bot/*.py"))


def test_every_setting_is_in_the_example() -> None:
    """Each setting stands in .env.example under its name, with its default, and no other does."""
    example = (ROOT / ".env.example").read_text("utf-8")
    given = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    expected = {
        "DISCORD_TOKEN" if name == "discord_token" else f"PILCROW_{name.upper()}": field.default
        for name, field in Settings.model_fields.items()
    }
    assert given.keys() == expected.keys()
    shown = {name: str(default) for name, default in expected.items() if default is not None}
    assert {name: given[name].lower() for name in shown} == {n: v.lower() for n, v in shown.items()}


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    """Each command stands in the README, and so does each of its options."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"`pilcrow {name}" in readme
    options = [o for o in cli.commands[name].params if isinstance(o, click.Option)]
    for option in options:
        assert max(option.opts, key=len) in readme, option.opts


def test_every_make_target_is_in_the_readme_or_the_help() -> None:
    """`make help` lists every target that a person may call."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    listed = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert set(phony[1].split()) == listed


def test_ci_runs_make_test_and_no_more() -> None:
    """`.ci/run` is `exec make test`."""
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert lines == ["#!/usr/bin/env bash", "exec make test"]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_files_stay_in_their_room(file: Path) -> None:
    """No file of the packages has over 400 lines, and each begins with what it is."""
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text))


def test_importing_does_nothing() -> None:
    """Importing the packages loads no model, opens no index, and imports no PyTorch."""
    modules = [f"{f.parent.name}.{f.stem}" for f in SOURCES if not f.stem.startswith("__")]
    code = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == []


def test_no_pickle_anywhere() -> None:
    """Neither package uses pickle, or lets numpy do so."""
    assert [f for f in SOURCES if "pickle" in imports_of(f)] == []
    for file in SOURCES:
        assert "allow_pickle=True" not in file.read_text("utf-8"), file


def test_every_test_says_what_it_shows() -> None:
    """Each test function has a docstring."""
    silent = [
        f"{file.name}:{node.name}"
        for file in ROOT.glob("tests/**/test_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
