"""The bot as an operator sees it: metrics, health, the log, user installs, several connections."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.loopback.model import Reply
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord
from tests.terminal import pilcrow

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ASKED = {"question": "who shot masood"}
MASOOD = "> Masood, 52, was shot dead by **armed police** at the scene.\n¶ 12"


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port


class Watched:
    """A Discord, the bot in it, and what its monitor says."""

    def __init__(self, discord: LoopbackDiscord, bot: BotProcess, port: int) -> None:
        self.discord = discord
        self.bot = bot
        self.port = port
        self._address = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        """Status and words of a page."""
        async with aiohttp.ClientSession() as session, session.get(self._address + path) as page:
            return page.status, await page.text()

    async def metrics(self) -> dict[str, float]:
        """The values of /metrics, by name and labels."""
        status, page = await self.get("/metrics")
        assert status == 200
        lines = [line.rpartition(" ") for line in page.splitlines() if line[0] != "#"]
        return {name: float(value) for name, _, value in lines}

    async def health(self, status: int) -> str:
        """What /healthz says once it answers with the status."""
        async with asyncio.timeout(20):
            while True:
                found, words = await self.get("/healthz")
                if found == status:
                    return words
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(sample_folder: Path) -> AsyncIterator[Watched]:
    """The bot with metrics, a log in JSON, and the limits that it has by default."""
    port = free_port()
    env = {
        "PILCROW_METRICS": str(port),
        "PILCROW_LOG_FORMAT": "json",
        # As many questions as by default.
        "PILCROW_PER_PERSON": None,
        "PILCROW_PER_CHANNEL": None,
    }
    arguments = ("run", "--index", str(sample_folder))
    async with LoopbackDiscord() as discord, BotProcess(discord, arguments, env=env) as bot:
        await discord.ready()
        watched = Watched(discord, bot, port)
        await watched.health(200)
        yield watched


@pytest.fixture
def watched(running: Watched) -> Watched:
    """The same, with the broken rules of the tests before forgotten."""
    running.discord.violations.clear()
    return running


def body_of(reply: Reply) -> str:
    """The words of an embed's description."""
    assert [reply.content, len(reply.embeds)] == ["", 1]
    return str(reply.embeds[0]["description"])


def name_of(folder: Path) -> str:
    """The name of the current build."""
    return (folder / "CURRENT").read_text("utf-8").strip()


def times_of(folder: Path) -> set[tuple[Path, int]]:
    """All that is in a folder, each with the time at which it was last changed."""
    return {(file, file.stat().st_mtime_ns) for file in folder.rglob("*")}


async def health_of(port: int) -> tuple[int, str, str]:
    """Status, output and complaints of `pilcrow health`."""
    run = await asyncio.to_thread(pilcrow, "health", PILCROW_METRICS=str(port))
    return run.status, run.out, run.err


async def test_metrics_count_questions(watched: Watched, sample_folder: Path) -> None:
    """Two answers and an abstention are counted and timed, and the build is named."""
    before = await watched.metrics()
    asked = ("who shot masood", "who shot masood", "best pizza in rome")
    for question in asked:
        await (await watched.discord.slash("ask", {"question": question})).reply()
    await watched.discord.reply_to(await watched.discord.say("best pizza in rome", mention=True))
    after = await watched.metrics()
    assert {name: after[name] - before[name] for name in COUNTED} == COUNTED
    assert after[f'pilcrow_build_info{{build="{name_of(sample_folder)}",version="0.1.0"}}'] == 1
    made = (sample_folder / name_of(sample_folder) / "manifest.json").stat().st_mtime
    assert after["pilcrow_build_timestamp_seconds"] == pytest.approx(made, abs=1)
    assert after["pilcrow_build_age_seconds"] > 0
    assert [after[f"pilcrow_{name}"] for name in ("articles", "guilds", "shards")] == [1, 1, 1]
    assert watched.discord.violations == []


COUNTED = {
    'pilcrow_questions_total{outcome="answer"}': 2,
    'pilcrow_questions_total{outcome="abstention"}': 2,
    'pilcrow_questions_total{outcome="refused"}': 0,
    'pilcrow_questions_total{outcome="failed"}': 0,
    "pilcrow_outcome_seconds_count": 4,
    'pilcrow_outcome_seconds_bucket{le="+Inf"}': 4,
    "pilcrow_reply_seconds_count": 4,
    "pilcrow_late_acknowledgements_total": 0,
    "pilcrow_questions_under_way": 0,
    "pilcrow_gateway_connected": 0,
    "pilcrow_gateway_disconnects_total": 0,
}


async def test_the_log_has_objects_that_name_nobody(watched: Watched, sample_folder: Path) -> None:
    """A question is one line of JSON: its number, what came of it, and none of its words."""
    ann = watched.discord.user("ann the asker")
    exchange = await watched.discord.slash("ask", {"question": "who shot masood"}, user=ann)
    await exchange.reply()
    line = await watched.bot.line(rf'"message": "{exchange.id} answer ')
    row = json.loads(line)
    assert [row[key] for key in ("level", "logger", "source", "outcome", "build")] == [
        *("INFO", "bot.asking", int(exchange.id), "answer", name_of(sample_folder))
    ]
    assert 0 < row["confidence"] <= 1
    assert row["ms"] > 0
    assert "question" not in row
    log = "\n".join(watched.bot.log)
    assert all(isinstance(json.loads(line), dict) for line in watched.bot.log)
    assert not re.search(f"masood|ann the asker|{ann.id}|{watched.discord.token}", log)


async def test_an_acknowledgement_too_late_is_counted(watched: Watched) -> None:
    """A command that Discord no longer lets be answered is counted."""
    before = (await watched.metrics())["pilcrow_late_acknowledgements_total"]
    exchange = await watched.discord.slash("ask", ASKED)
    exchange.age(5)
    await watched.bot.line(rf"{exchange.id} not answered: Discord refuses .*10062")
    assert (await watched.metrics())["pilcrow_late_acknowledgements_total"] == before + 1


async def test_health_follows_the_connection(watched: Watched) -> None:
    """/healthz is 200 while the gateway is connected, 503 without it, and 200 after a resume."""
    assert await watched.health(200) == "connected to Discord\n"
    before = await watched.metrics()
    assert await health_of(watched.port) == (0, "The bot is connected to Discord.\n", "")
    watched.discord.refuse_gateway = True
    await watched.discord.abort_gateway()
    assert await watched.health(503) == "not connected to Discord\n"
    assert (await watched.metrics())["pilcrow_gateway_connected"] == 0
    words = "The bot is not connected to Discord: its log says why.\n"
    assert await health_of(watched.port) == (1, "", words)
    watched.discord.refuse_gateway = False
    assert await watched.health(200) == "connected to Discord\n"
    after = await watched.metrics()
    assert after["pilcrow_gateway_connected"] == 1
    resumes = "pilcrow_gateway_resumes_total"
    assert after[resumes] == before[resumes] + 1
    assert after["pilcrow_gateway_disconnects_total"] > before["pilcrow_gateway_disconnects_total"]


async def test_health_without_a_bot_says_what_to_look_for() -> None:
    """`pilcrow health` ends with status 1 and a sentence where nobody answers or none is named."""
    port = free_port()
    status, out, complaint = await health_of(port)
    assert (status, out) == (1, "")
    assert complaint.startswith(f"No bot answers at 127.0.0.1:{port} (")
    run = await asyncio.to_thread(pilcrow, "health", PILCROW_METRICS="")
    assert run.err == "There is no bot to ask: set PILCROW_METRICS as it is set for the bot.\n"


async def test_who_has_installed_it_can_ask_elsewhere(watched: Watched) -> None:
    """In a server and among friends where the bot is not, its commands answer all the same."""
    discord, ann = watched.discord, watched.discord.user("ann")
    discord.install(ann)
    before = len(discord.requests)
    abroad = discord.add_channel(discord.add_guild("Elsewhere", installed=False), "talk")
    for channel in (abroad, discord.add_private(ann, discord.user("ben"))):
        exchange = await discord.slash("ask", ASKED, user=ann, channel=channel)
        reply = await exchange.reply()
        assert (body_of(reply), reply.ephemeral) == (MASOOD, False)
        message = await discord.say("who shot masood", user=discord.user("ben"), channel=channel)
        menu = await discord.message_command("Ask the article", message, user=ann)
        assert body_of(await menu.reply()) == MASOOD
        for command, words in (("articles", "I have read 1 article:"), ("about", "**Pilcrow ")):
            told = await (await discord.slash(command, user=ann, channel=channel)).reply()
            assert told.content.startswith(words)
    paths = [call.path for call in discord.requests[before:]]
    assert len(paths) == 16
    assert all(path.startswith(("/interactions/", "/webhooks/")) for path in paths)
    assert discord.violations == []


async def test_fifty_people_in_three_servers_at_once(watched: Watched) -> None:
    """Fifty people who ask at once in three servers are all acknowledged in 3 s and answered."""
    discord = watched.discord
    guilds = [discord.add_guild(name) for name in ("One", "Two", "Three")]
    channels = [discord.add_channel(guild, "questions") for guild in guilds]
    before = await watched.metrics()
    exchanges = [
        await discord.slash(
            "ask", ASKED, user=discord.user(f"person {number}"), channel=channels[number % 3]
        )
        for number in range(50)
    ]
    replies = await asyncio.gather(*(exchange.reply(60) for exchange in exchanges))
    delays = [exchange.acknowledged_after for exchange in exchanges]
    assert all(delay is not None and delay < 3 for delay in delays), delays
    assert [body_of(reply) for reply in replies] == [MASOOD] * 50
    after = await watched.metrics()
    answers = 'pilcrow_questions_total{outcome="answer"}'
    assert after[answers] - before[answers] == 50
    assert after["pilcrow_guilds"] == 4
    assert discord.violations == []


async def test_too_many_servers_for_one_connection(watched: Watched) -> None:
    """Told that one connection does not do, the bot asks how many do, and goes on with those.

    They too wait for a gateway that refuses them, resume what was cut, and end at SIGTERM.
    """
    discord = watched.discord
    discord.refuse_gateway = True
    await discord.close_gateway(4011)
    await watched.bot.line("too many servers for one connection")
    await watched.bot.line("Failed to connect for shard_id: 0. Retrying")
    discord.refuse_gateway = False
    await watched.health(200)
    assert [call.path for call in discord.requests].count("/gateway/bot") == 1
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    resumes = discord.resumes
    await discord.abort_gateway()
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert discord.resumes == resumes + 1
    assert discord.violations == []
    watched.bot.terminate()
    assert await watched.bot.wait(5) == 0
    assert not any("Traceback" in line for line in watched.bot.log)


async def test_several_connections_that_are_refused_for_good(sample_folder: Path) -> None:
    """A token that is refused once the bot has several connections ends it with a sentence."""
    arguments = ("run", "--index", str(sample_folder))
    async with LoopbackDiscord() as discord, BotProcess(discord, arguments) as bot:
        await bot.line("ready as")
        await discord.close_gateway(4011)
        await bot.line("ready as", times=2)
        await discord.close_gateway(4004)
        assert await bot.wait(20) == 1
        assert bot.log[-1].startswith("Discord does not accept the token: ")
        assert not any("Traceback" in line for line in bot.log)


async def test_a_port_that_is_taken_is_one_sentence(sample_folder: Path) -> None:
    """Where the metrics' port is taken the bot ends with status 1 and says so."""
    arguments = ("run", "--index", str(sample_folder))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with LoopbackDiscord() as discord:
            env = {"PILCROW_METRICS": str(port)}
            async with BotProcess(discord, arguments, env=env) as bot:
                assert await bot.wait(40) == 1
                assert bot.log[-1].startswith(
                    f"PILCROW_METRICS is 127.0.0.1:{port}, where nothing can be served ("
                )
                assert not any("Traceback" in line for line in bot.log)


async def test_two_bots_share_an_index_and_write_nothing_to_it(sample_folder: Path) -> None:
    """Two processes answer from one index at the same time and leave it as it is."""
    before = times_of(sample_folder)
    arguments = ("run", "--index", str(sample_folder))
    async with LoopbackDiscord() as one, LoopbackDiscord() as other:
        async with BotProcess(one, arguments), BotProcess(other, arguments):
            for discord in (one, other):
                await discord.ready()
            exchanges = [await discord.slash("ask", ASKED) for discord in (one, other) * 5]
            replies = await asyncio.gather(*(exchange.reply() for exchange in exchanges))
            assert [body_of(reply) for reply in replies] == [MASOOD] * 10
        assert one.violations + other.violations == []
    assert times_of(sample_folder) == before
