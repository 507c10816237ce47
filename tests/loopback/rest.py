"""The loopback Discord's front door for REST: recording, faults, tokens, routes, refusals."""

import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .components import Fault
from .model import Json, Request
from .rules import nested
from .state import State

PREFIX = "/api/v10"


@dataclass
class Call:
    """One REST call on its way to its handler; `ids` are the variable parts of the path."""

    method: str
    path: str
    body: Any
    query: dict[str, str]
    arrived: float
    ids: dict[str, str] = field(default_factory=dict)


Answer = tuple[int, Any]
Handler = Callable[[Call], Awaitable[Answer]]


@dataclass
class Route:
    """One operation; `open` ones are protected by the token in their path alone."""

    method: str
    template: str
    handler: Handler
    open: bool = False

    def __post_init__(self) -> None:
        self._pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """Returns the variable parts of a path that is this route's, else None."""
        found = self._pattern.fullmatch(path) if method == self.method else None
        return None if found is None else found.groupdict()


class Refusal(Exception):
    """Discord's answer to a call that breaks a rule; `error` is all that is wrong, in a line."""

    def __init__(self, status: int, code: int, message: str, faults: Iterable[Fault] = ()) -> None:
        faults = list(faults)
        details = [f"{'.'.join(map(str, place))}: {code_}: {text}" for place, code_, text in faults]
        self.error = f"{status}/{code} {'; '.join([message, *details])}"
        super().__init__(self.error)
        self.status = status
        self.payload: Json = {"message": message, "code": code}
        if faults:
            self.payload["errors"] = nested(faults)


def bad_form(faults: list[Fault]) -> None:
    """Raises Discord's 50035 if there are any faults."""
    if faults:
        raise Refusal(400, 50035, "Invalid Form Body", faults)


@dataclass
class _Trouble:
    """An ordered failure of the next `times` calls; no status means a dropped connection."""

    method: str
    pattern: re.Pattern[str]
    times: int
    status: int | None = None
    retry_after: float = 0.0


class Rest:
    """Answers every REST call of the bot."""

    def __init__(self, state: State, routes: Iterable[Route]) -> None:
        self.state = state
        self._routes = list(routes)
        self._troubles: list[_Trouble] = []

    def trouble(
        self, method: str, pattern: str, times: int, status: int | None, retry_after: float
    ) -> None:
        """Orders a failure of the next calls whose path holds the regular expression."""
        wanted = _Trouble(method.upper(), re.compile(pattern), times, status, retry_after)
        self._troubles.append(wanted)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Records and answers one call."""
        arrived = time.monotonic()
        raw = await request.read()
        path = request.path.removeprefix(PREFIX)
        kind = request.content_type if raw else "application/json"
        call = Call(request.method, path, None, dict(request.query), arrived)
        record = Request(call.method, path, None, arrived)
        self.state.requests.append(record)
        try:
            call.body = record.body = _parse(raw, kind)
            trouble = self._next_trouble(call)
            if trouble is not None:
                return self._failure(request, record, trouble)
            status, payload = await self._answer(call, request.headers.get("Authorization"))
        except Refusal as refusal:
            status, payload = refusal.status, refusal.payload
            self.state.violations.append(f"{call.method} {path}: {refusal.error}")
        except Exception as error:
            # Else discord.py would quietly retry on the 500 that a bug in here ends in.
            self.state.violations.append(f"{call.method} {path}: this server failed: {error!r}")
            raise
        record.status = status
        self.state.changed()
        return _response(status, payload)

    def _next_trouble(self, call: Call) -> _Trouble | None:
        for trouble in self._troubles:
            fits = trouble.method == call.method and trouble.pattern.search(call.path)
            if trouble.times and fits:
                trouble.times -= 1
                return trouble
        return None

    async def _answer(self, call: Call, authorization: str | None) -> Answer:
        for route in self._routes:
            ids = route.match(call.method, call.path)
            if ids is None:
                continue
            if not route.open and authorization != f"Bot {self.state.token}":
                return 401, {"message": "401: Unauthorized", "code": 0}
            call.ids = ids
            return await route.handler(call)
        raise Refusal(404, 0, "404: Not Found")

    def _failure(self, request: web.Request, record: Request, trouble: _Trouble) -> web.Response:
        """Returns the ordered failure; what is returned on a closed connection goes nowhere."""
        record.status = trouble.status
        self.state.changed()
        if trouble.status is None:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if trouble.status != 429:
            return web.Response(status=trouble.status, text="upstream connect error")
        seconds = trouble.retry_after
        payload = {
            "message": "You are being rate limited.",
            "retry_after": seconds,
            "global": False,
        }
        # discord.py retries only a 429 that came through Discord's proxy, told by Via.
        headers = {
            "Via": "1.1 google",
            "Retry-After": str(math.ceil(seconds)),
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(time.time() + seconds),
            "X-RateLimit-Reset-After": str(seconds),
            "X-RateLimit-Bucket": "loopback",
            "X-RateLimit-Scope": "user",
        }
        return _response(429, payload, headers)


def _parse(raw: bytes, kind: str) -> Any:
    """Returns the JSON of a body, None for an empty one."""
    if kind != "application/json":
        raise Refusal(400, 50035, f"Invalid Form Body (this server takes no {kind})")
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None


def _response(status: int, payload: Any, headers: Json | None = None) -> web.Response:
    if status == 204:
        return web.Response(status=204)
    # discord.py compares the type as a whole: json_response would add a charset to it.
    body = json.dumps(payload).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
