"""What a monitor finds: /metrics for Prometheus, /healthz for whatever restarts the bot."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import discord
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.client import PilcrowClient
from bot.metrics import Metrics
from bot.settings import Address
from index.errors import PilcrowError


class MonitorError(PilcrowError):
    """The metrics cannot be served where they should be."""


class Monitor(Collector):
    """Looks at the client that is connected, or is to be, whenever it is asked.

    Attributes:
        client: the client; None before there is one.
    """

    def __init__(self, version: str) -> None:
        self.client: PilcrowClient | None = None
        self._version = version

    @property
    def connected(self) -> bool:
        """Whether all of the client's connections stand."""
        client = self.client
        if client is None or client.is_closed() or not client.is_ready():
            return False
        if isinstance(client, discord.AutoShardedClient):
            return not any(shard.is_closed() for shard in client.shards.values())
        return client.ws.open

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        yield _gauge("gateway_connected", "Whether the gateway is connected.", self.connected)
        client = self.client
        if client is None:
            return
        yield _gauge(
            "gateway_latency_seconds",
            "From a heartbeat to its acknowledgement; NaN before the first.",
            client.latency,
        )
        yield _gauge("shards", "Connections to the gateway.", client.shard_count or 1)
        yield _gauge("guilds", "Servers that the bot is in.", len(client.guilds))
        yield _gauge(
            "questions_under_way",
            "Questions taken on and not yet answered, those that wait included.",
            len(client.under_way),
        )
        index = client.asking.guilds.current(None)
        build = GaugeMetricFamily(
            "pilcrow_build_info", "The build that serves.", labels=("version", "build")
        )
        build.add_metric((self._version, index.name), 1)
        yield build
        made = index.built_at.timestamp()
        yield _gauge("build_timestamp_seconds", "When the build was made.", made)
        yield _gauge("build_age_seconds", "How long ago that was.", time.time() - made)
        yield _gauge("articles", "Articles in the build.", len(index.articles))


@asynccontextmanager
async def served(monitor: Monitor, metrics: Metrics, address: Address) -> AsyncIterator[None]:
    """Serves /metrics and /healthz while the context is open.

    Raises:
        MonitorError: something else is served there, or the host is not this machine.
    """
    metrics.registry.register(monitor)

    async def show(_: web.Request) -> web.Response:
        # In a thread, as a new build may be opened for it.
        page = await asyncio.to_thread(generate_latest, metrics.registry)
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def health(_: web.Request) -> web.Response:
        if monitor.connected:
            return web.Response(text="connected to Discord\n")
        return web.Response(status=503, text="not connected to Discord\n")

    application = web.Application()
    application.add_routes([web.get("/metrics", show), web.get("/healthz", health)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, *address).start()
    except OSError as error:
        await runner.cleanup()
        raise MonitorError(
            f"PILCROW_METRICS is {address.host}:{address.port}, where nothing can be served "
            f"({error.strerror or error}): give it another port or host, or leave it empty."
        ) from None
    try:
        yield
    finally:
        await runner.cleanup()


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pilcrow_{name}", words, value=value)
