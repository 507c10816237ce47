"""Asking: what it takes to answer a question, whichever way it came."""

import asyncio
import functools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import render
from bot.answers import Abstention, Outcome, Question
from bot.article_names import find
from bot.ask import Judgement, answer
from bot.feedback import Feedback, unanswered
from bot.guild_index import GuildIndexes
from bot.limits import Limits
from bot.live import BuildGoneError
from bot.metrics import ABSTENTION, ANSWER, FAILED, Metrics
from bot.privacy import Privacy
from bot.reader import Reader
from bot.remembered import Remembered
from bot.under import Place, under
from index.joint import AnyIndex

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a question comes from, as Discord numbers it.

    Attributes:
        source: the message or interaction that asks it.
        asker: who asks.
        channel: where.
        guild: the guild whose articles are asked; None in a direct message, and in a guild that the
            bot is no member of.
        parent: the channel that a thread is in.
    """

    source: int
    asker: int
    channel: int
    guild: int | None
    parent: int | None = None

    @property
    def channels(self) -> tuple[int, ...]:
        """The channel, and after a thread the channel that it is in."""
        return (self.channel,) if self.parent is None else (self.channel, self.parent)


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to answer a question.

    Attributes:
        guilds: the index, and those of the guilds.
        reader: what reads the passages, if anything does.
        judgement: when an answer is given.
        pool: the threads that questions are worked on in.
        feedback: where what has no answer is noted.
        limits: how often one may ask.
        metrics: what is counted.
        log_questions: whether the log shows what was asked.
        started: when the bot was.
        remembered: what came of the questions that were asked last.
    """

    guilds: GuildIndexes
    reader: Reader | None
    judgement: Judgement
    pool: ThreadPoolExecutor
    feedback: Feedback
    limits: Limits
    metrics: Metrics
    log_questions: bool
    started: datetime
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def privacy(self) -> Privacy:
        """What is stored of questions, and of servers."""
        feedback = self.feedback
        questions = self.log_questions, feedback.keeps_questions
        return Privacy(*questions, feedback.days, self.guilds.days)

    async def index(self, guild: int | None = None) -> AnyIndex:
        """What a guild asks, opened in a thread if it is a new build; by default the operator's."""
        current = functools.partial(self.guilds.current, guild)
        return await asyncio.get_running_loop().run_in_executor(self.pool, current)

    async def build(self, name: str, guild: int | None) -> AnyIndex:
        """What answers of a guild came from.

        Raises:
            BuildGoneError: it is no longer kept.
        """
        return await asyncio.to_thread(self.guilds.build, name, guild)

    async def quote(self, guild: int | None, place: Place) -> str | None:
        """The words at a place; None if its build is no longer kept."""
        try:
            index = await self.build(place.build, guild)
        except BuildGoneError:
            return None
        return index.articles[place.article].text[place.start : place.end]

    async def reply(
        self,
        question: Question,
        origin: Origin,
        embeds: bool,
        *,
        private: bool = False,
        article: str | None = None,
    ) -> render.Message:
        """The message that answers a question, with the buttons under it.

        Args:
            embeds: whether it may have an embed.
            private: whether the asker alone sees it, so that nobody needs to delete it.
            article: what the person named as the one article to ask.

        Raises:
            UnknownArticle: no article is meant by that.
        """
        work = functools.partial(_work, self, question, origin, article)
        loop = asyncio.get_running_loop()
        with self.metrics.questions.labels(FAILED).count_exceptions():
            outcome, index, articles = await loop.run_in_executor(self.pool, work)
        if isinstance(outcome, Abstention):
            # Nobody waits for it: a disk that is slow or full holds up no answer.
            note = unanswered(question, outcome, index.name)
            loop.run_in_executor(None, self.feedback.note, note)
        message = render.message(question, outcome, articles, embeds)
        return replace(message, buttons=under(outcome, index, None if private else origin.asker))


def _work(
    asking: Asking, question: Question, origin: Origin, article: str | None
) -> tuple[Outcome, AnyIndex, int]:
    """What comes of a question, of which builds and how many articles; with its line in the log."""
    began = time.perf_counter()
    index = asking.guilds.current(origin.guild)
    if article is None:
        scope = asking.guilds.scope(index, origin.guild, origin.channels)
    else:
        scope = [find(article, index.entries).id]
    read = functools.partial(answer, question, index, asking.reader, asking.judgement, scope)
    outcome = asking.remembered.outcome(question, index, scope, read)
    seconds = time.perf_counter() - began
    kind = ABSTENTION if isinstance(outcome, Abstention) else ANSWER
    asking.metrics.questions.labels(kind).inc()
    asking.metrics.outcome_seconds.observe(seconds)
    asked = {"question": question.text} if asking.log_questions else {}
    _log.info(
        "%d %s confidence %.2f in %.0f ms build %s%s",
        origin.source,
        kind,
        outcome.confidence,
        seconds * 1000,
        index.name,
        f" question {question.text!r}" if asking.log_questions else "",
        # What JSON lines have beside these words.
        extra={
            "source": origin.source,
            "outcome": kind,
            "confidence": round(outcome.confidence, 4),
            "ms": round(seconds * 1000, 1),
            "build": index.name,
            **asked,
        },
    )
    return outcome, index, len(index.articles if scope is None else scope)
