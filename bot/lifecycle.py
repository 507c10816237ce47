"""What becomes of a server's articles when the bot is removed from it."""

import asyncio
import logging

import discord

from bot.feedback import Feedback
from bot.guild_data import mark_joined, mark_left
from bot.guild_index import GuildIndexes

_DAY = 24 * 60 * 60
_log = logging.getLogger(__name__)


def watch_guilds(client: discord.Client, guilds: GuildIndexes) -> None:
    """Lets the client note when it is removed from a server, and forget that when it is back.

    A server that is unavailable is not removed: Discord tells the two apart, and so does
    discord.py, which has other events for an outage.
    """

    @client.event
    async def on_guild_remove(guild: discord.Guild) -> None:
        await asyncio.to_thread(mark_left, guilds.folder, guild.id)
        _log.info("removed from server %d", guild.id)

    @client.event
    async def on_guild_join(guild: discord.Guild) -> None:
        await asyncio.to_thread(mark_joined, guilds.folder, guild.id)
        _log.info("added to server %d", guild.id)


async def sweep_daily(client: discord.Client, guilds: GuildIndexes, feedback: Feedback) -> None:
    """Deletes, at the start and once a day, what was kept long enough: feedback, and for servers.

    A removal that happened while the bot was not running counts from when this notices it.
    """
    await client.wait_until_ready()
    while True:
        await asyncio.to_thread(feedback.purge)
        present = {guild.id for guild in client.guilds}
        try:
            for guild in await guilds.sweep(present):
                _log.info("what was kept for server %d is deleted", guild)
        except OSError:
            _log.exception("what was kept for servers that were left could not be deleted")
        await asyncio.sleep(_DAY)
