"""The command `pilcrow`: those of the index, and what asks, measures and runs the bot."""

import json
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console

from bot import terminal
from bot.answers import Outcome, Question, parse_question
from bot.ask import answer, consider, load_judgement
from bot.evaluate import ask_all, report, written
from bot.feedback import notes
from bot.health import ask_health
from bot.questions import QuestionsError, read_labelled, read_rows
from bot.reader import find_reader
from bot.settings import Settings
from index.__main__ import cli as index_cli
from index.cli import build_with_progress, busy, index_option, run, settings_of
from index.encoder import find_encoder
from index.errors import NoIndex
from index.search import PassageIndex, open_index
from index.served import serving


@click.group()
@click.version_option(version("pilcrow"), prog_name="pilcrow")
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
    if file is not None:
        asked = [(parse_question(row.question), row.article or article) for row in read_rows(file)]
    else:
        asked = [(parse_question(" ".join(question)), article)]
    settings = settings_of(Settings, folder)
    index = _open_or_build(settings)
    with busy("Loading the models"):
        reader = find_reader(settings.reader)
        judgement = load_judgement(reader, settings.caution)
        index.encoder.embed(["The first text takes the longest."])
    for one, scope in asked:
        began = time.perf_counter()
        scoped = (scope,) if scope else None
        outcome = answer(one, index, reader, judgement, scoped)
        ms = (time.perf_counter() - began) * 1000
        if as_json:
            row = terminal.as_json(one, outcome, index.name, ms)
            if explain:
                considered = consider(one, index, reader, judgement, scoped)
                row["candidates"] = terminal.candidates_json(considered)
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            _print(one, outcome, 1 if scope else len(index.articles), titled=len(asked) > 1)
            if explain:
                considered = consider(one, index, reader, judgement, scoped)
                _console().print("", terminal.explained(considered))


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
    no answers mean that the articles do not say.
    """
    labelled = read_labelled(questions)
    if not labelled:
        raise QuestionsError(f"{questions} has no questions: give it one a line.")
    settings = settings_of(Settings, folder)
    index = open_index(settings.index, serving(settings.index, find_encoder(settings.model)))
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
    noted = notes(settings_of(Settings, folder).index)
    if as_json:
        click.echo(json.dumps([asdict(note) for note in noted], ensure_ascii=False, indent=2))
    elif noted:
        _console().print(terminal.noted(noted))
    else:
        click.echo("There is no feedback yet.")


@cli.command("health")
@index_option
def health_command(folder: Path | None) -> None:
    """Say whether the bot that runs on this machine is connected; needs its PILCROW_METRICS."""
    click.echo(ask_health(settings_of(Settings, folder).metrics))


@cli.command("run")
@index_option
def run_command(folder: Path | None) -> None:
    """Run the Discord bot."""
    settings = settings_of(Settings, folder)
    # discord.py takes half a second to import, which no other command needs.
    from bot.run import run_bot

    run_bot(settings, version("pilcrow"))


def main() -> int:
    """Runs the command that the arguments name; returns the exit status."""
    return run(cli, "pilcrow")


def _open_or_build(settings: Settings) -> PassageIndex:
    encoder = find_encoder(settings.model)
    try:
        return open_index(settings.index, serving(settings.index, encoder))
    except NoIndex:
        build_with_progress(settings.index, (), encoder, settings.inner_hosts)
        return open_index(settings.index, serving(settings.index, encoder))


def _print(question: Question, outcome: Outcome, articles: int, titled: bool) -> None:
    console = _console()
    if titled:
        console.print(f"\n> {question.text}\n", style="bold", markup=False)
    console.print(terminal.as_text(outcome, articles))


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
