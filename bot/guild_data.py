"""What is kept for a server in its folder: which articles each channel asks, and when it was left.

INDEX/guilds/80351110224678912/                  an index of the server's own articles, and
    channels/41771983423143937.json              the ids of the articles that this channel asks
    left                                         empty; made when the bot was removed
"""

import json
import os
import shutil
import time
from collections.abc import Collection, Container, Iterable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.files import write_whole

_GUILDS, _CHANNELS, _LEFT = "guilds", "channels", "left"
_DAY = 24 * 60 * 60
_IDS = TypeAdapter(list[str])


def folder_of(index: Path, guild: int) -> Path:
    """The folder of a server, below the operator's index."""
    return index / _GUILDS / str(guild)


def choose(index: Path, guild: int, channel: int, articles: Sequence[str]) -> None:
    """Makes a channel ask these articles from now on; all of them if none is given."""
    file = _choice_of(index, guild, channel)
    if not articles:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(list(articles)) + "\n")


def chosen(
    index: Path, guild: int | None, channels: Iterable[int], there: Container[str]
) -> list[str] | None:
    """The ids of the articles that a channel asks; None for all of them.

    Args:
        index: the operator's index folder.
        guild: the server; None in a direct message.
        channels: the channel, and after a thread the channel that it is in; the first that has
            made a choice decides.
        there: the ids of the articles that there are. Of a choice, what is no longer there does
            not count; where nothing is left, all are asked.
    """
    if guild is None:
        return None
    for channel in channels:
        try:
            ids = _IDS.validate_json(_choice_of(index, guild, channel).read_bytes())
        except (OSError, ValidationError):
            continue
        return [one for one in ids if one in there] or None
    return None


def mark_left(index: Path, guild: int) -> None:
    """Notes that the bot was removed from a server just now."""
    folder = folder_of(index, guild)
    if folder.is_dir():
        (folder / _LEFT).touch()


def mark_joined(index: Path, guild: int) -> None:
    """Forgets that the bot was ever removed from a server."""
    (folder_of(index, guild) / _LEFT).unlink(missing_ok=True)


def sweep(index: Path, present: Collection[int], days: int) -> list[int]:
    """Deletes what is kept for servers that the bot was removed from so many days ago.

    Returns the servers. One that is not there and was not known to be left is only noted as left.

    Args:
        index: the operator's index folder.
        present: the servers that the bot is in, those that are unavailable included.
        days: how long it is kept.
    """
    folders = (index / _GUILDS).glob("[0-9]*")
    deleted = []
    for guild in sorted(int(folder.name) for folder in folders if folder.name.isdecimal()):
        mark = folder_of(index, guild) / _LEFT
        if guild in present:
            mark_joined(index, guild)
        elif not mark.exists():
            mark_left(index, guild)
        elif time.time() - mark.stat().st_mtime > days * _DAY:
            _delete(folder_of(index, guild))
            deleted.append(guild)
    return deleted


def _delete(folder: Path) -> None:
    # The mark goes last, so that what was cut short is taken up again.
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LEFT:
            os.remove(path)
    shutil.rmtree(folder)


def _choice_of(index: Path, guild: int, channel: int) -> Path:
    return folder_of(index, guild) / _CHANNELS / f"{channel}.json"
