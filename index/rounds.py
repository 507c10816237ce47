"""Builds that follow one another, as `pilcrow build --watch` and `--every` have it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Timer

import click

from index import store
from index.asked import asked_now
from index.build import Built, build
from index.choice import Choice
from index.cli import sentence
from index.errors import DamagedIndex, PilcrowError
from index.exporting import ExportingEncoder
from index.gather import Changes
from index.served import Model
from index.settings import IndexSettings
from index.text import count
from index.told import export, outcome_of, reporting, tell_unspoken
from index.watch import Again, watch

_SECONDS_TO_END = 3


def build_rounds(
    settings: IndexSettings,
    sources: tuple[str, ...],
    encoder: Model,
    choice: Choice,
    every: timedelta,
    files: bool,
) -> None:
    """Builds at once and again and again, until Ctrl-C, or SIGTERM, which ends the program with 0.

    Args:
        every: after which time everything is read again.
        files: whether files are read when they change, too.
    """
    rounds = Rounds(settings, sources, encoder, choice)
    with _ended_by_sigterm() as stop:
        watch(rounds.build, rounds.asked, settings.index, every, files, stop)


@dataclass(slots=True)
class Rounds:
    """Builds that follow one another and have these in common.

    Attributes:
        settings, sources, encoder, choice: what each of them is told.
        told: what the last one left out, and why, which is not told again.
        began: whether one has come to an end.
    """

    settings: IndexSettings
    sources: tuple[str, ...]
    encoder: Model
    choice: Choice
    told: frozenset[str] = frozenset()
    began: bool = False

    def asked(self) -> tuple[str, ...]:
        """What is built, as far as it is known."""
        try:
            return asked_now(self.settings.index, self.sources, self.choice).sources
        except DamagedIndex:
            return ()

    def build(self, again: Again) -> None:
        """Builds once, and says what changed, if anything did.

        What went wrong is told, too; the build before serves on.

        Raises:
            PilcrowError, OSError: what went wrong, where there is no build before.
        """
        index = self.settings.index
        said: set[str] = set()

        def tell(words: str) -> None:
            if words not in self.told:
                click.echo(words, err=True)
            said.add(words)

        try:
            with reporting(tell) as reports:
                allowed = self.settings.inner_hosts
                embedding = ExportingEncoder(index, self.encoder)
                built = build(index, self.sources, embedding, reports, allowed, self.choice, again)
            tell_unspoken(built, self.encoder, tell)
            if not built.unchanged or not self.began:
                export(index, self.encoder)
        except (PilcrowError, OSError) as error:
            if not store.has_current(index):
                raise
            click.echo(sentence(error), err=True)
        else:
            if not built.unchanged or not self.began:
                click.echo(_changes_of(built) if self.began else outcome_of(built))
            self.began = True
        self.told = frozenset(said)


def _changes_of(built: Built) -> str:
    """What is said of a build after another one."""
    changes = str(built.changes)
    if built.changes == Changes():
        changes = "No text changed, but something else did"
    of_them = f"{built.embedded:,} of {count(built.passages, 'passage')} embedded anew"
    return f"{changes}: build {built.name}, {of_them}."


@contextmanager
def _ended_by_sigterm() -> Iterator[Event]:
    """An event that SIGTERM sets; it ends what goes on here and then the program, in seconds."""
    stop = Event()

    def end(*_: object) -> None:
        stop.set()
        # What waits for a name server, say, waits longer than who sent the signal.
        last = Timer(_SECONDS_TO_END, os._exit, [0])
        last.daemon = True
        last.start()
        raise SystemExit

    signal.signal(signal.SIGTERM, end)
    try:
        yield stop
    except (SystemExit, KeyboardInterrupt):
        # watchfiles makes the second of the first.
        if not stop.is_set():
            raise
    # All is written, and PyTorch takes seconds to be taken down.
    os._exit(0)
