"""Tests of index.fetched and index.web: what did not change is neither sent nor parsed again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from index import addresses as addresses_module
from index import sources
from index import web as web_module
from index.build import build
from index.errors import Gone, SourceError
from tests.encoders import LetterEncoder
from tests.index.site import Site, running_site
from tests.index.test_feeds import LONG, item, rss

ETAG, DAY = '"v1"', "Tue, 05 Mar 2024 10:00:00 GMT"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that needs no rest."""
    monkeypatch.setattr(web_module, "PAUSE", 0.0)
    with running_site() as running:
        yield running


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places of what is parsed from now on."""
    places: list[str] = []
    real = addresses_module.contents

    def contents(data: bytes, kind: str, place: str, *rest: object) -> object:
        places.append(place)
        return real(data, kind, place, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(addresses_module, "contents", contents)
    return places


def texts(site: Site, index: Path, *named: str) -> list[str]:
    """The texts of sources, read for an index; what is left out is an error."""

    def fail(error: SourceError) -> None:
        raise error

    found = sources.read(named, fail, index, site.allowed)
    return [one.article.text for one in found]


def conditional(site: Site, path: str, text: str) -> str:
    """An address whose answer is not sent again to who has it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"ETag": ETAG, "Last-Modified": DAY}
        if request.headers.get("If-None-Match") == ETAG:
            return web.Response(status=304, headers=headers)
        return web.Response(text=text, headers=headers)

    site.answers[path] = answer
    return site.url(path)


def headers_of(site: Site, path: str) -> list[tuple[str | None, str | None]]:
    """The conditions of each request for a path."""
    names = ("If-None-Match", "If-Modified-Since")
    return [(h.get(names[0]), h.get(names[1])) for asked, h in site.asked if asked == path]


def test_unchanged_page_is_not_sent_again(site: Site, tmp_path: Path, parsed: list[str]) -> None:
    """What the server gave to ask by is sent the next time; a 304 stands for what was parsed."""
    address = conditional(site, "/a", LONG)
    assert texts(site, tmp_path, address) == texts(site, tmp_path, address) == [LONG]
    assert headers_of(site, "/a") == [(None, None), (ETAG, DAY)]
    assert parsed == [address]


def test_equal_page_is_not_parsed_again(site: Site, tmp_path: Path, parsed: list[str]) -> None:
    """Of a server that knows no conditions the bytes are compared."""
    address = site.serve("/a", LONG, "text/plain")
    assert texts(site, tmp_path, address) == texts(site, tmp_path, address) == [LONG]
    assert headers_of(site, "/a") == [(None, None)] * 2
    assert parsed == [address]
    site.serve("/a", "Another.", "text/plain")
    assert texts(site, tmp_path, address) == ["Another."]


def test_conditions_are_for_the_last_address(site: Site, tmp_path: Path) -> None:
    """After a redirect the page is asked by its conditions, and the redirect is not."""
    conditional(site, "/a", LONG)
    short = site.redirect("/short", "/a")
    assert texts(site, tmp_path, short) == texts(site, tmp_path, short) == [LONG]
    assert headers_of(site, "/short") == [(None, None)] * 2
    assert headers_of(site, "/a") == [(None, None), (ETAG, DAY)]


def test_another_version_parses_anew(
    site: Site, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version of the program has parsed is as if it were not there."""
    address = conditional(site, "/a", LONG)
    texts(site, tmp_path, address)
    monkeypatch.setattr("index.fetched.version", lambda _: "99")
    assert texts(site, tmp_path, address) == [LONG]
    assert parsed == [address] * 2
    assert headers_of(site, "/a") == [(None, None)] * 2


@pytest.mark.parametrize("place", [0, 100, -1])
def test_damaged_entry_is_as_if_absent(site: Site, tmp_path: Path, place: int) -> None:
    """An entry of which one byte is another is not believed, and written anew."""
    address = conditional(site, "/a", LONG)
    texts(site, tmp_path, address)
    [entry] = (tmp_path / "fetched").iterdir()
    whole = entry.read_bytes()
    damaged = bytearray(whole)
    damaged[place] ^= 1
    entry.write_bytes(damaged)
    assert texts(site, tmp_path, address) == [LONG]
    assert headers_of(site, "/a") == [(None, None)] * 2
    assert entry.read_bytes() == whole


def test_entries_that_nobody_needs_are_removed(site: Site, tmp_path: Path) -> None:
    """What is no longer a source leaves no word of it behind."""
    one, two = conditional(site, "/a", "Xylophone."), conditional(site, "/b", LONG)
    texts(site, tmp_path, one, two)
    assert len(list((tmp_path / "fetched").iterdir())) == 2
    texts(site, tmp_path, two)
    [left] = (tmp_path / "fetched").iterdir()
    assert b"Xylophone" not in left.read_bytes()


def test_build_keeps_what_it_fetched(site: Site, tmp_path: Path, parsed: list[str]) -> None:
    """A second build of the same addresses parses none of them, and is the same."""
    address = conditional(site, "/a", LONG)
    first = build(tmp_path, [address], LetterEncoder(), allowed=site.allowed)
    again = build(tmp_path, [], LetterEncoder(), allowed=site.allowed)
    assert (again.name, again.unchanged, parsed) == (first.name, True, [address])


def answer_of(status: int, **headers: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An answer of a status alone."""

    async def answer(_: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, headers=named)

    return answer


@pytest.mark.slow
def test_item_that_fails_stays_as_it_was(site: Site, tmp_path: Path) -> None:
    """An item whose server fails is as it was read before, and told; one that is gone is not."""
    one, two = conditional(site, "/a", "One."), conditional(site, "/b", "Two.")
    feed = site.serve("/feed", rss(item(one), item(two)), "text/xml")
    assert texts(site, tmp_path, feed) == ["One.", "Two."]
    site.answers["/a"], site.answers["/b"] = answer_of(500), answer_of(410)
    told: list[SourceError] = []
    found = sources.read([feed], told.append, tmp_path, site.allowed)
    assert [one.article.text for one in found] == ["One."]
    assert [str(error) for error in told] == [
        f"{one} answers with HTTP status 500: check the address. "
        "Until then it stays as it was read before.",
        f"{two} answers with HTTP status 410: check the address.",
    ]
    assert [type(error) for error in told] == [SourceError, Gone]


def test_busy_server_is_waited_for(site: Site, tmp_path: Path) -> None:
    """A server that names a short time is asked once more then; one that names a long is not."""
    answers = iter([answer_of(503, Retry_After="0"), answer_of(429, Retry_After="3600")])
    address = site.serve("/a", LONG, "text/plain")
    real = site.answers["/a"]

    async def busy(request: web.Request) -> web.StreamResponse:
        return await next(answers, real)(request)

    site.answers["/a"] = busy
    with pytest.raises(SourceError) as refused:
        texts(site, tmp_path, address)
    assert str(refused.value) == (
        f"{address} answers with HTTP status 429, as busy servers do: try again later."
    )
    assert texts(site, tmp_path, address) == [LONG]
    assert len(headers_of(site, "/a")) == 3


@pytest.mark.slow
def test_host_that_fails_is_left_alone(site: Site, tmp_path: Path) -> None:
    """After three failures in a row the other items of a host are not asked for."""
    for number in range(5):
        site.answers[f"/{number}"] = answer_of(503)
    feed = site.serve("/feed", rss(*(item(site.url(f"/{n}")) for n in range(5))), "text/xml")
    told: list[SourceError] = []
    with pytest.raises(SourceError, match=r"lists no article"):
        sources.read([feed], told.append, tmp_path, site.allowed)
    assert str(told[-1]) == (
        f"{site.url('/4')} was not asked for: 127.0.0.1 failed 3 times in a row. Try again later."
    )
    assert [path for path, _ in site.asked] == ["/robots.txt", "/feed", "/0", "/1", "/2"]


@pytest.mark.slow
def test_host_is_asked_one_at_a_time_and_hosts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each host one page is asked for at a time, of two hosts two at the same time."""
    monkeypatch.setattr(web_module, "PAUSE", 0.0)
    under_way: list[str] = []
    most: list[set[str]] = []

    async def slow(request: web.Request) -> web.StreamResponse:
        under_way.append(request.host)
        assert under_way.count(request.host) == 1
        await asyncio.sleep(0.3)
        most.append(set(under_way))
        under_way.remove(request.host)
        return web.Response(text=f"{request.path}: {LONG}")

    with running_site() as one, running_site() as two:
        pages = [site.url(f"/{site.port}-{n}") for site in (one, two) for n in range(3)]
        for site in (one, two):
            site.answers |= {f"/{site.port}-{n}": slow for n in range(3)}
        (tmp_path / "feed.xml").write_text(rss(*map(item, pages)))
        found = sources.read([str(tmp_path / "feed.xml")], allowed=one.allowed | two.allowed)
        assert [read.article.url for read in found] == pages
        assert [path for path, _ in one.asked].count("/robots.txt") == 1
    assert {one.host, two.host} in most


@pytest.mark.parametrize(("asked", "delay"), [("3", 3.0), ("86400", 10.0), ("0", 1.0), ("x", 1.0)])
def test_crawl_delay_counts_within_bounds(
    site: Site, asked: str, delay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause that a robots.txt asks for is made, up to ten seconds."""
    monkeypatch.setattr(web_module, "PAUSE", 1.0)
    site.serve("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n", "text/plain")
    with web_module.Web(1000, site.allowed) as used:
        used.run(used.fetch(site.serve("/a", LONG, "text/plain")))
        [host] = used._hosts.values()
    assert host.delay == delay
