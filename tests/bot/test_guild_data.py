"""What is kept for a server: what its channels ask, and how long after it was left."""

import os
import time
from pathlib import Path

import pytest

from bot.guild_data import choose, chosen, folder_of, mark_joined, mark_left, sweep

GUILD, OTHER = 80351110224678912, 80351110224678913
CHANNEL, THREAD = 41771983423143937, 41771983423143938
ALL = ("a", "b", "c")
DAY = 24 * 60 * 60


def left_ago(index: Path, guild: int, days: float) -> None:
    """Makes it so long ago that the bot was removed."""
    mark_left(index, guild)
    moment = time.time() - days * DAY
    os.utime(folder_of(index, guild) / "left", (moment, moment))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index folder in which two servers have made a choice."""
    for guild in (GUILD, OTHER):
        choose(tmp_path, guild, CHANNEL, ["a"])
    return tmp_path


def test_without_a_choice_all_are_asked(tmp_path: Path) -> None:
    """A channel that has chosen nothing, and a direct message, ask all articles."""
    assert chosen(tmp_path, GUILD, (CHANNEL,), ALL) is None
    assert chosen(tmp_path, None, (CHANNEL,), ALL) is None


def test_a_choice_holds_for_its_channel(index: Path) -> None:
    """Another channel, and the same number in another server, ask what they did."""
    choose(index, GUILD, CHANNEL, ["c", "b"])
    assert chosen(index, GUILD, (CHANNEL,), ALL) == ["c", "b"]
    assert chosen(index, GUILD, (THREAD,), ALL) is None
    assert chosen(index, OTHER, (CHANNEL,), ALL) == ["a"]


def test_a_thread_has_its_channels_choice_until_it_has_its_own(index: Path) -> None:
    """The first place that has made a choice decides."""
    assert chosen(index, GUILD, (THREAD, CHANNEL), ALL) == ["a"]
    choose(index, GUILD, THREAD, ["b"])
    assert chosen(index, GUILD, (THREAD, CHANNEL), ALL) == ["b"]
    choose(index, GUILD, THREAD, [])
    assert chosen(index, GUILD, (THREAD, CHANNEL), ALL) == ["a"]


def test_what_is_no_longer_there_does_not_count(index: Path) -> None:
    """Of a choice the articles that are left are asked, and where none is left, all."""
    choose(index, GUILD, CHANNEL, ["a", "gone"])
    assert chosen(index, GUILD, (CHANNEL,), ALL) == ["a"]
    assert chosen(index, GUILD, (CHANNEL,), ("b", "c")) is None


@pytest.mark.parametrize("content", [b"", b"{", b'"a"', b"[1]", b"\xff"])
def test_a_damaged_choice_is_none(index: Path, content: bytes) -> None:
    """A file that holds no choice keeps nobody from asking."""
    (folder_of(index, GUILD) / "channels" / f"{CHANNEL}.json").write_bytes(content)
    assert chosen(index, GUILD, (CHANNEL,), ALL) is None


def test_what_is_overdue_is_deleted(index: Path) -> None:
    """Of two servers that were left the one whose days are over goes, and nothing else."""
    left_ago(index, GUILD, 30.1)
    left_ago(index, OTHER, 29.9)
    assert sweep(index, (), 30) == [GUILD]
    assert not folder_of(index, GUILD).exists()
    assert chosen(index, OTHER, (CHANNEL,), ALL) == ["a"]
    assert sweep(index, (), 29) == [OTHER]
    assert sweep(index, (), 0) == []


def test_a_server_that_is_there_is_never_deleted(index: Path) -> None:
    """However old the mark, it is forgotten where the bot is in the server again."""
    left_ago(index, GUILD, 1000)
    assert sweep(index, (GUILD, OTHER), 30) == []
    assert sweep(index, (OTHER,), 30) == []
    assert (folder_of(index, GUILD) / "left").stat().st_mtime > time.time() - DAY


def test_a_removal_that_nobody_noticed_counts_from_when_it_is(index: Path) -> None:
    """A server that is not there any more, without a mark, gets one and keeps its days."""
    assert sweep(index, (OTHER,), 30) == []
    assert (folder_of(index, GUILD) / "left").exists()
    assert not (folder_of(index, OTHER) / "left").exists()


def test_coming_back_is_a_new_start(index: Path) -> None:
    """A bot that was removed and added again keeps what the server had."""
    left_ago(index, GUILD, 1000)
    mark_joined(index, GUILD)
    assert sweep(index, (OTHER,), 30) == []
    assert chosen(index, GUILD, (CHANNEL,), ALL) == ["a"]


def test_of_a_server_without_anything_nothing_is_noted(tmp_path: Path) -> None:
    """Where a server has kept nothing, no folder is made for it."""
    mark_left(tmp_path, GUILD)
    mark_joined(tmp_path, GUILD)
    assert sweep(tmp_path, (), 0) == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_server_is_left_alone(index: Path) -> None:
    """Files and folders of somebody's own among the servers' are not looked at."""
    (index / "guilds" / "notes").mkdir()
    (index / "guilds" / "1notes").mkdir()
    assert sweep(index, (GUILD, OTHER), 0) == []
    assert (index / "guilds" / "notes").is_dir()
