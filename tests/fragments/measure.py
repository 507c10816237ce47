"""How many quotes a browser finds by their addresses: `make fragments` prints it.

Pages with the boilerplate of news sites are served on the loopback, Pilcrow reads their articles,
and Chromium opens the address of each quote. It is found if the window shows all of the quote, and
all of it and nothing else is marked.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from bot.links import link_to_quote
from tests.fragments.browser import CHROMIUM, STYLE, Browser, browser
from tests.fragments.quotes import ALL, Page, Quote, pages
from tests.index.site import Site, running_site

RIGHT, NONE, NOTHING, ELSE = "exactly", "no fragment", "nothing marked", "something else marked"


@dataclass(frozen=True)
class Opened:
    """What came of opening the address of a quote."""

    page: Page
    quote: Quote
    fragment: str
    came: str

    def __str__(self) -> str:
        words = self.page.article.text[self.quote.start : self.quote.end]
        name = self.page.file.name
        return f"{name} {self.quote.kind}, {self.came}: {words!r} by {unquote(self.fragment)!r}"


async def opened(
    running: Browser, site: Site, given: Sequence[Page], every: int = 1
) -> AsyncIterator[Opened]:
    """What comes of opening every so many of the quotes of pages."""
    quotes = [(page, quote) for page in given for quote in page.quotes()]
    for page, quote in quotes[::every]:
        url = site.serve(f"/{page.file.name}", page.content + STYLE, "text/html; charset=utf-8")
        article = replace(page.article, url=url)
        link = link_to_quote(article, quote.start, quote.end)
        fragment = link.partition("#:~:text=")[2]
        came = await _came_of(running, link, quote) if fragment else NONE
        yield Opened(page, quote, fragment, came)


async def _came_of(running: Browser, link: str, quote: Quote) -> str:
    shown = await running.shown(link)
    # All that can be seen of the quote is marked, and so in the window, and nothing else is.
    if shown.marked and shown.marked == quote.places & shown.characters:
        return RIGHT
    return ELSE if shown.marked else NOTHING


async def main(every: int = 1) -> None:
    """Prints what became of the quotes, and each one that was not found."""
    if CHROMIUM is None:
        sys.exit("The addresses are opened by Chromium: install Debian's package chromium.")
    came: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with running_site() as site:
        async with browser() as running:
            async for one in opened(running, site, pages(ALL), every):
                came[one.came] += 1
                kinds[one.quote.kind] += 1
                if one.came != RIGHT:
                    print(one)
    print(f"{came.total()} quotes on {len(ALL)} pages:")
    for what in (RIGHT, NONE, NOTHING, ELSE):
        print(f"  {came[what]:4} {what}")
    print("Of each kind: " + ", ".join(f"{number} {kind}" for kind, number in kinds.items()))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
