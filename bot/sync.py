"""The commands told to Discord, only where it has other ones."""

import logging
from collections.abc import Mapping

import discord
from discord import app_commands

from bot.sending import persist

_log = logging.getLogger(__name__)

# What a command or an option may say beside what it has to: where we no longer say it and Discord
# still has it, the commands differ.
_OPTIONAL = frozenset(
    (
        *("options", "choices", "autocomplete", "channel_types"),
        *("min_value", "max_value", "min_length", "max_length"),
        *("name_localizations", "description_localizations"),
    )
)


async def sync(tree: app_commands.CommandTree[discord.Client]) -> bool:
    """Registers the commands if Discord has other ones; returns whether it had to.

    Asking first costs one call and spares the daily limit on registrations.
    """
    client = tree.client
    application = client.application_id
    if application is None:
        raise RuntimeError("commands are synced after the login, which gives the application's id")
    try:
        known = await client.http.get_global_commands(application)
    except discord.HTTPException as error:
        _log.warning("Discord does not say which commands it has (%s)", error)
        known = []
    there = {(command.get("type", 1), command["name"]): command for command in known}
    payloads = [command.to_dict(tree) for command in tree.get_commands()]
    ours = {(payload["type"], payload["name"]): payload for payload in payloads}
    if there.keys() == ours.keys() and all(is_same(ours[key], there[key]) for key in ours):
        _log.info("Discord has these %d commands already", len(ours))
        return False
    await persist(tree.sync)
    _log.info("%d commands registered", len(ours))
    return True


def is_same(ours: object, theirs: object) -> bool:
    """Whether what we would register is what Discord has, in spite of how Discord puts it.

    Discord leaves out or nulls what has its default, adds fields of its own, and writes
    permissions as a string.
    """
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        said = ours.keys() | (theirs.keys() & _OPTIONAL)
        if ours.get("contexts") is not None:
            # It says the same as the contexts, from which Discord makes it.
            said -= {"dm_permission"}
        return all(_is_same_field(key, ours.get(key), theirs.get(key)) for key in said)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    return str(ours) == str(theirs) or (not ours and not theirs)


def _is_same_field(key: str, ours: object, theirs: object) -> bool:
    if key == "dm_permission" and theirs is None:
        return ours is True
    # Without a say of ours Discord fills in where a command can be used.
    if key in ("contexts", "integration_types"):
        return ours is None or _is_same_set(ours, theirs)
    return is_same(ours, theirs)


def _is_same_set(ours: object, theirs: object) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return sorted(map(str, ours)) == sorted(map(str, theirs))
    return False
