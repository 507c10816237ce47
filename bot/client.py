"""PilcrowClient: Discord events in, replies out."""

import asyncio
import functools
import logging
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import Abstention, Outcome, Question, QuestionError, parse_question
from bot.article_names import find
from bot.ask import Judgement, answer
from bot.buttons import view_of
from bot.chain import turns_above
from bot.feedback import Feedback, unanswered
from bot.guild_index import GuildIndexes
from bot.kept import Kept
from bot.lifecycle import sweep_daily
from bot.live import BuildGoneError
from bot.markup import without_mentions
from bot.reader import Reader
from bot.replies import EDITED_WITHIN, Replies, Reply
from bot.sending import SILENT, persist
from bot.sync import sync
from bot.under import Place, under
from index.joint import AnyIndex
from index.text import count

HOW_TO_ASK = "Ask me something about the articles I have read, in a few words."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a question comes from, as Discord numbers it.

    Attributes:
        source: the message or interaction that asks it.
        asker: who asks.
        channels: where; after a thread the channel that it is in.
        guild: the guild whose articles are asked; None in a direct message, and in a guild that the
            bot is no member of.
    """

    source: int
    asker: int
    channels: tuple[int, ...]
    guild: int | None


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to answer a question.

    Attributes:
        guilds: the index, and those of the guilds.
        reader: what reads the passages, if anything does.
        judgement: when an answer is given.
        pool: the threads that questions are worked on in.
        feedback: where what has no answer is noted.
        log_questions: whether the log shows what was asked.
    """

    guilds: GuildIndexes
    reader: Reader | None
    judgement: Judgement
    pool: ThreadPoolExecutor
    feedback: Feedback
    log_questions: bool

    @property
    def kept(self) -> Kept:
        """What is stored of questions, and of servers."""
        feedback = self.feedback
        questions = self.log_questions, feedback.keeps_questions
        return Kept(*questions, feedback.days, self.guilds.days)

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
        outcome, index, articles = await loop.run_in_executor(self.pool, work)
        if isinstance(outcome, Abstention):
            # Nobody waits for it: a disk that is slow or full holds up no answer.
            note = unanswered(question, outcome, index.name)
            loop.run_in_executor(None, self.feedback.note, note)
        message = render.message(question, outcome, articles, embeds)
        return replace(message, buttons=under(outcome, index, None if private else origin.asker))


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
        replies: which message answers which question.
    """

    def __init__(self, asking: Asking) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=SILENT, max_messages=None)
        self.asking = asking
        self.tree = app_commands.CommandTree(self)
        self.under_way: set[asyncio.Task[object]] = set()
        self.replies = Replies()

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
        if self._is_asked(message):
            with self.working():
                await self._answer(message, self.replies.begin(message.id))

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Answers a question anew, in the same message, if it was edited soon after it was asked.

        An edit that takes away the mention or the words leaves the answer as it is.
        """
        message, edited = event.message, event.message.edited_at
        if edited is None or edited - message.created_at > EDITED_WITHIN:
            return
        if not self._is_asked(message) or not without_mentions(message.content):
            return
        with self.working():
            reply = await self.replies.find(message.channel, message.id, self._id, EDITED_WITHIN)
            # Discord tells of previews and pins too, with the time of the last edit.
            if reply is not None and edited != reply.edited:
                reply.edited = edited
                await self._answer(message, reply)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Takes the answer away with its question."""
        await self._withdraw(event.channel_id, {event.message_id})

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Takes the answers away with their questions."""
        await self._withdraw(event.channel_id, event.message_ids)

    async def _withdraw(self, channel: int, deleted: Collection[int]) -> None:
        with self.working():
            try:
                where = self.get_partial_messageable(channel)
                await self.replies.withdraw(where, deleted, self._id)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                _log.warning("an answer stays without its question: Discord refuses (%s)", error)

    async def _answer(self, message: discord.Message, reply: Reply) -> None:
        """Sends the answer to a question, or puts it in the place of the one before."""
        allowed = _allowed(message)
        if not allowed.write:
            _log.info("%d not answered: no permission to write there", message.id)
            return
        async with reply.lock:
            answer = await self._reply(message, allowed.embed)
            if reply.deleted:
                return
            try:
                if reply.answer is None:
                    reply.answer = await _send(message, answer, allowed.refer)
                else:
                    where = self.get_partial_messageable(message.channel.id)
                    await _change(where.get_partial_message(reply.answer), answer)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                _log.warning("%d not answered: Discord refuses (%s)", message.id, error)

    async def _reply(self, message: discord.Message, embeds: bool) -> render.Message:
        text = without_mentions(message.content)
        if not text:
            return render.notice(HOW_TO_ASK)
        try:
            quote = functools.partial(self.asking.quote, origin_of(message).guild)
            history = await turns_above(message, self._id, quote)
            question = parse_question(text, history)
        except QuestionError as error:
            return render.notice(str(error))
        return await self.asking.reply(question, origin_of(message), embeds)

    @property
    def _id(self) -> int:
        """The bot's own id; 0 before the login, which gives it."""
        return self.user.id if self.user else 0

    def _is_asked(self, message: discord.Message) -> bool:
        """Whether a message is a person's and meant for the bot."""
        if message.author.bot or message.webhook_id or message.is_system():
            return False
        return message.guild is None or self._id in (user.id for user in message.mentions)


def origin_of(message: discord.Message) -> Origin:
    """Where the question in a message comes from."""
    guild = message.guild.id if message.guild else None
    return Origin(message.id, message.author.id, channels_of(message.channel), guild)


def home_of(interaction: discord.Interaction) -> int | None:
    """The guild whose articles are asked; None where it has not installed the bot."""
    return interaction.guild_id if interaction.is_guild_integration() else None


def channels_of(channel: object) -> tuple[int, ...]:
    """The id of a channel, and after that of a thread the id of the channel that it is in."""
    if isinstance(channel, discord.Thread):
        return channel.id, channel.parent_id
    return (channel.id,) if isinstance(channel, discord.abc.Snowflake) else ()


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


async def _send(message: discord.Message, reply: render.Message, refer: bool) -> int:
    """Sends a reply to a message; returns the id of what was sent."""
    # The nonce makes the second of two equal calls harmless, so that a lost one can be repeated.
    send = functools.partial(
        message.channel.send,
        reply.content,
        embeds=reply.embeds,
        view=view_of(reply.buttons),
        nonce=message.id,
        allowed_mentions=SILENT,
    )
    if refer:
        reference = message.to_reference(fail_if_not_exists=False)
        send = functools.partial(send, reference=reference, mention_author=False)
    return (await persist(send)).id


async def _change(answer: discord.PartialMessage, reply: render.Message) -> None:
    """Puts a reply in the place of one that was sent."""
    edit = functools.partial(
        answer.edit,
        content=reply.content,
        embeds=reply.embeds,
        view=view_of(reply.buttons),
        allowed_mentions=SILENT,
    )
    await persist(edit)


def _work(
    asking: Asking, question: Question, origin: Origin, article: str | None
) -> tuple[Outcome, AnyIndex, int]:
    """What comes of a question, of which builds and how many articles; with its line in the log."""
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
        outcome.kind or "abstention",
        outcome.confidence,
        (time.perf_counter() - began) * 1000,
        index.name,
        f" question {question.text!r}" if asking.log_questions else "",
    )
    return outcome, index, len(index.articles if scope is None else scope)
