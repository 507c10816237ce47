"""Prints what the history of follow-up questions is worth: `make followups`.

First on the follow-ups over the news articles, development and test: with the history ignored, as
the bot understands them, and as a person rewrote them to stand alone. Then, given a file of CANARD
(Elgohary et al. 2019; `make followups DATA=canard.jsonl.gz`), on its dialogues.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.answers import Question, Turn
from bot.ask import load_judgement
from bot.evaluate import ask_all, report
from bot.history import depends, understand
from bot.questions import Labelled, read_labelled
from bot.reader import find_reader
from bot.referents import FUNCTION_WORDS, words_of_question
from bot.similar import overlap
from index.build import build
from index.encoder import SentenceEncoder, find_encoder
from index.search import fuse, open_index
from index.words import Words

QUALITY = Path(__file__).parent
FIGURES = (
    *("retrieval_at_1", "retrieval_at_3", "passage_at_1"),
    *("answer_right", "answer_wrong", "wrongly_refused", "rightly_refused"),
)
NO_ANSWER = "I don't know."


@dataclass(frozen=True)
class Rewritten:
    """A question of a dialogue, and how a person put it to stand alone.

    Attributes:
        question: with the turns before it.
        rewrite: how a person put it.
        answer: what the dialogue goes on with; None where that is not known.
    """

    question: Question
    rewrite: str
    answer: str | None


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("canard", nargs="?", type=Path, help="a file of CANARD, JSONL in gzip")
    canard = parser.parse_args().canard
    encoder = find_encoder()
    on_the_news(encoder)
    if canard is not None:
        on_dialogues(read_canard(canard), encoder)


def on_the_news(encoder: SentenceEncoder) -> None:
    """Prints what is found and answered, of the follow-ups and of what stands alone."""
    reader = find_reader()
    judgement = load_judgement(reader)
    with TemporaryDirectory() as folder:
        build(Path(folder), [str(QUALITY / "voa_articles.jsonl")], encoder)
        index = open_index(Path(folder), encoder)
        for file in ("followups_dev.jsonl", "followups_test.jsonl"):
            rows = read_labelled(QUALITY / file)
            followups, controls = parted(rows)
            for name, asked in (
                ("follow-ups, history ignored", list(map(alone, followups))),
                ("follow-ups, history used", followups),
                ("follow-ups, rewritten by hand", rewritten(QUALITY / file)),
                ("stand alone, history ignored", list(map(alone, controls))),
                ("stand alone, history used", controls),
            ):
                figures = report(ask_all(asked, index, reader, judgement))
                print(f"{file}: {name}, {len(asked)} questions")
                for figure in FIGURES:
                    print(f"    {figure:18}{figures[figure]:7.3f}")


def parted(rows: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """(the follow-ups, the controls: those that stand alone) of labelled questions."""
    controls = [row for row in rows if row.style == "self-contained"]
    return [row for row in rows if row not in controls], controls
