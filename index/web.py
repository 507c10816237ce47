"""Web: what stands at web addresses, asked for politely.

One request at a time goes to a host, with a pause between two addresses. Its robots.txt is read
once, and a host that asks to wait is waited for, within bounds.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.robotparser import RobotFileParser

import aiohttp
from yarl import URL

from index.errors import Gone, SourceError
from index.feeds import root_of
from index.fetch import Response, get, parsed
from index.parsed import Form, form_of
from index.text import one_line

MOST_SECONDS = 30
"""How long one address may take, redirects and robots.txt included, waiting for its turn not."""

MOST_REDIRECTS = 5

PAUSE = 1.0
"""Seconds between two addresses of one host, unless its robots.txt asks for more."""

MOST_DELAY = 10.0
"""Seconds between them at most, whatever a robots.txt asks for."""

MOST_WAIT = 30.0
"""Seconds that are waited where a server asks for it (Retry-After), once for an address."""

_MOST_FAILURES = 3
"""After so many addresses in a row that could not be had, a host is not asked for others."""

_MOST_BYTES_OF_ROBOTS = 512 * 1024
"""How much of a robots.txt is read (RFC 9309, 2.5)."""

_LONGEST_VALIDATOR = 500

_FORMS: dict[str, Form] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "text",
    "application/rss+xml": "xml",
    "application/atom+xml": "xml",
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
}
_SAYS_NOTHING = (
    "application/octet-stream",
    "binary/octet-stream",
    "text/plain",
    "application/gzip",
    "application/x-gzip",
    "application/zip",
)
"""Content types of which the suffix of the address may know better."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Known:
    """What was at an address the last time.

    Attributes:
        address: where it was at last, after all redirects.
        etag, modified: what the server gave to ask by whether it is still the same.
    """

    address: str
    etag: str | None
    modified: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands at a web address.

    Attributes:
        known: its last address, and how to ask whether it changed.
        form: what it is, by its content type.
        data: its bytes; those of a text are UTF-8 if the server said how it is encoded.
    """

    known: Known
    form: Form
    data: bytes


@dataclass(slots=True)
class _Host:
    """How it stands with one host.

    Attributes:
        turn: held during a request.
        visit: the last address that was asked for there, by its time limit.
        free_at: when the next may be, by the clock of the event loop.
        delay: seconds between two.
        failures: addresses in a row that could not be had.
        rules: its robots.txt, or what is wrong with it; None before it was read.
        reading: held while it is read.
    """

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    visit: asyncio.Timeout | None = None
    free_at: float = 0.0
    delay: float = field(default_factory=lambda: PAUSE)
    failures: int = 0
    rules: RobotFileParser | SourceError | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Web:
    """The web, as one build sees it; a context manager."""

    def __init__(self, most_bytes: int, allowed: frozenset[str] = frozenset()) -> None:
        """Asks for nothing yet, and is to be used where no event loop runs.

        Args:
            most_bytes: how large what stands at an address may be, as sent and as decompressed.
            allowed: "host:port" of inner servers that may be reached though they are not public.
        """
        self._most, self._allowed = most_bytes, allowed
        self._hosts: dict[URL, _Host] = {}
        self._runner = asyncio.Runner()

    def __enter__(self) -> "Web":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What comes of the work, which may use `fetch`."""
        return self._runner.run(work)

    async def fetch(self, address: str, known: Known | None = None) -> Fetched | None:
        """What stands at an http or https address; None if it is what is `known`.

        Raises:
            Gone: the server says that nothing is there any more.
            SourceError: it cannot be had, or should not be.
        """
        shown = one_line(address)
        try:
            return await self._fetched(parsed(address), known)
        except SourceError as error:
            raise type(error)(f"{shown} {error}") from None
        except TimeoutError:
            raise SourceError(
                f"{shown} took more than {MOST_SECONDS} seconds: "
                "try again later, or save the article as a file and name that."
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = one_line(str(error)) or type(error).__name__
            raise SourceError(
                f"{shown} cannot be reached ({reason}): check the address, or try again later."
            ) from None

    async def names(self, site: str, sitemap: str) -> bool:
        """Whether the robots.txt of the site of an address names a sitemap that lies elsewhere."""
        try:
            async with asyncio.timeout(MOST_SECONDS) as limit:
                rules = await self._rules_of(parsed(site), limit)
        except (SourceError, TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return False
        return sitemap in (rules.site_maps() or [])

    async def _fetched(self, url: URL, known: Known | None) -> Fetched | None:
        host = self._host(url)
        if host.failures >= _MOST_FAILURES:
            raise SourceError(
                f"was not asked for: {url.host} failed {_MOST_FAILURES} times in a row. "
                "Try again later."
            )
        try:
            async with asyncio.timeout(MOST_SECONDS) as limit:
                response = await self._follow(url, limit, known)
        except (TimeoutError, aiohttp.ClientError, OSError):
            host.failures += 1
            raise
        host.failures = host.failures + 1 if response.status in (429, 503) else 0
        return self._accepted(response, known)

    def _accepted(self, response: Response, known: Known | None) -> Fetched | None:
        """What a response brought.

        Raises:
            SourceError: it is not what was asked for.
        """
        if response.status == 304 and known and known.address == str(response.url):
            return None
        if response.status in (404, 410):
            raise Gone(f"answers with HTTP status {response.status}: check the address.")
        if response.status in (429, 503):
            raise SourceError(
                f"answers with HTTP status {response.status}, as busy servers do: try again later."
            )
        if response.status != 200:
            raise SourceError(f"answers with HTTP status {response.status}: check the address.")
        if len(response.body) > self._most:
            raise SourceError(
                f"has more than {self._most // 2**20} MiB, the most that is read: "
                "save the part that matters as a file and name that."
            )
        form = _form(response)
        validators = (
            value if value and len(value) <= _LONGEST_VALIDATOR else None
            for value in (response.etag, response.modified)
        )
        return Fetched(Known(str(response.url), *validators), form, _in_utf_8(response, form))

    async def _follow(self, url: URL, limit: asyncio.Timeout, known: Known | None) -> Response:
        """The response at the end of the redirects, each of which robots.txt allows."""
        for _ in range(MOST_REDIRECTS + 1):
            rules = await self._rules_of(url, limit)
            if not rules.can_fetch("Pilcrow", str(url)):
                raise SourceError(
                    f"may not be read by programs, says {url.origin()}/robots.txt: "
                    "save the article as a file and name that."
                )
            conditions = _conditions(known) if known and known.address == str(url) else {}
            response = await self._get(url, self._most, limit, conditions)
            if response.location is None:
                return response
            url = parsed(str(url.join(URL(response.location))))
        raise SourceError(f"redirects more than {MOST_REDIRECTS} times: name the last address.")

    async def _rules_of(self, url: URL, limit: asyncio.Timeout) -> RobotFileParser:
        host = self._host(url)
        async with host.reading:
            if host.rules is None:
                try:
                    host.rules = await self._read_rules(url.origin(), limit)
                    asked = host.rules.crawl_delay("Pilcrow")
                    host.delay = min(max(PAUSE, float(asked or 0)), MOST_DELAY)
                except SourceError as error:
                    host.rules = error
        if isinstance(host.rules, SourceError):
            raise SourceError(str(host.rules))
        return host.rules

    async def _read_rules(self, origin: URL, limit: asyncio.Timeout) -> RobotFileParser:
        """The robots.txt of a site; where it has none, all is allowed (RFC 9309, 2.3.1)."""
        rules, url = RobotFileParser(), origin / "robots.txt"
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._get(url, _MOST_BYTES_OF_ROBOTS, limit, {})
            if response.location is None:
                break
            url = parsed(str(url.join(URL(response.location))))
        else:
            raise SourceError(f"redirects more than {MOST_REDIRECTS} times: name the last address.")
        if response.status >= 500 or response.status == 429:
            raise SourceError(
                f"is on a site whose robots.txt cannot be had (HTTP status {response.status}): "
                "try again later."
            )
        found = response.body.decode("utf-8", "replace") if response.status == 200 else ""
        rules.parse(found.splitlines())
        return rules

    async def _get(
        self, url: URL, most: int, limit: asyncio.Timeout, conditions: Mapping[str, str]
    ) -> Response:
        """The response to one request, after a wait if the server asks for one."""
        response = await self._in_turn(url, most, limit, conditions)
        wait = _wait(response)
        if wait is None or wait > MOST_WAIT:
            return response
        async with _untimed(limit):
            await asyncio.sleep(wait)
        return await self._in_turn(url, most, limit, conditions)

    async def _in_turn(
        self, url: URL, most: int, limit: asyncio.Timeout, conditions: Mapping[str, str]
    ) -> Response:
        host, clock = self._host(url), asyncio.get_running_loop()
        async with _untimed(limit):
            await host.turn.acquire()
        try:
            async with _untimed(limit):
                if host.visit is not limit:
                    await asyncio.sleep(host.free_at - clock.time())
            accept = ", ".join([*_FORMS, "*/*;q=0.1"])
            return await get(url, most, self._allowed, accept, conditions)
        finally:
            host.visit, host.free_at = limit, clock.time() + host.delay
            host.turn.release()

    def _host(self, url: URL) -> _Host:
        return self._hosts.setdefault(url.origin(), _Host())


class _untimed:  # noqa: N801 - used like a function
    """Stops the time of a limit inside of a `with`."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit, self._clock = limit, asyncio.get_running_loop()

    async def __aenter__(self) -> None:
        self._left = (self._limit.when() or 0) - self._clock.time()
        self._limit.reschedule(None)

    async def __aexit__(self, *_: object) -> None:
        self._limit.reschedule(self._clock.time() + self._left)


def _conditions(known: Known) -> dict[str, str]:
    """The headers that ask for an answer only if it is another one (RFC 9110, 13.1)."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in headers.items() if value}


def _wait(response: Response) -> float | None:
    """For how many seconds a server wants to be left alone; None if it does not say so."""
    if response.status not in (429, 503) or not response.retry_after:
        return None
    if response.retry_after.isdecimal():
        return float(response.retry_after)
    try:
        return max(
            0.0, (parsedate_to_datetime(response.retry_after) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError):
        return None


def _form(response: Response) -> Form:
    by_suffix, form = form_of(response.url.path), _FORMS.get(response.content_type)
    if response.content_type in _SAYS_NOTHING and by_suffix:
        form = by_suffix
    if form is None:
        raise SourceError(
            f"is of the type {one_line(response.content_type)[:60]}, which is not read: "
            "name a web page, a PDF, a Word file, a book (EPUB), Markdown, plain text, a feed, "
            "a sitemap or a .zip."
        )
    # Feeds are often said to be pages, and pages in XML to be anything.
    if form in ("html", "text") and root_of(response.body):
        return "xml"
    if form == "xml" and not root_of(response.body) and b"<html" in response.body[:4096].lower():
        return "html"
    return form


def _in_utf_8(response: Response, form: Form) -> bytes:
    """The body, in UTF-8 where the server says rightly in which encoding a text is."""
    if form not in ("html", "text", "markdown", "jsonl") or not response.charset:
        return response.body
    try:
        return response.body.decode(response.charset).encode("utf-8", "replace")
    except (UnicodeDecodeError, LookupError):
        return response.body
