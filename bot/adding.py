"""Articles on their way from an address or an upload into a server's own articles."""

import asyncio
import functools
import tempfile
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import discord

from bot.guild_index import GuildIndexes
from bot.markup import escape_within
from bot.render import Message
from bot.sending import SILENT, persist
from index import sources
from index.build import Reports
from index.choice import Choice
from index.contents import MOST_BYTES
from index.corpus import Article
from index.errors import PilcrowError, SourceError, TooMuch
from index.text import count

READING, WAITING = "Reading…", "Waiting for another article…"

_EVERY = 1.0
"""Seconds from one word on how far it is to the next, at least."""

_LONGEST_STEM, _LONGEST_SUFFIX, _TITLE = 60, 10, 128

_MOST_ITEMS = 20
"""How many items of a feed are added at once, the newest; more could outlast Discord's patience."""

_REASONS, _REASON = 5, 200
"""How many reasons are told why something was left out, and how long each is."""

_T = TypeVar("_T")


class AddError(PilcrowError):
    """An article cannot be added."""


class Progress:
    """How far it is, in words; they may be changed by any thread."""

    def __init__(self) -> None:
        self.words = READING

    def embedded(self, done: int, total: int) -> None:
        """So many passages are embedded, of so many."""
        self.words = f"Embedding {done:,} of {total:,}…"


async def add_to(
    guilds: GuildIndexes,
    interaction: discord.Interaction,
    url: str | None,
    file: discord.Attachment | None,
) -> Message:
    """Adds what is at an address or in a file to the server's articles; what to say to that.

    Raises:
        AddError, SourceError, TooMuch: it cannot be added, and why.
    """
    guild, progress = interaction.guild_id or 0, Progress()
    if not guilds.most.articles:
        raise AddError("Nothing can be added here: whoever runs this bot has turned that off.")
    articles, left_out = await _telling(interaction, progress, _read(guilds, guild, url, file))
    progress.words = WAITING
    adding = guilds.add(guild, articles, Reports(embedded=progress.embedded))
    built = await _telling(interaction, progress, adding)
    holds = f"this server has {built.articles:,} of {count(guilds.most.articles, 'article')}."
    if built.unchanged:
        return Message("\n".join([f"That is here already; {holds}", *_told(left_out)]))
    if len(articles) > 1:
        added = count(len(articles), "article")
    else:
        title = escape_within(articles[0].title, _TITLE)
        added = f"**{title}**, {count(len(articles[0].paragraphs), 'paragraph')}"
    word = guilds.unspoken(articles)
    lines = [f"Added {added}; {holds}", *([word] if word else []), *_told(left_out)]
    return Message("\n".join(lines))


def _told(left_out: Sequence[SourceError]) -> list[str]:
    """What was left out and why, a line each, the first few."""
    lines = [f"Left out: {escape_within(str(error), _REASON)}" for error in left_out[:_REASONS]]
    more = len(left_out) - len(lines)
    return [*lines, f"Left out: {more:,} more."] if more else lines


async def _telling(
    interaction: discord.Interaction, progress: Progress, work: Coroutine[Any, Any, _T]
) -> _T:
    """What comes of the work; meanwhile the person who waits is told how far it is."""
    task = asyncio.create_task(work)
    told = None
    while not (await asyncio.wait({task}, timeout=_EVERY))[0]:
        if progress.words != told:
            told = progress.words
            with suppress(discord.HTTPException, aiohttp.ClientError):
                await interaction.edit_original_response(content=told, allowed_mentions=SILENT)
    return await task


async def _read(
    guilds: GuildIndexes, guild: int, url: str | None, file: discord.Attachment | None
) -> tuple[list[Article], list[SourceError]]:
    """The articles at an address or in a file, and what of it cannot be read."""
    if url is not None and file is None:
        # In angle brackets Discord shows no preview.
        url = url.strip().removeprefix("<").removesuffix(">")
        # Or the name of a file on this machine would be read.
        if not sources.is_address(url):
            raise AddError(f"“{url}” is no web address: one begins with http or https.")
        return await guilds.read(functools.partial(_articles, guilds, guild, url))
    if file is None or url is not None:
        raise AddError("Give either a url or a file.")
    if file.size > MOST_BYTES:
        raise AddError(
            f"{file.filename} has {file.size / 2**20:.1f} MiB, and a file may have "
            f"{MOST_BYTES // 2**20}: split it."
        )
    try:
        data = await persist(file.read)
    except (discord.HTTPException, aiohttp.ClientError):
        raise AddError(f"Discord does not hand out {file.filename}: upload it again.") from None
    return await guilds.read(functools.partial(_read_upload, guilds, guild, file.filename, data))


def _read_upload(
    guilds: GuildIndexes, guild: int, name: str, data: bytes
) -> tuple[list[Article], list[SourceError]]:
    """The articles in a file that somebody uploaded, and what of it cannot be read."""
    own = Path(name)
    with tempfile.TemporaryDirectory(prefix="pilcrow-") as folder:
        file = Path(folder) / f"{own.stem[:_LONGEST_STEM]}{own.suffix[:_LONGEST_SUFFIX]}"
        file.write_bytes(data)
        try:
            articles, left_out = _articles(guilds, guild, str(file))
        # What a person uploaded has no path.
        except (SourceError, TooMuch) as error:
            raise type(error)(str(error).replace(f"{folder}/", "")) from None
    return articles, [SourceError(str(error).replace(f"{folder}/", "")) for error in left_out]


def _articles(
    guilds: GuildIndexes, guild: int, source: str
) -> tuple[list[Article], list[SourceError]]:
    """The articles of a source, no more than the server has room for, and what cannot be read."""
    # One that takes the place of another needs no room.
    room = max(1, guilds.most.articles - len(guilds.own(guild)))
    left_out: list[SourceError] = []
    choice = Choice(limit=min(room, _MOST_ITEMS))
    found = sources.read([source], left_out.append, choice=choice, most_files=room)
    return [read.article for read in found], left_out
