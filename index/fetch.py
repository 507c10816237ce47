"""One web address -> what is there, fetched so that no stranger's address reaches an inner server.

An address may come from anybody. Each name is resolved here, once; every address that it has must
be public; and the connection goes to these very addresses, whatever the name says a moment later.
So it is at each redirect. aiohttp is what Discord is spoken to with already, and it lets a resolver
be put in its place; TLS goes on to verify the name.
"""

import asyncio
import socket
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from urllib.robotparser import RobotFileParser

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from index.errors import Gone, SourceError
from index.parsed import KINDS, Kind
from index.text import one_line

MOST_SECONDS = 30
"""How long one address may take, redirects and robots.txt included."""

MOST_REDIRECTS = 5

_MOST_BYTES_OF_ROBOTS = 512 * 1024
"""How much of a robots.txt is read (RFC 9309, 2.5)."""

_KINDS: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "text",
}
_SAYS_NOTHING = ("application/octet-stream", "binary/octet-stream", "text/plain")
"""Content types of which the suffix of the address may know better."""

_REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # special (RFC 6890); a cloud's metadata at 192.0.0.192
        "168.63.129.16/32",  # a cloud's metadata
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # special (RFC 2928), Teredo among them
        "2002::/16",  # 6to4 (RFC 7526)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands at a web address.

    Attributes:
        address: where it was at last, after all redirects.
        kind: what it is, by its content type.
        data: its bytes; those of a text are UTF-8 if the server said how it is encoded.
    """

    address: str
    kind: Kind
    data: bytes


@dataclass(frozen=True, slots=True)
class _Response:
    """An HTTP response whose body was read, up to a byte more than is allowed."""

    status: int
    url: URL
    location: str | None
    content_type: str
    charset: str | None
    body: bytes


def fetch(address: str, most_bytes: int, allowed: frozenset[str] = frozenset()) -> Fetched:
    """What stands at an http or https address, to be called where no event loop runs.

    Args:
        address: it may come from anybody.
        most_bytes: how large it may be, as sent and as decompressed.
        allowed: "host:port" of inner servers that may be reached though they are not public.

    Raises:
        SourceError: it cannot be had, or should not be.
    """
    shown = one_line(address)
    try:
        return asyncio.run(_in_time(address, most_bytes, allowed))
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


async def _in_time(address: str, most_bytes: int, allowed: frozenset[str]) -> Fetched:
    async with asyncio.timeout(MOST_SECONDS):
        return await _fetched(_parsed(address), most_bytes, allowed)


async def _fetched(url: URL, most_bytes: int, allowed: frozenset[str]) -> Fetched:
    rules: dict[URL, RobotFileParser] = {}

    async def check_rules(url: URL) -> None:
        if url.origin() not in rules:
            rules[url.origin()] = await _rules(url.origin(), allowed)
        if not rules[url.origin()].can_fetch("Pilcrow", str(url)):
            raise SourceError(
                f"may not be read by programs, says {url.origin()}/robots.txt: "
                "save the article as a file and name that."
            )

    response = await _follow(url, most_bytes, allowed, check_rules)
    if response.status in (404, 410):
        raise Gone(f"answers with HTTP status {response.status}: check the address.")
    if response.status != 200:
        raise SourceError(f"answers with HTTP status {response.status}: check the address.")
    if len(response.body) > most_bytes:
        raise SourceError(
            f"has more than {most_bytes // 2**20} MiB, the most that is read: "
            "save the part that matters as a file and name that."
        )
    return Fetched(str(response.url), _kind(response), _in_utf_8(response))


async def _rules(origin: URL, allowed: frozenset[str]) -> RobotFileParser:
    """The robots.txt of a site; where it has none, all is allowed (RFC 9309, 2.3.1)."""
    rules = RobotFileParser()
    response = await _follow(origin / "robots.txt", _MOST_BYTES_OF_ROBOTS, allowed, _nothing)
    if response.status >= 500:
        raise SourceError(
            f"is on a site whose robots.txt cannot be had (HTTP status {response.status}): "
            "try again later."
        )
    found = response.body.decode("utf-8", "replace") if response.status == 200 else ""
    rules.parse(found.splitlines())
    return rules


async def _nothing(_: URL) -> None:
    """For robots.txt itself there is nothing to ask before."""


async def _follow(
    url: URL, most: int, allowed: frozenset[str], before: Callable[[URL], Awaitable[None]]
) -> _Response:
    """The response at the end of the redirects; `before` is told of each address on the way."""
    for _ in range(MOST_REDIRECTS + 1):
        await before(url)
        response = await _get(url, most, allowed)
        if response.location is None:
            return response
        url = _parsed(str(url.join(URL(response.location))))
    raise SourceError(f"redirects more than {MOST_REDIRECTS} times: name the last address.")


async def _get(url: URL, most: int, allowed: frozenset[str]) -> _Response:
    resolver = _Pinned(await _addresses(url, allowed))
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    headers = {
        "User-Agent": f"Pilcrow/{version('pilcrow')} (reads an article when a person asks for it)",
        "Accept": ", ".join([*_KINDS, "*/*;q=0.1"]),
        "Accept-Encoding": "gzip",
    }
    async with (
        # Decompressed here, where it is counted.
        aiohttp.ClientSession(
            connector=connector,
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        ) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        location = response.headers.get("Location") if response.status in _REDIRECTS else None
        body = b"" if location is not None else await _body(response, most)
        return _Response(
            response.status, url, location, response.content_type, response.charset, body
        )


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, decompressed, or as much of it as shows that it is longer than `most` bytes."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise SourceError(
            f"is compressed with {encoding[:20]}, which nobody asked for: "
            "save the article as a file and name that."
        )
    inflate = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    try:
        async for part in response.content.iter_chunked(2**16):
            body += inflate.decompress(part, most + 1 - len(body)) if inflate else part
            if len(body) > most:
                break
    except zlib.error:
        raise SourceError("is compressed, but is no gzip data: try again later.") from None
    return bytes(body)


def _parsed(address: str) -> URL:
    try:
        url = URL(address)
        host, _ = url.host, url.port
    except ValueError as error:
        raise SourceError(f"is no web address ({one_line(str(error))}): check it.") from None
    if url.scheme not in ("http", "https") or not host:
        raise SourceError("leads to no http or https address: name one that begins with https://.")
    if "@" in url.raw_authority:
        raise SourceError("has a user name in it: leave out what stands before the @.")
    return url.with_fragment(None)


async def _addresses(url: URL, allowed: frozenset[str]) -> list[ResolveResult]:
    """All network addresses that the host of a URL has now, each of them public.

    Raises:
        SourceError: one is not, or there is none.
    """
    host, port = url.raw_host or "", url.port or 0
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    numbers = [(family, str(place[0])) for family, _, _, _, place in found]
    public = bool(numbers) and all(_is_public(number) for _, number in numbers)
    if not public and not (numbers and _is_allowed(host, port, allowed)):
        # The same whether there is no such host or an inner one: strangers need not know.
        raise SourceError(
            f"leads to {host}, which is no host of the open web: check the address "
            "(an operator can allow inner hosts with PILCROW_ALLOWED_HOSTS)."
        )
    return [
        ResolveResult(
            hostname=host,
            host=number,
            port=port,
            family=family,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_NUMERICHOST,
        )
        for family, number in numbers
    ]


def _is_allowed(host: str, port: int, allowed: frozenset[str]) -> bool:
    return (f"[{host}]:{port}" if ":" in host else f"{host}:{port}") in allowed


def _is_public(number: str) -> bool:
    """Whether a network address is one of the open internet, whichever way it is written."""
    address = ip_address(number)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address in _NAT64:
            address = IPv4Address(int(address) % 2**32)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, IPv6Address) and address.is_site_local)
        and not any(address in network for network in _NOT_PUBLIC)
    )


class _Pinned(AbstractResolver):
    """Gives the addresses that were checked, and no others, whatever it is asked for."""

    def __init__(self, addresses: list[ResolveResult]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,  # noqa: ARG002
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """The addresses."""
        return self._addresses

    async def close(self) -> None:
        """Nothing is held."""


def _kind(response: _Response) -> Kind:
    by_suffix = KINDS.get(PurePosixPath(response.url.path).suffix.lower())
    if response.content_type in _SAYS_NOTHING and by_suffix:
        return by_suffix
    if kind := _KINDS.get(response.content_type):
        return kind
    raise SourceError(
        f"is of the type {one_line(response.content_type)[:60]}, which is not read: "
        "name a web page, a PDF, a Word file, Markdown or plain text."
    )


def _in_utf_8(response: _Response) -> bytes:
    """The body, in UTF-8 where the server says rightly in which encoding a text is."""
    if response.content_type.startswith("application/pdf") or not response.charset:
        return response.body
    try:
        return response.body.decode(response.charset).encode("utf-8", "replace")
    except (UnicodeDecodeError, LookupError):
        return response.body
