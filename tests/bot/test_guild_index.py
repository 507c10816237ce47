"""GuildIndexes: what each server asks while builds come, go, and break."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import guild_index
from bot.guild_data import folder_of
from bot.guild_index import GuildIndexes
from bot.live import LiveIndex
from index import kept
from index.build import Reports, build
from index.corpus import Article
from index.kept import Most
from tests.encoders import LetterEncoder

ENCODER = LetterEncoder()
GUILD, OTHER = 80351110224678912, 80351110224678913
REPORTS = Reports()


def article(text: str) -> Article:
    """An article as a source gives it."""
    return Article("x", f"About {text}", text)


def texts(guilds: GuildIndexes, guild: int | None) -> list[str]:
    """The texts of the articles that a server asks, in order."""
    return [one.text for one in guilds.current(guild).articles]


def add(guilds: GuildIndexes, guild: int, text: str) -> None:
    """Adds an article of that text to a server's own."""
    asyncio.run(guilds.add(guild, [article(text)], REPORTS))


@pytest.fixture
def guilds(tmp_path: Path) -> GuildIndexes:
    """The operator's index of one article, and no server's."""
    (tmp_path / "ours.txt").write_text("Ours.")
    build(tmp_path / "index", [str(tmp_path / "ours.txt")], ENCODER)
    live = LiveIndex(tmp_path / "index", ENCODER)
    return GuildIndexes(tmp_path / "index", live, ENCODER, Most(50), 30, frozenset({"en"}))


def test_a_server_without_articles_asks_the_operators(guilds: GuildIndexes) -> None:
    """Without articles of its own a server asks the very index that a direct message does."""
    assert guilds.current(GUILD) is guilds.current(None)
    assert guilds.own(GUILD) == ()


def test_each_server_asks_its_own_and_the_operators(guilds: GuildIndexes) -> None:
    """What a server adds is asked there at once, and nowhere else."""
    add(guilds, GUILD, "Theirs.")
    add(guilds, OTHER, "Others.")
    assert texts(guilds, GUILD) == ["Ours.", "Theirs."]
    assert texts(guilds, OTHER) == ["Ours.", "Others."]
    assert texts(guilds, None) == ["Ours."]
    assert [one.text for one in guilds.own(GUILD)] == ["Theirs."]


def test_articles_in_another_language_are_told(guilds: GuildIndexes) -> None:
    """Of articles that the encoder was not made for there is a word, of others none."""
    norwegian = replace(article("Deres."), language="no")
    assert guilds.unspoken([article("Theirs."), replace(article("Ours."), language="en")]) is None
    assert guilds.unspoken([article("Theirs."), norwegian]) == (
        "1 article is in Norwegian (no), which letters was not made for: "
        "answers about it will be poor."
    )


def test_what_is_removed_is_not_asked(guilds: GuildIndexes) -> None:
    """After the last article is removed a server asks the operator's alone."""
    add(guilds, GUILD, "Theirs.")
    assert texts(guilds, GUILD) == ["Ours.", "Theirs."]
    asyncio.run(guilds.remove(GUILD, guilds.own(GUILD)[0].id))
    assert guilds.current(GUILD) is guilds.current(None)


def test_new_builds_of_both_are_picked_up(guilds: GuildIndexes, tmp_path: Path) -> None:
    """The joint index is the same until either build changes, and then a new one."""
    add(guilds, GUILD, "Theirs.")
    before = guilds.current(GUILD)
    assert guilds.current(GUILD) is before
    (tmp_path / "ours.txt").write_text("New.")
    build(tmp_path / "index", [str(tmp_path / "ours.txt")], ENCODER)
    assert texts(guilds, GUILD) == ["New.", "Theirs."]
    kept.add(folder_of(tmp_path / "index", GUILD), [article("More.")], ENCODER, Most(50))
    assert sorted(texts(guilds, GUILD)) == ["More.", "New.", "Theirs."]
    assert [one.text for one in before.articles] == ["Ours.", "Theirs."]


def test_few_servers_are_held_open(guilds: GuildIndexes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many servers those that asked last are held open; each still gets its own."""
    monkeypatch.setattr(guild_index, "_OPEN", 2)
    for guild in (1, 2, 3):
        add(guilds, guild, f"Of {guild}.")
    first = guilds.current(1)
    guilds.current(2)
    assert guilds.current(1) is first
    guilds.current(3)
    assert guilds.current(1) is first
    guilds.current(2)
    guilds.current(3)
    assert guilds.current(1) is not first
    assert [texts(guilds, guild) for guild in (1, 2, 3)] == [
        ["Ours.", f"Of {guild}."] for guild in (1, 2, 3)
    ]


def broken_by_another_encoder(folder: Path) -> None:
    """Builds what is kept with an encoder that is not the one that serves."""
    kept.rebuild(folder, LetterEncoder("others"))


def broken_by_a_change(folder: Path) -> None:
    """Changes a file of the current build."""
    name = (folder / "CURRENT").read_text().strip()
    (folder / name / "articles.jsonl").write_text("{}")


def broken_by_a_name(folder: Path) -> None:
    """Lets CURRENT name no build."""
    (folder / "CURRENT").write_text("nothing\n")


@pytest.mark.parametrize(
    "broken", [broken_by_another_encoder, broken_by_a_change, broken_by_a_name]
)
def test_what_cannot_be_opened_is_built_anew(
    guilds: GuildIndexes, broken: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The operator's articles serve meanwhile, the log says why, and then all are there again."""
    caplog.set_level(logging.INFO, guild_index.__name__)
    folder = folder_of(guilds.folder, GUILD)
    add(guilds, GUILD, "Theirs.")
    broken(folder)
    assert texts(guilds, GUILD) == ["Ours."]
    # The next change waits until the one before is done.
    add(guilds, GUILD, "More.")
    assert sorted(texts(guilds, GUILD)) == ["More.", "Ours.", "Theirs."]
    lines = [r.message for r in caplog.records if r.name == guild_index.__name__]
    assert lines[0] == f"server {GUILD} added 1 and has 1 of 50 articles"
    assert lines[1].startswith(f"server {GUILD} does without its own articles for now: ")
    assert lines[2:] == [
        f"the articles of server {GUILD} are built anew",
        f"server {GUILD} added 1 and has 2 of 50 articles",
    ]


def test_what_cannot_be_built_either_is_told_once(
    guilds: GuildIndexes, caplog: pytest.LogCaptureFixture
) -> None:
    """A server whose files are damaged too asks the operator's, and the bot does not try on."""
    folder = folder_of(guilds.folder, GUILD)
    add(guilds, GUILD, "Theirs.")
    broken_by_a_change(folder)
    for file in (folder / "articles").iterdir():
        file.write_text("{")
    for _ in range(3):
        assert texts(guilds, GUILD) == ["Ours."]
        add(guilds, OTHER, "Others.")
    told = [r for r in caplog.records if r.name == guild_index.__name__]
    assert [r.levelname for r in told if r.levelname != "INFO"] == ["ERROR", "ERROR"]


def test_what_is_swept_is_no_longer_asked(guilds: GuildIndexes) -> None:
    """After the folder of a server is deleted it has no articles of its own."""
    add(guilds, GUILD, "Theirs.")
    assert texts(guilds, GUILD) == ["Ours.", "Theirs."]
    assert asyncio.run(guilds.sweep({OTHER})) == []
    guilds.days = -1
    assert asyncio.run(guilds.sweep({OTHER})) == [GUILD]
    assert texts(guilds, GUILD) == ["Ours."]
