"""Tests of index.sources: articles and their metadata in JSONL and in front matter."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from index.contents import MOST_BYTES
from index.corpus import Article
from index.errors import SourceError
from tests.sources import read


def articles_of(folder: Path, *lines: object) -> list[Article]:
    """The articles of a JSONL file of these lines; what is no string is written as JSON."""
    file = folder / "rows.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts), "utf-8", errors="surrogatepass")
    return read([str(file)])


def refusal(folder: Path, *lines: object) -> str:
    """What is said of the lines, after the name of the file."""
    with pytest.raises(SourceError) as refused:
        articles_of(folder, *lines)
    return str(refused.value).removeprefix(f"{folder / 'rows.jsonl'} ")


def headed(folder: Path, head: str, body: str = "Body.") -> Article:
    """The article of a text file with this front matter."""
    file = folder / "a.txt"
    file.write_bytes(f"---\n{head}\n---\n{body}".encode())
    [article] = read([str(file)])
    return article


def test_all_fields_of_a_row_are_kept(tmp_path: Path) -> None:
    """A row's fields are the article's, its id included, and unknown ones are left alone."""
    row = {
        "id": "voa/1 a",
        "title": "T",
        "url": "https://x.y/z",
        "published": "2018-03-22",
        "publisher": "P",
        "text": "One.\nTwo.",
        "language": "fr",
        "section": "World",
    }
    assert articles_of(tmp_path, row) == [
        Article("voa/1 a", "T", "One.\n\nTwo.", "https://x.y/z", date(2018, 3, 22), "P", "fr")
    ]


def test_only_text_is_required(tmp_path: Path) -> None:
    """A row of text alone has an id by its content and a title by its opening words."""
    [article] = articles_of(tmp_path, {"text": "One."})
    assert article == Article(hashlib.sha256(b"One.").hexdigest()[:12], "One.", "One.")


def test_empty_fields_count_as_unknown(tmp_path: Path) -> None:
    """Empty and null fields are fields that are not there."""
    empty = dict.fromkeys(("id", "title", "url", "published", "publisher", "language"), " ")
    null = dict.fromkeys(empty)
    [one] = articles_of(tmp_path, {**empty, "text": "One."})
    assert articles_of(tmp_path, {**null, "text": "One."}) == [one]
    assert (one.title, one.url, one.published, one.publisher) == ("One.", None, None, None)


@pytest.mark.parametrize(("given", "kept"), [(7, "7"), (7.5, "7.5"), ("  a\tb ", "  a\tb ")])
def test_numbers_do_for_ids(tmp_path: Path, given: object, kept: str) -> None:
    """An id may be a number, and is kept to the letter otherwise."""
    assert articles_of(tmp_path, {"id": given, "text": "One."})[0].id == kept


def test_rows_keep_their_order_and_blank_lines_are_left_out(tmp_path: Path) -> None:
    """Rows are read in order, with blank lines, a byte order mark and CRLF between them."""
    row = '{"id": "%s", "text": "One."}'
    lines = ["\ufeff" + row % "b", "\r", row % "a" + "\r", "", row % "c"]
    assert [a.id for a in articles_of(tmp_path, *lines)] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2018-03-22T10:00:00Z", date(2018, 3, 22)),
        ("2018-03-22 10:00", date(2018, 3, 22)),
        (20180322, date(2018, 3, 22)),
    ],
)
def test_time_of_publication_is_its_day(tmp_path: Path, written: object, kept: date) -> None:
    """A moment in ISO 8601 stands for its day."""
    assert articles_of(tmp_path, {"published": written, "text": "One."})[0].published == kept


@pytest.mark.parametrize("day", ["soon", "2018-13-40", "22.03.2018", "2018-03-22x", True, ["2018"]])
def test_bad_day_is_refused(tmp_path: Path, day: object) -> None:
    """A day that is none is refused with its line and its value."""
    assert refusal(tmp_path, {"text": "One.", "id": 1}, {"text": "Two.", "published": day}) == (
        f"line 2: “published” is {day!r}, but a day is written YYYY-MM-DD: mend it."
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.y", "https://", "https://x y", 7])
def test_bad_address_is_refused(tmp_path: Path, url: object) -> None:
    """An address that no browser should open is refused."""
    assert refusal(tmp_path, {"text": "One.", "url": url}) == (
        f"line 1: “url” is {url!r}, but an address begins with http:// or https:// "
        "and has no spaces: mend it."
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"title": "T"}, "line 1 has no “text”: add it."),
        ({"text": 5}, "line 1: “text” is 5, but Input should be a valid string: mend it."),
        ({"text": None}, "line 1: “text” is None, but Input should be a valid string: mend it."),
        ({"text": " "}, "line 1 has no text of an article in it: leave it out or fill it."),
        ({"text": "?!"}, "line 1 has no text of an article in it: leave it out or fill it."),
        ({"text": "a", "id": True}, "line 1: “id” is True, but Input should be a valid string"),
        ([1], 'line 1 is not a JSON object: write {"text": "…"} there.'),
        ("nonsense", "line 1 is not JSON in UTF-8 (Expecting value"),
        ('{"text": "a"', "line 1 is not JSON in UTF-8 (Expecting ',' delimiter"),
        ('{"id": %s, "text": "a"}' % ("9" * 5000), "line 1 is not JSON in UTF-8 (Exceeds"),
        ("[" * 100_000, "line 1 is not JSON in UTF-8 (maximum recursion depth"),
        ("", "is empty: put one article a line there, as a JSON object."),
    ],
)
def test_bad_row_is_refused(tmp_path: Path, line: object, reason: str) -> None:
    """A row that is no article is refused with the number of its line and the reason."""
    assert refusal(tmp_path, line).startswith(reason)


def test_row_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """JSON is UTF-8 by its specification (RFC 8259), and nothing else is taken for it."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes('{"text": "café"}'.encode("cp1252"))
    with pytest.raises(SourceError, match=r"line 1 is not JSON in UTF-8 .*: mend that line"):
        read([str(file)])


def test_oversized_row_is_refused(tmp_path: Path) -> None:
    """A row beyond the limit of an article is refused with its line and not read whole."""
    long = {"text": "word " * (MOST_BYTES // 5)}
    assert refusal(tmp_path, {"text": "One."}, long) == (
        "line 2 has 10.0 MiB, and an article may have 10: split it."
    )


def test_line_ends_of_a_cleaned_text_stay(tmp_path: Path) -> None:
    """In a text that is said to be cleaned only blank lines separate paragraphs."""
    row = {"text": "Heading\nOne.\u202e\n \n\nTwo.\r\nThree.", "cleaned": True}
    (cleaned,) = articles_of(tmp_path, row)
    assert cleaned.text == "Heading\nOne.\n\nTwo.\nThree."
    (same,) = articles_of(tmp_path, {"text": "One.\nTwo.", "cleaned": True})
    assert same.text == "One.\nTwo."
    (plain,) = articles_of(tmp_path, {"text": "One.\nTwo."})
    assert plain.text == "One.\n\nTwo."


def test_two_rows_of_one_id_are_refused(tmp_path: Path) -> None:
    """Rows that differ and share an id are refused with both lines; a repeated row is one."""
    row, other = {"id": "a", "text": "One."}, {"id": "a", "text": "Two."}
    assert len(articles_of(tmp_path, row, row)) == 1
    assert refusal(tmp_path, row, other) == (
        f"line 2 has the id “a”, and so has {tmp_path / 'rows.jsonl'} line 1. "
        "Give one of them another id, or name only one of the two."
    )


def test_odd_characters_in_a_row_are_made_regular(tmp_path: Path) -> None:
    """Control characters and direction marks are in no title or text; an id keeps all it can."""
    row = '{"id": "\\ud800a\\nb", "title": "\\u202eT\\u0000", "text": "\\ud83d\\ude00 \\ud800 yes"}'
    [article] = articles_of(tmp_path, row)
    assert (article.id, article.title, article.text) == ("?a\nb", "T", "😀 yes")


def test_front_matter_of_a_text(tmp_path: Path) -> None:
    """Metadata at the head of a text are its article's; `date` may stand for `published`."""
    head = "id: 5\ntitle: A year on\ndate: 2018-03-22\npublisher: Sky\nurl: https://x.y"
    assert headed(tmp_path, head, "One.\r\nTwo.") == Article(
        "5", "A year on", "One.\n\nTwo.", "https://x.y", date(2018, 3, 22), "Sky"
    )


def test_front_matter_values_that_yaml_makes_numbers_are_text(tmp_path: Path) -> None:
    """A title or an id that YAML takes for a number or a day is kept as text."""
    article = headed(tmp_path, "title: 2018-03-22\nid: 1.5\npublisher: 1984")
    assert (article.title, article.id, article.publisher) == ("2018-03-22", "1.5", "1984")


@pytest.mark.parametrize("body", ["---\nOne.\n\nTwo.\n\n---\n\nThree.", "---\n- One.\n---\nTwo."])
def test_rules_around_words_are_no_front_matter(tmp_path: Path, body: str) -> None:
    """Words between two rules at the head of a text are not lost for being no metadata."""
    file = tmp_path / "a.txt"
    file.write_text(body)
    assert "One." in read([str(file)])[0].text
    assert "---" not in read([str(file)])[0].text


def test_rule_without_a_second_one_is_no_front_matter(tmp_path: Path) -> None:
    """A single rule at the head of a text begins no metadata."""
    file = tmp_path / "a.txt"
    file.write_text("---\ntitle: x\n")
    assert read([str(file)])[0].text == "title: x"


@pytest.mark.parametrize("text", ["{\nnot json\n}\nBody.", "+++\nnot toml\n+++\nBody."])
def test_only_yaml_is_front_matter(tmp_path: Path, text: str) -> None:
    """Braces and plus signs at the head of a text are the text's own."""
    file = tmp_path / "a.txt"
    file.write_text(text)
    assert read([str(file)])[0].text == text.replace("\n", "\n\n")


@pytest.mark.parametrize(
    "head",
    [
        "title: [a",
        "title: Hello: World",
        "published: 2018-13-45",
        "x: !!int ''",
        "x: !!python/object/apply:os.system ['true']",
        "x: " + "[" * 2_000 + "]" * 2_000,
    ],
)
def test_bad_front_matter_is_refused(tmp_path: Path, head: str) -> None:
    """Front matter that is no YAML, or hostile YAML, is refused with the name of the file."""
    with pytest.raises(SourceError) as refused:
        headed(tmp_path, head)
    assert str(refused.value).startswith(f"The front matter of {tmp_path / 'a.txt'} is not YAML (")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "line", ["a{i}: &a{i} [*a{j}, *a{j}]", "a{i}: &a{i} {{<<: [*a{j}, *a{j}]}}"]
)
def test_metadata_that_multiply_are_refused_at_once(tmp_path: Path, line: str) -> None:
    """YAML whose aliases multiply to a billion values is refused instead of computed."""
    lines = ["a0: &a0 {x: y}", *(line.format(i=i, j=i - 1) for i in range(1, 40))]
    with pytest.raises(
        SourceError, match=r"is not YAML \(aliases like \*this are not read\): mend it"
    ):
        headed(tmp_path, "\n".join([*lines, "title: *a39"]))


def test_long_value_is_shown_in_short(tmp_path: Path) -> None:
    """A value that does not fit is shown in 60 characters, however deep and wide it is."""
    told = refusal(tmp_path, {"text": "One.", "title": [[["x" * 1000] * 1000]]})
    assert told.startswith("line 1: “title” is [[['xxxx")
    assert told.endswith(", but Input should be a valid string: mend it.")
    assert len(told) < 150


def test_oversized_front_matter_is_refused(tmp_path: Path) -> None:
    """Front matter longer than any metadata is refused with its length."""
    with pytest.raises(SourceError, match="has 70,002 characters: shorten it"):
        headed(tmp_path, "title: " + "x" * 69_993)


def test_title_of_markdown_is_its_first_heading(tmp_path: Path) -> None:
    """A Markdown file without metadata has its first heading as title."""
    file = tmp_path / "a.md"
    file.write_text("# A year on\n\nOne.\n\nMore from Finsbury Park\n\nTwo.")
    assert read([str(file)]) == [Article("a", "A year on", "One.\n\nTwo.")]
