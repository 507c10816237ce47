"""The loopback Discord's guilds, threads, permissions and installs, met by a small sharded bot."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.loopback.model import File
from tests.loopback.permissions import ABROAD
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord
from tests.test_loopback import call

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BOT = """
import os
from typing import Optional

import discord
from discord import app_commands


class Bot(discord.AutoShardedClient):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        self.tree.add_command(article)
        await self.tree.sync()

    async def on_ready(self):
        print("ready", flush=True)

    async def on_message(self, message):
        if self.user in message.mentions:
            parent = getattr(message.channel, "parent", None)
            rights = message.author.guild_permissions.manage_messages
            await message.reply(f"{type(message.channel).__name__} in {parent}, {rights}")

    async def on_raw_message_edit(self, event):
        if event.message.author != self.user:
            print("edited", repr(event.message.content), flush=True)

    async def on_raw_message_delete(self, event):
        print("deleted", event.message_id, flush=True)

    async def on_raw_bulk_message_delete(self, event):
        print("deleted", *sorted(event.message_ids), flush=True)

    async def on_thread_create(self, thread):
        print("thread", thread.name, thread.parent, flush=True)

    async def on_guild_join(self, guild):
        print("joined", guild.name, len(guild.text_channels), flush=True)

    async def on_guild_remove(self, guild):
        print("removed", guild.name, flush=True)

    async def on_guild_available(self, guild):
        print("available", guild.name, flush=True)

    async def on_guild_unavailable(self, guild):
        print("unavailable", guild.name, flush=True)


article = app_commands.Group(
    name="article",
    description="Articles.",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)


@article.command(description="Adds an article.")
async def add(interaction, url: Optional[str], file: Optional[discord.Attachment]):
    text = "nothing" if file is None else (await file.read()).decode()
    await interaction.response.send_message(
        f"{url} {text} {interaction.permissions.manage_guild}"
    )


@article.command(description="Chooses a channel.")
async def use(interaction, channel: discord.TextChannel, who: discord.Member):
    await interaction.response.send_message(f"{channel.name} {who.name}")


bot = Bot()


@bot.tree.command(description="Tells where it is used.")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def where(interaction: discord.Interaction):
    await interaction.response.defer()
    at = interaction.context
    try:
        await interaction.channel.send("sent")
        sent = "sent"
    except discord.Forbidden as error:
        sent = error.code
    await interaction.followup.send(f"{at.guild} {at.dm_channel} {at.private_channel} {sent}")


@bot.tree.command(description="Is for guilds.")
async def here(interaction: discord.Interaction):
    await interaction.response.send_message("here")


@bot.tree.context_menu(name="Repeat")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def repeat(interaction: discord.Interaction, message: discord.Message):
    await interaction.response.send_message(f"> {message.content}")


bot.run(os.environ["DISCORD_TOKEN"])
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[LoopbackDiscord, BotProcess]]:
    """Yields a server and the bot connected to it."""
    script = tmp_path_factory.mktemp("bot") / "bot.py"
    script.write_text(BOT, "utf-8")
    async with (
        LoopbackDiscord() as discord,
        BotProcess(discord, program=(str(script),), cwd=script.parent) as process,
    ):
        # Before that, discord.py takes a guild that it joins for one that it had.
        await process.line("^ready")
        yield discord, process


@pytest.fixture
def discord(running: tuple[LoopbackDiscord, BotProcess]) -> LoopbackDiscord:
    """Returns the server with no broken rules yet."""
    running[0].violations.clear()
    return running[0]


@pytest.fixture
def bot(running: tuple[LoopbackDiscord, BotProcess]) -> BotProcess:
    """Returns the bot's process."""
    return running[1]


@pytest_asyncio.fixture(loop_scope="module")
async def alone() -> AsyncIterator[LoopbackDiscord]:
    """Yields a server without a bot, for calls made by hand."""
    async with LoopbackDiscord() as discord:
        yield discord


NOBODY: dict[str, Any] = {"parse": []}


async def test_a_sharded_bot_starts(discord: LoopbackDiscord, bot: BotProcess) -> None:
    """A sharded bot asks how many shards to open and identifies as the only one."""
    paths = [request.path for request in discord.requests]
    assert paths.count("/gateway/bot") == 1
    assert (discord.identifies, discord.violations) == (1, [])
    assert not any(line.startswith("joined") for line in bot.log)


async def test_sub_commands_and_files(discord: LoopbackDiscord) -> None:
    """A sub-command gets a file that it reads by HTTP; a guild's owner has every permission."""
    owner = discord.user("owner")
    file = File("notes 1.txt", "¶ text".encode())
    exchange = await discord.slash("article add", {"file": file}, user=owner)
    assert (await exchange.reply()).content == "None ¶ text True"
    options = {"url": "https://example.org/"}
    exchange = await discord.slash("article add", options, user=owner)
    assert (await exchange.reply()).content == "https://example.org/ nothing True"
    chosen = {"channel": discord.channel, "who": discord.user("owner")}
    exchange = await discord.slash("article use", chosen, user=owner)
    assert (await exchange.reply()).content == "questions owner"
    url = discord.rest_url.removesuffix("/api/v10") + "/attachments/1/2/notes.txt"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 404
    with pytest.raises(LookupError, match="sub-commands alone"):
        await discord.slash("article", user=owner)
    with pytest.raises(LookupError, match="no sub-command 'drop'"):
        await discord.slash("article drop", user=owner)
    assert discord.violations == []


async def test_default_permissions_decide_who_is_offered_a_command(
    discord: LoopbackDiscord,
) -> None:
    """Who lacks the permission is not offered the command; a grant arrives with the interaction."""
    ann = discord.user("ann")
    with pytest.raises(LookupError, match="not offered to 'ann'"):
        await discord.slash("article add", user=ann)
    discord.grant(ann, discord.guild, "manage_guild")
    reply = await (await discord.slash("article add", user=ann)).reply()
    assert reply.content == "None nothing True"
    with pytest.raises(LookupError, match="not offered in this place"):
        await discord.slash("article add", user=ann, dm=True)
    assert discord.violations == []


async def test_threads(discord: LoopbackDiscord, bot: BotProcess) -> None:
    """A thread is announced and spoken in; its channel's permissions hold, sending has its own."""
    channel = discord.add_channel(discord.guild, "books")
    thread = discord.add_thread(channel, "chapter one")
    assert await bot.line("thread ") == "thread chapter one books"
    reply = await discord.reply_to(await discord.say("hello", channel=thread, mention=True))
    assert reply.content == "Thread in books, False"
    discord.deny(channel, "send_messages")
    message = await discord.say("hello", channel=thread, mention=True)
    assert (await discord.reply_to(message)).message.channel is thread
    assert discord.violations == []
    discord.deny(channel, "send_messages_in_threads")
    await discord.say("hello", channel=thread, mention=True)
    await discord.until(lambda: bool(discord.violations))
    assert discord.violations[0].endswith("403/50013 Missing Permissions")


async def test_granted_permissions_arrive_with_messages(discord: LoopbackDiscord) -> None:
    """What a person may do is seen on their messages too, by the role that gives it."""
    mod = discord.user("mod")
    discord.grant(mod, discord.guild, "manage_messages")
    reply = await discord.reply_to(await discord.say("hi", user=mod, mention=True))
    assert reply.content == "TextChannel in None, True"
    assert discord.violations == []


async def test_user_installs_work_where_the_bot_is_not(discord: LoopbackDiscord) -> None:
    """In a foreign guild and between people only the interaction's own routes work."""
    ann = discord.user("ann")
    abroad = discord.add_channel(discord.add_guild("Elsewhere", installed=False), "far")
    private = discord.add_private(ann, discord.user("bob"))
    with pytest.raises(LookupError, match="installed neither here"):
        await discord.slash("where", user=ann, channel=abroad)
    discord.install(ann)
    for channel, seen in ((abroad, "True False False"), (private, "False False True")):
        exchange = await discord.slash("where", user=ann, channel=channel)
        assert (await exchange.reply()).content == f"{seen} 50001"
        assert exchange.owners == {"1": ann.id}
        assert exchange.payload()["app_permissions"] == str(int(ABROAD))
        message = await discord.say("quiet", user=ann, channel=channel)
        repeated = await (await discord.message_command("Repeat", message, user=ann)).reply()
        assert repeated.content == "> quiet"
    assert [violation[-24:] for violation in discord.violations] == ["403/50001 Missing Access"] * 2
    with pytest.raises(LookupError, match="installed neither here"):
        await discord.slash("here", user=ann, channel=abroad)
    home = await discord.slash("where", user=ann)
    assert home.owners == {"0": discord.guild.id, "1": ann.id}
    assert (await home.reply()).content == "True False False sent"


async def test_direct_messages_have_their_own_context(discord: LoopbackDiscord) -> None:
    """In the bot's direct messages the guild's install counts, with no guild's id."""
    exchange = await discord.slash("where", user=discord.user("eve"), dm=True)
    assert (await exchange.reply()).content == "False True False sent"
    assert exchange.owners == {"0": "0"}
    assert discord.violations == []


async def test_edits_and_deletions(discord: LoopbackDiscord, bot: BotProcess) -> None:
    """An edit shows its words only if they concern the bot; deletions come singly or at once."""
    first = await discord.say("one")
    await discord.edit(first, "secret")
    assert await bot.line("edited") == "edited ''"
    await discord.edit(first, "for you", mention=True)
    assert await bot.line("for you") == f"edited '<@{discord.bot.id}> for you'"
    await discord.edit(await discord.say("psst", dm=True), "direct")
    await bot.line("edited 'direct'")
    others = [await discord.say("two"), await discord.say("three")]
    await discord.delete(first)
    assert await bot.line(first.id) == f"deleted {first.id}"
    await discord.delete_all(others)
    assert await bot.line(others[0].id) == f"deleted {others[0].id} {others[1].id}"
    assert discord.violations == []


async def test_guilds_come_and_go(discord: LoopbackDiscord, bot: BotProcess) -> None:
    """An outage is not a removal: the guild comes back, or is joined anew."""
    guild = discord.add_guild("Later")
    assert await bot.line("joined Later") == "joined Later 0"
    channel = discord.add_channel(guild, "late")
    discord.lose(guild)
    await bot.line("unavailable Later")
    await discord.say("hello", channel=channel, mention=True)
    assert await discord.silence(0.3) == []
    discord.recover(guild)
    await bot.line("^available Later")
    await discord.reply_to(await discord.say("hello", channel=channel, mention=True))
    discord.remove_bot(guild)
    await bot.line("removed Later")
    await discord.say("hello", channel=channel, mention=True)
    assert await discord.silence(0.3) == []
    discord.add_bot(guild)
    assert await bot.line("joined Later 1") == "joined Later 1"
    await discord.reply_to(await discord.say("hello", channel=channel, mention=True))
    assert discord.violations == []


async def test_answers_tell_whose_they_are(discord: LoopbackDiscord) -> None:
    """A message that answers an interaction names it, the person and the first answer."""
    ann = discord.user("ann")
    exchange = await discord.slash("where", user=ann)
    reply = await exchange.reply()
    path = f"/channels/{discord.channel.id}/messages/{reply.message.id}"
    metadata = (await call(discord, "GET", path))[1]["interaction_metadata"]
    assert (metadata["id"], metadata["type"], metadata["user"]["id"]) == (exchange.id, 2, ann.id)
    webhook = f"/webhooks/{discord.application_id}/{exchange.token}?wait=true"
    body = {"content": "more", "allowed_mentions": NOBODY}
    follow = (await call(discord, "POST", webhook, body))[1]
    original = follow["interaction_metadata"]["original_response_message_id"]
    assert original == reply.message.id
    assert discord.violations == []


async def test_messages_are_listed(alone: LoopbackDiscord) -> None:
    """A channel's messages come newest first, cut as asked, empty where they are not the bot's."""
    said = [await alone.say(word) for word in ("one", "two", "three")]
    said.append(await alone.say("four", mention=True))
    path = f"/channels/{alone.channel.id}/messages"

    async def listed(query: str) -> list[str]:
        return [message["id"] for message in (await call(alone, "GET", path + query))[1]]

    ids = [message.id for message in said]
    assert await listed("") == ids[::-1]
    assert await listed("?limit=2") == [ids[3], ids[2]]
    assert await listed(f"?after={ids[0]}&limit=2") == [ids[2], ids[1]]
    assert await listed(f"?before={ids[2]}&limit=1") == [ids[1]]
    assert await listed(f"?around={ids[1]}&limit=3") == [ids[2], ids[1], ids[0]]
    contents = [message["content"] for message in (await call(alone, "GET", path))[1]]
    assert contents == [f"<@{alone.bot.id}> four", "", "", ""]
    assert alone.violations == []
    assert (await call(alone, "GET", path + "?limit=101"))[1]["code"] == 50035
    alone.deny(alone.channel, "read_message_history")
    assert await listed("") == []


async def test_follow_ups_abroad_are_five(discord: LoopbackDiscord) -> None:
    """Where only a person installed the app, a sixth follow-up is refused."""
    ann = discord.user("ann")
    discord.install(ann)
    abroad = discord.add_channel(discord.add_guild("Far", installed=False), "far")
    exchange = await discord.slash("where", user=ann, channel=abroad)
    await exchange.reply()
    webhook = f"/webhooks/{discord.application_id}/{exchange.token}"
    body = {"content": "more", "allowed_mentions": NOBODY}
    answers = [await call(discord, "POST", webhook, body) for _ in range(5)]
    assert [status for status, _ in answers] == [204] * 4 + [400]
    assert answers[-1][1]["code"] == 40094


async def test_private_answers_are_out_of_the_bots_reach(discord: LoopbackDiscord) -> None:
    """A private answer is not found by the bot's routes and not among a channel's messages."""
    exchange = await discord.slash("where")
    await exchange.reply()
    webhook = f"/webhooks/{discord.application_id}/{exchange.token}?wait=1"
    body = {"content": "hush", "flags": 64, "allowed_mentions": NOBODY}
    hidden = (await call(discord, "POST", webhook, body))[1]
    path = f"/channels/{discord.channel.id}/messages"
    assert (await call(discord, "DELETE", f"{path}/{hidden['id']}"))[1]["code"] == 10008
    listed = (await call(discord, "GET", path))[1]
    assert hidden["id"] not in [message["id"] for message in listed]


async def test_shards(alone: LoopbackDiscord) -> None:
    """One shard is what Discord asks for here; another is refused with 4010."""
    answer = (await call(alone, "GET", "/gateway/bot"))[1]
    assert (answer["shards"], answer["session_start_limit"]["max_concurrency"]) == (1, 1)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(alone.gateway_url) as socket,
    ):
        await socket.receive_json()
        identify = {"token": alone.token, "intents": 0, "shard": [1, 2]}
        await socket.send_json({"op": 2, "d": identify})
        await socket.receive()
        assert socket.close_code == 4010
    assert alone.violations == ["gateway: shard [1, 2], not [0, 1]"]


async def test_bad_sub_commands_are_refused(alone: LoopbackDiscord) -> None:
    """Options of sub-commands are held to the rules of options, and stand not beside others."""
    path = f"/applications/{alone.application_id}/commands"
    text = {"type": 3, "name": "Text", "description": "Which"}
    inner = {"type": 1, "name": "add", "description": "Adds.", "options": [text]}
    group = {"name": "article", "description": "Articles.", "options": [inner]}
    for options in ([inner], [inner | {"options": []}, text | {"name": "text"}]):
        status, answer = await call(alone, "PUT", path, [group | {"options": options}])
        assert (status, answer["code"]) == (400, 50035)
    assert "INVALID_NAME" in alone.violations[0]
    assert "mutually exclusive" in alone.violations[1]
