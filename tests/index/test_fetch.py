"""Tests of index.fetch: what is on the open web is had, and nothing else."""

import asyncio
import gzip
import socket
import ssl
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from index import fetch as fetch_module
from index import web as web_module
from index.errors import SourceError
from index.web import Fetched, Known, Web
from tests.index.site import Site, running_site
from tests.terminal import environment

MOST = 1024 * 1024
PAGE = "<html><body><p>One.</p></body></html>"


def fetch(address: str, most: int, allowed: frozenset[str] = frozenset()) -> Fetched:
    """What stands at an address."""
    with Web(most, allowed) as asked:
        fetched = asked.run(asked.fetch(address))
    assert fetched is not None
    return fetched


@pytest.fixture
def site() -> Iterator[Site]:
    """A site without a page."""
    with running_site() as running:
        yield running


def refusal(site: Site | None, address: str) -> str:
    """What is said of an address after it, where it is refused."""
    with pytest.raises(SourceError) as refused:
        fetch(address, MOST, site.allowed if site else frozenset())
    told = str(refused.value)
    assert told.startswith(f"{address} ")
    assert "\n" not in told
    return told.removeprefix(f"{address} ")


def answering(monkeypatch: pytest.MonkeyPatch, name: str, *answers: list[str]) -> list[str]:
    """Has the system answer look-ups of a name in turn; returns where they are noted."""
    real, asked = socket.getaddrinfo, []

    def lookup(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if host != name:
            return real(host, port, *rest, **named)
        asked.append(host)
        numbers = answers[min(len(asked), len(answers)) - 1]
        return [entry for number in numbers for entry in real(number, port, *rest, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_page_is_fetched(site: Site) -> None:
    """What stands at an address is had, as it is, and with its address without the fragment."""
    address = site.serve("/a", PAGE)
    assert fetch(f"{address}#part", MOST, site.allowed) == Fetched(
        Known(address, None, None), "html", PAGE.encode()
    )


def test_site_is_told_who_reads(site: Site) -> None:
    """Each request, that for robots.txt first, names the program and its version."""
    fetch(site.serve("/a", PAGE), MOST, site.allowed)
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"]
    for _, headers in site.asked:
        assert headers["User-Agent"].startswith(f"Pilcrow/{version('pilcrow')} (")
        assert headers["Accept-Encoding"] == "gzip"


def test_redirects_are_followed(site: Site) -> None:
    """Up to five redirects are followed, relative ones too; the last address counts."""
    site.serve("/f", PAGE)
    for here, there in ("ab", "bc", "cd", "de", "ef"):
        site.redirect(f"/{here}", f"/{there}")
    assert fetch(site.url("/a"), MOST, site.allowed).known.address == site.url("/f")
    site.redirect("/0", "/a")
    assert refusal(site, site.url("/0")) == ("redirects more than 5 times: name the last address.")


def test_redirect_in_a_circle_ends(site: Site) -> None:
    """An address that leads back to itself is refused after five times."""
    assert refusal(site, site.redirect("/a", "/a")).startswith("redirects more than 5 times")
    assert len([path for path, _ in site.asked if path == "/a"]) == 6


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::8.8.8.8]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
    ],
)
def test_inner_address_is_refused(site: Site, host: str) -> None:
    """However it is written, an address that is not on the open internet is refused unasked."""
    told = refusal(None, f"http://{host}:{site.port}/")
    assert "which is no host of the open web: check the address" in told
    assert site.asked == []


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1"]
)
def test_public_address_is_public(number: str) -> None:
    """Addresses of the open internet are taken for such, mapped and translated ones as well."""
    assert fetch_module._is_public(number)


def test_redirect_to_an_inner_address_is_refused(site: Site) -> None:
    """A site that may be read leads to no other that may not."""
    site.serve("/secret", PAGE)
    for host in ("localhost", "127.0.0.2", "2130706433", "[::1]"):
        address = site.redirect("/a", f"http://{host}:{site.port}/secret")
        assert "is no host of the open web" in refusal(site, address)
    assert "/secret" not in [path for path, _ in site.asked]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:text/html,One.", "gopher://x"]
)
def test_redirect_to_another_scheme_is_refused(site: Site, target: str) -> None:
    """A redirect leads to http and https alone."""
    assert refusal(site, site.redirect("/a", target)).startswith("leads to no http or https")


def test_robots_are_asked_no_way_around(site: Site) -> None:
    """A robots.txt that redirects inside is refused like a page."""
    site.redirect("/robots.txt", f"http://127.0.0.2:{site.port}/secret")
    assert "is no host of the open web" in refusal(site, site.serve("/a", PAGE))


def test_name_with_one_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several addresses of a name each has to be public."""
    answering(monkeypatch, "two.example", ["93.184.216.34", "10.0.0.1"])
    assert refusal(None, "http://two.example/").startswith(
        "leads to two.example, which is no host of the open web"
    )


def test_connection_goes_to_the_address_that_was_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is looked up once a request; a later answer is never connected to."""
    asked = answering(monkeypatch, "turns.example", ["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"])
    site.serve("/a", PAGE)
    address = f"http://turns.example:{site.port}/a"
    fetched = fetch(address, MOST, frozenset([f"turns.example:{site.port}"]))
    assert fetched.data == PAGE.encode()
    # For robots.txt and for the page.
    assert len(asked) == 2


@pytest.mark.parametrize("there", ["me@", "me:secret@", ":@", "127.0.0.1@"])
def test_user_name_in_an_address_is_refused(site: Site, there: str) -> None:
    """What stands before an @ hides where an address leads."""
    address = f"http://{there}{site.host}/a"
    assert refusal(site, address) == "has a user name in it: leave out what stands before the @."
    redirect = site.redirect("/b", address)
    assert refusal(site, redirect) == "has a user name in it: leave out what stands before the @."


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://", "leads to no http or https address"),
        ("https:///a", "leads to no http or https address"),
        ("http://a:99999/", "is no web address"),
        ("http://[::1/", "is no web address"),
        ("http://nowhere.invalid/", "leads to nowhere.invalid, which is no host"),
        (f"http://{'a' * 300}.example/", "leads to aaa"),
    ],
)
def test_bad_address_is_refused(address: str, told: str) -> None:
    """An address that cannot be one is refused by itself."""
    assert refusal(None, address).startswith(told)


def test_address_is_told_on_one_line() -> None:
    """What is told of an address is one line, whatever stands in it."""
    with pytest.raises(SourceError) as refused:
        fetch("http://nowhere.invalid:1/a\nb\u202e", MOST)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("http://nowhere.invalid:1/a b ")


def test_long_answer_is_refused(site: Site) -> None:
    """An answer beyond the limit is refused with the limit; one at the limit is had."""
    site.serve("/a", b"x" * MOST)
    assert len(fetch(site.url("/a"), MOST, site.allowed).data) == MOST
    assert refusal(site, site.serve("/b", b"x" * (MOST + 1))) == (
        "has more than 1 MiB, the most that is read: "
        "save the part that matters as a file and name that."
    )


def test_compressed_answer_is_had(site: Site) -> None:
    """An answer may be compressed by gzip."""
    address = site.serve("/a", gzip.compress(PAGE.encode()), Content_Encoding="gzip")
    assert fetch(address, MOST, site.allowed).data == PAGE.encode()


def test_bomb_is_refused_in_little_memory(site: Site) -> None:
    """A gzip answer of 64 MiB of nothing is refused, and never lies in memory."""
    bomb = gzip.compress(bytes(64 * MOST))
    address = site.serve("/a", bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert refusal(site, address).startswith("has more than 1 MiB")
        assert tracemalloc.get_traced_memory()[1] < 16 * MOST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("gzip", "is compressed, but is no gzip data: try again later."),
        (
            "br",
            "is compressed with br, which nobody asked for: "
            "save the article as a file and name that.",
        ),
    ],
)
def test_wrongly_compressed_answer_is_refused(site: Site, encoding: str, told: str) -> None:
    """What cannot be decompressed is refused."""
    assert refusal(site, site.serve("/a", PAGE, Content_Encoding=encoding)) == told


def test_endless_answer_is_refused(site: Site) -> None:
    """An answer without an end is read to the limit and no further."""

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    site.answers["/a"] = endless
    assert refusal(site, site.url("/a")).startswith("has more than 1 MiB")


@pytest.mark.parametrize("beginning", [b"", b"<html>"])
def test_slow_answer_is_refused(
    site: Site, beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that does not come, or a byte at a time, is waited for only so long."""
    monkeypatch.setattr(web_module, "MOST_SECONDS", 1)

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        if beginning:
            await response.prepare(request)
        while True:
            await asyncio.sleep(0.05)
            if beginning:
                await response.write(b"x")

    site.answers["/a"] = slow
    assert refusal(site, site.url("/a")) == (
        "took more than 1 seconds: try again later, or save the article as a file and name that."
    )


def test_answer_that_ends_early_is_refused(site: Site) -> None:
    """An answer that stops in the middle is no article."""

    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": "99"})
        await response.prepare(request)
        await response.write(b"One.")
        assert request.transport is not None
        request.transport.close()
        return response

    site.answers["/a"] = broken
    assert refusal(site, site.url("/a")).startswith("cannot be reached (Response payload is not")


def test_closed_port_is_refused(site: Site) -> None:
    """Where nothing listens, the address and the reason are told."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(SourceError, match=rf"^http://{host}/a cannot be reached \(Cannot connect"):
        fetch(f"http://{host}/a", MOST, frozenset([host]))


def test_server_without_tls_is_refused(site: Site) -> None:
    """https is not answered by http."""
    assert refusal(site, f"https://{site.host}/a").startswith("cannot be reached (Cannot connect")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "verified"), [("localhost", True), ("other.example", False)])
def test_certificate_has_to_be_for_the_host(tmp_path: Path, name: str, verified: bool) -> None:
    """Though the connection goes to an address, the certificate is verified for the name."""
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    code = (
        "import sys; from index.web import Web\n"
        "with Web(1000, frozenset(sys.argv[1:])) as web:\n"
        "    print(web.run(web.fetch(f'https://{sys.argv[1]}/a')).data.decode())"
    )
    with running_site(tls) as site:
        site.serve("/a", PAGE)
        done = subprocess.run(
            [sys.executable, "-c", code, f"localhost:{site.port}"],
            env=environment(SSL_CERT_FILE=str(tmp_path / "authority.pem")),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.stdout == f"{PAGE}\n") is verified
    assert ("certificate verify failed: Hostname mismatch" in done.stderr) is not verified


@pytest.mark.parametrize("status", [204, 304, 403, 404, 410, 500])
def test_status_is_told(site: Site, status: int) -> None:
    """Any status but 200 is refused by its number."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    site.answers["/a"] = answer
    assert refusal(site, site.url("/a")) == (
        f"answers with HTTP status {status}: check the address."
    )


@pytest.mark.parametrize(
    ("path", "content_type", "kind"),
    [
        ("/a", "text/html; charset=utf-8", "html"),
        ("/a.pdf", "text/html", "html"),
        ("/a", "application/xhtml+xml", "html"),
        ("/a", "application/pdf", "pdf"),
        ("/a", "text/plain", "text"),
        ("/a", "text/markdown", "markdown"),
        ("/a.md", "text/plain", "markdown"),
        ("/a.PDF", "application/octet-stream", "pdf"),
    ],
)
def test_content_type_says_what_it_is(site: Site, path: str, content_type: str, kind: str) -> None:
    """What an answer is says its content type, or the address's suffix if that says nothing."""
    assert fetch(site.serve(path, PAGE, content_type), MOST, site.allowed).form == kind


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "text/css"])
def test_other_content_types_are_refused(site: Site, content_type: str) -> None:
    """A picture, or anything of which nothing is known, is refused by its type."""
    assert refusal(site, site.serve("/a", PAGE, content_type)) == (
        f"is of the type {content_type}, which is not read: "
        "name a web page, a PDF, a Word file, a book (EPUB), Markdown, plain text, a feed, "
        "a sitemap or a .zip."
    )


def test_encoding_that_the_server_names_counts(site: Site) -> None:
    """A text in the encoding that its server names becomes UTF-8; a wrong name is ignored."""
    for charset, body in (("koi8-r", "Да".encode("koi8-r")), ("nonsense", "Да".encode())):
        address = site.serve(f"/{charset}", body, f"text/plain; charset={charset}")
        assert fetch(address, MOST, site.allowed).data == "Да".encode()


def test_robots_txt_is_respected(site: Site) -> None:
    """What a site allows to no program, or not to this one, is not read."""
    site.serve("/robots.txt", "User-agent: Pilcrow\nDisallow: /a\n", "text/plain")
    site.serve("/b", PAGE)
    assert refusal(site, site.serve("/a", PAGE)) == (
        f"may not be read by programs, says {site.url('/robots.txt')}: "
        "save the article as a file and name that."
    )
    assert refusal(site, site.redirect("/c", "/a")).startswith("may not be read by programs")
    assert fetch(site.url("/b"), MOST, site.allowed).data == PAGE.encode()
    assert "/a" not in [path for path, _ in site.asked]


def test_site_whose_robots_txt_fails_is_left_alone(site: Site) -> None:
    """A robots.txt that cannot be had now forbids everything (RFC 9309, 2.3.1.4)."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    site.answers["/robots.txt"] = answer
    assert refusal(site, site.serve("/a", PAGE)) == (
        "is on a site whose robots.txt cannot be had (HTTP status 503): try again later."
    )


def test_long_robots_txt_is_read_in_part(site: Site) -> None:
    """Of a robots.txt without an end the first half MiB counts."""
    rules = "User-agent: *\nDisallow: /a\n" + "#\n" * MOST
    site.serve("/robots.txt", rules, "text/plain")
    site.serve("/b", PAGE)
    assert refusal(site, site.serve("/a", PAGE)).startswith("may not be read by programs")
    assert fetch(site.url("/b"), MOST, site.allowed).form == "html"


def test_headers_without_an_end_are_refused(site: Site) -> None:
    """A header of 100,000 characters is refused."""
    assert refusal(site, site.serve("/a", PAGE, X_Long="x" * 100_000)).startswith(
        "cannot be reached ("
    )


def test_cookies_are_not_kept(site: Site) -> None:
    """A cookie that a redirect sets is not sent on."""
    site.serve("/b", PAGE)

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})

    site.answers["/a"] = answer
    fetch(site.url("/a"), MOST, site.allowed)
    assert "Cookie" not in site.asked[-1][1]
