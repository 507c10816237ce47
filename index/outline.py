"""The text of an article put together from its paragraphs, and where its pages and headings are."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from index.corpus import PARAGRAPH_BREAK
from index.parsed import Parsed

Spans = tuple[tuple[int, int], ...]


def put_together(found: Parsed, kept: Sequence[int]) -> tuple[str, tuple[int, ...], Spans]:
    """The text, the `pages` and the `headings` of the article that has these paragraphs.

    A page that begins in a paragraph which is left out begins with the next one that is not.

    Args:
        found: what was found in the file.
        kept: the places of the paragraphs that belong to the article, in order; at least one.
    """
    own = [found.paragraphs[place] for place in kept]
    ends = accumulate(len(paragraph) + len(PARAGRAPH_BREAK) for paragraph in own)
    starts = [0, *ends][: len(own)]
    pages = []
    for place, at in found.pages:
        new = bisect_left(kept, place)
        if new < len(kept):
            pages.append(starts[new] + (at if kept[new] == place else 0))
    headings = [
        (starts[new] + start, starts[new] + end)
        for new, place in enumerate(kept)
        for start, end in _first_lines(own[new], found.headings[place] if found.headings else 0)
    ]
    return PARAGRAPH_BREAK.join(own), tuple(pages), tuple(headings)


def _first_lines(paragraph: str, number: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each of the first lines of a paragraph."""
    start = 0
    for line in paragraph.split("\n")[:number]:
        yield start, start + len(line)
        start += len(line) + 1
