"""The bot started, kept connected, and stopped."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime

import aiohttp
import discord

from bot.ask import load_judgement
from bot.asking import Asking
from bot.client import PilcrowClient
from bot.commands import add_commands
from bot.feedback import Feedback
from bot.guild_index import GuildIndexes
from bot.lifecycle import watch_guilds
from bot.limits import Limits
from bot.live import LiveIndex
from bot.logs import log_to_standard_error
from bot.metrics import Metrics, count_events
from bot.monitor import Monitor, served
from bot.presses import add_buttons
from bot.reader import find_reader
from bot.settings import Settings
from bot.sharded import TOO_MANY, ShardedClient
from index.errors import PilcrowError
from index.kept import Most
from index.served import find_served

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_LAST_WORDS = 2.0
"""Seconds that questions under way get when the bot is stopped."""

_BAD_TOKEN = (
    "Discord does not accept the token: copy the bot's token from "
    "https://discord.com/developers/applications into DISCORD_TOKEN."
)
_log = logging.getLogger(__name__)


class StartError(PilcrowError):
    """The bot cannot be started as it is set up."""


def run_bot(settings: Settings, version: str) -> None:
    """Runs the bot until SIGTERM or Ctrl-C.

    Raises:
        StartError: there is no token, or Discord refuses it or the bot for good.
        PilcrowError: the index cannot be opened, or a model does not load.
    """
    token = _token_of(settings)
    log_to_standard_error(settings.log_format)
    # Until the bot is connected, SIGTERM just ends it; from then on `_serve` listens.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    reader = find_reader(settings.reader)
    encoder = find_served(settings.index, settings.model)
    live = LiveIndex(settings.index, encoder)
    _log.info("loading the model %s", encoder.name)
    encoder.embed(["The first text takes the longest."])
    _give_memory_back()
    pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="question")
    feedback = Feedback(settings.index, settings.feedback_days, settings.keep_questions)
    most = Most(settings.guild_articles)
    guilds = GuildIndexes(
        settings.index, live, encoder, most, settings.guild_days, encoder.languages
    )
    asking = Asking(
        guilds=guilds,
        reader=reader,
        judgement=load_judgement(reader, settings.caution),
        pool=pool,
        feedback=feedback,
        limits=_limits(settings),
        metrics=Metrics(),
        log_questions=settings.log_questions,
        started=datetime.now(UTC),
    )
    monitor = Monitor(version)

    def make_client(sharded: bool) -> PilcrowClient:
        client = ShardedClient(asking) if sharded else PilcrowClient(asking)
        add_commands(client, version)
        add_buttons(client)
        watch_guilds(client, guilds)
        count_events(client, asking.metrics)
        monitor.client = client
        return client

    monitored: AbstractAsyncContextManager[None] = nullcontext()
    if settings.metrics is not None:
        monitored = served(monitor, asking.metrics, settings.metrics)
    asyncio.run(_serve(make_client, token, monitored))


def _give_memory_back() -> None:
    """Gives the system what loading the models left unused; glibc keeps it unless told (Linux)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _token_of(settings: Settings) -> str:
    if settings.discord_token is None:
        raise StartError(
            "There is no token: put DISCORD_TOKEN=… into .env or the environment "
            "(https://discord.com/developers/applications, Bot, Reset Token)."
        )
    token = settings.discord_token.get_secret_value().strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise StartError(_BAD_TOKEN)
    return token


def _limits(settings: Settings) -> Limits:
    most = settings.workers + settings.waiting
    return Limits(settings.per_person, settings.per_channel, settings.cooldown, most)


async def _serve(
    make_client: Callable[[bool], PilcrowClient],
    token: str,
    monitored: AbstractAsyncContextManager[None],
) -> None:
    """Keeps a client connected until a signal comes, then ends the process."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with monitored:
        await _connect(make_client, token, asyncio.create_task(stopped.wait()))
    _log.info("stopped")
    logging.shutdown()
    # Threads that still work on a question, or wait for a name to be resolved, would hold up the
    # end of the process for as long as they like.
    os._exit(0)


async def _connect(
    make_client: Callable[[bool], PilcrowClient], token: str, stop: asyncio.Task[object]
) -> None:
    """Connects, and again where the connection is lost for good, until `stop` is done."""
    wait, sharded = _FIRST_WAIT, False
    while not stop.done():
        client = make_client(sharded)
        connection = asyncio.create_task(client.start(token))
        await asyncio.wait({connection, stop}, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            await _close(client, connection)
            return
        await client.close()
        error = connection.exception()
        if not sharded and isinstance(error, discord.ConnectionClosed) and error.code == TOO_MANY:
            _log.info("the bot is in too many servers for one connection; opening several")
            sharded = True
            continue
        reason = _reason_to_wait(client, error)
        _log.warning("Discord cannot be reached (%s); trying again in %.0f s", reason, wait)
        await asyncio.wait({stop}, timeout=wait)
        wait = min(2 * wait, _LONGEST_WAIT)


async def _close(client: PilcrowClient, connection: asyncio.Task[None]) -> None:
    """Lets the questions under way finish for a moment, then leaves Discord."""
    if client.under_way:
        _, unanswered = await asyncio.wait(client.under_way, timeout=_LAST_WORDS)
        # Or they would speak up after the connection is closed.
        for task in unanswered:
            task.cancel()
    connection.cancel()
    await asyncio.wait({connection}, timeout=0.5)
    await asyncio.wait({asyncio.create_task(client.close())}, timeout=0.5)


def _reason_to_wait(client: PilcrowClient, error: BaseException | None) -> str:
    """Why the connection failed, if it may succeed later.

    Raises:
        StartError: it will not, as things are set up.
    """
    if isinstance(error, discord.LoginFailure):
        raise StartError(_BAD_TOKEN) from None
    if isinstance(error, discord.ConnectionClosed):
        if error.code == 4004:
            raise StartError(_BAD_TOKEN) from None
        if 4010 <= error.code <= 4014:
            raise StartError(f"Discord refuses the bot for good ({error}).") from None
    # discord.py dies of a gateway that refuses the first connection: it asks the websocket that
    # there never was for its sequence number (Rapptz/discord.py#10520).
    if isinstance(error, AttributeError) and client.ws is None:
        return "the gateway refuses the connection"
    # And for each time that its first connection fails, AutoShardedClient calls itself once more.
    passing = (
        *(OSError, aiohttp.ClientError, discord.DiscordException, TimeoutError),
        RecursionError,
    )
    if error is None or isinstance(error, passing):
        return str(error) or type(error).__name__
    raise error
