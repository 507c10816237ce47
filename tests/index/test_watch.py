"""Tests of index.watch and index.rounds: builds that follow their sources."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import click
import pytest
from click.testing import CliRunner

from index.__main__ import cli
from index.choice import Choice
from index.duration import Duration
from index.encoder import SentenceEncoder
from index.errors import SourceError
from index.rounds import Rounds
from index.search import open_index
from index.settings import IndexSettings
from index.sources import is_address
from index.watch import Again, watch
from tests.index.site import Site, running_site
from tests.index.test_build import contents
from tests.terminal import ROOT, environment

HUNDRED = [f"Item {n} of the agenda.\n\nThe council spoke of matter {n}." for n in range(100)]


@pytest.fixture
def site() -> Iterator[Site]:
    """A site without a page."""
    with running_site() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a hundred articles of two passages each."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(HUNDRED):
        (folder / f"{number:02}.txt").write_text(text)
    return folder


def everything(_: str) -> bool:
    """All sources are read again, as when it is time."""
    return True


def files_alone(source: str) -> bool:
    """Files are read again, as when one has changed."""
    return not is_address(source)


@pytest.fixture
def index(tmp_path: Path, sample_folder: Path) -> Path:
    """The folder of an index that has no build, and the encoder as it is served."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "encoders").symlink_to(sample_folder / "encoders")
    return folder


def rounds(
    index: Path, encoder: SentenceEncoder, *sources: object, hosts: str = "", **choice: str
) -> Rounds:
    """Builds of these sources that have not begun."""
    settings = IndexSettings(index=index, allowed_hosts=hosts)
    return Rounds(settings, tuple(map(str, sources)), encoder, Choice(**choice))  # type: ignore[arg-type]


@pytest.mark.slow
def test_one_changed_article_among_a_hundred(
    index: Path, folder: Path, encoder: SentenceEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the passage that is new is embedded, and one line says so; its article keeps its id."""
    each = rounds(index, encoder, folder)
    each.build(everything)
    first = capsys.readouterr().out
    assert first.endswith(": 100 articles, 200 passages, 200 of them embedded anew.\n")
    (folder / "42.txt").write_text("Item 42 of the agenda.\n\nThe mayor resigned over matter 42.")
    each.build(files_alone)
    name = (index / "CURRENT").read_text().strip()
    assert capsys.readouterr() == (
        f"1 article changed, 0 new, 0 gone: build {name}, 1 of 200 passages embedded anew.\n",
        "",
    )
    listed = CliRunner().invoke(cli, ["articles", "--json", "--index", str(index)])
    changed = [row["id"] for row in json.loads(listed.output) if row["changed"]]
    assert changed == ["42"]


def test_round_without_a_change_does_nothing(
    tmp_path: Path, index: Path, encoder: SentenceEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later round in which nothing changed touches no file and says nothing."""
    file = tmp_path / "a.txt"
    file.write_text("One.")
    each = rounds(index, encoder, file)
    each.build(everything)
    before = contents(index)
    capsys.readouterr()
    for again in (everything, files_alone):
        each.build(again)
    assert contents(index) == before
    assert capsys.readouterr() == ("", "")


def test_round_begun_anew_says_where_it_stands(
    tmp_path: Path, index: Path, encoder: SentenceEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first round says what there is, though nothing has changed since the last build."""
    file = tmp_path / "a.txt"
    file.write_text("One.")
    rounds(index, encoder, file).build(everything)
    name = (index / "CURRENT").read_text().strip()
    capsys.readouterr()
    rounds(index, encoder).build(everything)
    assert capsys.readouterr().out == (
        f"Nothing has changed: build {name}, 1 article, 1 passage.\n"
    )


def test_site_that_is_down_holds_up_nothing_else(
    tmp_path: Path,
    index: Path,
    site: Site,
    encoder: SentenceEncoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a site had stays while it is down, in one sentence; files are built meanwhile."""
    file = tmp_path / "a.txt"
    file.write_text("One.")
    address = site.serve("/a", "Two.", "text/plain")
    each = rounds(index, encoder, address, file, hosts=site.host)
    each.build(everything)
    site.fail("/a")
    capsys.readouterr()
    each.build(everything)
    assert capsys.readouterr() == (
        "",
        f"Left as it was: {address} answers with HTTP status 503, as busy servers do: "
        "try again later.\n",
    )
    file.write_text("Three.")
    each.build(everything)
    told = capsys.readouterr()
    assert told.out.startswith("1 article changed, 0 new, 0 gone: build ")
    assert told.err == ""
    assert [a.text for a in open_index(index, encoder).articles] == ["Two.", "Three."]
    site.serve("/a", "Four.", "text/plain")
    each.build(everything)
    assert [a.text for a in open_index(index, encoder).articles] == ["Four.", "Three."]


def test_changed_file_asks_no_site(
    tmp_path: Path,
    index: Path,
    site: Site,
    encoder: SentenceEncoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A round for a file leaves addresses alone, and what they had stays, in its order."""
    file = tmp_path / "a.txt"
    file.write_text("One.")
    address = site.serve("/a", "Two.", "text/plain")
    each = rounds(index, encoder, address, file, hosts=site.host)
    each.build(everything)
    site.asked.clear()
    before = contents(index)
    assert len(list((index / "fetched").iterdir())) == 1
    each.build(files_alone)
    assert contents(index) == before
    file.write_text("Three.")
    each.build(files_alone)
    assert [a.text for a in open_index(index, encoder).articles] == ["Two.", "Three."]
    assert site.asked == []


def test_round_that_fails_is_told_and_the_next_tries_again(
    tmp_path: Path, index: Path, encoder: SentenceEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two articles of one id are one sentence; the build before serves until that is mended."""
    one, two = tmp_path / "a" / "x.txt", tmp_path / "b" / "x.txt"
    for file in (one, two):
        file.parent.mkdir()
        file.write_text("One.")
    each = rounds(index, encoder, one, two)
    each.build(everything)
    before = contents(index)
    two.write_text("Two.")
    capsys.readouterr()
    each.build(files_alone)
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith(f"{two} has the id “x”, and so has {one}.")
    assert contents(index) == before
    one.write_text("Two.")
    each.build(files_alone)
    assert capsys.readouterr().out.startswith("1 article changed, 0 new, 0 gone: build ")


def test_first_round_of_all_must_succeed(
    tmp_path: Path, index: Path, encoder: SentenceEncoder
) -> None:
    """Where there is no build before, a source that is not there ends the command."""
    each = rounds(index, encoder, tmp_path / "nowhere")
    with pytest.raises(SourceError, match=r"^There is no file or folder "):
        each.build(everything)


def test_what_vanished_is_told_in_few_lines(
    tmp_path: Path, index: Path, encoder: SentenceEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five articles that vanished have a line each, and all others one."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.txt").write_text(f"Article {number}.")
    each = rounds(index, encoder, folder, vanished="keep")
    each.build(everything)
    capsys.readouterr()
    for number in range(8):
        (folder / f"{number}.txt").unlink()
    each.build(files_alone)
    assert capsys.readouterr() == (
        "",
        "".join(f"{folder} no longer has “Article {number}.”: kept.\n" for number in range(5))
        + "So it is with 3 more: 3 kept, 0 dropped.\n",
    )


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30s", 30), ("15m", 900), (" 2H ", 7200), ("1d", 86400), ("90 m", 5400)],
)
def test_durations(written: str, seconds: int) -> None:
    """A duration is a number and a unit."""
    assert Duration().convert(written, None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "15", "m", "0s", "-5m", "1.5h", "1w", "15m30s", "999999d"])
def test_bad_duration_is_refused(written: str) -> None:
    """What is no duration is refused in one sentence, which shows how one is written."""
    with pytest.raises(click.BadParameter) as refused:
        Duration().convert(written, None, None)
    assert refused.value.message == (f"“{written}” is no length of time: write 30s, 15m, 2h or 1d.")


class Watched:
    """A watch in a thread of its own, and the rounds that it began."""

    def __init__(self, index: Path, *sources: str, every: timedelta, files: bool = True) -> None:
        self.rounds: list[tuple[bool, ...]] = []
        self._begun, self._stop, self._sources = Event(), Event(), sources
        self._thread = Thread(
            target=watch,
            args=(self._round, lambda: sources, index, every, files, self._stop),
            daemon=True,
        )
        self._thread.start()

    def _round(self, again: Again) -> None:
        self.rounds.append(tuple(map(again, self._sources)))
        self._begun.set()

    def next(self) -> tuple[bool, ...]:
        """Which sources the next round reads again."""
        assert self._begun.wait(30)
        self._begun.clear()
        return self.rounds[-1]

    def end(self) -> None:
        """Ends it."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.mark.slow
def test_what_is_noticed(tmp_path: Path) -> None:
    """A file that is written, replaced under its link, or moved with its folder; a new folder."""
    folder, file, index = tmp_path / "folder", tmp_path / "file.txt", tmp_path / "folder" / "index"
    (folder / "deep.er").mkdir(parents=True)
    index.mkdir()
    for one in (file, folder / "deep.er" / "a.md"):
        one.write_text("One.")
    link = tmp_path / "latest.txt"
    link.symlink_to(file)
    new, missing = tmp_path / "new.txt", tmp_path / "missing"
    new.write_text("New.")
    sources = (str(folder), "https://a.example/", str(link), str(missing))
    watched = Watched(index, *sources, every=timedelta(hours=1))
    assert watched.next() == (True, True, True, True)
    changes = [
        lambda: (folder / "deep.er" / "a.md").write_text("Two."),
        lambda: (folder / "deep.er").rename(tmp_path / "elsewhere"),
        lambda: new.replace(file),
        missing.mkdir,
        lambda: (missing / "b.txt").write_text("One."),
    ]
    for change in changes:
        change()
        assert watched.next() == (True, False, True, True)
    for unseen in (index / "CURRENT", folder / ".hidden.txt", tmp_path / "unnamed.txt"):
        unseen.write_text("Not seen.")
    time.sleep(1)
    assert len(watched.rounds) == 1 + len(changes)
    watched.end()


@pytest.mark.slow
def test_all_is_read_again_when_it_is_time(tmp_path: Path) -> None:
    """A schedule reads files and addresses again, whether files are watched between or not."""
    sources = (str(tmp_path), "https://a.example/")
    often = timedelta(milliseconds=50)
    both = [Watched(tmp_path / "i", *sources, every=often, files=files) for files in (True, False)]
    for watched in both:
        assert [watched.next() for _ in range(2)] == [(True, True)] * 2
        watched.end()


@pytest.mark.slow
def test_watching_process(tmp_path: Path, index: Path) -> None:
    """`build --watch` builds at once and when a file changes, until SIGTERM; that is 0."""
    file = tmp_path / "a.txt"
    file.write_text("One.\n\nTwo.")
    process = subprocess.Popen(
        [sys.executable, "-m", "index", "build", "--watch", str(file), "--index", str(index)],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().endswith(": 1 article, 2 passages, 2 of them embedded anew.\n")
    file.write_text("One.\n\nThree.")
    line = process.stdout.readline()
    name = (index / "CURRENT").read_text().strip()
    assert line == (
        f"1 article changed, 0 new, 0 gone: build {name}, 1 of 2 passages embedded anew.\n"
    )
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
