"""PilcrowClient: Discord events in, replies out."""

import asyncio
import functools
import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import Answer, Outcome, Question, QuestionError, parse_question
from bot.article_names import find
from bot.ask import Judgement, answer
from bot.guild_index import GuildIndexes
from bot.lifecycle import sweep_daily
from bot.reader import Reader
from bot.sending import SILENT, persist
from bot.sync import sync
from index.joint import AnyIndex
from index.text import count

HOW_TO_ASK = "Ask me something about the articles I have read, in a few words."

_MENTION = re.compile(r"<@[!&]?\d+>")
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
        log_questions: whether the log shows what was asked.
    """

    guilds: GuildIndexes
    reader: Reader | None
    judgement: Judgement
    pool: ThreadPoolExecutor
    log_questions: bool

    async def index(self, guild: int | None = None) -> AnyIndex:
        """What a guild asks, opened in a thread if it is a new build; by default the operator's."""
        current = functools.partial(self.guilds.current, guild)
        return await asyncio.get_running_loop().run_in_executor(self.pool, current)

    async def reply(
        self, question: Question, origin: Origin, embeds: bool, article: str | None = None
    ) -> render.Message:
        """The message that answers a question.

        Args:
            embeds: whether it may have an embed.
            article: what the person named as the one article to ask.

        Raises:
            UnknownArticle: no article is meant by that.
        """
        work = functools.partial(_work, self, question, origin, article)
        loop = asyncio.get_running_loop()
        outcome, articles = await loop.run_in_executor(self.pool, work)
        return render.message(question, outcome, articles, embeds)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What the bot may do where a message was written."""

    write: bool
    embed: bool
    refer: bool


class PilcrowClient(discord.Client):
    """The bot's connection to Discord; `bot.commands` gives it its commands.

    Attributes:
        asking: what it takes to answer.
        tree: the commands.
        under_way: the tasks that are answering somebody just now.
    """

    def __init__(self, asking: Asking) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=SILENT, max_messages=None)
        self.asking = asking
        self.tree = app_commands.CommandTree(self)
        self.under_way: set[asyncio.Task[object]] = set()
        self._sweeping: asyncio.Task[None] | None = None

    @contextmanager
    def working(self) -> Iterator[None]:
        """Counts the task that runs as under way, so that a stop can wait for it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("questions are answered in tasks")
        self.under_way.add(task)
        try:
            yield
        finally:
            self.under_way.discard(task)

    async def setup_hook(self) -> None:
        """Tells Discord the commands, where they are not the ones it has."""
        self._sweeping = asyncio.create_task(sweep_daily(self, self.asking.guilds))
        try:
            await sync(self.tree)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            # Mentions and direct messages need none, and the commands of before may still stand.
            _log.error("the commands could not be registered (%s)", error)

    async def close(self) -> None:
        """Leaves Discord."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await super().close()

    async def on_ready(self) -> None:
        """Notes that the bot can be asked."""
        index = await self.asking.index()
        _log.info(
            "ready as %s in %s with build %s: %s, %s",
            self.user,
            count(len(self.guilds), "server"),
            index.name,
            count(len(index.articles), "article"),
            count(len(index), "passage"),
        )

    async def on_message(self, message: discord.Message) -> None:
        """Answers a direct message or one that mentions the bot; leaves all others alone."""
        theirs = message.author.bot or message.webhook_id or message.author == self.user
        if theirs or message.is_system() or not self._is_asked(message):
            return
        with self.working():
            await self._answer(message)

    async def _answer(self, message: discord.Message) -> None:
        allowed = _allowed(message)
        if not allowed.write:
            _log.info("%d not answered: no permission to write there", message.id)
            return
        reply = await self._reply(message, allowed.embed)
        try:
            await _send(message, reply, allowed.refer)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("%d not answered: Discord refuses (%s)", message.id, error)

    async def _reply(self, message: discord.Message, embeds: bool) -> render.Message:
        text = without_mentions(message.content)
        if not text:
            return render.notice(HOW_TO_ASK)
        try:
            question = parse_question(text)
        except QuestionError as error:
            return render.notice(str(error))
        return await self.asking.reply(question, origin_of(message), embeds)

    def _is_asked(self, message: discord.Message) -> bool:
        if message.guild is None:
            return True
        return self.user is not None and self.user.id in (user.id for user in message.mentions)


def origin_of(message: discord.Message) -> Origin:
    """Where the question in a message comes from."""
    guild = message.guild.id if message.guild else None
    channel = message.channel
    return Origin(message.id, message.author.id, channel.id, guild, _parent_of(channel))


def origin_in(interaction: discord.Interaction) -> Origin:
    """Where an interaction comes from."""
    guild = interaction.guild_id if interaction.is_guild_integration() else None
    channel = interaction.channel_id or 0
    parent = _parent_of(interaction.channel)
    return Origin(interaction.id, interaction.user.id, channel, guild, parent)


def _parent_of(channel: object) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def without_mentions(text: str) -> str:
    """The text of a message without those whom it mentions."""
    return _MENTION.sub(" ", text).strip()


def _allowed(message: discord.Message) -> _Allowed:
    channel = message.channel
    me = message.guild.me if message.guild else None
    # Where permissions cannot be known, Discord's refusal will tell.
    if me is None or isinstance(
        channel, discord.DMChannel | discord.GroupChannel | discord.PartialMessageable
    ):
        return _Allowed(write=True, embed=True, refer=True)
    may = channel.permissions_for(me)
    in_thread = isinstance(channel, discord.Thread)
    write = may.send_messages_in_threads if in_thread else may.send_messages
    return _Allowed(may.view_channel and write, may.embed_links, may.read_message_history)


async def _send(message: discord.Message, reply: render.Message, refer: bool) -> None:
    # The nonce makes the second of two equal calls harmless, so that a lost one can be repeated.
    send = functools.partial(
        message.channel.send,
        reply.content,
        embeds=reply.embeds,
        nonce=message.id,
        allowed_mentions=SILENT,
    )
    if not refer:
        await persist(send)
        return
    reference = message.to_reference(fail_if_not_exists=False)
    await persist(functools.partial(send, reference=reference, mention_author=False))


def _work(
    asking: Asking, question: Question, origin: Origin, article: str | None
) -> tuple[Outcome, int]:
    """What comes of a question, and of how many articles; with its line in the log."""
    began = time.perf_counter()
    index = asking.guilds.current(origin.guild)
    if article is None:
        scope = asking.guilds.scope(index, origin.guild, origin.channels)
    else:
        scope = [find(article, index.articles).id]
    outcome = answer(question, index, asking.reader, asking.judgement, scope)
    _log.info(
        "%d %s confidence %.2f in %.0f ms build %s%s",
        origin.source,
        "answer" if isinstance(outcome, Answer) else "abstention",
        outcome.confidence,
        (time.perf_counter() - began) * 1000,
        index.name,
        f" question {question.text!r}" if asking.log_questions else "",
    )
    return outcome, len(index.articles if scope is None else scope)
