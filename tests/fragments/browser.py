"""Chromium without a window, by the DevTools protocol: what it marks of a page, and scrolls to."""

import asyncio
import base64
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

import aiohttp
from PIL import Image

from tests.loopback.model import Json

CHROMIUM = shutil.which("chromium")
STYLE = "<style>::target-text { background: #f0f !important; color: #f0f !important }</style>"
"""What a page has to hold for its mark to be seen; nothing else in it may have that colour."""

_MARK = (255, 0, 255)
_LOOKS = 5
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Nothing is asked of anybody but this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    *("--window-size=800,1000", "--remote-debugging-port=0"),
)
# Each character of a page that can be seen as such: the element marked with data-keep that it is
# in, or -1, its place among those of this element, and the middle of its box in the window.
_CHARACTERS = """(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();
  await new Promise(done => setTimeout(done, 30));
  const kept = [...document.querySelectorAll("[data-keep]")];
  const seen = new Map(), found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node; node = walker.nextNode();) {
    if (/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(node.parentNode.tagName)) continue;
    const element = kept.indexOf(node.parentNode.closest("[data-keep]"));
    let at = 0;
    for (const character of node.data) {
      const start = at;
      at += character.length;
      if (/[\\p{M}\\p{Cf}\\s]/u.test(character)) continue;
      const place = seen.get(element) ?? 0;
      seen.set(element, place + 1);
      range.setStart(node, start);
      range.setEnd(node, at);
      const box = range.getClientRects()[0];
      if (!box || box.width < 2) continue;
      found.push([element, place, (box.left + box.right) / 2, (box.top + box.bottom) / 2]);
    }
  }
  return found;
})()"""


@dataclass(frozen=True)
class Shown:
    """What the window shows of a page.

    Attributes:
        characters: those of the page that are wide enough to be seen, each by the kept element that
            it is in, from 0 and -1 for none, and its place there.
        marked: those of them that are inside the window and marked.
    """

    characters: frozenset[tuple[int, int]]
    marked: frozenset[tuple[int, int]]


@dataclass
class Browser:
    """A running Chromium with one page."""

    _socket: aiohttp.ClientWebSocketResponse
    _session: str = ""
    _calls: int = 0
    _events: list[Json] = field(default_factory=list)

    async def shown(self, url: str) -> Shown:
        """What is seen once an address was opened as a person opens a link."""
        # From another document, or only the place in the one that is there would change.
        await self._call("Page.navigate", url="about:blank")
        self._events.clear()
        await self._call("Page.navigate", url=url)
        await self._event("Page.loadEventFired")
        for _ in range(_LOOKS):
            shown = await self._shown()
            if shown.marked:
                break
            # A busy machine may not have got to it.
            await asyncio.sleep(0.2)
        return shown

    async def _shown(self) -> Shown:
        found = await self._call(
            "Runtime.evaluate", expression=_CHARACTERS, awaitPromise=True, returnByValue=True
        )
        taken = await self._call("Page.captureScreenshot", format="png", optimizeForSpeed=True)
        with Image.open(BytesIO(base64.b64decode(taken["data"]))) as image:
            picture = image.convert("RGB")
        characters = found["result"]["value"]
        marked = frozenset(
            (element, place)
            for element, place, x, y in characters
            if 0 <= x < picture.width
            and 0 <= y < picture.height
            and picture.getpixel((int(x), int(y))) == _MARK
        )
        return Shown(frozenset((element, place) for element, place, _, _ in characters), marked)

    async def open(self) -> None:
        """Opens the page."""
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        await self._call("Page.enable")

    async def _call(self, method: str, **params: object) -> Json:
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        while True:
            answer = await self._socket.receive_json(timeout=60)
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                return answer["result"]
            self._events.append(answer)

    async def _event(self, method: str) -> None:
        while not any(event["method"] == method for event in self._events):
            self._events.append(await self._socket.receive_json(timeout=60))


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of its own, with nothing that somebody set."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", stderr=asyncio.subprocess.PIPE
        )
        try:
            async with aiohttp.ClientSession() as session:
                address = await _devtools(process)
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    running = Browser(socket)
                    await running.open()
                    yield running
        finally:
            process.terminate()
            await process.wait()


async def _devtools(process: asyncio.subprocess.Process) -> str:
    """The address at which a Chromium that starts listens."""
    assert process.stderr is not None
    async for line in process.stderr:
        if b"DevTools listening on" in line:
            return line.split()[-1].decode()
    raise RuntimeError("Chromium ended before it listened: is another version of it installed?")
