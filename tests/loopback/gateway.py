"""The loopback Discord's gateway: one websocket session of one bot, resumable."""

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from .model import Json
from .state import State

GUILDS = 1 << 0
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
PRIVILEGED = {"GUILD_MEMBERS": 1 << 1, "GUILD_PRESENCES": 1 << 8, "MESSAGE_CONTENT": 1 << 15}
HEARTBEAT_MS = 41_250
ONE_SHARD = [0, 1]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11


@dataclass
class Session:
    """What IDENTIFY opened: every event so far, and how many of them were put on the wire."""

    id: str
    intents: int
    events: list[str] = field(default_factory=list)
    sent: int = 0
    greeting: int = 0
    fresh: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, name: str, data: Json) -> None:
        """Queues a dispatch; its sequence number is its place in `events`, counted from 1."""
        number = len(self.events) + 1
        self.events.append(json.dumps({"op": DISPATCH, "t": name, "s": number, "d": data}))
        self.fresh.set()


class _Close(Exception):
    """Ends the connection with a close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """Serves the websocket and remembers the session between connections."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.url = ""
        self.refuse = False
        self.session: Session | None = None
        self.identifies = 0
        self.resumes = 0
        self.intents: int | None = None
        self._socket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._writer: asyncio.Task[None] | None = None
        self._live = False
        self._closing = False

    @property
    def ready(self) -> bool:
        """Returns whether a bot is connected and READY and its guilds are on the wire."""
        return (
            self._live and self.session is not None and (self.session.sent >= self.session.greeting)
        )

    @property
    def connected(self) -> bool:
        """Returns whether a websocket is open."""
        return self._socket is not None

    def dispatch(self, name: str, data: Json, intent: int = 0) -> None:
        """Sends an event, or keeps it for RESUME; drops it if the intent was not asked for."""
        if self.session is not None and (not intent or self.session.intents & intent):
            self.session.add(name, data)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Holds one websocket connection from HELLO to its end."""
        if self.refuse:
            return web.Response(status=503, text="no gateway")
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        await self._stop_writing()
        self._socket, self._transport, self._closing = socket, request.transport, False
        try:
            await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
            async for frame in socket:
                await self._receive(socket, frame)
        except _Close as close:
            await socket.close(code=close.code, message=close.reason.encode())
        except ConnectionError:
            pass
        finally:
            await self._disconnected(socket)
        return socket

    async def _disconnected(self, socket: web.WebSocketResponse) -> None:
        """Forgets a connection; the session too, if the bot itself closed it for good."""
        if self._socket is not socket:
            return
        await self._stop_writing()
        gone = (WSCloseCode.OK, WSCloseCode.GOING_AWAY)
        if socket.close_code in gone and not self._closing:
            self.session = None
        self._socket = self._transport = None
        self.state.changed()

    async def _receive(self, socket: web.WebSocketResponse, frame: WSMessage) -> None:
        """Acts on one frame of the bot."""
        if frame.type is not WSMsgType.TEXT:
            raise _Close(4002, "Decode error")
        try:
            message = json.loads(frame.data)
        except ValueError:
            raise _Close(4002, "Decode error") from None
        operation, data = message.get("op"), message.get("d")
        if operation == HEARTBEAT:
            await socket.send_json({"op": HEARTBEAT_ACK})
        elif operation == IDENTIFY:
            await self._identify(socket, data)
        elif operation == RESUME:
            await self._resume(socket, data)
        elif operation != PRESENCE:
            self.state.violations.append(f"gateway: operation {operation} is not served")
            raise _Close(4001, "Unknown opcode")
        self.state.changed()

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        """Opens a session and queues READY and the guilds."""
        if self._live:
            raise _Close(4005, "Already authenticated")
        self._check_token(data)
        if data.get("shard", ONE_SHARD) != ONE_SHARD:
            self.state.violations.append(f"gateway: shard {data['shard']}, not {ONE_SHARD}")
            raise _Close(4010, "Invalid shard.")
        self.intents = data["intents"]
        asked = [name for name, bit in PRIVILEGED.items() if data["intents"] & bit]
        if asked:
            self.state.violations.append(f"gateway: privileged intents {', '.join(asked)}")
            raise _Close(4014, "Disallowed intent(s).")
        session = self.session = Session(secrets.token_hex(16), data["intents"])
        self.identifies += 1
        session.add("READY", self._ready_payload(session))
        if session.intents & GUILDS:
            for guild in self.state.guilds.values():
                if guild.heard:
                    session.add("GUILD_CREATE", guild.payload() | {"unavailable": False})
        session.greeting = len(session.events)
        self._start_writing(socket, session)

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        """Replays what the bot missed, then RESUMED; op 9 when the session is gone."""
        self._check_token(data)
        session = self.session
        if session is None or session.id != data["session_id"]:
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return
        session.sent = min(int(data["seq"] or 0), len(session.events))
        # A bare null as `d` would kill discord.py here.
        session.add("RESUMED", {"_trace": []})
        self.resumes += 1
        self._start_writing(socket, session)

    def _check_token(self, data: Json) -> None:
        if data["token"] != self.state.token:
            raise _Close(4004, "Authentication failed.")

    def _ready_payload(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": self.state.bot.payload() | {"verified": True, "mfa_enabled": False},
            "guilds": [
                {"id": guild.id, "unavailable": True}
                for guild in self.state.guilds.values()
                if guild.installed
            ],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "shard": ONE_SHARD,
            "resume_gateway_url": self.url,
            "application": {"id": self.state.application_id, "flags": 0},
        }

    def _start_writing(self, socket: web.WebSocketResponse, session: Session) -> None:
        self._live = True
        self._writer = asyncio.create_task(self._write(socket, session))

    async def _stop_writing(self) -> None:
        self._live = False
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
            self._writer = None

    async def _write(self, socket: web.WebSocketResponse, session: Session) -> None:
        """Puts queued events on the wire, in order, until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while True:
                while session.sent < len(session.events):
                    frame = session.events[session.sent]
                    session.sent += 1
                    await socket.send_str(frame)
                self.state.changed()
                session.fresh.clear()
                await session.fresh.wait()

    async def _operation(self, operation: int, data: Any) -> None:
        """Sends an operation after which the bot has to come back; events wait from here on."""
        socket = self._connected()
        await self._stop_writing()
        await socket.send_json({"op": operation, "d": data})

    def _connected(self) -> web.WebSocketResponse:
        if self._socket is None:
            raise RuntimeError("no bot is connected to the gateway")
        return self._socket

    async def reconnect(self) -> None:
        """Asks the bot to connect again and resume (op 7)."""
        await self._operation(RECONNECT, None)

    async def invalidate(self, resumable: bool) -> None:
        """Tells the bot that its session is invalid (op 9)."""
        if not resumable:
            self.session = None
        await self._operation(INVALID_SESSION, resumable)

    async def abort(self) -> None:
        """Cuts the TCP connection without a word."""
        self._connected()
        await self._stop_writing()
        assert self._transport is not None
        self._transport.abort()

    async def close(self, code: int) -> None:
        """Closes the websocket with `code`."""
        socket = self._connected()
        self._closing = True
        await self._stop_writing()
        await socket.close(code=code)
