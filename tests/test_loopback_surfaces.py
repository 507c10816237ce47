"""The loopback Discord's buttons, modals, completions and places, met by a small discord.py bot."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.loopback.model import Reply
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord
from tests.test_loopback import call

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BOT = """
import os
import discord
from discord import app_commands, ui


class Form(ui.Modal, title="Why?"):
    kind = ui.Label(
        text="What was wrong?",
        component=ui.Select(
            custom_id="kind",
            options=[discord.SelectOption(label=each) for each in ("old", "odd")],
        ),
    )
    words = ui.Label(
        text="Tell more",
        description="If you like",
        component=ui.TextInput(
            custom_id="words", style=discord.TextStyle.paragraph, required=False, max_length=20
        ),
    )

    async def on_submit(self, interaction):
        text = f"{self.kind.component.values} {self.words.component.value!r}"
        if interaction.message is None:
            await interaction.response.send_message(text, ephemeral=True)
        else:
            await interaction.response.edit_message(content=text, view=None)


class OldForm(ui.Modal, title="Name"):
    name = ui.TextInput(label="Your name", custom_id="name")

    async def on_submit(self, interaction):
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"Hello {self.name.value}")


class Buttons(ui.View):
    def __init__(self):
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Source", url="https://example.org/"))
        self.add_item(ui.Button(label="Off", custom_id="off", disabled=True))

    @ui.button(label="More", custom_id="more")
    async def more(self, interaction, button):
        await interaction.response.send_message(f"more of {interaction.message.id}", ephemeral=True,
                                                view=Buttons())

    @ui.button(label="Change", custom_id="change")
    async def change(self, interaction, button):
        await interaction.response.edit_message(content="changed")

    @ui.button(label="Later", custom_id="later")
    async def later(self, interaction, button):
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")
        await interaction.followup.send("and more", ephemeral=True)

    @ui.button(label="Think", custom_id="think")
    async def think(self, interaction, button):
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content="thought")

    @ui.button(emoji="\\N{THUMBS DOWN SIGN}", custom_id="why")
    async def why(self, interaction, button):
        await interaction.response.send_modal(Form())

    @ui.button(label="Delete", custom_id="delete")
    async def delete(self, interaction, button):
        if not interaction.permissions.manage_messages:
            await interaction.response.send_message("no", ephemeral=True)
            return
        await interaction.response.defer()
        await interaction.delete_original_response()


class Bot(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_message(self, message):
        if self.user in message.mentions:
            await message.reply(f"in {message.channel}", view=Buttons())


bot = Bot()


@bot.tree.command(description="Shows buttons.")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def show(interaction: discord.Interaction, private: bool = False):
    await interaction.response.send_message("shown", ephemeral=private, view=Buttons())


@bot.tree.command(description="Asks by a modal.")
async def form(interaction: discord.Interaction, old: bool = False):
    await interaction.response.send_modal(OldForm() if old else Form())


@bot.tree.command(description="Finds a word.")
async def find(interaction: discord.Interaction, word: str, length: int = 0):
    await interaction.response.send_message(word)


@find.autocomplete("word")
async def complete(interaction: discord.Interaction, typed: str):
    length = interaction.namespace.length or 3
    return [app_commands.Choice(name=typed * n, value=typed * n) for n in range(1, length + 1)]


bot.run(os.environ["DISCORD_TOKEN"])
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LoopbackDiscord]:
    """Yields a server with the bot connected."""
    script = tmp_path_factory.mktemp("bot") / "bot.py"
    script.write_text(BOT, "utf-8")
    async with (
        LoopbackDiscord() as discord,
        BotProcess(discord, program=(str(script),), cwd=script.parent),
    ):
        await discord.ready()
        yield discord


@pytest.fixture
def discord(server: LoopbackDiscord) -> LoopbackDiscord:
    """Returns the same server with no broken rules yet."""
    server.violations.clear()
    return server


@pytest_asyncio.fixture(loop_scope="module")
async def alone() -> AsyncIterator[LoopbackDiscord]:
    """Yields a server without a bot, for bodies written by hand."""
    async with LoopbackDiscord() as discord:
        await call(discord, "PUT", f"/applications/{discord.application_id}/commands", COMMANDS)
        yield discord


COMPLETED = {"type": 3, "name": "word", "description": "Which", "autocomplete": True}
COMMANDS = [{"name": "find", "description": "Finds.", "options": [COMPLETED]}]
NOBODY: dict[str, Any] = {"parse": []}


async def shown(discord: LoopbackDiscord, **options: Any) -> Reply:
    """Returns an answer with buttons."""
    return await (await discord.slash("show", **options)).reply()


async def test_a_button_answers_with_a_message_of_its_own(discord: LoopbackDiscord) -> None:
    """A click carries its message, and its private answer has buttons that work as well."""
    first = await shown(discord)
    exchange = await discord.click(first, "More", user=discord.user("ann"))
    reply = await exchange.reply()
    assert (reply.content, reply.ephemeral) == (f"more of {first.message.id}", True)
    assert (await exchange.acknowledged(), reply.message.viewer) == (4, discord.user("ann"))
    again = await (await discord.click(reply, "more")).reply()
    assert again.content == f"more of {reply.message.id}"
    with pytest.raises(LookupError, match="sees the message"):
        await discord.click(reply, "more", user=discord.user("bob"))
    assert discord.violations == []


async def test_a_button_changes_its_message(discord: LoopbackDiscord) -> None:
    """Type 7 changes the message at once, 6 lets it be changed later, 5 makes a new one."""
    first = await shown(discord)
    changed = await (await discord.click(first, "change")).reply()
    assert (changed.content, changed.message) == ("changed", first.message)
    exchange = await discord.click(first, "Later")
    later = await exchange.reply()
    assert (await exchange.acknowledged(), later.content) == (6, "later")
    assert later.message is first.message
    await discord.until(lambda: len(exchange.replies) == 2)
    assert (exchange.replies[1].content, exchange.replies[1].ephemeral) == ("and more", True)
    thought = await (await discord.click(first, "Think")).reply()
    assert thought.content == "thought" and thought.message is not first.message
    assert discord.violations == []


async def test_buttons_that_cannot_be_pressed(discord: LoopbackDiscord) -> None:
    """A link, a disabled button, a missing one and one of a deleted message are refused."""
    first = await shown(discord)
    for wanted, why in (("Source", "a link"), ("off", "disabled"), ("none", "no button 'none'")):
        with pytest.raises(LookupError, match=why):
            await discord.click(first, wanted)
    discord.grant(discord.user("mod"), discord.guild, "manage_messages")
    assert (await (await discord.click(first, "Delete")).reply()).content == "no"
    exchange = await discord.click(first, "Delete", user=discord.user("mod"))
    await discord.until(lambda: first.message.id not in discord.messages)
    assert await exchange.acknowledged() == 6
    with pytest.raises(LookupError, match="deleted"):
        await discord.click(first, "more")
    assert discord.violations == []


async def test_a_modal_on_a_button(discord: LoopbackDiscord) -> None:
    """A modal of labels opens on a click; submitted, it may change the message of the click."""
    first = await discord.reply_to(await discord.say("hello", mention=True))
    exchange = await discord.click(first, "\N{THUMBS DOWN SIGN}")
    modal = await exchange.modal()
    assert (modal["title"], len(modal["components"]), exchange.replies) == ("Why?", 2, [])
    for values, error in (
        ({}, ValueError),
        ({"kind": ["new"]}, LookupError),
        ({"kind": ["old"], "words": "x" * 21}, ValueError),
        ({"kind": ["old"], "other": "x"}, LookupError),
    ):
        with pytest.raises(error):
            await discord.submit(exchange, values)  # type: ignore[arg-type]
    reply = await (await discord.submit(exchange, {"kind": ["old"], "words": "so"})).reply()
    assert (reply.content, reply.components) == ("['old'] 'so'", [])
    assert reply.message is first.message
    assert discord.violations == []


async def test_a_modal_on_a_command(discord: LoopbackDiscord) -> None:
    """A command opens a modal, of labels or of rows, and its submission is answered anew."""
    exchange = await discord.slash("form", user=discord.user("ann"))
    await exchange.modal()
    reply = await (await discord.submit(exchange, {"kind": ["odd"]})).reply()
    assert (reply.content, reply.ephemeral) == ("['odd'] ''", True)
    old = await discord.slash("form", {"old": True})
    assert (await old.modal())["components"][0]["type"] == 1
    hello = await (await discord.submit(old, {"name": "Ann"})).reply()
    assert (hello.content, hello.ephemeral) == ("Hello Ann", True)
    assert discord.violations == []


async def test_completion(discord: LoopbackDiscord) -> None:
    """What is typed arrives with the options so far, and choices come back, timed."""
    offered = await discord.complete("find", "word", "ab")
    assert [choice["value"] for choice in offered.choices] == ["ab", "abab", "ababab"]
    assert 0 < offered.seconds < 3
    offered = await discord.complete("find", "word", "a", {"length": 25}, dm=True)
    assert len(offered.choices) == 25
    with pytest.raises(LookupError, match="completes no option 'length'"):
        await discord.complete("find", "length", "1")
    assert discord.violations == []


ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
INPUT = {"type": 4, "custom_id": "why", "style": 1}
MODAL = {
    "title": "Why?",
    "custom_id": "m",
    "components": [{"type": 18, "label": "Why", "component": INPUT}],
}


def go(number: int, **change: Any) -> dict[str, Any]:
    """Returns a button."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"go{number}"} | change


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([[go(number) for number in range(6)]], "SCHEMA"),
        ([[go(number)] for number in range(6)], "BAD_LENGTH"),
        ([[go(1)], [go(1)]], "DUPLICATED"),
        ([[go(1, custom_id="x" * 101)]], "SCHEMA"),
        ([[go(1, custom_id="")]], "SCHEMA"),
        ([[go(1, label="x" * 81)]], "SCHEMA"),
        ([[go(1, label=None)]], "INVALID_LABEL"),
        ([[go(1, url="https://example.org/")]], "MUTUALLY_EXCLUSIVE"),
    ],
)
async def test_bad_buttons_are_refused(
    alone: LoopbackDiscord, rows: list[list[dict[str, Any]]], word: str
) -> None:
    """Buttons against the limits are a violation, in a message as in a change of one."""
    path, exchange = await pressed(alone)
    components = [{"type": 1, "components": row} for row in rows]
    body = {"type": 7, "data": {"components": components}}
    status, answer = await call(alone, "POST", path, body)
    assert (status, answer["code"], exchange.acknowledged_by) == (400, 50035, None)
    assert len(alone.violations) == 1 and word in alone.violations[0]


async def pressed(discord: LoopbackDiscord) -> tuple[str, Any]:
    """Returns the callback's path and the exchange of a click on a message written by hand."""
    body = {"content": "x", "components": [ROW], "allowed_mentions": NOBODY}
    await call(discord, "POST", f"/channels/{discord.channel.id}/messages", body)
    exchange = await discord.click(discord.sent[-1], "go")
    return f"/interactions/{exchange.id}/{exchange.token}/callback", exchange


async def test_clicks_are_acknowledged_in_time_and_once(alone: LoopbackDiscord) -> None:
    """A click's late acknowledgement is 10062, a second one 40060, type 8 is none at all."""
    path, exchange = await pressed(alone)
    answers = [await call(alone, "POST", path, {"type": kind}) for kind in (8, 6, 6)]
    late, old = await pressed(alone)
    old.age(3.1)
    answers.append(await call(alone, "POST", late, {"type": 6}))
    codes = [(status, body and body["code"]) for status, body in answers]
    assert codes == [(400, 50035), (204, None), (400, 40060), (404, 10062)]
    assert (exchange.acknowledged_by, exchange.original) == (6, exchange.message)
    assert old.acknowledged_by is None
    assert len(alone.violations) == 3


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"title": "x" * 46}, "SCHEMA_MAXLENGTH"),
        ({"components": []}, "SCHEMA"),
        ({"components": [{"type": 10, "content": "x"}] * 6}, "BAD_LENGTH"),
        ({"components": MODAL["components"] * 2}, "DUPLICATED"),  # type: ignore[operator]
        ({"components": [{"type": 1, "components": [INPUT]}]}, "components.0.label: BASE_TYPE_REQ"),
        ({"components": [ROW]}, "SCHEMA"),
        ({"colour": 1}, "colour"),
    ],
)
async def test_bad_modals_are_refused(
    alone: LoopbackDiscord, change: dict[str, Any], word: str
) -> None:
    """A modal against the limits is a violation and does not open."""
    path, exchange = await pressed(alone)
    status, answer = await call(alone, "POST", path, {"type": 9, "data": MODAL | change})
    assert (status, answer["code"], exchange.opened) == (400, 50035, None)
    assert len(alone.violations) == 1 and word in alone.violations[0]
    with pytest.raises(LookupError, match="no modal"):
        await alone.submit(exchange, {"why": "x"})


async def test_a_modal_is_not_answered_by_another(alone: LoopbackDiscord) -> None:
    """A submission takes no modal; it may change the message that the modal came from."""
    path, exchange = await pressed(alone)
    assert (await call(alone, "POST", path, {"type": 9, "data": MODAL}))[0] == 204
    submission = await alone.submit(exchange, {"why": "x"})
    path = f"/interactions/{submission.id}/{submission.token}/callback"
    status, answer = await call(alone, "POST", path, {"type": 9, "data": MODAL})
    assert (status, answer["code"]) == (400, 50035)
    data = {"content": "y", "allowed_mentions": NOBODY}
    assert (await call(alone, "POST", path, {"type": 7, "data": data}))[0] == 204
    assert (await submission.reply()).message is exchange.message
    assert exchange.message.content == "y"
    assert len(alone.violations) == 1


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        ([{"name": "x", "value": "x"}] * 26, "SCHEMA"),
        ([{"name": "x" * 101, "value": "x"}], "SCHEMA"),
        ([{"name": "x", "value": "x" * 101}], "BAD_LENGTH"),
        ([{"name": "x", "value": 1}], "mistyped"),
    ],
)
async def test_bad_choices_are_refused(
    alone: LoopbackDiscord, choices: list[dict[str, Any]], word: str
) -> None:
    """Completions against the limits are a violation and are not offered."""
    typing = asyncio.create_task(alone.complete("find", "word", "x", timeout=0.5))
    await asyncio.sleep(0.1)
    exchange = alone.exchanges[-1]
    path = f"/interactions/{exchange.id}/{exchange.token}/callback"
    status, answer = await call(alone, "POST", path, {"type": 8, "data": {"choices": choices}})
    assert (status, answer["code"]) == (400, 50035)
    assert len(alone.violations) == 1 and word in alone.violations[0]
    with pytest.raises(TimeoutError):
        await typing
