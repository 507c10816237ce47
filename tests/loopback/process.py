"""The bot as its own process, pointed at the loopback Discord from outside."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .server import LoopbackDiscord

INJECT = Path(__file__).parent / "inject"
ROOT = Path(__file__).parents[2]
LINE_LIMIT = 1 << 20


def hears_ctrl_c() -> None:
    """Lets a new process hear SIGINT, which a shell in the background makes its children ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class BotProcess:
    """Runs `python *program *args` while the context is open; killed at its end.

    `env` is laid over a clean environment; a value of None removes a variable.
    """

    def __init__(
        self,
        discord: LoopbackDiscord,
        args: Sequence[str] = (),
        *,
        program: Sequence[str] = ("-m", "bot"),
        cwd: Path = ROOT,
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        self.log: list[str] = []
        self._discord = discord
        self._command = (sys.executable, *program, *args)
        self._cwd = cwd
        clean: dict[str, str | None] = {
            "PATH": os.environ.get("PATH"),
            "HOME": os.environ.get("HOME"),
            "DISCORD_TOKEN": discord.token,
            # The people of the tests ask faster than anybody types.
            "PILCROW_PER_PERSON": "0",
            "PILCROW_PER_CHANNEL": "0",
            "PYTHONPATH": os.pathsep.join([str(INJECT), str(ROOT)]),
            "LOOPBACK_REST": discord.rest_url,
            "LOOPBACK_GATEWAY": discord.gateway_url,
        }
        merged = clean | dict(env or {})
        self._env = {name: value for name, value in merged.items() if value is not None}
        self._line = asyncio.Condition()
        self._readers: list[asyncio.Task[None]] = []
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._cwd,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            preexec_fn=hears_ctrl_c,
        )
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            self._readers.append(asyncio.create_task(self._read(stream)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._ended()
        if error is not None:
            # pytest shows this below the failure.
            print("the bot's log:", *self.log, sep="\n")

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            async with self._line:
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._line.notify_all()

    async def _ended(self) -> int:
        """Returns the exit status when the output is read and Discord has seen the bot go."""
        status = await self._process.wait()
        await asyncio.gather(*self._readers)
        await self._discord.unplugged()
        return status

    @property
    def pid(self) -> int:
        """Returns the process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Returns whether the process has not ended yet."""
        return self._process.returncode is None

    async def wait(self, timeout: float = 20) -> int:
        """Returns the exit status once the process has ended and its output is read."""
        async with asyncio.timeout(timeout):
            return await self._ended()

    async def line(self, pattern: str, timeout: float = 20, times: int = 1) -> str:
        """Returns the nth line of output that holds the regular expression, awaited."""
        async with asyncio.timeout(timeout), self._line:
            while True:
                found = [line for line in self.log if re.search(pattern, line)]
                if len(found) >= times:
                    return found[times - 1]
                await self._line.wait()

    def terminate(self) -> None:
        """Sends SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """Sends SIGINT, as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
