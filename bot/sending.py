"""Calls to Discord that survive a passing fault."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
import stamina

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
    try:
        await persist(lambda: interaction.response.defer(ephemeral=private, thinking=True))
    except discord.HTTPException as error:
        # The first call arrived and only its answer was lost.
        if error.code != ALREADY_ACKNOWLEDGED:
            raise


def _passes(error: Exception) -> bool:
    lost = (discord.DiscordServerError, aiohttp.ClientConnectionError, asyncio.TimeoutError)
    return isinstance(error, lost)
