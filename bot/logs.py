"""The log on standard error: a line an event, as text or as a JSON object."""

import logging

import discord
import stamina.instrumentation
from pythonjsonlogger.json import JsonFormatter

from bot.settings import LogFormat


def log_to_standard_error(form: LogFormat = LogFormat.TEXT) -> None:
    """Sends the log to standard error, a line an event."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if form is LogFormat.JSON:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_json())
    # Libraries tell at INFO what is of no use here; and discord.py tells a lost connection, which
    # it mends by itself, with a traceback.
    for name in ("discord", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("discord.client", "discord.shard"):
        logging.getLogger(name).addFilter(_shorten)
    stamina.instrumentation.set_on_retry_hooks([])
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def _json() -> JsonFormatter:
    """Objects with the time in UTC, the level, the logger, the words, and what came with them."""
    return JsonFormatter(
        "{levelname}{name}{message}",
        style="{",
        timestamp="time",
        rename_fields={"levelname": "level", "name": "logger"},
        json_ensure_ascii=False,
    )


def _shorten(record: logging.LogRecord) -> bool:
    """Replaces the traceback of a lost connection by what it comes to."""
    if record.exc_info and record.msg.startswith(("Attempting a reconnect", "Failed to connect")):
        record.msg += f" ({record.exc_info[1]!r})".replace("%", "%%")
        record.exc_info = None
    return True
