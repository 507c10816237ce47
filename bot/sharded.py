"""ShardedClient: the same bot, with as many connections to the gateway as Discord asks for."""

import discord

from bot.client import PilcrowClient

TOO_MANY = 4011
"""The code with which the gateway closes a single connection of a bot in too many servers."""


class ShardedClient(PilcrowClient, discord.AutoShardedClient):
    """PilcrowClient on several connections.

    Used only where one connection does not do: a single one that was cut resumes its session, while
    discord.py's shards begin a new one after some faults, and miss what was asked meanwhile.
    """
