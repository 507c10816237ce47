"""Tests of index.archive: a .zip is read as the folder that it holds."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from index import contents
from index.corpus import Article
from index.errors import SourceError, TooMuch
from index.sources import read as read_sources
from tests.index.attacks import zipped
from tests.index.site import running_site
from tests.sources import read


def packed(folder: Path, **files: str | bytes) -> str:
    """The path of an archive of these files; a _ in a name stands for its dot."""
    named = {name.replace("_", "."): content for name, content in files.items()}
    data = zipped(*((n, c if isinstance(c, bytes) else c.encode()) for n, c in named.items()))
    (folder / "a.zip").write_bytes(data)
    return str(folder / "a.zip")


def test_archive_is_read_as_a_folder(tmp_path: Path) -> None:
    """Files, folders, rows and what stands beside a file are read, under the ids of a folder."""
    (tmp_path / "a.zip").write_bytes(
        zipped(
            ("b.txt", b"B."),
            ("a/z.md", b"# Z\n\nOne."),
            ("a/z.meta.json", b'{"published": "2024-02-29"}'),
            ("rows.jsonl", b'{"id": "r", "text": "R."}\n'),
            (".hidden.txt", b"no"),
            ("__MACOSX/b.txt", b"no"),
            ("picture.png", b"no"),
            ("empty/", b""),
        )
    )
    assert read([str(tmp_path / "a.zip")]) == [
        Article("a/z", "Z", "One.", published=date(2024, 2, 29)),
        Article("b", "B.", "B."),
        Article("r", "R.", "R."),
    ]


def test_archive_in_a_folder_is_a_folder(tmp_path: Path) -> None:
    """What lies in an archive of a folder has its name before its own."""
    packed(tmp_path, one_txt="One.", two_txt="Two.")
    (tmp_path / "a.txt").write_text("A.")
    assert [a.id for a in read([str(tmp_path)])] == ["a.txt", "a.zip/one", "a.zip/two"]


def test_archive_of_the_web_is_read(tmp_path: Path) -> None:
    """An archive at an address is read without a file."""
    with running_site() as site:
        data = zipped(("one.txt", b"One."))
        address = site.serve("/export", data, "application/zip")
        [found] = read_sources([address], allowed=site.allowed)
    assert (found.article, found.source, found.place) == (
        Article("one", "One.", "One."),
        address,
        f"{address}/one.txt",
    )


def test_names_are_read_in_their_encoding(tmp_path: Path) -> None:
    """A name in UTF-8 of which the archive does not say so is read as that; others are as told."""
    data = zipped(("é.txt", b"One."))
    marks = ((b"PK\3\4", 6), (b"PK\1\2", 8))
    unmarked = bytearray(data)
    for signature, place in marks:
        start = data.index(signature) + place
        assert data[start : start + 2] == b"\0\x08"
        unmarked[start : start + 2] = b"\0\0"
    for content in (data, unmarked):
        (tmp_path / "a.zip").write_bytes(content)
        assert [a.id for a in read([str(tmp_path / "a.zip")])] == ["é"]
    (tmp_path / "a.zip").write_bytes(unmarked.replace("é".encode(), b"\x82\x82"))
    assert [a.id for a in read([str(tmp_path / "a.zip")])] == ["éé"]


def test_name_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    """Of two files of one name the first is read, and the second told."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as written:
        written.writestr("a.txt", "First.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            written.writestr("a.txt", "Second.")
    file = tmp_path / "a.zip"
    file.write_bytes(data.getvalue())
    told: list[SourceError] = []
    assert [a.text for a in read([str(file)], told.append)] == ["First."]
    assert [str(error) for error in told] == [f"{file}: a.txt is in the archive twice."]


def test_archive_without_articles_is_refused(tmp_path: Path) -> None:
    """An archive in which nothing can be read is refused by its name."""
    file = packed(tmp_path, picture_png=b"\x89PNG")
    with pytest.raises(SourceError) as refused:
        read([file])
    assert str(refused.value) == (
        f"The archive {file} has no article that can be read: "
        "put .txt, .md, .html, .htm, .pdf, .docx, .epub, .jsonl, .zip files there."
    )


def test_more_files_than_may_be_are_refused(tmp_path: Path) -> None:
    """Whoever reads for somebody with little room reads no more files than that has room for."""
    file = packed(tmp_path, one_txt="One.", two_txt="Two.", picture_png=b"")
    assert len(read_sources([file], most_files=2)) == 2
    with pytest.raises(TooMuch, match=r"a\.zip has 2 files that may be articles, and 1 more may"):
        read_sources([file], most_files=1)


def test_rows_are_read_a_line_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in an archive may be longer together than one article, though none of them alone."""
    monkeypatch.setattr(contents, "MOST_BYTES", 1000)
    rows = [json.dumps({"id": str(n), "text": "word " * 100}).encode() + b"\n" for n in range(12)]
    assert len(read([packed(tmp_path, rows_jsonl=b"".join(rows))])) == 12
    long = json.dumps({"text": "word " * 200}).encode()
    with pytest.raises(SourceError, match=r"has no article that can be read"):
        read([packed(tmp_path, rows_jsonl=long)])
