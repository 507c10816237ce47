"""Choice: which items of a feed or a sitemap become articles, and which articles stay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.feeds import Item

USUAL_LIMIT = 50
"""How many items of a feed or a sitemap are read where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items of feeds and sitemaps are read, all else being read whole; and what stays.

    Attributes:
        limit: how many, the newest first; None for `USUAL_LIMIT`.
        since: the first day that counts, if older items are left out.
        vanished: what a build does with an article that its source has no longer; None to drop it
            where the source is on this machine, and to keep it where it is on the web.
    """

    limit: int | None = None
    since: date | None = None
    vanished: Literal["drop", "keep"] | None = None

    @property
    def most(self) -> int:
        """How many items are read."""
        return self.limit or USUAL_LIMIT

    def of(self, items: Iterable[Item]) -> list[Item]:
        """The items that may count, the newest first; those without a day last, in their order.

        Where a list gives no day, the article itself may; see `takes`.
        """
        since = self.since.isoformat() if self.since else ""
        recent = [item for item in items if item.day is None or item.day >= since]
        return sorted(recent, key=lambda item: item.day or "", reverse=True)

    def takes(self, published: date | None) -> bool:
        """Whether an article of that day counts; one without a day does if all days do."""
        return self.since is None or (published is not None and published >= self.since)
