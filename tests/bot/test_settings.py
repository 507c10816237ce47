"""Settings: where they come from, and the sentence that a bad one gets."""

from pathlib import Path

import pytest

from bot.settings import Address, Settings
from index.cli import settings_of
from index.errors import PilcrowError

NAMES = ("DISCORD_TOKEN", "PILCROW_INDEX", "PILCROW_MODEL", "PILCROW_READER", "PILCROW_WORKERS")
GUILDS = ("PILCROW_GUILD_ARTICLES", "PILCROW_GUILD_DAYS")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `.env` and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in (*NAMES, "PILCROW_CAUTION", "PILCROW_LOG_QUESTIONS", *GUILDS):
        monkeypatch.delenv(name, raising=False)


def values(settings: Settings) -> tuple[object, ...]:
    """All settings, in the order of the class."""
    token = settings.discord_token
    secret = token.get_secret_value() if token else None
    models = settings.model, settings.reader, settings.caution.value
    return settings.index, *models, secret, settings.workers, settings.log_questions


def test_the_defaults() -> None:
    """Nothing needs to be set, and questions are not logged unless that is asked for."""
    assert values(Settings()) == (Path(".pilcrow"), None, None, "normal", None, 2, False)


def test_what_servers_may_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may add fifty articles, kept for thirty days after it, unless that is set."""
    assert (Settings().guild_articles, Settings().guild_days) == (50, 30)
    for name, value in zip(GUILDS, ("0", "365"), strict=True):
        monkeypatch.setenv(name, value)
    assert (Settings().guild_articles, Settings().guild_days) == (0, 365)


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting is read from its variable."""
    given = ("t.o.k", "/srv/index", "/srv/model", "/srv/reader", "8")
    for name, value in zip(NAMES, given, strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PILCROW_CAUTION", "high")
    monkeypatch.setenv("PILCROW_LOG_QUESTIONS", "true")
    assert values(Settings()) == (
        *(Path("/srv/index"), "/srv/model", "/srv/reader", "high", "t.o.k", 8, True),
    )


def test_the_file_and_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` is read too; the environment goes before it; other programs' lines are left alone."""
    (tmp_path / ".env").write_text("PILCROW_WORKERS=3\nDISCORD_TOKEN=file\nOTHER=1\n", "utf-8")
    monkeypatch.setenv("PILCROW_WORKERS", "4")
    assert values(Settings()) == (Path(".pilcrow"), None, None, "normal", "file", 4, False)


def test_empty_values_count_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable that is there and empty leaves the default."""
    (tmp_path / ".env").write_text("DISCORD_TOKEN=\nPILCROW_INDEX=\n", "utf-8")
    monkeypatch.setenv("PILCROW_WORKERS", "")
    assert values(Settings()) == (Path(".pilcrow"), None, None, "normal", None, 2, False)


def test_the_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings does not print the token."""
    monkeypatch.setenv("DISCORD_TOKEN", "very.secret.token")
    assert "very.secret.token" not in f"{Settings()!r} {Settings()}"


@pytest.mark.parametrize(
    ("given", "host", "port"),
    [
        ("9464", "127.0.0.1", 9464),
        ("0.0.0.0:80", "0.0.0.0", 80),
        ("monitor.example:9464", "monitor.example", 9464),
        ("[::1]:9464", "::1", 9464),
    ],
)
def test_an_address(given: str, host: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port alone is one of this machine; a host may be named before it."""
    monkeypatch.setenv("PILCROW_METRICS", given)
    assert Settings().metrics == Address(host, port)


@pytest.mark.parametrize(
    "given", ["on", "localhost", "0", "65536", ":9464", "http://here:9464", "here:9464/x", "a@b:1"]
)
def test_what_is_no_address(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no port and no host with a port is refused with what it should be."""
    monkeypatch.setenv("PILCROW_METRICS", given)
    with pytest.raises(PilcrowError) as caught:
        settings_of(Settings, None)
    assert str(caught.value) == (
        f"PILCROW_METRICS is “{given}”, but Input should be PORT or HOST:PORT: see .env.example."
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "PILCROW_WORKERS",
            "many",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        ("PILCROW_CAUTION", "none", "Input should be 'low', 'normal' or 'high'"),
        ("PILCROW_WORKERS", "0", "Input should be greater than or equal to 1"),
        ("PILCROW_WORKERS", "65", "Input should be less than or equal to 64"),
        ("PILCROW_GUILD_ARTICLES", "-1", "Input should be greater than or equal to 0"),
        ("PILCROW_GUILD_DAYS", "-1", "Input should be greater than or equal to 0"),
        ("PILCROW_WAITING", "0", "Input should be greater than or equal to 1"),
        ("PILCROW_PER_PERSON", "-1", "Input should be greater than or equal to 0"),
        ("PILCROW_PER_CHANNEL", "10001", "Input should be less than or equal to 10000"),
        ("PILCROW_COOLDOWN", "0", "Input should be greater than or equal to 1"),
        ("PILCROW_LOG_FORMAT", "xml", "Input should be 'text' or 'json'"),
        (
            "PILCROW_LOG_QUESTIONS",
            "perhaps",
            "Input should be a valid boolean, unable to interpret input",
        ),
    ],
)
def test_a_bad_value_is_one_sentence(
    name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that cannot be is named with its variable and with what it should be."""
    monkeypatch.setenv(name, value)
    with pytest.raises(PilcrowError) as caught:
        settings_of(Settings, None)
    assert str(caught.value) == f"{name} is “{value}”, but {reason}: see .env.example."


def test_the_command_line_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that was named on the command line is taken before PILCROW_INDEX."""
    monkeypatch.setenv("PILCROW_INDEX", "/srv/index")
    assert settings_of(Settings, Path("here")).index == Path("here")
    assert settings_of(Settings, None).index == Path("/srv/index")
