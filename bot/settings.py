"""Settings: what the whole program is told from outside."""

from enum import StrEnum
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from bot.ask import Caution
from index.settings import IndexSettings


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


class Address(NamedTuple):
    """Where something is served."""

    host: str
    port: int


class Settings(IndexSettings):
    """The settings of the index and those of the bot.

    Attributes:
        discord_token: the bot's token; needed by `pilcrow run` alone.
        reader: the folder of a reader, or `none`; the one that ships with the project when None.
        caution: how sure the bot has to be.
        workers: how many questions are worked on at once; the others wait their turn.
        waiting: how many may wait; the next ones are turned away.
        per_person, per_channel: questions in one cooldown; 0 for any number.
        cooldown: seconds.
        metrics: where metrics and health are served; nowhere when None.
        log_format: how the log is written.
        log_questions: whether the log shows what was asked.
        keep_questions: whether feedback is kept with what was asked.
        feedback_days: after how many days feedback is removed.
        guild_articles: how many articles a Discord server may add; none when 0.
        guild_days: for how many days they are kept after the bot was removed from the server.
    """

    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    reader: str | None = None
    caution: Caution = Caution.NORMAL
    workers: int = Field(default=2, ge=1, le=64)
    waiting: int = Field(default=100, ge=1, le=10_000)
    per_person: int = Field(default=20, ge=0, le=10_000)
    per_channel: int = Field(default=100, ge=0, le=10_000)
    cooldown: int = Field(default=20, ge=1, le=3600)
    metrics: Annotated[Address | None, NoDecode] = None
    log_format: LogFormat = LogFormat.TEXT
    log_questions: bool = False
    keep_questions: bool = False
    feedback_days: int = Field(default=90, ge=1, le=3650)
    guild_articles: int = Field(default=50, ge=0)
    guild_days: int = Field(default=30, ge=0)

    @field_validator("metrics", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        """The address in HOST:PORT, or in PORT, which is one of this machine alone."""
        if not isinstance(value, str):
            return value
        try:
            parts = urlsplit(f"//127.0.0.1:{value}" if value.isdecimal() else f"//{value}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or not port or "@" in value or parts.path or parts.query or parts.fragment:
            raise PydanticCustomError("address", "Input should be PORT or HOST:PORT")
        return Address(host, port)
