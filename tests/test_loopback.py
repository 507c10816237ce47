"""The loopback Discord itself: a small discord.py bot runs against it as its own process."""

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.loopback.model import Message
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BOT = """
import os
import discord
from discord import app_commands


class Bot(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        await self.tree.sync()

    async def on_message(self, message):
        if message.author.bot:
            return
        print("heard", repr(message.content), flush=True)
        if message.guild is None or self.user in message.mentions:
            await message.reply(f"You said: {message.content}", mention_author=False)


bot = Bot()


@bot.tree.command(description="Answers a question.")
async def ask(interaction: discord.Interaction, question: str, private: bool = False):
    await interaction.response.defer(ephemeral=private, thinking=True)
    embed = discord.Embed(title="Answer", description=f"To {question}")
    await interaction.edit_original_response(embed=embed)


@bot.tree.command(description="Answers at once.")
async def ping(interaction: discord.Interaction):
    await interaction.response.send_message(f"pong {interaction.app_permissions.embed_links}")


@bot.tree.context_menu(name="Repeat")
async def repeat(interaction: discord.Interaction, message: discord.Message):
    await interaction.response.defer()
    await interaction.followup.send(f"> {message.content}")


bot.run(os.environ["DISCORD_TOKEN"])
"""

NOBODY: dict[str, Any] = {"parse": []}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the bot's script."""
    path = tmp_path_factory.mktemp("bot") / "small_bot.py"
    path.write_text(BOT, "utf-8")
    return path


def run(discord: LoopbackDiscord, script: Path, **env: str) -> BotProcess:
    """Returns the bot's process, not yet started."""
    return BotProcess(discord, program=(str(script),), cwd=script.parent, env=env)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def discord(script: Path) -> AsyncIterator[LoopbackDiscord]:
    """Yields a server with the bot connected."""
    async with LoopbackDiscord() as server, run(server, script):
        await server.ready()
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def alone() -> AsyncIterator[LoopbackDiscord]:
    """Yields a server without a bot, for bodies written by hand."""
    async with LoopbackDiscord() as server:
        await call(server, "PUT", f"/applications/{server.application_id}/commands", [COMMAND])
        yield server


COMMAND = {
    "name": "ask",
    "type": 1,
    "description": "Answers a question.",
    "options": [
        {"type": 3, "name": "question", "description": "What to ask", "required": True},
        {"type": 5, "name": "private", "description": "Only for you", "required": False},
        {"type": 4, "name": "count", "description": "How many"},
    ],
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": None,
    "contexts": None,
    "integration_types": None,
}


async def call(
    server: LoopbackDiscord, method: str, path: str, body: Any = None, token: str | None = None
) -> tuple[int, Any]:
    """Returns status and JSON of one REST call made as the bot would make it."""
    headers = {"Authorization": f"Bot {token or server.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, server.rest_url + path, json=body) as response,
    ):
        return response.status, await response.json() if response.status != 204 else None


async def post(server: LoopbackDiscord, body: Any) -> tuple[int, int]:
    """Returns status and error code of a message sent to the default channel."""
    status, answer = await call(server, "POST", f"/channels/{server.channel.id}/messages", body)
    return status, answer.get("code", 0)


async def test_ready_and_commands(discord: LoopbackDiscord) -> None:
    """A bot starts: it registers its commands, identifies once, with unprivileged intents."""
    paths = [request.path for request in discord.requests[:3]]
    assert paths == [
        "/users/@me",
        "/oauth2/applications/@me",
        f"/applications/{discord.application_id}/commands",
    ]
    assert [command["name"] for command in discord.commands] == ["ask", "ping", "Repeat"]
    assert (discord.command_puts, discord.identifies, discord.resumes) == (1, 1, 0)
    assert discord.intents == 1 << 0 | 1 << 9 | 1 << 12
    assert discord.violations == []


async def test_slash_is_deferred_and_answered(discord: LoopbackDiscord) -> None:
    """A slash command is acknowledged in time and the answer is the edited original."""
    exchange = await discord.slash("ask", {"question": "what?"}, user=discord.user("ann"))
    reply = await exchange.reply()
    assert [embed["title"] for embed in reply.embeds] == ["Answer"]
    assert [embed["description"] for embed in reply.embeds] == ["To what?"]
    assert exchange.acknowledged_after is not None and exchange.acknowledged_after < 3
    assert (reply.ephemeral, exchange.ephemeral) == (False, False)
    assert exchange.acknowledged_after <= reply.seconds < 5
    assert reply.body["allowed_mentions"] == NOBODY
    assert discord.violations == []


async def test_private_slash_is_ephemeral(discord: LoopbackDiscord) -> None:
    """A private question is answered to the asking person alone, in a direct message too."""
    options = {"question": "what?", "private": True}
    reply = await (await discord.slash("ask", options)).reply()
    assert reply.ephemeral
    direct = await (await discord.slash("ask", options, dm=True)).reply()
    assert direct.ephemeral and direct.message.channel.guild is None
    assert discord.violations == []


async def test_immediate_answer_and_app_permissions(discord: LoopbackDiscord) -> None:
    """An immediate answer is a reply; the interaction tells what the bot may do in the channel."""
    channel = discord.add_channel(discord.guild, "narrow")
    assert (await (await discord.slash("ping", channel=channel)).reply()).content == "pong True"
    discord.deny(channel, "embed_links")
    assert (await (await discord.slash("ping", channel=channel)).reply()).content == "pong False"
    assert discord.violations == []


async def test_message_command_reads_its_target(discord: LoopbackDiscord) -> None:
    """A context menu carries the target's content, and a follow-up fills the deferred answer."""
    message = await discord.say("the words")
    exchange = await discord.message_command("Repeat", message)
    reply = await exchange.reply()
    assert reply.content == "> the words"
    assert reply.message is exchange.original
    assert discord.violations == []


async def test_mention_and_direct_message_are_answered(discord: LoopbackDiscord) -> None:
    """A mention and a direct message arrive with their content and get a reply."""
    mention = await discord.say("hello", mention=True)
    reply = await discord.reply_to(mention)
    assert reply.content == f"You said: <@{discord.bot.id}> hello"
    assert 0 < reply.seconds < 5
    direct = await discord.say("psst", dm=True)
    assert (await discord.reply_to(direct)).content == "You said: psst"
    assert discord.violations == []


async def test_content_is_hidden_without_a_mention(discord: LoopbackDiscord) -> None:
    """Messages that do not concern the bot arrive empty; a pinging reply to it arrives whole."""
    first = await discord.reply_to(await discord.say("hi", mention=True))
    for options in ({}, {"mention_everyone": True}, {"role_mention": True}, {"bot_author": True}):
        await discord.say("secret", **options)  # type: ignore[arg-type]
    assert await discord.silence(0.3) == []
    follow = await discord.say("and then?", reply_to=first)
    assert (await discord.reply_to(follow)).content == "You said: and then?"
    answer = await (await discord.slash("ping")).reply()
    await discord.say("thanks", reply_to=answer)
    assert await discord.silence(0.3) == []
    assert discord.violations == []


async def test_new_guilds_and_unseen_channels(discord: LoopbackDiscord) -> None:
    """A guild joined later is served; a channel that the bot may not view is not heard."""
    channel = discord.add_channel(discord.add_guild("Later"), "late")
    message = await discord.say("hello", channel=channel, mention=True)
    assert (await discord.reply_to(message)).message.channel is channel
    discord.deny(channel, "view_channel")
    await discord.say("hello", channel=channel, mention=True)
    assert await discord.silence(0.3) == []
    assert discord.violations == []


async def test_reconnect_resumes_with_what_was_missed(discord: LoopbackDiscord) -> None:
    """After op 7 the bot resumes and gets the message that was sent in between."""
    identifies, resumes = discord.identifies, discord.resumes
    await discord.reconnect()
    missed = await discord.say("still there?", mention=True)
    assert "still there?" in (await discord.reply_to(missed)).content
    assert (discord.identifies, discord.resumes) == (identifies, resumes + 1)
    assert discord.violations == []


async def test_lost_connections_resume(discord: LoopbackDiscord) -> None:
    """A cut connection, op 9 with true and close codes 4000 and 1000 all end in a RESUME."""
    identifies, resumes = discord.identifies, discord.resumes
    for lose in (
        discord.abort_gateway,
        lambda: discord.invalidate(True),
        lambda: discord.close_gateway(4000),
        lambda: discord.close_gateway(1000),
    ):
        await lose()
        await discord.ready()
        assert "here" in (await discord.reply_to(await discord.say("here", mention=True))).content
    assert (discord.identifies, discord.resumes) == (identifies, resumes + 4)
    assert discord.violations == []


async def test_refused_gateway_is_tried_again(discord: LoopbackDiscord) -> None:
    """A gateway that is away for a while is found again."""
    resumes = discord.resumes
    discord.refuse_gateway = True
    await discord.reconnect()
    assert await discord.silence(0.5) == []
    discord.refuse_gateway = False
    await discord.ready()
    assert discord.resumes == resumes + 1


@pytest.mark.slow
async def test_invalid_session_identifies_again(discord: LoopbackDiscord) -> None:
    """After op 9 with false the bot opens a new session."""
    identifies = discord.identifies
    await discord.invalidate(False)
    await discord.ready()
    assert discord.identifies == identifies + 1
    assert "new" in (await discord.reply_to(await discord.say("new", mention=True))).content


async def test_rate_limit_and_errors_are_retried(discord: LoopbackDiscord) -> None:
    """A 429 is tried again after its time and a 500 after a second."""
    discord.fail("POST", "/messages$", status=429, retry_after=0.3)
    reply = await discord.reply_to(await discord.say("quick", mention=True))
    assert 0.3 < reply.seconds < 3
    discord.fail("PATCH", "@original$", status=500)
    answer = await (await discord.slash("ask", {"question": "x"})).reply()
    assert 1 < answer.seconds < 5
    statuses = [request.status for request in discord.requests if "@original" in request.path]
    assert statuses[-2:] == [500, 200]
    assert discord.violations == []


async def test_dropped_connection_loses_the_message(discord: LoopbackDiscord) -> None:
    """A connection dropped under a message is not tried again by discord.py."""
    discord.drop("POST", "/messages$")
    await discord.say("gone", mention=True)
    assert await discord.silence(0.5) == []
    posts = [request for request in discord.requests if request.path.endswith("/messages")]
    assert posts[-1].status is None
    assert discord.violations == []


async def test_bad_token_ends_the_bot(script: Path) -> None:
    """A wrong token is refused and the process ends with an error."""
    async with LoopbackDiscord() as server, run(server, script, DISCORD_TOKEN="wrong") as bot:
        assert await bot.wait() == 1
        assert [request.status for request in server.requests] == [401]
        assert "Improper token" in "\n".join(bot.log)
        assert server.identifies == 0


async def test_signals_end_the_bot(script: Path) -> None:
    """SIGINT and SIGTERM reach the process, and a bot started after another is a new session."""
    async with LoopbackDiscord() as server:
        async with run(server, script) as bot:
            await server.ready()
            await server.say("x", mention=True)
            assert await bot.line("heard") == f"heard '<@{server.bot.id}> x'"
            bot.interrupt()
            assert await bot.wait() == 0
        async with run(server, script) as bot:
            await server.ready()
            assert (server.identifies, server.command_puts, bot.running) == (2, 2, True)
            bot.terminate()
            assert await bot.wait() == -signal.SIGTERM
        assert server.violations == []


async def test_process_environment_is_clean(script: Path, tmp_path: Path) -> None:
    """The bot's environment holds what is listed and given, and None takes a variable away."""
    program = ("-c", "import os; print(*sorted(os.environ)); print(os.environ['DISCORD_TOKEN'])")
    loopback = ["LOOPBACK_GATEWAY", "LOOPBACK_REST"]
    unlimited = ["PILCROW_PER_CHANNEL", "PILCROW_PER_PERSON"]
    wanted = ["DISCORD_TOKEN", "EXTRA", "HOME", *loopback, "PATH", *unlimited]
    async with LoopbackDiscord("a.b.c") as server:
        env = {"EXTRA": "1", "PYTHONPATH": None}
        async with BotProcess(server, program=program, cwd=tmp_path, env=env) as bot:
            assert await bot.wait() == 0
            # LC_CTYPE is set by Python itself where no locale is.
            assert [name for name in bot.log[0].split() if name != "LC_CTYPE"] == wanted
            assert bot.log[1:] == ["a.b.c"]


async def test_injection_is_harmless_without_discord(tmp_path: Path) -> None:
    """A process that never imports discord runs as ever, addresses or none."""
    program = ("-c", "import sys, json; print('discord' in sys.modules, json.dumps(1))")
    for env in ({}, {"LOOPBACK_REST": None, "LOOPBACK_GATEWAY": None}):
        async with LoopbackDiscord() as server:
            async with BotProcess(server, program=program, cwd=tmp_path, env=env) as bot:
                assert (await bot.wait(), bot.log) == (0, ["False 1"])
            assert server.requests == []


async def test_privileged_intents_are_refused(script: Path, tmp_path: Path) -> None:
    """Asking for the message-content intent ends in 4014 and is a violation."""
    asking = tmp_path / "asking.py"
    asking.write_text(BOT.replace("dm_messages=True", "message_content=True"), "utf-8")
    async with LoopbackDiscord() as server, run(server, asking) as bot:
        assert await bot.wait() == 1
        assert server.violations == ["gateway: privileged intents MESSAGE_CONTENT"]
        assert "PrivilegedIntentsRequired" in "\n".join(bot.log)


async def test_gateway_by_hand(alone: LoopbackDiscord) -> None:
    """The gateway greets, acknowledges heartbeats, and refuses wrong tokens and lost sessions."""
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(alone.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 1, "d": None})
            assert await socket.receive_json() == {"op": 11}
            lost = {"token": alone.token, "session_id": "lost", "seq": 1}
            await socket.send_json({"op": 6, "d": lost})
            assert await socket.receive_json() == {"op": 9, "d": False}
            await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
            await socket.receive()
            assert socket.close_code == 4004
        alone.refuse_gateway = True
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(alone.gateway_url)
    url = (await call(alone, "GET", "/gateway"))[1]["url"]
    assert (await call(alone, "GET", "/gateway/bot"))[1]["url"] == url == alone.gateway_url
    assert (alone.identifies, alone.resumes, alone.violations) == (0, 0, [])


async def test_commands_come_back_as_discord_gives_them(alone: LoopbackDiscord) -> None:
    """Registered commands gain ids and defaults, lose what says nothing, and keep their id."""
    path = f"/applications/{alone.application_id}/commands"
    status, commands = await call(alone, "GET", path)
    command = commands[0]
    assert status == 200
    assert command["application_id"] == alone.application_id
    assert (command["type"], command["nsfw"]) == (1, False)
    assert command["default_member_permissions"] is None
    assert (command["contexts"], command["integration_types"]) == (None, None)
    assert command["options"] == [
        {"type": 3, "name": "question", "description": "What to ask", "required": True},
        {"type": 5, "name": "private", "description": "Only for you"},
        {"type": 4, "name": "count", "description": "How many"},
    ]
    again = (await call(alone, "PUT", path, [COMMAND]))[1][0]
    assert again["id"] == command["id"] and again["version"] != command["version"]
    assert alone.violations == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": "Ask"}, "INVALID_NAME"),
        ({"description": ""}, "BASE_TYPE_REQUIRED"),
        ({"description": "x" * 101}, "SCHEMA_MAXLENGTH"),
        ({"colour": 1}, "colour"),
        ({"options": list(reversed(COMMAND["options"]))}, "OPTIONS_REQUIRED"),  # type: ignore
    ],
)
async def test_bad_commands_are_refused(
    alone: LoopbackDiscord, change: dict[str, Any], word: str
) -> None:
    """A command against the limits is a violation, answered with 400/50035."""
    path = f"/applications/{alone.application_id}/commands"
    status, answer = await call(alone, "PUT", path, [COMMAND | change])
    assert (status, answer["code"]) == (400, 50035)
    assert len(alone.violations) == 1 and word in alone.violations[0]


BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
URL_BUTTON = {"type": 2, "style": 5, "label": "Read", "url": "https://example.org/" + "x" * 493}


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        ({"content": "x" * 2001}, 50035, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, 50035, "SCHEMA_MAXLENGTH"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, 50035, "MAX_EMBED_SIZE"),
        ({"embeds": [{"title": "x", "description": "y"}] * 11}, 50035, "SCHEMA_MAXITEMS"),
        ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, 50035, "BASE_TYPE_REQUIRED"),
        ({"embeds": [{}]}, 50035, "BASE_TYPE_REQUIRED"),
        ({"content": "x", "colour": 3}, 50035, "colour"),
        ({"content": "x", "allowed_mentions": None}, 50035, "MENTIONS_REQUIRED"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"]}}, 50035, "MENTIONS_ALLOWED"),
        (
            {"content": "x", "allowed_mentions": {"parse": [], "replied_user": True}},
            50035,
            "MENTIONS_ALLOWED",
        ),
        ({"components": [{"type": 1, "components": [BUTTON] * 2}]}, 50035, "DUPLICATED"),
        ({"components": [{"type": 1, "components": [URL_BUTTON]}]}, 50035, "SCHEMA"),
        ({"components": [{"type": 10, "content": "x"}]}, 50035, "UNION_TYPE"),
        ({"content": ""}, 50006, "empty message"),
        ({"content": "x", "message_reference": {"message_id": 5}}, 50035, "REPLIES_UNKNOWN"),
    ],
)
async def test_bad_messages_are_refused(
    alone: LoopbackDiscord, body: dict[str, Any], code: int, word: str
) -> None:
    """A message against the limits is a violation and is not sent."""
    assert await post(alone, {"allowed_mentions": NOBODY} | body) == (400, code)
    assert len(alone.violations) == 1 and word in alone.violations[0]
    assert alone.sent == []


async def test_good_messages_are_taken(alone: LoopbackDiscord) -> None:
    """A message at the limits, as discord.py would write it, is sent."""
    embeds = [{"title": "t" * 256, "description": "x" * 4096, "type": "rich"}]
    row = {"type": 1, "components": [BUTTON, URL_BUTTON | {"url": "https://example.org/"}]}
    body = {"content": "x" * 2000, "embeds": embeds, "components": [row], "tts": False}
    target: Message = await alone.say("hello")
    body["message_reference"] = {"message_id": int(target.id), "channel_id": int(alone.channel.id)}
    assert await post(alone, body | {"allowed_mentions": NOBODY}) == (200, 0)
    assert (await alone.reply_to(target)).embeds == embeds
    assert alone.violations == []


async def test_messages_are_read_changed_and_deleted(alone: LoopbackDiscord) -> None:
    """The bot reads messages as far as it may, and changes and deletes its own alone."""
    opened = await call(alone, "POST", "/users/@me/channels", {"recipient_id": alone.user("a").id})
    direct = f"/channels/{opened[1]['id']}"
    assert (opened[0], opened[1]["type"]) == (200, 1)
    assert await call(alone, "POST", f"{direct}/typing") == (204, None)
    body = {"content": "one", "allowed_mentions": NOBODY}
    sent = (await call(alone, "POST", f"{direct}/messages", body))[1]
    own = f"{direct}/messages/{sent['id']}"
    assert (await call(alone, "PATCH", own, body | {"content": "two"}))[1]["content"] == "two"
    assert (await call(alone, "GET", own))[1]["content"] == "two"
    assert await call(alone, "DELETE", own) == (204, None)
    foreign = await alone.say("secret")
    path = f"/channels/{alone.channel.id}/messages/{foreign.id}"
    assert (await call(alone, "GET", path))[1]["content"] == ""
    assert alone.violations == []
    assert (await call(alone, "GET", own))[1]["code"] == 10008
    assert (await call(alone, "PATCH", path, body))[1]["code"] == 50005
    assert (await call(alone, "DELETE", path))[1]["code"] == 50013
    assert len(alone.violations) == 3


async def test_permissions_are_enforced(alone: LoopbackDiscord) -> None:
    """What the bot may not do in a channel is refused with 403 and Discord's code for it."""
    good = {"content": "x", "allowed_mentions": NOBODY}
    target = await alone.say("hello")
    reply = good | {"message_reference": {"message_id": target.id}}
    for name, body, code in (
        ("embed_links", {"embeds": [{"title": "x"}], "allowed_mentions": NOBODY}, 50013),
        ("read_message_history", reply, 160002),
        ("send_messages", good, 50013),
        ("view_channel", good, 50001),
    ):
        alone.deny(alone.channel, name)
        assert await post(alone, body) == (403, code)
        alone.allow(alone.channel, name)
    assert len(alone.violations) == 4


async def test_acknowledgements_are_timed_and_counted(alone: LoopbackDiscord) -> None:
    """An acknowledgement comes within 3 seconds and once, an edit after it, for 15 minutes."""
    exchange = await alone.slash("ask", {"question": "what?", "count": 2})
    callback = f"/interactions/{exchange.id}/{exchange.token}/callback"
    original = f"/webhooks/{alone.application_id}/{exchange.token}/messages/@original"
    edit = {"content": "x", "allowed_mentions": NOBODY}
    answers = [
        await call(alone, "PATCH", original, edit),
        await call(alone, "POST", callback, {"type": 5, "data": {"flags": 64}}),
        await call(alone, "POST", callback, {"type": 5}),
        await call(alone, "PATCH", original, edit),
    ]
    exchange.age(15 * 60 + 1)
    answers.append(await call(alone, "PATCH", original, edit))
    late = await alone.slash("ask", {"question": "what?"})
    late.age(3.1)
    callback = f"/interactions/{late.id}/{late.token}/callback"
    answers.append(await call(alone, "POST", callback, {"type": 5}))
    codes = [(status, body and body.get("code")) for status, body in answers]
    expected = [(404, 10015), (204, None), (400, 40060), (200, None), (401, 50027), (404, 10062)]
    assert codes == expected
    assert len(alone.violations) == 4
    assert exchange.ephemeral and (await exchange.reply()).ephemeral
    assert late.acknowledged_after is None


async def test_follow_ups(alone: LoopbackDiscord) -> None:
    """The first follow-up fills a deferred answer; the next is a message of its own."""
    exchange = await alone.slash("ask", {"question": "what?"})
    callback = f"/interactions/{exchange.id}/{exchange.token}/callback?with_response=1"
    webhook = f"/webhooks/{alone.application_id}/{exchange.token}"
    status, answer = await call(alone, "POST", callback, {"type": 5, "data": {"flags": 64}})
    assert (status, answer["interaction"]["response_message_loading"]) == (200, True)
    for word, flags in (("one", 0), ("two", 0), ("three", 64)):
        body = {"content": word, "flags": flags, "allowed_mentions": NOBODY}
        status, answer = await call(alone, "POST", webhook + "?wait=true", body)
        assert (status, answer["content"]) == (200, word)
    seen = [(reply.content, reply.ephemeral) for reply in exchange.replies]
    assert seen == [("one", True), ("two", False), ("three", True)]
    last = f"{webhook}/messages/{answer['id']}"
    body = {"content": "four", "allowed_mentions": NOBODY}
    assert (await call(alone, "PATCH", last, body))[1]["content"] == "four"
    assert await call(alone, "DELETE", last) == (204, None)
    assert (await call(alone, "GET", webhook + "/messages/@original"))[1]["content"] == "one"
    assert alone.violations == []


async def test_bad_answers_are_refused(alone: LoopbackDiscord) -> None:
    """An answer to an interaction is held to the limits and leaves it unacknowledged."""
    exchange = await alone.slash("ask", {"question": "what?"})
    callback = f"/interactions/{exchange.id}/{exchange.token}/callback"
    for body in (
        {"type": 4, "data": {"content": "x"}},
        {"type": 4, "data": {"content": "x" * 2001, "allowed_mentions": NOBODY}},
        {"type": 4, "data": {"content": "x", "allowed_mentions": NOBODY, "colour": 1}},
        {"type": 6},
    ):
        status, answer = await call(alone, "POST", callback, body)
        assert (status, answer["code"]) == (400, 50035)
    assert len(alone.violations) == 4
    assert exchange.acknowledged_after is None


async def test_unknown_routes_and_tokens(alone: LoopbackDiscord) -> None:
    """An unknown route is a violation; a wrong token is answered with 401 alone."""
    assert (await call(alone, "GET", "/users/@me", token="wrong"))[0] == 401
    assert alone.violations == []
    assert (await call(alone, "GET", "/nowhere"))[0] == 404
    assert alone.violations == ["GET /nowhere: 404/0 404: Not Found"]


async def test_slash_refuses_what_a_client_would(alone: LoopbackDiscord) -> None:
    """A test cannot use a command that is not registered or give options of the wrong type."""
    with pytest.raises(LookupError):
        await alone.slash("nothing")
    with pytest.raises(TypeError):
        await alone.slash("ask", {"question": 5})
    with pytest.raises(ValueError):
        await alone.slash("ask", {})
    with pytest.raises(LookupError):
        await alone.slash("ask", {"question": "x", "colour": "red"})


async def test_waits_end(alone: LoopbackDiscord) -> None:
    """A reply that never comes is a TimeoutError that tells what was waited for."""
    message = await alone.say("anyone?")
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="a reply to 'anyone"):
        await alone.reply_to(message, timeout=0.1)
    assert time.monotonic() - started < 1
