"""What the commands that ask need: opened once, asked as often as one likes."""

import functools
import time
from dataclasses import dataclass, field

from rich.console import Console

from bot import terminal
from bot.answers import Outcome, Question
from bot.ask import Considered, Judgement, answer, consider, load_judgement
from bot.reader import Reader, find_reader
from bot.remembered import Remembered
from bot.settings import Settings
from index.cli import busy
from index.errors import NoIndex
from index.search import PassageIndex, open_index
from index.served import find_model, find_served
from index.store import current_build


@dataclass(frozen=True, slots=True)
class Opened:
    """An index and the models that ask it.

    Attributes:
        index: what is asked.
        reader: what reads its passages; None for the most similar sentence.
        judgement: when something is an answer.
        remembered: what came of the questions that were asked last.
    """

    index: PassageIndex
    reader: Reader | None
    judgement: Judgement
    remembered: Remembered = field(default_factory=Remembered)

    def ask(self, question: Question, article: str | None) -> tuple[Outcome, float]:
        """What comes of a question, and how many milliseconds it took.

        Args:
            article: the id of the one article to ask; all of them when None.

        Raises:
            UnknownArticle: the index holds no such article.
        """
        began = time.perf_counter()
        scope = (article,) if article else None
        read = functools.partial(answer, question, self.index, self.reader, self.judgement, scope)
        outcome = self.remembered.outcome(question, self.index, scope, read)
        return outcome, (time.perf_counter() - began) * 1000

    def considered(self, question: Question, article: str | None) -> Considered:
        """What was found for a question, to be explained; arguments as in `ask`."""
        scope = (article,) if article else None
        return consider(question, self.index, self.reader, self.judgement, scope)

    def show(self, question: Question, outcome: Outcome, article: str | None, titled: bool) -> None:
        """Prints an outcome for a person, under the question if that is wanted."""
        console = plain_console()
        if titled:
            console.print(f"\n> {question.text}\n", style="bold", markup=False)
        console.print(terminal.as_text(outcome, 1 if article else len(self.index.articles)))


def open_or_build(settings: Settings) -> Opened:
    """The index of the settings with its models; built first if there is none.

    Raises:
        PilcrowError: the index, the encoder or the reader cannot be opened.
    """
    index = _index(settings)
    with busy("Loading the models"):
        reader = find_reader(settings.reader)
        judgement = load_judgement(reader, settings.caution)
        index.encoder.embed(["The first text takes the longest."])
    return Opened(index, reader, judgement)


def plain_console() -> Console:
    """Standard output without highlighting, whose lines the terminal wraps."""
    return Console(highlight=False, soft_wrap=True)


def _index(settings: Settings) -> PassageIndex:
    try:
        current_build(settings.index)
    except NoIndex:
        from index.told import build_with_progress

        encoder = find_model(settings.index, settings.model)
        build_with_progress(settings.index, (), encoder, settings.inner_hosts)
    return open_index(settings.index, find_served(settings.index, settings.model))
