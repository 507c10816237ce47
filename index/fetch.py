"""One request to a web server, made so that no stranger's address reaches an inner server.

An address may come from anybody. Each name is resolved here, once; every address that it has must
be public; and the connection goes to these very addresses, whatever the name says a moment later.
So it is at each redirect. aiohttp is what Discord is spoken to with already, and it lets a resolver
be put in its place; TLS goes on to verify the name.
"""

import asyncio
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from index.errors import SourceError
from index.text import one_line

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
class Response:
    """An HTTP response whose body was read, up to a byte more than is allowed.

    Attributes:
        location: where it leads, if it does.
        etag, modified: what the next request can name to learn whether it is still the same.
        retry_after: when the server wants to be asked again, as it says that.
    """

    status: int
    url: URL
    location: str | None
    content_type: str
    charset: str | None
    body: bytes
    etag: str | None
    modified: str | None
    retry_after: str | None


async def get(
    url: URL, most: int, allowed: frozenset[str], accept: str, conditions: Mapping[str, str]
) -> Response:
    """The response to one request; no redirect is followed.

    Args:
        url: as `parsed` has it; it may come from anybody.
        most: how large it may be in bytes, as sent and as decompressed.
        allowed: "host:port" of inner servers that may be reached though they are not public.
        accept: the header.
        conditions: further headers.

    Raises:
        SourceError: it should not be had; the text goes on after the address.
    """
    resolver = _Pinned(await _addresses(url, allowed))
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    headers = {
        "User-Agent": f"Pilcrow/{version('pilcrow')} (reads an article when a person asks for it)",
        "Accept": accept,
        "Accept-Encoding": "gzip",
        **conditions,
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
        return Response(
            response.status,
            url,
            location,
            response.content_type,
            response.charset,
            body,
            *(response.headers.get(name) for name in ("ETag", "Last-Modified", "Retry-After")),
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


def parsed(address: str) -> URL:
    """The address of something on the web, without its fragment.

    Raises:
        SourceError: it is none; the text goes on after the address.
    """
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
