"""Web addresses -> articles: a page or file each, or all that a feed or a sitemap lists."""

import asyncio
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import groupby
from typing import cast
from urllib.parse import urlsplit

from index.choice import Choice
from index.contents import MOST_BYTES, article_of, contents, digest, sized
from index.corpus import Article
from index.errors import Gone, SourceError
from index.feeds import Item, Listing
from index.fetched import Entry, Fetches
from index.metadata import Metadata
from index.parse import parse_listing
from index.parsed import Form, Kind
from index.text import count
from index.web import Fetched, Web

MOST_SITEMAPS = 20
"""How many sitemaps of an index of sitemaps are read, the newest first."""

_HOSTS_AT_ONCE = 4
_OTHER_SITES = 5
"""How many other sites are asked whether a sitemap speaks for them."""

Found = list[tuple[Article, str]]
"""Articles, each with the place where it was read."""

Unpack = Callable[[bytes, Form, str], Found]
"""Bytes that hold several articles, their form and their place -> the articles."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Reads what stands at web addresses.

    Attributes:
        web: asked for it.
        fetches: what was there the last time.
        choice: which items of a feed or a sitemap are read.
        skipped: told of each item that is left out, though it should not be.
        unpack: reads an archive or rows.
    """

    web: Web
    fetches: Fetches
    choice: Choice
    skipped: Callable[[SourceError], None]
    unpack: Unpack

    def read(self, address: str) -> Found:
        """The articles at an address.

        Raises:
            SourceError: it cannot be had, or has no article.
        """
        return self.web.run(self._read(address))

    def listed(self, data: bytes, place: str) -> Found:
        """The articles that a file lists."""
        listing = parse_listing(unzipped(data, place), place)
        return self.web.run(self._all_of(listing, place, None))

    async def _read(self, address: str) -> Found:
        entry = await self._entry(address, Metadata())
        at = entry.known.address
        if entry.listing is None:
            # A page is called as it was named, wherever that leads today.
            return [(one, address if place == at else place) for one, place in entry.articles]
        return await self._all_of(entry.listing, address, at)

    async def _entry(self, address: str, beside: Metadata) -> Entry:
        """What stands at an address, parsed anew only if it is not what it was."""
        before = self.fetches.find(address, beside)
        fetched = await self.web.fetch(address, before.known if before else None)
        if fetched is None and before is not None:
            return before
        fetched = cast("Fetched", fetched)
        same = hashlib.sha256(f"{fetched.known.address}\n{fetched.form}\n".encode() + fetched.data)
        if before is not None and before.digest == same.hexdigest():
            entry = replace(before, known=fetched.known)
        else:
            articles, listing = await asyncio.to_thread(self._parsed, fetched, beside)
            own = version("pilcrow")
            entry = Entry(address, fetched.known, same.hexdigest(), own, beside, articles, listing)
        self.fetches.keep(entry)
        return entry

    def _parsed(self, fetched: Fetched, beside: Metadata) -> tuple[Found, Listing | None]:
        data, form, place = fetched.data, fetched.form, fetched.known.address
        if form == "xml":
            return [], parse_listing(unzipped(data, place), place)
        if form in ("zip", "jsonl"):
            return self.unpack(data, form, place), None
        return [(_article_at(data, cast("Kind", form), place, beside), place)], None

    async def _all_of(self, listing: Listing, place: str, at: str | None) -> Found:
        """The articles of what is listed; `at` is the address of the list, if it has one."""
        items = self.choice.of(listing.items)
        if listing.kind != "feed":
            items = await self._of_site(items, place, at)
        if listing.kind == "sitemaps":
            items = await self._in_sitemaps(items)
        found = await self._articles(items[: self.choice.most], listing, at)
        if not found:
            what = "feed" if listing.kind == "feed" else "sitemap"
            raise SourceError(
                f"The {what} {place} lists no article that can be read: "
                "look into it, or name other days or addresses."
            )
        return found

    async def _in_sitemaps(self, sitemaps: list[Item]) -> list[Item]:
        """The items of the newest sitemaps, as many as are read; no sitemap leads to a third."""
        items: list[Item] = []
        for one in sitemaps[:MOST_SITEMAPS]:
            if len(items) >= self.choice.most:
                break
            address = one.address or ""
            try:
                listing = await self._sitemap(address)
                items += await self._of_site(self.choice.of(listing.items), address, address)
            except SourceError as error:
                self.skipped(error)
        return self.choice.of(items)

    async def _sitemap(self, address: str) -> Listing:
        listing = (await self._entry(address, Metadata())).listing
        if listing is None or listing.kind != "sitemap":
            raise SourceError(f"{address} is no sitemap of pages: name those themselves.")
        return listing

    async def _of_site(self, items: list[Item], place: str, at: str | None) -> list[Item]:
        """The items that a sitemap may list: those of its site, and of sites that name it."""
        if at is None:
            return items
        sites: dict[str, bool] = {site(at): True}
        for item in items[: self.choice.most]:
            address = item.address or ""
            if site(address) not in sites and len(sites) <= _OTHER_SITES:
                sites[site(address)] = await self.web.names(address, at)
        own = [item for item in items if sites.get(site(item.address or ""))]
        if left := len(items) - len(own):
            self.skipped(
                SourceError(
                    f"{place} lists {count(left, 'page')} of other sites, "
                    "whose robots.txt does not name it."
                )
            )
        return own

    async def _articles(self, items: list[Item], listing: Listing, at: str | None) -> Found:
        """The articles of items, in order; several hosts are asked at once."""
        at_once = asyncio.Semaphore(_HOSTS_AT_ONCE)
        found: dict[int, Found] = {}

        async def of_one_host(numbers: list[int]) -> None:
            async with at_once:
                for number in numbers:
                    try:
                        found[number] = await self._item(items[number], listing, at)
                    except SourceError as error:
                        self.skipped(error)

        def host(number: int) -> str:
            return urlsplit(items[number].address or "").netloc.lower()

        numbers = sorted(range(len(items)), key=host)
        hosts = [list(of_it) for _, of_it in groupby(numbers, host)]
        await asyncio.gather(*map(of_one_host, hosts))
        # Two items may lead to one page; the first counts.
        by_id: dict[str, tuple[Article, str]] = {}
        for number in sorted(found):
            for article, place in found[number]:
                by_id.setdefault(article.id, (article, place))
        return list(by_id.values())

    async def _item(self, item: Item, listing: Listing, at: str | None) -> Found:
        """The article of an item, with what the list says of it where the page does not."""
        beside = Metadata.model_validate({"title": item.title, "published": item.published})
        articles = await self._page_of(item, beside, listing, at)
        taken = [(one, place) for one, place in articles if self.choice.takes(one.published)]
        for one, place in articles:
            if self.choice.since and one.published is None:
                self.skipped(SourceError(f"{place} gives no day, and older ones are not wanted."))
        return taken

    async def _page_of(
        self, item: Item, beside: Metadata, listing: Listing, at: str | None
    ) -> Found:
        if item.address is None:
            return [await asyncio.to_thread(_in_feed, item, beside, listing, at)]
        try:
            return await self._page(item.address, beside)
        except Gone:
            raise
        except SourceError as error:
            before = self.fetches.find(item.address, beside)
            if before is not None and before.listing is None:
                self.skipped(SourceError(f"{error} Until then it stays as it was read before."))
                return before.articles
            if item.content and (at is None or site(at) == site(item.address)):
                return [await asyncio.to_thread(_in_feed, item, beside, listing, at)]
            raise

    async def _page(self, address: str, beside: Metadata) -> Found:
        entry = await self._entry(address, beside)
        if entry.listing is not None:
            raise SourceError(f"{address} is a feed or a sitemap inside of another: name it.")
        return entry.articles


def unzipped(data: bytes, place: str) -> bytes:
    """The bytes of a list, without their gzip if they have that.

    Raises:
        SourceError: they are too many, or no gzip.
    """
    if data[:2] != b"\x1f\x8b":
        return sized(data, place)
    try:
        data = zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES + 1)
    except zlib.error:
        raise SourceError(f"{place} is compressed, but is no gzip data: save it anew.") from None
    if len(data) > MOST_BYTES:
        raise SourceError(f"{place} is larger than {MOST_BYTES // 2**20} MiB unpacked: split it.")
    return sized(data, place)


def site(url: str) -> str:
    """The host of an address, without what parts its mobile pages from the others."""
    return re.sub(r"^(www|m|mobile|amp)\.", "", urlsplit(url).netloc.lower())


def _article_at(data: bytes, kind: Kind, place: str, beside: Metadata) -> Article:
    """The article at a web address, whose own address and not its contents give it its id."""
    found, metadata = contents(data, kind, place, Metadata(), place)
    # Only a page of the same site is believed that it is another one.
    url = metadata.url if metadata.url and site(metadata.url) == site(place) else place
    known = beside.model_copy(update=metadata.model_dump(exclude_none=True))
    own = known.model_copy(update={"url": url, "id": None})
    return article_of(found, own, digest(url), place)


def _in_feed(item: Item, beside: Metadata, listing: Listing, at: str | None) -> tuple[Article, str]:
    """The article that a feed carries itself."""
    place = item.address or f"“{item.title or item.name or 'An item'}” of the feed"
    if item.content is None:
        raise SourceError(f"{place} has neither an address nor its whole text.")
    page = f"<html><body><article>{item.content}</article></body></html>".encode()
    found, _ = contents(page, "html", place, Metadata(), item.address or at)
    own = beside.model_copy(update={"url": item.address, "publisher": listing.title})
    name = item.address or f"{at} {item.name or item.title}"
    return article_of(found, own, digest(name), place), place
