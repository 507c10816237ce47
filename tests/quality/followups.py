"""Prints what the history of follow-up questions is worth: `make followups`.

First on the follow-ups over the news articles, development and test: with the history ignored, as
the bot understands them, and as a person rewrote them to stand alone. Then, given a file of CANARD
(Elgohary et al. 2019; `make followups DATA=canard.jsonl.gz`), on its dialogues.
"""

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot.answers import Question, Turn
from bot.ask import load_judgement
from bot.english import FUNCTION_WORDS
from bot.evaluate import ask_all, report
from bot.history import understand
from bot.questions import Labelled, read_labelled
from bot.reader import find_reader
from bot.referents import words_of_question
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
FOLLOWUPS, CONTROLS = "follow-ups, history used", "stand alone, history used"
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
        print(f"{'':60}" + "".join(f"{name:>18}" for name in FIGURES))
        for file in ("followups_dev.jsonl", "followups_test.jsonl"):
            for name, asked in ways_to_ask(QUALITY / file).items():
                figures = report(ask_all(asked, index, reader, judgement))
                values = "".join(f"{figures[figure]:18.3f}" for figure in FIGURES)
                print(f"{file:24}{name:36}{values}", flush=True)


def ways_to_ask(file: Path) -> dict[str, list[Labelled]]:
    """The follow-ups of a file, and the questions that stand alone, each asked in several ways."""
    followups, controls, by_hand = [], [], []
    texts = file.read_text("utf-8").splitlines()
    for row, text in zip(read_labelled(file), texts, strict=True):
        rewrite = json.loads(text)["rewrite"]
        if rewrite == row.question:
            controls.append(row)
        else:
            followups.append(row)
            by_hand.append(row.model_copy(update={"question": rewrite, "history": ()}))
    return {
        FOLLOWUPS: followups,
        "follow-ups, history ignored": list(map(without_history, followups)),
        "follow-ups, rewritten by hand": by_hand,
        CONTROLS: controls,
        "stand alone, history ignored": list(map(without_history, controls)),
    }


def without_history(row: Labelled) -> Labelled:
    """The question as if it was the first."""
    return row.model_copy(update={"history": ()})


def on_dialogues(rows: Sequence[Rewritten], encoder: SentenceEncoder) -> None:
    """Prints how near the rewrites come to those made by hand, and what is found with them."""
    meant = [understand(row.question) for row in rows]
    ways = {
        "as it was asked": [row.question.text for row in rows],
        "as it is understood": [one.readings[0] for one in meant],
        "as it is searched": [one.query for one in meant],
        "rewritten by hand": [row.rewrite for row in rows],
    }
    wanted = [resolved(row, row.rewrite) for row in rows]
    known = [place for place, row in enumerate(rows) if row.answer]
    ranks = answer_ranks(rows, known, ways, encoder)
    changed = sum(
        one.readings != (row.question.text,) for one, row in zip(meant, rows, strict=True)
    )
    print(f"{len(rows)} questions, {changed} of them taken to depend on their history")
    print(f"{len(known)} have an answer in the file, to be found among all answers")
    print(f"{'':22}{'F1 with hand':>14}{'terms P':>9}{'R':>7}{'F1':>7}{'first':>8}{'in 10':>8}")
    for name, texts in ways.items():
        alike = np.mean([overlap(row.rewrite, text) for row, text in zip(rows, texts, strict=True)])
        given = [resolved(row, text) for row, text in zip(rows, texts, strict=True)]
        common = sum(len(one & other) for one, other in zip(given, wanted, strict=True))
        precision = common / max(sum(map(len, given)), 1)
        recall = common / sum(map(len, wanted))
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        first, in_ten = np.mean(ranks[name] < 1), np.mean(ranks[name] < 10)
        print(
            f"{name:22}{alike:14.3f}{precision:9.3f}{recall:7.3f}{f1:7.3f}{first:8.3f}{in_ten:8.3f}"
        )


def read_canard(file: Path) -> list[Rewritten]:
    """The questions of a file of CANARD, those after the first of each dialogue."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    # The answer to a question is in the history of the next one.
    answers = {
        (row["QuAC_dialog_id"], row["Question_no"] - 1): row["History"][-1]
        for row in rows
        if row["Question_no"] > 1
    }
    found = []
    for row in rows:
        title, section, *said = row["History"]
        # What the dialogue is about comes last, as the topic of its first question.
        turns = [Turn(section, None), Turn(title, None)]
        for question, answer in zip(said[::2], said[1::2], strict=True):
            turns.append(Turn(question, None if answer == NO_ANSWER else answer))
        answer = answers.get((row["QuAC_dialog_id"], row["Question_no"]), NO_ANSWER)
        question = Question(row["Question"], tuple(turns))
        found.append(Rewritten(question, row["Rewrite"], None if answer == NO_ANSWER else answer))
    return found


def resolved(row: Rewritten, text: str) -> set[str]:
    """The words that a text takes from the history (Voskarides et al. 2020, section 3.1)."""
    said = " ".join(f"{turn.question} {turn.answer or ''}" for turn in row.question.history)
    return (content(text) & content(said)) - content(row.question.text)


def content(text: str) -> set[str]:
    """The words of a text that say what it is about."""
    return {word.removesuffix("'s") for word in map(str.lower, words_of_question(text))} - (
        FUNCTION_WORDS
    )


def answer_ranks(
    rows: Sequence[Rewritten],
    known: Sequence[int],
    ways: dict[str, list[str]],
    encoder: SentenceEncoder,
) -> dict[str, NDArray[np.int64]]:
    """How many other answers, not given before, search puts before the right one, for each way."""
    answers = [rows[place].answer or "" for place in known]
    vectors, words = encoder.embed(answers), Words.of(answers)
    ranks = {}
    for name, texts in ways.items():
        asked = encoder.embed([texts[place] for place in known])
        before = []
        for i, place in enumerate(known):
            given = {turn.answer for turn in rows[place].question.history}
            scores = fuse(vectors @ asked[i], words.scores(texts[place]))
            left = np.array([answer not in given for answer in answers])
            before.append(int((scores[left] > scores[i]).sum()))
        ranks[name] = np.array(before)
    return ranks


if __name__ == "__main__":
    main()
