"""Choice: which items of a feed or a sitemap become articles."""

from dataclasses import dataclass
from datetime import date

USUAL_LIMIT = 50
"""How many items of a feed or a sitemap are read where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items of each feed and each sitemap are read; all else is read whole.

    Attributes:
        limit: how many, the newest first; None for `USUAL_LIMIT`.
        since: the first day that counts, if older items are left out.
    """

    limit: int | None = None
    since: date | None = None
