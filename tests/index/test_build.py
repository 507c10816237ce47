"""Tests of index.build: the article's path, into an index that serves throughout."""

import os
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.asked import Asked, last_asked
from index.build import Built, Reports, build
from index.check import check
from index.choice import Choice
from index.errors import DamagedIndex, SourceError, WrongEncoder
from index.gather import Changes
from index.search import open_index
from index.sources import SAMPLE
from tests.encoders import BrokenEncoder, LetterEncoder


def article(folder: Path, name: str, *paragraphs: str) -> str:
    """The path of a text file of these paragraphs."""
    file = folder / f"{name}.txt"
    file.write_text("\n".join(paragraphs))
    return str(file)


def contents(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """The bytes, the inode and the time of change of each file in a folder.

    Left out are the lock and what was embedded for a build that was cut short.
    """
    return {
        str(path.relative_to(folder)): (
            path.read_bytes(),
            path.stat().st_ino,
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock" and path.parent.name != "embedding"
    }


def vectors_of(index: Path) -> dict[str, bytes]:
    """The bytes of the vector of each passage text of the current build."""
    opened = open_index(index, LetterEncoder())
    held = store.load_vectors(index / opened.name)
    vectors = held.vectors(np.arange(len(opened)))
    return {opened.passage(row).text: vectors[row].tobytes() for row in range(len(opened))}


def test_first_build_is_of_the_sample(tmp_path: Path) -> None:
    """An index that was never built is built from the sample article when no source is named."""
    built = build(tmp_path, [], LetterEncoder())
    assert built == Built(
        store.current_build(tmp_path), 1, 26, 26, False, {"en": 1}, Changes(new=1)
    )
    assert last_asked(tmp_path) == Asked(("sample",), Choice())
    assert check(tmp_path, LetterEncoder()).passages == 26


def test_same_input_is_the_same_build(tmp_path: Path) -> None:
    """The same articles have the same build, byte for byte, in whatever folder."""
    one = build(tmp_path / "one", [SAMPLE], LetterEncoder())
    two = build(tmp_path / "two", [SAMPLE], LetterEncoder())
    assert one.name == two.name
    assert {name: data for name, (data, _, _) in contents(tmp_path / "one" / one.name).items()} == {
        name: data for name, (data, _, _) in contents(tmp_path / "two" / two.name).items()
    }


def test_same_input_again_does_nothing(tmp_path: Path) -> None:
    """A build of what is current already embeds no text and touches no file."""
    build(tmp_path, [SAMPLE], LetterEncoder())
    before = contents(tmp_path)
    encoder = LetterEncoder()
    again = build(tmp_path, [SAMPLE], encoder)
    assert (again.unchanged, again.embedded, encoder.asked) == (True, 0, [])
    assert contents(tmp_path) == before


def test_unchanged_passages_keep_their_vectors(tmp_path: Path) -> None:
    """After a change only new texts are embedded; the other vectors stay, bit for bit."""
    index = tmp_path / "index"
    source = article(tmp_path, "a", "First.", "Second.", "Third.")
    build(index, [source], LetterEncoder())
    before = vectors_of(index)
    article(tmp_path, "a", "New.", "Third.", "First.", "New.")
    encoder = LetterEncoder()
    built = build(index, [source], encoder)
    assert encoder.asked == ["New."]
    assert (built.embedded, built.passages, built.unchanged) == (1, 4, False)
    after = vectors_of(index)
    assert {text: after[text] for text in ("First.", "Third.")} == {
        text: before[text] for text in ("First.", "Third.")
    }
    assert after["New."] == LetterEncoder().embed(["New."])[0].tobytes()


def test_change_of_metadata_embeds_nothing(tmp_path: Path) -> None:
    """A new title makes a new build with the old vectors."""
    index, source = tmp_path / "index", article(tmp_path, "a", "First.", "Second.")
    one = build(index, [source], LetterEncoder())
    article(tmp_path, "a", "---", "title: T", "---", "First.", "Second.")
    encoder = LetterEncoder()
    two = build(index, [source], encoder)
    assert (encoder.asked, two.embedded, two.unchanged) == ([], 0, False)
    assert one.name != two.name
    assert open_index(index, encoder).articles[0].title == "T"


def test_vectors_of_another_encoder_are_not_kept(tmp_path: Path) -> None:
    """With another encoder everything is embedded anew."""
    build(tmp_path, [SAMPLE], LetterEncoder())
    other = LetterEncoder("other")
    assert build(tmp_path, [], other).embedded == 26
    assert len(other.asked) == 26


def test_index_of_another_encoder_is_refused(tmp_path: Path) -> None:
    """An index does not open, nor pass its check, with another encoder; it says how to rebuild."""
    build(tmp_path, [SAMPLE], LetterEncoder())
    other = LetterEncoder("other")
    for look in (open_index, check):
        with pytest.raises(WrongEncoder) as refused:
            look(tmp_path, other)
        assert str(refused.value) == (
            f"The index in {tmp_path} was built with the model letters "
            f"({LetterEncoder().fingerprint[:12]}), and the one that is set is other "
            f"({other.fingerprint[:12]}): run `pilcrow build` to rebuild it with other, "
            "or set PILCROW_MODEL to the model that it was built with."
        )


def test_sources_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without sources is of those of the last one, begun in whatever folder."""
    index = tmp_path / "index"
    article(tmp_path, "a", "First.")
    monkeypatch.chdir(tmp_path)
    build(index, ["a.txt"], LetterEncoder())
    article(tmp_path, "a", "Second.")
    monkeypatch.chdir("/")
    build(index, [], LetterEncoder())
    assert [a.text for a in open_index(index, LetterEncoder()).articles] == ["Second."]
    assert last_asked(index) == Asked((str(tmp_path / "a.txt"),), Choice())


def test_link_is_remembered_by_its_own_name(tmp_path: Path) -> None:
    """A source that is a link to a file keeps its name, and is followed anew by each build."""
    index, link = tmp_path / "index", tmp_path / "latest.txt"
    for name in ("monday", "tuesday"):
        link.unlink(missing_ok=True)
        link.symlink_to(article(tmp_path, name, f"Only {name}."))
        build(index, [str(link)] if name == "monday" else [], LetterEncoder())
    [latest] = open_index(index, LetterEncoder()).articles
    assert (latest.id, latest.text) == ("latest", "Only tuesday.")


def test_source_whose_name_is_no_text_is_remembered(tmp_path: Path) -> None:
    """A file whose name is not UTF-8 can be built, and built again."""
    file = tmp_path / os.fsdecode(b"caf\xe9.txt")
    file.write_text("First.")
    built = build(tmp_path / "index", [str(file)], LetterEncoder())
    assert build(tmp_path / "index", [], LetterEncoder()).name == built.name
    assert check(tmp_path / "index", LetterEncoder()).articles == 1


def test_lost_list_of_sources_does_not_bring_back_the_sample(tmp_path: Path) -> None:
    """Where the list of sources is lost, a build that names none leaves the index as it is."""
    index, source = tmp_path / "index", article(tmp_path, "a", "First.")
    name = build(index, [source], LetterEncoder()).name
    (index / "sources.json").unlink()
    with pytest.raises(DamagedIndex, match="naming them"):
        build(index, [], LetterEncoder())
    assert store.current_build(index) == name
    assert build(index, [source], LetterEncoder()).unchanged
    assert check(index, LetterEncoder()).articles == 1


@pytest.mark.parametrize("fails_at", [1, 64, 65, 70])
def test_failing_encoder_leaves_everything_as_it_was(tmp_path: Path, fails_at: int) -> None:
    """A build that fails at any batch of texts leaves the build before, its files and no others."""
    index = tmp_path / "index"
    build(index, [SAMPLE], LetterEncoder())
    before = contents(index)
    source = article(tmp_path, "a", *(f"Paragraph {number}." for number in range(70)))
    with pytest.raises(RuntimeError):
        build(index, [source], BrokenEncoder(fails_at))
    assert contents(index) == before
    assert check(index, LetterEncoder()).articles == 1


def test_failing_source_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """A build of a source that cannot be read changes nothing, the remembered sources included."""
    index = tmp_path / "index"
    build(index, [SAMPLE], LetterEncoder())
    before = contents(index)
    with pytest.raises(SourceError):
        build(index, [SAMPLE, str(tmp_path / "missing.txt")], LetterEncoder())
    assert contents(index) == before


def test_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that the disk refuses half-way leaves no unfinished files behind."""
    index, source = tmp_path / "index", article(tmp_path, "a", "First.")
    build(index, [SAMPLE], LetterEncoder())
    before = contents(index)

    def refuse(*args: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(np, "save", refuse)
        with pytest.raises(OSError, match="No space left"):
            build(index, [source], LetterEncoder())
    assert contents(index) == before
    assert not build(index, [source], LetterEncoder()).unchanged


def test_old_builds_are_removed(tmp_path: Path) -> None:
    """The current build and the two before it stay; older ones go."""
    index, names = tmp_path / "index", []
    for number in range(5):
        source = article(tmp_path, "a", f"Paragraph {number}.")
        names.append(build(index, [source], LetterEncoder()).name)
    kept = {"CURRENT", "lock", "seen.json", "sources.json", *names[2:]}
    assert {path.name for path in index.iterdir()} == kept
    assert store.current_build(index) == names[4]


def test_folders_of_others_are_never_removed(tmp_path: Path) -> None:
    """A folder that is no build stays, even one with a manifest.json of its own."""
    for name in ("public", "app", "site", "0123"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    for number in range(5):
        source = article(tmp_path, "a", f"Paragraph {number}.")
        build(tmp_path, [source], LetterEncoder())
    for name in ("public", "app", "site", "0123"):
        assert (tmp_path / name / "manifest.json").read_text() == "{}"


def test_progress_is_told(tmp_path: Path) -> None:
    """A build tells how many passages are embedded, of how many, and which files it leaves out."""
    article(tmp_path, "a", *(f"Paragraph {number}." for number in range(70)))
    article(tmp_path, "b")
    told: list[tuple[int, int]] = []
    skipped: list[SourceError] = []
    reports = Reports(lambda done, total: told.append((done, total)), skipped.append)
    build(tmp_path / "index", [str(tmp_path)], LetterEncoder(), reports)
    assert told == [(0, 70), (64, 70), (70, 70)]
    assert [str(e) for e in skipped] == [f"{tmp_path}/b.txt is empty: leave it out or fill it."]
