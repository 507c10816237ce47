"""IndexSettings: what the commands of the index are told from outside."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IndexSettings(BaseSettings):
    """Read from the environment and `.env` when it is made; an empty value counts as unset.

    Attributes:
        index: the folder of the index.
        model: a sentence-transformers model, by name or folder; the default one when None.
        allowed_hosts: "host:port" of inner servers that may be read from, with commas between.
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
    allowed_hosts: str = Field(default="", pattern=r"^([^\s,]+:\d+(\s*,\s*|$))*$")

    @property
    def inner_hosts(self) -> frozenset[str]:
        """What `allowed_hosts` names."""
        return frozenset(self.allowed_hosts.lower().replace(",", " ").split())
