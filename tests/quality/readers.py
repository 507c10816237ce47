"""Compares readers on the development questions: `make readers READERS="- folder folder"`.

Each reader gets a judgement of its own, fitted to the questions about nine tenths of the articles
(each asked of its own) and used on those about the rest, so that no question is judged by what was
fitted to it (cross-validation). `-` is the reader that comes along.

    log-loss      of the confidence that the best quote is right
    best right    share of the answerable questions whose best quote is right, given or held back
    answers       AUROC of the confidence: answerable or not
    right, refused, kept   at the risk of `normal`: answered right and refused, of the answerable;
                  refused, of the unanswerable
    ms            for a question, reading all that may be read
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.metrics import log_loss, roc_auc_score

from bot.ask import Caution
from bot.evaluate import Asked, ask_all, is_right
from bot.reader import Reader, find_reader
from index.search import PassageIndex
from tests.quality.fit import (
    NEUTRAL,
    RISKS,
    development_index,
    development_questions,
    fit_choice,
    fit_confidence,
    judged_by,
)

_FOLDS = 10
_HEAD = "log-loss  best right  answers  right  refused  kept    ms  reader"


def main() -> None:
    """Prints a line for each reader."""
    print(_HEAD)
    with development_index("stories") as index:
        for name in sys.argv[1:] or ["-"]:
            reader = find_reader(None if name == "-" else name)
            if reader is None:
                raise SystemExit(f"{name} is no reader: name a folder, or - for the shipped one.")
            print(line_of(reader, index), name, flush=True)


def line_of(reader: Reader, index: PassageIndex) -> str:
    """A reader's figures as they are printed."""
    questions = development_questions()
    began = time.perf_counter()
    asked = ask_all(questions, index, reader, NEUTRAL)
    milliseconds = 1000 * (time.perf_counter() - began) / len(questions)
    judged = cross_validated(asked)
    sure = np.array([one.considered.candidates[0].confidence for one in judged])
    right = np.array([is_right(one.best, one.labelled) for one in judged])
    able = np.array([bool(one.labelled.answers) for one in judged])
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    given = order[: np.flatnonzero(wrong <= RISKS[Caution.NORMAL])[-1] + 1]
    answered = np.zeros(len(sure), dtype=bool)
    answered[given] = True
    return (
        f"{log_loss(right, np.clip(sure, 0.001, 0.999)):8.4f}  {right[able].mean():10.3f}  "
        f"{roc_auc_score(able, sure):7.3f}  {(answered & right)[able].mean():.3f}  "
        f"{1 - answered[able].mean():7.3f}  {1 - answered[~able].mean():.3f} {milliseconds:5.0f} "
    )


def cross_validated(asked: Sequence[Asked]) -> list[Asked]:
    """The questions in order, each judged by what the other articles' questions suggest."""
    articles = sorted({str(one.labelled.article) for one in asked})
    np.random.default_rng(0).shuffle(articles)
    judged: dict[int, Asked] = {}
    for fold in (set(articles[at::_FOLDS]) for at in range(_FOLDS)):
        others = [one for one in asked if one.labelled.article not in fold]
        judgement = replace(NEUTRAL, choice=fit_choice(others))
        weights, intercept = fit_confidence([judged_by(judgement, one) for one in others])
        judgement = replace(judgement, weights=weights, intercept=intercept)
        for place, one in enumerate(asked):
            if one.labelled.article in fold:
                judged[place] = judged_by(judgement, one)
    return [judged[place] for place in range(len(asked))]


if __name__ == "__main__":
    main()
