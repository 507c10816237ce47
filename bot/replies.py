"""Which message of the bot answers which question, so that an answer can follow its question."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import discord

from bot.sending import persist

EDITED_WITHIN = timedelta(minutes=5)
"""How long after a question was asked an edit of it is answered."""

_DELETED_WITHIN = timedelta(days=1)
_MOST = 10_000
"""Questions that are remembered."""

_LOOKED_THROUGH = 100
"""Messages after a question among which its answer is looked for."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reply:
    """What became of a question.

    Attributes:
        answer: the id of the message that answers it; None before it is sent, and if it is not.
        edited: the time of the edit of the question that was answered last.
        deleted: whether the question is no longer there.
        lock: held by whoever sends, changes or removes the answer.
    """

    answer: int | None = None
    edited: datetime | None = None
    deleted: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Replies:
    """The answers to recent questions: remembered since the start, looked for before it."""

    def __init__(self) -> None:
        self._replies: dict[int, Reply] = {}
        self._since = datetime.now(UTC)

    def begin(self, question: int) -> Reply:
        """The entry of a question that is about to be answered."""
        reply = self._replies[question] = Reply()
        if len(self._replies) > _MOST:
            del self._replies[next(iter(self._replies))]
        return reply

    async def find(
        self, channel: discord.abc.Messageable, question: int, bot: int, within: timedelta
    ) -> Reply | None:
        """The entry of a question; None if it has none, or was asked longer ago than `within`."""
        if question not in self._replies and self._is_before(question, within):
            await self._look_for(channel, {question}, bot)
        return self._replies.get(question)

    async def withdraw(
        self, channel: discord.PartialMessageable, deleted: Collection[int], bot: int
    ) -> None:
        """Deletes the answers to those of the deleted messages that were questions."""
        before = {one for one in deleted if self._is_before(one, _DELETED_WITHIN)}
        if unknown := before - self._replies.keys():
            await self._look_for(channel, unknown, bot)
        for question in deleted:
            if reply := self._replies.get(question):
                await _withdraw(channel, reply)

    def _is_before(self, question: int, within: timedelta) -> bool:
        """Whether a question is from before the start, but not from longer ago than `within`."""
        asked = discord.utils.snowflake_time(question)
        return datetime.now(UTC) - within < asked < self._since

    async def _look_for(
        self, channel: discord.abc.Messageable, questions: Collection[int], bot: int
    ) -> None:
        """Makes the entries of those questions whose answers stand in the channel.

        Without Read Message History, Discord shows an empty channel.
        """
        after = discord.Object(min(questions))
        try:
            async for message in channel.history(limit=_LOOKED_THROUGH, after=after):
                asked = message.reference.message_id if message.reference else None
                if message.author.id == bot and asked in questions and asked is not None:
                    self.begin(asked).answer = message.id
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("answers of before the start are not found: Discord refuses (%s)", error)


async def _withdraw(channel: discord.PartialMessageable, reply: Reply) -> None:
    reply.deleted = True
    async with reply.lock:
        if reply.answer is None:
            return
        answer, reply.answer = channel.get_partial_message(reply.answer), None
        try:
            await persist(answer.delete)
        except discord.NotFound:
            # Somebody was faster.
            return
