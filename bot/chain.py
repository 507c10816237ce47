"""The turns above a reply to one of the bot's answers, read from the messages themselves.

No conversation is stored. Discord gives the message that a reply refers to; what that one refers to
is fetched. Where the bot may not read the history, or a message is deleted, there are fewer turns.
"""

import functools
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp
import discord

from bot.answers import Turn
from bot.buttons import judged_by
from bot.markup import unescape, without_mentions
from bot.sending import persist
from bot.under import ABSTENTION, Judged, Place
from index.text import one_line

MOST_TURNS = 3
"""How far up a chain is read."""

_SMALL_PRINT = "-# "
_BOLD = re.compile(r"(?<!\\)\*\*((?:\\.|[^*\\])+)\*\*")


@dataclass(frozen=True, slots=True)
class Said:
    """What a message of the bot says that it answered.

    Attributes:
        question: what was asked; long ones are cut.
        judged: the outcome, as the buttons under it have it.
        bold: the words that are marked in it; None where none are.
    """

    question: str
    judged: Judged
    bold: str | None


async def turns_above(
    message: discord.Message, bot: int, quote: Callable[[Place], Awaitable[str | None]]
) -> tuple[Turn, ...]:
    """The turns that a reply follows up on, oldest first; none if it is no reply to an answer.

    Args:
        bot: the id of the bot.
        quote: the words at a place, if its build is still kept.
    """
    turns: list[Turn] = []
    answer = await _replied_to(message)
    while answer is not None and answer.author.id == bot and len(turns) < MOST_TURNS:
        said = said_in(answer.embeds, answer.content, custom_ids(answer))
        if said is None:
            break
        asked = await _replied_to(answer)
        typed = one_line(without_mentions(asked.content)) if asked else ""
        turns.append(Turn(typed or said.question, await _answered(said, quote)))
        answer = await _replied_to(asked) if asked else None
    return tuple(reversed(turns))


def said_in(embeds: Sequence[discord.Embed], content: str, ids: Sequence[str]) -> Said | None:
    """What a message says that it answered; None if it is no answer and no abstention."""
    judged = next(filter(None, map(judged_by, ids)), None)
    if judged is None:
        return None
    if embeds:
        question, body = embeds[0].author.name or "", embeds[0].description or ""
    else:
        first, _, body = content.partition("\n")
        question = unescape(first.removeprefix(_SMALL_PRINT))
    sentences = "\n".join(line for line in body.split("\n") if line.startswith("> "))
    bold = _BOLD.search(sentences)
    return Said(question, judged, unescape(bold[1]) if bold else None)


def custom_ids(message: discord.Message) -> list[str]:
    """The custom_ids of the buttons under a message."""
    return [
        button.custom_id
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for button in row.children
        if isinstance(button, discord.Button) and button.custom_id
    ]


async def _answered(said: Said, quote: Callable[[Place], Awaitable[str | None]]) -> str | None:
    """The words that were quoted as the answer; None for an abstention."""
    if said.judged.outcome == ABSTENTION:
        return None
    return await quote(said.judged.place) or said.bold


async def _replied_to(message: discord.Message) -> discord.Message | None:
    """The message that a message replies to; None where there is none to be had."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    fetch = functools.partial(message.channel.fetch_message, reference.message_id or 0)
    try:
        return await persist(fetch)
    except (discord.HTTPException, aiohttp.ClientError):
        # Deleted meanwhile, no permission to read the history, or Discord is not well.
        return None
