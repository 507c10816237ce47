"""Tests of index.sources: files, folders and standard input become articles."""

import hashlib
import json
import os
from datetime import date
from pathlib import Path

import pytest

from index.build import build
from index.contents import MOST_BYTES
from index.corpus import Article
from index.errors import SourceError
from index.sources import SAMPLE, keep
from tests.encoders import LetterEncoder
from tests.sources import read

Rows = list[dict[str, object]]


def written(file: Path, content: str | bytes) -> str:
    """The path of a file with this content."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def refusal(*sources: str) -> str:
    """The sentence with which the sources are refused."""
    with pytest.raises(SourceError) as refused:
        read(sources)
    return str(refused.value)


def test_folder_is_read_by_path(tmp_path: Path) -> None:
    """A folder's articles come in the order of their paths, which are their ids."""
    written(tmp_path / "b.txt", "B.")
    written(tmp_path / "a" / "z.md", "Z.")
    written(tmp_path / "a.TXT", "A.")
    written(tmp_path / "a" / "picture.png", b"\x89PNG")
    assert [(a.id, a.text) for a in read([str(tmp_path)])] == [
        ("a/z", "Z."),
        ("a", "A."),
        ("b", "B."),
    ]


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    """What a name with a dot hides is not read."""
    for name in ("seen.txt", ".hidden.txt", ".git/x.txt", "a/.b/y.md"):
        written(tmp_path / name, name)
    assert [a.id for a in read([str(tmp_path)])] == ["seen"]


def test_bad_file_in_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    """A file of a folder that cannot be read is told of, and the others are read."""
    written(tmp_path / "a.txt", "A.")
    bad = [
        written(tmp_path / "b.txt", ""),
        written(tmp_path / "c.jsonl", "nonsense"),
        written(tmp_path / "d.txt", bytes(range(256))),
    ]
    written(tmp_path / "e.txt", "E.")
    told: list[SourceError] = []
    assert [a.id for a in read([str(tmp_path)], told.append)] == ["a", "e"]
    assert len(told) == 3
    assert all(str(e).startswith(name) for e, name in zip(told, bad, strict=True))


def test_file_with_one_bad_row_is_left_out_whole(tmp_path: Path) -> None:
    """A JSONL file of a folder is read with all its rows or with none."""
    written(tmp_path / "a.jsonl", '{"text": "One."}\nnonsense\n{"text": "Three."}')
    written(tmp_path / "b.txt", "B.")
    told: list[SourceError] = []
    assert [a.text for a in read([str(tmp_path)], told.append)] == ["B."]
    assert [str(e).split(" is ")[0] for e in told] == [f"{tmp_path}/a.jsonl line 2"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has such a file")
def test_file_that_the_system_refuses_is_left_out_and_told(tmp_path: Path) -> None:
    """A file that fails while it is read is told of, and the others are read."""
    written(tmp_path / "a.txt", "A.")
    # The memory of a process is a file that is there and whose first byte cannot be read.
    (tmp_path / "b.txt").symlink_to("/proc/self/mem")
    told: list[SourceError] = []
    assert [a.id for a in read([str(tmp_path)], told.append)] == ["a"]
    assert [str(e) for e in told] == [
        f"{tmp_path}/b.txt cannot be read (Input/output error): check its permissions."
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A named file without permission to read it is refused with its name and the reason."""
    file = tmp_path / "a.txt"
    written(file, "A.")
    file.chmod(0)
    assert (
        refusal(str(file)) == f"{file} cannot be read (Permission denied): check its permissions."
    )


@pytest.mark.parametrize("content", ["", " \n\t\n"])
def test_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    """A file with nothing in it is refused by its name."""
    file = written(tmp_path / "a.txt", content)
    assert refusal(file) == f"{file} is empty: leave it out or fill it."


@pytest.mark.parametrize("content", ["[contf]", "***", "\u200b", "!!! ???", "# Only a title"])
def test_file_without_words_is_refused(tmp_path: Path, content: str) -> None:
    """A file with no word that belongs to an article is refused by its name."""
    file = written(tmp_path / "a.md", content)
    assert refusal(file) == f"{file} has no text of an article in it: leave it out or fill it."


def test_oversized_file_is_refused(tmp_path: Path) -> None:
    """A file beyond the limit is refused with its size and the limit."""
    file = written(tmp_path / "a.txt", b"word " * (MOST_BYTES // 5 + 1_000_000))
    assert refusal(file) == f"{file} has 14.8 MiB, and an article may have 10: split it."


def test_unknown_suffix_is_refused(tmp_path: Path) -> None:
    """A named file of an unknown kind is refused with the kinds that are read."""
    for name in ("a.odt", "noext", ".txt"):
        file = written(tmp_path / name, "text")
        assert refusal(file) == (
            f"{file} is not a kind of file that is read: "
            "use .txt, .md, .html, .htm, .pdf, .docx, .epub, .jsonl, .zip, .xml, .rss, .atom, "
            ".xml.gz files."
        )


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A name that nothing has is refused by it, however long it is."""
    for name in (str(tmp_path / "nowhere.txt"), "-", "x" * 5000):
        assert refusal(name) == f"There is no file or folder {name}: check the name."


def test_folder_without_articles_is_refused(tmp_path: Path) -> None:
    """A folder with no file that can be read as an article is refused by its name."""
    written(tmp_path / "empty.txt", "")
    assert refusal(str(tmp_path)) == (
        f"The folder {tmp_path} has no article that can be read: "
        "put .txt, .md, .html, .htm, .pdf, .docx, .epub, .jsonl, .zip files there."
    )


def test_nothing_named_is_refused() -> None:
    """No source at all has no article."""
    assert refusal() == "There is no article in no source."


def test_same_article_named_twice_is_one(tmp_path: Path) -> None:
    """An article that two sources have in common is read once."""
    file = written(tmp_path / "a.txt", "A.")
    assert [a.id for a in read([file, str(tmp_path), file])] == ["a"]


def test_two_articles_of_one_id_are_refused(tmp_path: Path) -> None:
    """Two articles that differ and share an id are refused with both of their places."""
    one, two = written(tmp_path / "x" / "a.txt", "A."), written(tmp_path / "y" / "a.txt", "B.")
    assert refusal(one, two) == (
        f"{two} has the id “a”, and so has {one}. "
        "Give one of them another id, or name only one of the two."
    )


def test_sample_is_named_by_a_word() -> None:
    """The article that ships with the project is read by its name."""
    assert [a.id for a in read([SAMPLE])] == ["000_2b8243ca65ed262c"]


def test_title_is_the_opening_words(tmp_path: Path) -> None:
    """Without metadata the title is the first paragraph, cut after a word."""
    short, long = "Masood died.", "The words of a very long sentence, " * 4
    assert read([written(tmp_path / "a.txt", short)])[0].title == short
    assert read([written(tmp_path / "b.txt", long)])[0].title == (
        "The words of a very long sentence, The words of a very long sentence, The words…"
    )


def test_title_is_one_line(tmp_path: Path) -> None:
    """Opening words of several lines, like a block of code, make a title of one."""
    file = written(tmp_path / "a.md", "```\none\ntwo\n```\n")
    assert (read([file])[0].text, read([file])[0].title) == ("one\ntwo", "one two")


def test_name_of_a_file_need_not_be_text(tmp_path: Path) -> None:
    """A file whose name is no UTF-8, or invisible, has an article with an id that is text."""
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("A.")
    (tmp_path / "\u200b.txt").write_text("B.")
    assert [a.id for a in read([str(tmp_path)])] == [
        "caf",
        hashlib.sha256(b"B.").hexdigest()[:12],
    ]


def test_standard_input_is_kept(tmp_path: Path) -> None:
    """A text from standard input becomes a file that a later build reads, named by its content."""
    data, folder = "One.\nTwo.".encode("utf-16"), tmp_path / "index" / "texts"
    kept = keep(data, "text.txt", folder, "Standard input")
    assert kept == keep(data, "text.txt", folder, "Standard input")
    assert Path(kept).is_absolute()
    [article] = read([kept])
    assert article.text == "One.\n\nTwo."
    assert article.id == Path(kept).stem
    assert article.id.startswith("text-")


@pytest.mark.parametrize("data", [b"", b"\n", bytes(range(256)), b"x " * MOST_BYTES])
def test_standard_input_that_is_no_article_is_not_kept(tmp_path: Path, data: bytes) -> None:
    """Standard input that cannot be an article is refused, and nothing is written."""
    with pytest.raises(SourceError, match=r"^Standard input "):
        keep(data, "text.txt", tmp_path / "texts", "Standard input")
    assert list(tmp_path.iterdir()) == []


LETTER = "He said “it’s over” – and the naïve café on the corner closed for good."
RUSSIAN = "Привет, как дела? Это статья о новостях Москвы и о том, что было вчера."
JAPANESE = "これは日本語の記事です。昨日、東京で大きな会議がありました。首相が出席しました。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (LETTER, "utf-8"),
        (LETTER, "utf-8-sig"),
        (LETTER, "cp1252"),
        (LETTER, "utf-16"),
        (LETTER, "utf-32"),
        ("It was over, he said, and went home.", "utf-16-le"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
    ],
)
def test_encodings_are_detected(tmp_path: Path, text: str, encoding: str) -> None:
    """A text in another encoding than UTF-8 is read as it was written."""
    [article] = read([written(tmp_path / "a.txt", text.encode(encoding))])
    assert article.text == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        b"\x7fELF" + bytes(500),
        b"words\0and more words",
        b"\x1f\x8b\x08\x00\xb7\x9c\x01\x02\xff\xcbH\xcd\xc9\xc9W(\xcf/\xcaI\x01",
        b"\xff\xfe\x00\xd8 lone surrogates!",
    ],
)
def test_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file that is no text is refused by its name."""
    file = written(tmp_path / "a.txt", data)
    assert refusal(file) == (
        f"{file} is binary data, or text in an unknown encoding: save it as text in UTF-8."
    )


def test_article_is_what_metadata_say(tmp_path: Path) -> None:
    """A sidecar file says what an article's own text does not."""
    written(tmp_path / "a.meta.json", '\ufeff{"title": "T", "published": "2018-03-22", "x": 1}')
    file = written(tmp_path / "a.txt", "One.\nTwo.")
    assert read([file]) == [Article("a", "T", "One.\n\nTwo.", published=date(2018, 3, 22))]


def test_front_matter_is_over_the_sidecar(tmp_path: Path) -> None:
    """Where front matter and a sidecar both say something, the front matter counts."""
    written(tmp_path / "a.meta.json", json.dumps({"title": "Beside", "publisher": "P"}))
    file = written(tmp_path / "a.md", "---\ntitle: Above\n---\n# Below\n\nOne.")
    assert read([file]) == [Article("a", "Above", "One.", publisher="P")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is not JSON in UTF-8 (Expecting property name"),
        ("[1]", 'is not a JSON object: write {"title": "…"} there.'),
        ('{"published": "soon"}', ": “published” is 'soon', but a day is written YYYY-MM-DD"),
    ],
)
def test_bad_sidecar_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    """A sidecar that cannot be read is refused by its own name."""
    sidecar = written(tmp_path / "a.meta.json", content)
    told = refusal(written(tmp_path / "a.txt", "One."))
    assert told.startswith(sidecar)
    assert reason in told


def test_the_index_is_no_source_of_itself(tmp_path: Path) -> None:
    """An index that lies inside a folder of articles is not read as one of them."""
    written(tmp_path / "a.txt", "The cat sat in Leeds.")
    index = tmp_path / "index"
    first = build(index, [str(tmp_path)], LetterEncoder())
    written(tmp_path / "a.txt", "The cat sat in York.")
    second = build(index, [str(tmp_path)], LetterEncoder())
    assert (first.articles, second.articles) == (1, 1)
    assert first.name != second.name


def test_two_files_of_one_name_are_two_articles(tmp_path: Path) -> None:
    """a.txt and a.md in one folder each have an id of their own."""
    written(tmp_path / "a.txt", "One.")
    written(tmp_path / "a.md", "Two.")
    written(tmp_path / "b.txt", "Three.")
    assert {article.id: article.text for article in read([str(tmp_path)])} == {
        "a.md": "Two.",
        "a.txt": "One.",
        "b": "Three.",
    }


@pytest.mark.parametrize("given", ["two  spaces", "new\nline", "cafe\u0301"])
def test_an_id_is_kept_as_it_was_given(tmp_path: Path, given: str) -> None:
    """An id is kept to the letter, however odd."""
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"id": given, "text": "One."}), "utf-8")
    assert [article.id for article in read([str(file)])] == [given]
