"""IndexSettings: what the commands of the index are told from outside."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IndexSettings(BaseSettings):
    """Read from the environment and `.env` when it is made; an empty value counts as unset.

    Attributes:
        index: the folder of the index.
        model: a sentence-transformers model, by name or folder; the default one when None.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_prefix="PILCROW_",
        env_ignore_empty=True,
        extra="ignore",
    )

    index: Path = Field(default=Path(".pilcrow"))
    model: str | None = None
