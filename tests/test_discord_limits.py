"""A bot with narrow limits, as its own process: what those meet who ask too much."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ASKED = {"question": "who shot masood"}
MASOOD = "> Masood, 52, was shot dead by **armed police** at the scene.\n¶ 12"
NARROW = {
    "PILCROW_PER_PERSON": "2",
    "PILCROW_PER_CHANNEL": "3",
    "PILCROW_COOLDOWN": "3600",
    "PILCROW_WORKERS": "1",
    "PILCROW_WAITING": "1",
}
ENOUGH = "You have asked 2 questions in 3,600 seconds: please ask again in 3,"
FULL = "I have my hands full of questions: please ask again in a minute."


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(sample_folder: Path) -> AsyncIterator[LoopbackDiscord]:
    """A Discord with the bot in it."""
    arguments = ("run", "--index", str(sample_folder))
    async with LoopbackDiscord() as discord, BotProcess(discord, arguments, env=NARROW):
        await discord.ready()
        yield discord


async def test_a_command_too_many_is_told_to_the_asker_alone(server: LoopbackDiscord) -> None:
    """After two questions /ask answers with how long to wait, each time, to the asker alone."""
    ann, channel = server.user("ann"), server.add_channel(server.guild, "commands")
    for _ in range(2):
        exchange = await server.slash("ask", ASKED, user=ann, channel=channel)
        assert (await exchange.reply()).embeds[0]["description"] == MASOOD
    for _ in range(2):
        exchange = await server.slash("ask", ASKED, user=ann, channel=channel)
        reply = await exchange.reply()
        assert (reply.content.startswith(ENOUGH), reply.ephemeral) == (True, True)
    other = await server.slash("ask", ASKED, user=server.user("ben"), channel=channel)
    assert not (await other.reply()).ephemeral
    assert server.violations == []


async def test_a_flood_of_mentions_gets_one_word(server: LoopbackDiscord) -> None:
    """Two mentions are answered, the third is told to wait, and the others meet silence."""
    cat, channel = server.user("cat"), server.add_channel(server.guild, "mentions")
    texts = ("who shot masood", "", "who shot masood", "", "who shot masood")
    before = len(server.sent)
    messages = [
        await server.say(text, user=cat, channel=channel, mention=True) for text in texts[:2]
    ]
    for message in messages:
        await server.reply_to(message)
    messages = [
        await server.say(text, user=cat, channel=channel, mention=True) for text in texts[2:]
    ]
    assert (await server.reply_to(messages[0])).content.startswith(ENOUGH)
    assert await server.silence(1) == []
    assert len(server.sent) == before + 3
    assert server.violations == []


async def test_a_channel_too_busy(server: LoopbackDiscord) -> None:
    """The fourth question of a channel is told so, whoever asks it."""
    channel = server.add_channel(server.guild, "busy")
    replies = []
    for number in range(4):
        user = server.user(f"visitor {number}")
        exchange = await server.slash("ask", ASKED, user=user, channel=channel)
        replies.append(await exchange.reply())
    assert [reply.ephemeral for reply in replies] == [False, False, False, True]
    assert replies[3].content.startswith("This channel has asked 3 questions in 3,600 seconds: ")
    assert server.violations == []


async def test_a_full_queue_is_told_at_once(server: LoopbackDiscord) -> None:
    """Of thirty questions at once the first two are answered, and who finds no room is told so."""
    exchanges = [
        await server.slash("ask", ASKED, user=server.user(f"person {number}"), dm=True)
        for number in range(30)
    ]
    replies = await asyncio.gather(*(exchange.reply() for exchange in exchanges))
    refused = [reply for reply in replies if reply.content]
    assert {(reply.content, reply.ephemeral) for reply in refused} == {(FULL, True)}
    assert all(reply.embeds[0]["description"] == MASOOD for reply in replies if reply.embeds)
    assert [bool(reply.embeds) for reply in replies[:2]] == [True, True]
    late = await server.slash("ask", ASKED, user=server.user("late"), dm=True)
    assert (await late.reply()).embeds[0]["description"] == MASOOD
    assert server.violations == []
