"""What the tests of the bot share: patient Hypothesis, and a Discord inside this process."""

from collections.abc import AsyncIterator

import discord
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from tests.loopback.server import LoopbackDiscord

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackDiscord]:
    """A Discord on this machine, where discord.py finds it."""
    async with LoopbackDiscord() as loopback:
        monkeypatch.setattr(discord.http.Route, "BASE", loopback.rest_url)
        monkeypatch.setattr(discord.http, "_set_api_version", lambda value: None)
        yield loopback
