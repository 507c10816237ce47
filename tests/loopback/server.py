"""A Discord on this machine: REST v10 and gateway v10 on the loopback, for one bot at a time."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from .model import Json, Message, Reply, Request
from .people import People
from .resources import Resources
from .rest import PREFIX, Rest

COMMANDS_GRACE = 3.0


class LoopbackDiscord(People):
    """Serves Discord's two interfaces in the running event loop while the context is open.

    Whatever the bot does against the rules is refused as Discord would and added, in words, to
    `violations`; a test asserts that the list stays empty.
    """

    def __init__(self, token: str = "loopback.token.of-the-bot") -> None:
        super().__init__(token)
        self._resources = Resources(self._state, self._gateway)
        routes = [*self._resources.routes(), *self._interactions.routes()]
        self._rest = Rest(self._state, routes)
        self._runner: web.AppRunner
        self.rest_url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway/", self._gateway.serve)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._file)
        app.router.add_route("*", "/{path:.*}", self._rest.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.rest_url = f"http://127.0.0.1:{port}{PREFIX}"
        self._files_url = f"http://127.0.0.1:{port}"
        self._gateway.url = f"ws://127.0.0.1:{port}/gateway/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._gateway.connected:
            await self._gateway.abort()
        await self._runner.cleanup()

    async def _file(self, request: web.Request) -> web.Response:
        """Serves an attachment, as Discord's CDN does."""
        file = self._state.files.get(request.match_info["file"])
        if file is None or file.name != request.match_info["name"]:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.data, headers={"Content-Type": file.content_type})

    # What there is

    @property
    def gateway_url(self) -> str:
        """Returns the websocket's address."""
        return self._gateway.url

    @property
    def application_id(self) -> str:
        """Returns the application's id, which is the bot's too."""
        return self._state.application_id

    @property
    def violations(self) -> list[str]:
        """Returns every broken rule, in words."""
        return self._state.violations

    @property
    def requests(self) -> list[Request]:
        """Returns every REST call so far."""
        return self._state.requests

    @property
    def messages(self) -> dict[str, Message]:
        """Returns the messages that exist, by id."""
        return self._state.messages

    @property
    def sent(self) -> list[Message]:
        """Returns every message of the bot, answers to interactions too."""
        return self._state.sent

    @property
    def commands(self) -> list[Json]:
        """Returns the registered global commands."""
        return list(self._state.commands.values())

    @property
    def command_puts(self) -> int:
        """Returns how often the whole set of commands was put."""
        return self._resources.command_puts

    @property
    def identifies(self) -> int:
        """Returns how many sessions were opened."""
        return self._gateway.identifies

    @property
    def resumes(self) -> int:
        """Returns how many times a session was resumed."""
        return self._gateway.resumes

    @property
    def intents(self) -> int | None:
        """Returns the intents of the last IDENTIFY."""
        return self._gateway.intents

    @property
    def refuse_gateway(self) -> bool:
        """Returns whether new websockets are refused; to be set by a test."""
        return self._gateway.refuse

    @refuse_gateway.setter
    def refuse_gateway(self, refuse: bool) -> None:
        self._gateway.refuse = refuse

    # What goes wrong

    def fail(
        self,
        method: str,
        path: str,
        status: int = 500,
        times: int = 1,
        retry_after: float = 0.2,
    ) -> None:
        """Answers the next calls whose path holds the regular expression with `status`."""
        self._rest.trouble(method, path, times, status, retry_after)

    def drop(self, method: str, path: str, times: int = 1) -> None:
        """Closes the connection of the next such calls without an answer."""
        self._rest.trouble(method, path, times, None, 0.0)

    async def reconnect(self) -> None:
        """Asks the bot to connect again and resume (op 7)."""
        await self._gateway.reconnect()

    async def invalidate(self, resumable: bool) -> None:
        """Tells the bot that its session is invalid (op 9)."""
        await self._gateway.invalidate(resumable)

    async def abort_gateway(self) -> None:
        """Cuts the websocket's TCP connection."""
        await self._gateway.abort()

    async def close_gateway(self, code: int) -> None:
        """Closes the websocket with `code`."""
        await self._gateway.close(code)

    # What a test waits for

    async def ready(self, timeout: float = 40) -> None:
        """Returns when a bot is connected, has its guilds, and has commands if it wants any.

        Commands are waited for a little, as nothing tells whether a bot means to register some.
        """
        await self._state.until(lambda: self._gateway.ready, timeout, "a bot at the gateway")
        try:
            what = "commands"
            await self._state.until(lambda: bool(self._state.commands), COMMANDS_GRACE, what)
        except TimeoutError:
            return

    async def until(
        self, holds: Callable[[], bool], timeout: float = 20, what: str = "the condition"
    ) -> None:
        """Returns once `holds()` is true, looked at whenever something happens here."""
        await self._state.until(holds, timeout, what)

    async def unplugged(self, timeout: float = 5) -> None:
        """Returns when no bot is connected to the gateway."""
        await self._state.until(lambda: not self._gateway.connected, timeout, "a bot leaving")

    async def reply_to(self, message: Message, timeout: float = 20) -> Reply:
        """Returns the bot's message that replies to `message`."""

        def found() -> list[Message]:
            return [sent for sent in self._state.sent if sent.reply_to == message.id]

        what = f"a reply to {message.content[:60]!r}"
        await self._state.until(lambda: bool(found()), timeout, what)
        answer = found()[0]
        return Reply(
            content=answer.content,
            embeds=answer.embeds,
            components=answer.components,
            ephemeral=answer.ephemeral,
            body=answer.body,
            seconds=answer.sent_at - message.sent_at,
            message=answer,
        )

    async def silence(self, seconds: float) -> list[Message]:
        """Returns the messages the bot sent in the next `seconds`: none, if it kept silent."""
        before = len(self._state.sent)
        await asyncio.sleep(seconds)
        return self._state.sent[before:]
