"""The running bot: its memory, and what a person in Discord waits for."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measure import percentiles, resident
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

SETTLED = 3.0
"""Seconds after which a bot that is ready is left alone no more."""


async def serve(
    folder: Path, one_by_one: Sequence[str] = (), at_once: Sequence[str] = ()
) -> dict[str, float]:
    """What a new bot over an index folder takes: MB, milliseconds to replies, seconds for all.

    No question may be asked twice, for it is not read again.
    """
    command = "run", "--index", str(folder)
    async with LoopbackDiscord() as discord, BotProcess(discord, command) as bot:
        await discord.ready()
        await asyncio.sleep(SETTLED)
        figures = {"memory": resident(bot.pid)}
        if one_by_one:
            figures |= percentiles([await _reply(discord, question) for question in one_by_one])
            figures["memory_after"] = resident(bot.pid)
        if at_once:
            began = time.perf_counter()
            await asyncio.gather(*(_reply(discord, question) for question in at_once))
            figures["at_once"] = time.perf_counter() - began
        return figures


async def _reply(discord: LoopbackDiscord, question: str) -> float:
    """The milliseconds until a question is answered."""
    exchange = await discord.slash("ask", {"question": question})
    reply = await exchange.reply()
    # A refusal has no embed, and would be quick.
    assert reply.embeds, reply
    return 1000 * reply.seconds
