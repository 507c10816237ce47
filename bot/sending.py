"""Calls to Discord that survive a passing fault."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
import stamina

from bot.buttons import view_of
from bot.render import Message

SILENT = discord.AllowedMentions.none()
"""Nobody is ever pinged, whatever an article or a question contains."""

_T = TypeVar("_T")

ALREADY_ACKNOWLEDGED, TOO_LATE = 40060, 10062


async def persist(call: Callable[[], Awaitable[_T]]) -> _T:
    """The result of a call to Discord, made again up to three times if a fault passes.

    discord.py repeats a 429 and most 5xx, but not a 503 and not a connection that drops. The call
    must be harmless to make twice: an edit is, and so is a message with a nonce.

    Raises:
        discord.HTTPException: Discord refuses the call.
        aiohttp.ClientError: Discord was not reached by the last call either.
    """
    attempts = stamina.retry_context(
        on=_passes, attempts=4, timeout=20, wait_initial=0.2, wait_max=4.0
    )
    async for attempt in attempts:
        with attempt:
            return await call()
    raise AssertionError("the last attempt returns or raises")


async def defer(interaction: discord.Interaction, *, private: bool) -> None:
    """Acknowledges an interaction, so that the answer has 15 minutes instead of 3 seconds."""
    await acknowledge(lambda: interaction.response.defer(ephemeral=private, thinking=True))


async def acknowledge(call: Callable[[], Awaitable[object]]) -> None:
    """Makes the call that is the first response to an interaction."""
    try:
        await persist(call)
    except discord.HTTPException as error:
        # The first call arrived and only its answer was lost.
        if error.code != ALREADY_ACKNOWLEDGED:
            raise


async def fill(interaction: discord.Interaction, reply: Message) -> None:
    """Puts the reply in the place that was held for it."""
    interaction.extras["filled"] = True
    await persist(
        functools.partial(
            interaction.edit_original_response,
            content=reply.content,
            embeds=reply.embeds,
            view=view_of(reply.buttons),
            allowed_mentions=SILENT,
        )
    )


async def tell(interaction: discord.Interaction, reply: Message) -> None:
    """Shows the reply to the person who asked, and to nobody else."""
    await defer(interaction, private=True)
    await fill(interaction, reply)


def _passes(error: Exception) -> bool:
    lost = (discord.DiscordServerError, aiohttp.ClientConnectionError, asyncio.TimeoutError)
    return isinstance(error, lost)
