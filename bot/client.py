"""PilcrowClient: Discord events in, replies out."""

import asyncio
import functools
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import QuestionError, parse_question
from bot.asking import Asking, Origin
from bot.buttons import view_of
from bot.chain import turns_above
from bot.lifecycle import sweep_daily
from bot.limits import NotNow
from bot.markup import without_mentions
from bot.metrics import REFUSED
from bot.replies import EDITED_WITHIN, Replies, Reply
from bot.sending import SILENT, persist
from bot.sync import sync
from index.errors import PilcrowError
from index.text import count

SORRY = "Something went wrong on my side. It is noted in the log; please ask again."
HOW_TO_ASK = "Ask me something about the articles I have read, in a few words."

_log = logging.getLogger(__name__)


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

    def admit(self, origin: Origin) -> None:
        """Takes on a question that the task at work is to answer.

        Raises:
            NotNow: too many are asked.
        """
        try:
            self.asking.limits.admit(origin.asker, origin.channel, len(self.under_way))
        except NotNow as error:
            self.asking.metrics.questions.labels(REFUSED).inc()
            # A flood of questions is not to be one of lines too.
            if not error.repeated:
                _log.info("%d refused: too many questions", origin.source)
            raise

    async def setup_hook(self) -> None:
        """Tells Discord the commands, where they are not the ones it has."""
        self._sweeping = asyncio.create_task(
            sweep_daily(self, self.asking.guilds, self.asking.feedback)
        )
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
        try:
            self.admit(origin_of(message))
        except NotNow as error:
            # A bot that replies to each message of a flood is part of the flood.
            if not error.repeated:
                await self._put(message, reply, render.notice(str(error)), allowed.refer)
            return
        async with reply.lock:
            with self.asking.metrics.reply_seconds.time():
                answer = await self._reply(message, allowed.embed)
                await self._put(message, reply, answer, allowed.refer)

    async def _put(
        self, message: discord.Message, reply: Reply, answer: render.Message, refer: bool
    ) -> None:
        """Sends what answers a message, or puts it in the place of what was sent before."""
        if reply.deleted:
            return
        try:
            if reply.answer is None:
                reply.answer = await _send(message, answer, refer)
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
        try:
            return await self.asking.reply(question, origin_of(message), embeds)
        # The one place where what goes wrong with a message becomes words.
        except Exception as error:
            if isinstance(error, PilcrowError):
                return render.notice(str(error))
            _log.exception("message %d failed", message.id)
            return render.notice(SORRY)

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
