"""Settings: what the whole program is told from outside."""

from pydantic import Field, SecretStr

from bot.ask import Caution
from index.settings import IndexSettings


class Settings(IndexSettings):
    """The settings of the index and those of the bot.

    Attributes:
        discord_token: the bot's token; needed by `pilcrow run` alone.
        reader: the folder of a reader, or `none`; the one that ships with the project when None.
        caution: how sure the bot has to be.
        workers: how many questions are worked on at once; the others wait their turn.
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
    log_questions: bool = False
    keep_questions: bool = False
    feedback_days: int = Field(default=90, ge=1, le=3650)
    guild_articles: int = Field(default=50, ge=0)
    guild_days: int = Field(default=30, ge=0)
