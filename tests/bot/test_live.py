"""LiveIndex: the build that serves while others come, go, and break."""

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.live import BuildGoneError, LiveIndex
from index.build import build
from index.errors import NoIndex
from tests.encoders import LetterEncoder

ENCODER = LetterEncoder()


def make(folder: Path, text: str, encoder: LetterEncoder = ENCODER) -> str:
    """Builds an article of this text into `folder/index`; returns the build's name."""
    source = folder / "article.txt"
    source.write_text(text, "utf-8")
    return build(folder / "index", [str(source)], encoder).name


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged since the last call."""
    messages = [record.message for record in caplog.records if record.name == "bot.live"]
    caplog.clear()
    return messages


@pytest.fixture(autouse=True)
def _at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Everything from INFO on is caught."""
    caplog.set_level(logging.INFO)


def test_without_an_index_there_is_nothing_to_serve(tmp_path: Path) -> None:
    """A folder without a build is refused at the start."""
    with pytest.raises(NoIndex):
        LiveIndex(tmp_path, ENCODER)


def test_a_new_build_is_picked_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next question after a build is asked of it; before, the same index serves."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    before = live.current()
    assert before.name == first
    assert live.current() is before
    second = make(tmp_path, "Two.")
    after = live.current()
    assert (after.name, after.articles[0].text) == (second, "Two.")
    assert live.current() is after
    assert before.articles[0].text == "One."
    assert logged(caplog) == [f"build {second} serves from now on"]


def test_a_build_by_another_encoder_is_refused_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says once why the build cannot serve; the old one goes on, and a good one comes."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    make(tmp_path, "One.", LetterEncoder("others"))
    assert [live.current().name for _ in range(3)] == [first] * 3
    (line,) = logged(caplog)
    assert line.startswith(f"build {first} goes on serving: The index in ")
    assert "was built with the model others" in line
    third = make(tmp_path, "Three.")
    assert live.current().name == third


def test_a_damaged_build_is_refused_until_it_is_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A build whose files are not what it says does not serve; built again, it does."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    second = make(tmp_path, "Two.")
    (tmp_path / "index" / second / "articles.jsonl").write_text("{}", "utf-8")
    assert [live.current().name for _ in range(3)] == [first] * 3
    (line,) = logged(caplog)
    assert "articles.jsonl is not what was built" in line
    assert make(tmp_path, "Two.") == second
    assert live.current().name == second


def test_a_missing_current_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without CURRENT the opened build goes on serving, and so it does when CURRENT is back."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    current = tmp_path / "index" / "CURRENT"
    kept = current.read_bytes()
    current.unlink()
    assert [live.current().name for _ in range(3)] == [first] * 3
    (line,) = logged(caplog)
    assert line.startswith(f"build {first} goes on serving: There is no index in ")
    current.write_bytes(kept)
    assert live.current().name == first
    shutil.rmtree(tmp_path / "index")
    assert live.current().search("one", 1)[0].passage.text == "One."


def test_a_folder_in_the_place_of_current_is_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What the system refuses to read is told in the log like a damaged build."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    (tmp_path / "index" / "CURRENT").unlink()
    (tmp_path / "index" / "CURRENT").mkdir()
    assert live.current().name == first
    assert len(logged(caplog)) == 1


def test_threads_share_one_opening(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Of many threads that meet a new build each gets it, and it is opened once."""
    make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    second = make(tmp_path, "Two.")
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: live.current(), range(64)))
    assert {id(index) for index in opened} == {id(opened[0])}
    assert opened[0].name == second
    assert logged(caplog) == [f"build {second} serves from now on"]


def test_an_older_build_is_opened_by_its_name(tmp_path: Path) -> None:
    """What is still on the disk is opened, once; of the current build nothing is opened anew."""
    first = make(tmp_path, "One.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    assert live.build(first) is live.current()
    make(tmp_path, "Two.")
    older = live.build(first)
    assert (older.name, older.articles[0].text) == (first, "One.")
    assert live.build(first) is older
    assert live.current().articles[0].text == "Two."


def test_two_older_builds_stay_open(tmp_path: Path) -> None:
    """Of the older builds, the two that were opened last are kept open."""
    names = [make(tmp_path, text) for text in ("One.", "Two.", "Three.")]
    live = LiveIndex(tmp_path / "index", ENCODER)
    opened = [live.build(name) for name in names[:2]]
    assert [live.build(name) for name in names[:2]] == opened
    fourth = make(tmp_path, "Four.")
    assert live.current().name == fourth
    # It makes place for itself by closing the first, whose files are gone too.
    assert live.build(names[2]).name == names[2]
    assert live.build(names[1]) is opened[1]
    with pytest.raises(BuildGoneError, match="please ask again"):
        live.build(names[0])


def test_a_build_that_cannot_be_opened_is_gone(tmp_path: Path) -> None:
    """A build that was never there, is damaged, or is of another encoder, is told to be gone."""
    first = make(tmp_path, "One.")
    other = make(tmp_path, "One.", LetterEncoder("others"))
    current = make(tmp_path, "Two.")
    live = LiveIndex(tmp_path / "index", ENCODER)
    (tmp_path / "index" / first / "passages.npy").unlink()
    for name in (first, other, "0123456789ab"):
        with pytest.raises(BuildGoneError):
            live.build(name)
    assert live.current().name == current
