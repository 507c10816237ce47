"""The articles of sources, as tests read them."""

from collections.abc import Callable, Iterable

from index import sources as source_reader
from index.choice import Choice
from index.corpus import Article
from index.errors import SourceError


def read(
    sources: Iterable[str],
    skipped: Callable[[SourceError], None] = lambda _: None,
    allowed: frozenset[str] = frozenset(),
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> list[Article]:
    """The articles alone of what `index.sources.read` reads."""
    found = source_reader.read(sources, skipped, allowed=allowed, choice=choice)
    return [one.article for one in found]
