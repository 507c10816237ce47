"""A browser opens the addresses of quotes: a part of what `make fragments` opens."""

import asyncio
from collections import Counter

import pytest

from tests.fragments.browser import CHROMIUM, browser
from tests.fragments.matcher import Blocks
from tests.fragments.measure import RIGHT, Opened, opened
from tests.fragments.quotes import OWN, pages
from tests.index.site import running_site

EVERY = 12


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: install Debian's package chromium")
def test_chromium_scrolls_to_each_quote_and_marks_nothing_else() -> None:
    """Each of some twenty quotes of all kinds is in the window, and is all that is marked there."""

    async def main() -> list[Opened]:
        with running_site() as site:
            async with browser() as running:
                return [one async for one in opened(running, site, pages(OWN), EVERY)]

    came = asyncio.run(main())
    assert [str(one) for one in came if one.came != RIGHT] == []
    assert len(came) >= 15
    assert len(Counter(one.quote.kind for one in came)) >= 8


@pytest.mark.parametrize(
    ("text", "directive", "marked"),
    [
        ("unarmed men, an armed man", "armed", "armed"),
        ("Masood's car. Masood fled", "Masood,-fled", "Masood"),
        ("it is Masood's", "Masood", None),
        ("it is Masood's", "Masood,-'s", "Masood"),
        ("one two. one three", "one-,three", "three"),
        ("one end. more end here", "one,end,-here", "one end. more end"),
        ("one\ntwo", "one%20two", None),
        ("one\ntwo", "one-,two", "two"),
        ("one\ntwo", "one,two", "one\ntwo"),
        ("Café “X”", "cafe%20%22x%22", "Café “X”"),
        ("a – b. a - b", "a%20%2D%20b", "a - b"),
    ],
)
def test_the_matcher_marks_what_chromium_does(
    text: str, directive: str, marked: str | None
) -> None:
    """What the specification is taken to mean is what Chromium 150 was seen to mark."""
    found = Blocks(text).marked(directive)
    assert (text[slice(*found)] if found else None) == marked
