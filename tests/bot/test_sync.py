"""The commands compared with what Discord has: no change is missed, no change is imagined."""

import copy
from collections.abc import Callable
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.sync import is_same, sync
from tests.loopback.server import LoopbackDiscord

Json = dict[str, Any]


def make_client(**changes: str) -> discord.Client:
    """A client with a command of every kind of thing that a command can say."""
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client)

    @tree.command(name="ask", description=changes.get("description", "Ask."))
    @app_commands.describe(question=changes.get("question", "What?"), private="Alone?")
    @app_commands.default_permissions(manage_guild=changes.get("granted") != "no")
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, 1000],
        count: app_commands.Range[int, 1, 5] = 1,
        private: bool = False,
    ) -> None: ...

    @tree.context_menu(name="Ask the article")
    async def menu(interaction: discord.Interaction, message: discord.Message) -> None: ...

    client.__dict__["tree"] = tree
    return client


def payloads(client: discord.Client) -> list[Json]:
    """What discord.py would send."""
    tree: app_commands.CommandTree[discord.Client] = client.__dict__["tree"]
    return [command.to_dict(tree) for command in tree.get_commands()]


async def synced(server: LoopbackDiscord, **changes: str) -> bool:
    """Whether a freshly started client had to register its commands."""
    client = make_client(**changes)
    async with client:
        await client.login(server.token)
        return await sync(client.__dict__["tree"])


@pytest.mark.asyncio
async def test_commands_are_registered_only_when_they_changed(server: LoopbackDiscord) -> None:
    """At first, and after each change, the commands are put; otherwise Discord is only asked."""
    assert await synced(server)
    assert not await synced(server)
    assert not await synced(server)
    assert await synced(server, description="Ask it.")
    assert await synced(server, description="Ask it.", question="Which?")
    assert await synced(server, description="Ask it.", question="Which?", granted="no")
    assert not await synced(server, description="Ask it.", question="Which?", granted="no")
    assert server.command_puts == 4
    assert server.violations == []


def option(there: Json, place: int) -> Json:
    """An option of the command, as Discord has it."""
    found: Json = there["options"][place]
    return found


def placed(**said: object) -> tuple[Json, Json]:
    """A command for everybody and everywhere, and as Discord gives it back with `said` changed."""
    ours = payloads(make_client())[0] | {"contexts": [0, 1, 2], "integration_types": [0, 1]}
    return ours, copy.deepcopy(ours) | said


CHANGES: dict[str, Callable[[Json], object]] = {
    "description": lambda c: c.update(description="Asks."),
    "permission": lambda c: c.update(default_member_permissions="8"),
    "no permission": lambda c: c.update(default_member_permissions=None),
    "not in direct messages": lambda c: c.update(dm_permission=False),
    "for adults": lambda c: c.update(nsfw=True),
    "an option less": lambda c: c["options"].pop(),
    "an option more": lambda c: c["options"].append({"type": 5, "name": "x", "description": "x"}),
    "options in another order": lambda c: c["options"].reverse(),
    "an option's description": lambda c: option(c, 0).update(description="Who?"),
    "an option's length": lambda c: option(c, 0).update(max_length=999),
    "an option optional": lambda c: option(c, 0).update(required=False),
    "an option's type": lambda c: option(c, 2).update(type=3),
    "a length that we do not have": lambda c: option(c, 2).update(max_length=5),
    "choices that we do not have": lambda c: option(c, 2).update(
        choices=[{"name": "a", "value": "a"}]
    ),
    "completion that we do not have": lambda c: option(c, 0).update(autocomplete=True),
    "a translation that we do not have": lambda c: c.update(name_localizations={"de": "frag"}),
}


def ours_and_theirs() -> tuple[Json, Json]:
    """A command as discord.py sends it and as Discord gives it back."""
    ours = payloads(make_client())[0]
    theirs: Json = copy.deepcopy(ours)
    theirs |= {"id": "5", "version": "6", "application_id": "1", "default_permission": True}
    theirs["default_member_permissions"] = str(ours["default_member_permissions"])
    theirs |= {"contexts": None, "integration_types": [0], "name_localizations": None}
    for known in theirs["options"]:
        for key in [key for key, value in known.items() if value in (None, False)]:
            del known[key]
    return ours, theirs


def test_what_discord_gives_back_is_the_same() -> None:
    """Defaults left out, fields added and permissions as text make no difference."""
    ours, theirs = ours_and_theirs()
    assert is_same(ours, theirs)
    del theirs["dm_permission"]
    theirs |= {"contexts": [0, 1], "integration_types": [0, 1], "a_new_field": 7}
    assert is_same(ours, theirs)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_noticed(change: str) -> None:
    """A command that Discord has otherwise in any one way is not the same."""
    ours, theirs = ours_and_theirs()
    CHANGES[change](theirs)
    assert not is_same(ours, theirs)


def test_where_a_command_can_be_used_is_compared() -> None:
    """Places and installations count, in whatever order; what follows from them does not."""
    assert is_same(*placed())
    assert is_same(*placed(contexts=[2, 0, 1], integration_types=[1, 0]))
    assert is_same(*placed(dm_permission=None))
    ours, theirs = placed(contexts=[0], dm_permission=False)
    ours["contexts"] = [0]
    assert is_same(ours, theirs)


@pytest.mark.parametrize(
    "said",
    [{"contexts": [0, 1]}, {"contexts": None}, {"integration_types": [0]}, {"contexts": [0, 1, 1]}],
)
def test_another_place_is_noticed(said: Json) -> None:
    """A command that Discord has for fewer places or installations is not the same."""
    assert not is_same(*placed(**said))
