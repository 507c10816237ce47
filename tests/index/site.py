"""A web site on this machine, whose every answer a test can set."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A running site.

    Attributes:
        port: where it listens on 127.0.0.1.
        answers: by path, what answers; all else is not found.
        asked: path and headers of each request, in order.
    """

    port: int = 0
    answers: dict[str, Handler] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Host and port, as an operator allows them."""
        return f"127.0.0.1:{self.port}"

    @property
    def allowed(self) -> frozenset[str]:
        """That this site may be read, and no other inner one."""
        return frozenset([self.host])

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.host}{path}"

    def serve(self, path: str, body: bytes | str, kind: str = "text/html", **headers: str) -> str:
        """Sets what a path answers; returns its address."""
        data = body.encode() if isinstance(body, str) else body
        sent = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=data, headers={"Content-Type": kind} | sent)

        self.answers[path] = answer
        return self.url(path)

    def redirect(self, path: str, target: str) -> str:
        """Sets where a path leads; returns its address."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": target})

        self.answers[path] = answer
        return self.url(path)

    def fail(self, path: str) -> str:
        """Lets a path answer that it cannot now; returns its address."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=503)

        self.answers[path] = answer
        return self.url(path)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.headers)))
        if request.path not in self.answers:
            return web.Response(status=404)
        return await self.answers[request.path](request)


@contextmanager
def running_site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that runs in a thread of its own."""
    site, started, loop = Site(), threading.Event(), asyncio.new_event_loop()

    async def start() -> web.ServerRunner:
        runner = web.ServerRunner(
            web.Server(site._answer, handler_cancellation=True), shutdown_timeout=0
        )
        await runner.setup()
        listening = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await listening.start()
        site.port = runner.addresses[0][1]
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
