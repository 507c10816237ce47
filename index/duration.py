"""Lengths of time on the command line."""

import re
from datetime import timedelta

import click

HOURLY = timedelta(hours=1)
"""How often addresses are asked again where nothing else is said."""

_DURATION = re.compile(r"([1-9]\d{0,4})\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """A length of time on the command line: 30s, 15m, 2h, 1d."""

    name = "duration"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The length of time, or a usage error."""
        written = _DURATION.fullmatch(value.strip())
        if written is None:
            self.fail(f"“{value}” is no length of time: write 30s, 15m, 2h or 1d.", param, ctx)
        number, unit = written.groups()
        return timedelta(**{_UNITS[unit.lower()]: int(number)})
