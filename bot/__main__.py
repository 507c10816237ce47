"""The command `pilcrow`: those of the index, and what asks, measures and runs the bot.

Each command imports what it needs when it is called, so that help and usage errors come at once.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.__main__ import cli as index_cli
from index.cli import busy, index_option, run, settings_of

if TYPE_CHECKING:
    from bot.settings import Settings


@click.group()
@click.version_option(package_name="pilcrow", prog_name="pilcrow")
def cli() -> None:
    """Answers questions about articles in the articles' own words."""


for command in index_cli.commands.values():
    cli.add_command(command)


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a question.")
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Ask the questions of a JSONL file."
)
@click.option("--article", help="Ask this article alone, by its id.")
@click.option("--explain", is_flag=True, help="Show each candidate with its scores.")
@index_option
def ask(
    question: tuple[str, ...],
    as_json: bool,
    file: Path | None,
    article: str | None,
    explain: bool,
    folder: Path | None,
) -> None:
    """Ask QUESTION and print the answer; builds the index first if there is none."""
    if bool(question) == (file is not None):
        raise click.UsageError("Give either a QUESTION or --file.")
    from bot import terminal
    from bot.answers import parse_question
    from bot.opened import open_or_build, plain_console
    from bot.questions import read_rows

    if file is not None:
        asked = [(row.asked, row.article or article) for row in read_rows(file)]
    else:
        asked = [(parse_question(" ".join(question)), article)]
    opened = open_or_build(_settings(folder))
    for one, scope in asked:
        outcome, ms = opened.ask(one, scope)
        if as_json:
            row = terminal.as_json(one, outcome, opened.index.name, ms)
            if explain:
                row["candidates"] = terminal.candidates_json(opened.considered(one, scope))
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            opened.show(one, outcome, scope, titled=len(asked) > 1)
            if explain:
                plain_console().print("", terminal.explained(opened.considered(one, scope)))


@cli.command()
@click.option("--article", help="Ask this article alone, by its id.")
@index_option
def chat(article: str | None, folder: Path | None) -> None:
    """Ask one question after another, each understood with those before it.

    Each line of standard input is a question. /new starts afresh; quit, exit or Ctrl-D ends.
    """
    from bot.chat import converse
    from bot.opened import open_or_build

    converse(open_or_build(_settings(folder)), article)


@cli.command("eval")
@click.argument("questions", type=click.Path(path_type=Path))
@click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    help="Write the risk-coverage curve and the reliability diagram to this file (.png, .svg).",
)
@index_option
def evaluate(questions: Path, picture: Path | None, folder: Path | None) -> None:
    """Print how well the labelled QUESTIONS (JSONL) are answered.

    A line is {"question", "answers", "paragraphs"} and, to ask one article only, "article";
    no answers mean that the articles do not say. A follow-up has the turns before it as "history".
    """
    from bot.ask import load_judgement
    from bot.evaluate import ask_all, report, written
    from bot.questions import QuestionsError, read_labelled
    from bot.reader import find_reader
    from index.search import open_index
    from index.served import find_served

    labelled = read_labelled(questions)
    if not labelled:
        raise QuestionsError(f"{questions} has no questions: give it one a line.")
    settings = _settings(folder)
    index = open_index(settings.index, find_served(settings.index, settings.model))
    reader = find_reader(settings.reader)
    judgement = load_judgement(reader, settings.caution)
    with busy("Asking"):
        asked = ask_all(labelled, index, reader, judgement)
    click.echo(written(report(asked)))
    if picture is not None:
        # matplotlib takes a second to import, which nothing else needs.
        from bot.plot import plot

        plot(asked, picture)


@cli.command("export-reader")
@click.argument("model")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--int8", is_flag=True, help="Weights of 8 bits: smaller, faster, not quite the same."
)
def export_reader_command(model: str, target: Path, int8: bool) -> None:
    """Write MODEL as a reader into the folder TARGET, for PILCROW_READER.

    MODEL is an extractive question-answering model of transformers: a folder, or a name in the
    local model cache.
    """
    from bot.export import export_reader

    with busy("Exporting the model"):
        export_reader(model, target, int8)
    click.echo(f"Set PILCROW_READER={target} to read with it.")


@cli.command("feedback")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@index_option
def feedback_command(as_json: bool, folder: Path | None) -> None:
    """List what people thought of answers, and the questions that had none."""
    from dataclasses import asdict

    from bot import terminal
    from bot.feedback import notes
    from bot.opened import plain_console

    noted = notes(_settings(folder).index)
    if as_json:
        click.echo(json.dumps([asdict(note) for note in noted], ensure_ascii=False, indent=2))
    elif noted:
        plain_console().print(terminal.noted(noted))
    else:
        click.echo("There is no feedback yet.")


@cli.command("health")
@index_option
def health_command(folder: Path | None) -> None:
    """Say whether the bot that runs on this machine is connected; needs its PILCROW_METRICS."""
    from bot.health import ask_health

    click.echo(ask_health(_settings(folder).metrics))


@cli.command("run")
@index_option
def run_command(folder: Path | None) -> None:
    """Run the Discord bot."""
    from importlib.metadata import version

    from bot.run import run_bot

    run_bot(_settings(folder), version("pilcrow"))


def main() -> int:
    """Runs the command that the arguments name; returns the exit status."""
    return run(cli, "pilcrow")


def _settings(folder: Path | None) -> "Settings":
    from bot.settings import Settings

    return settings_of(Settings, folder)


if __name__ == "__main__":
    sys.exit(main())
