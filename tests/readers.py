"""Readers whose spans can be checked by hand; they compute, and load no model."""

import re
from collections.abc import Sequence

from bot.reader import Span

_NUMBER = re.compile(r"\d+")


class NumberReader:
    """Finds the numbers in a text, whatever the question; the greater, the likelier.

    A number's score is what it is above 5: "7" has 2.0 and "3" has -2.0.

    Attributes:
        name: what it is called.
    """

    def __init__(self, name: str = "numbers") -> None:
        self.name = name

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """The numbers in each text, the greatest first, of equal ones the earlier first."""
        return [
            sorted(
                (Span(*found.span(), float(found.group()) - 5) for found in _NUMBER.finditer(text)),
                key=lambda span: -span.score,
            )
            for text in texts
        ]
