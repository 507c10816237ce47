"""Calls to Discord over a real connection that fails, and a deferral whose answer was lost."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
import pytest_asyncio
import stamina

from bot.sending import defer, persist
from tests.loopback.server import LoopbackDiscord

pytestmark = pytest.mark.asyncio
TYPING = r"/channels/\d+/typing"


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    """Calls are made again at once, four times as ever."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest_asyncio.fixture
async def client(server: LoopbackDiscord) -> AsyncIterator[discord.Client]:
    """A client that is logged in there."""
    async with discord.Client(intents=discord.Intents.none()) as bot:
        await bot.login(server.token)
        yield bot


async def typing(client: discord.Client, server: LoopbackDiscord) -> int:
    """Says that the bot is typing; returns how many calls that took."""
    before = len(server.requests)
    await persist(lambda: client.http.send_typing(int(server.channel.id)))
    return len(server.requests) - before


async def test_a_call_that_succeeds_is_made_once(
    client: discord.Client, server: LoopbackDiscord
) -> None:
    """Nothing is repeated where nothing failed."""
    assert await typing(client, server) == 1


@pytest.mark.parametrize("times", [1, 3])
async def test_a_503_is_asked_again(
    client: discord.Client, server: LoopbackDiscord, times: int
) -> None:
    """Up to three 503 in a row are survived."""
    server.fail("POST", TYPING, 503, times=times)
    assert await typing(client, server) == times + 1


async def test_a_dropped_connection_is_asked_again(
    client: discord.Client, server: LoopbackDiscord
) -> None:
    """A connection that closes without an answer is survived."""
    server.drop("POST", TYPING, times=3)
    assert await typing(client, server) == 4


async def test_it_gives_up_after_four(client: discord.Client, server: LoopbackDiscord) -> None:
    """The fourth failure in a row is the caller's to deal with."""
    server.fail("POST", TYPING, 503, times=9)
    before = len(server.requests)
    with pytest.raises(discord.DiscordServerError):
        await typing(client, server)
    assert len(server.requests) - before == 4


async def test_the_last_lost_connection_is_told(
    client: discord.Client, server: LoopbackDiscord
) -> None:
    """A Discord that is never reached ends in the connection's own error."""
    server.drop("POST", TYPING, times=9)
    with pytest.raises(aiohttp.ClientError):
        await typing(client, server)


async def test_a_refusal_is_final(client: discord.Client, server: LoopbackDiscord) -> None:
    """What Discord forbids is asked for once."""
    server.deny(server.channel, "send_messages")
    before = len(server.requests)
    with pytest.raises(discord.Forbidden):
        await typing(client, server)
    assert len(server.requests) - before == 1


class Response:
    """The response of an interaction to which Discord answers with these codes, then accepts."""

    def __init__(self, *answers: tuple[int, int]) -> None:
        self.calls: list[dict[str, bool]] = []
        self._answers = list(answers)

    async def defer(self, **how: bool) -> None:
        """Notes the call and answers it."""
        self.calls.append(how)
        if self._answers:
            status, code = self._answers.pop(0)
            kind = discord.DiscordServerError if status >= 500 else discord.HTTPException
            raise kind(
                cast(Any, SimpleNamespace(status=status, reason="")), {"code": code, "message": ""}
            )


async def deferred(response: Response) -> list[dict[str, bool]]:
    """The calls that a deferral took."""
    await defer(cast(Any, SimpleNamespace(response=response)), private=True)
    return response.calls


async def test_a_deferral_shows_thinking() -> None:
    """A private deferral is ephemeral and shows that the bot is at work."""
    assert await deferred(Response()) == [{"ephemeral": True, "thinking": True}]


async def test_a_deferral_whose_answer_was_lost_is_done() -> None:
    """After a 503, "already acknowledged" means that the first call had arrived."""
    assert len(await deferred(Response((503, 0), (400, 40060)))) == 2


async def test_a_deferral_that_comes_too_late_is_an_error() -> None:
    """Any other refusal is the caller's to deal with."""
    with pytest.raises(discord.HTTPException) as caught:
        await deferred(Response((404, 10062)))
    assert caught.value.code == 10062
