"""Choice: which items of a feed or a sitemap become articles, and which articles stay."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

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
