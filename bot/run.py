"""The bot started, kept connected, and stopped."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import discord
import stamina.instrumentation

from bot.ask import load_judgement
from bot.client import Asking, PilcrowClient
from bot.commands import add_commands
from bot.limits import Limits
from bot.live import LiveIndex
from bot.reader import find_reader
from bot.settings import Settings
from index.encoder import find_encoder
from index.errors import PilcrowError
from index.served import serving

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
    if settings.discord_token is None:
        raise StartError(
            "There is no token: put DISCORD_TOKEN=… into .env or the environment "
            "(https://discord.com/developers/applications, Bot, Reset Token)."
        )
    token = settings.discord_token.get_secret_value().strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise StartError(_BAD_TOKEN)
    log_to_standard_error()
    # Until the bot is connected, SIGTERM just ends it; from then on `_serve` listens.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    reader = find_reader(settings.reader)
    encoder = serving(settings.index, find_encoder(settings.model))
    live = LiveIndex(settings.index, encoder)
    _log.info("loading the model %s", encoder.name)
    encoder.embed(["The first text takes the longest."])
    pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="question")
    judgement = load_judgement(reader, settings.caution)
    asking = Asking(live, reader, judgement, pool, _limits(settings), settings.log_questions)

    def make_client() -> PilcrowClient:
        client = PilcrowClient(asking)
        add_commands(client, version)
        return client

    asyncio.run(_serve(make_client, token))


def log_to_standard_error() -> None:
    """Sends the log to standard error, a line an event."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # Libraries tell at INFO what is of no use here; and discord.py tells a lost connection, which
    # it mends by itself, with a traceback.
    for name in ("discord", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("discord.client").addFilter(_shorten)
    stamina.instrumentation.set_on_retry_hooks([])
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def _limits(settings: Settings) -> Limits:
    most = settings.workers + settings.waiting
    return Limits(settings.per_person, settings.per_channel, settings.cooldown, most)


async def _serve(make_client: Callable[[], PilcrowClient], token: str) -> None:
    """Keeps a client connected until a signal comes, then ends the process."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stop = asyncio.create_task(stopped.wait())
    wait = _FIRST_WAIT
    while not stopped.is_set():
        client = make_client()
        connection = asyncio.create_task(client.start(token))
        await asyncio.wait({connection, stop}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.is_set():
            await _close(client, connection)
            break
        await client.close()
        reason = _reason_to_wait(client, connection.exception())
        _log.warning("Discord cannot be reached (%s); trying again in %.0f s", reason, wait)
        await asyncio.wait({stop}, timeout=wait)
        wait = min(2 * wait, _LONGEST_WAIT)
    _log.info("stopped")
    logging.shutdown()
    # Threads that still work on a question, or wait for a name to be resolved, would hold up the
    # end of the process for as long as they like.
    os._exit(0)


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
    passing = (OSError, aiohttp.ClientError, discord.DiscordException, TimeoutError)
    if error is None or isinstance(error, passing):
        return str(error) or type(error).__name__
    raise error


def _shorten(record: logging.LogRecord) -> bool:
    """Replaces the traceback of a lost connection by what it comes to."""
    if record.exc_info and record.msg.startswith("Attempting a reconnect"):
        record.msg += f" ({record.exc_info[1]!r})".replace("%", "%%")
        record.exc_info = None
    return True
