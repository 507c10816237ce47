"""Tests of index.parse: whatever a file holds, it costs bounded time and memory."""

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from index import parse as parse_module
from index.build import build
from index.errors import SourceError
from index.parse import parse
from index.parsed import Kind, Parsed
from tests.encoders import LetterEncoder

pytestmark = pytest.mark.slow

LONG = "The old bridge at Dunmore reopened on Friday, eleven weeks after the river took an arch."


def pdf(content: bytes, *filters: str) -> bytes:
    """A PDF of one page with this content."""
    names = " ".join(f"/{name}" for name in filters)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} /Filter [{names}] >>\nstream\n".encode()
        + content
        + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    file, offsets = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        file
        + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n" % rows
        + b"startxref\n%d\n%%%%EOF" % len(file)
    )


def deflated(mebibytes: int, filling: bytes) -> bytes:
    """That much filling, compressed, a mebibyte at a time."""
    compress = zlib.compressobj(9)
    part = filling * (2**20 // len(filling))
    return b"".join(compress.compress(part) for _ in range(mebibytes)) + compress.flush()


SHOWN = b"BT /F1 12 Tf 72 720 Td (One.) Tj ET "
PAGE = f"<html><body><article><p>{LONG}</p><p>{LONG[::-1]}</p></article></body></html>".encode()


def test_page_is_parsed() -> None:
    """What a page holds comes back from the process that parses it."""
    assert parse(PAGE, "html", "a").paragraphs == [LONG, LONG[::-1]]


def test_pdf_is_parsed() -> None:
    """What a PDF holds comes back from the process that parses it."""
    assert parse(pdf(SHOWN), "pdf", "a") == Parsed(["One."], pages=[(0, 0)])


def test_other_letters_come_back() -> None:
    """Letters of all kinds pass between the processes, whatever the system's encoding."""
    page = PAGE.decode().replace("bridge", "мост 橋 🌉 \ufffd")
    assert parse(page.encode(), "html", "a").paragraphs[0] == LONG.replace(
        "bridge", "мост 橋 🌉 \ufffd"
    )


def attributes() -> bytes:
    """A page with an element of so many attributes that to compare each with each takes minutes."""
    return b"<p " + b" ".join(b"a%d=1" % number for number in range(200_000)) + b">One."


def test_slow_page_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes too long to parse is given up, and the reason told."""
    monkeypatch.setattr(parse_module, "MOST_SECONDS", 1)
    with pytest.raises(SourceError) as refused:
        parse(attributes(), "html", "a.html")
    assert str(refused.value) == (
        "a.html takes more than 1 seconds to read as a web page: "
        "save its text as a .txt or .md file."
    )


def large_page() -> bytes:
    """A page of 6 MiB of paragraphs."""
    return b"<article>" + b"".join(b"<p>%d. %s</p>" % (n, LONG.encode()) for n in range(60_000))


MEMORY = "needs too much memory to read as"


@pytest.mark.parametrize(
    ("make", "kind", "told"),
    [
        (large_page, "html", f"{MEMORY} a web page: split it."),
        (lambda: pdf(deflated(100, b" "), "FlateDecode"), "pdf", f"{MEMORY} a PDF file: split it."),
        (
            lambda: pdf(zlib.compress(deflated(100, b" ")), "FlateDecode", "FlateDecode"),
            "pdf",
            f"{MEMORY} a PDF file: split it.",
        ),
        (lambda: pdf(b"[" * 100_000), "pdf", "is broken, or too large to read as a PDF file: "),
    ],
)
def test_bomb_ends_in_a_sentence(
    make: Callable[[], bytes], kind: Kind, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file made to fill the memory is refused, in no more of it than is allowed."""
    monkeypatch.setattr(parse_module, "MOST_MEMORY", 96 * 2**20)
    with pytest.raises(SourceError) as refused:
        parse(make(), kind, "a")
    assert str(refused.value).startswith(f"a {told}")
    assert "\n" not in str(refused.value)


def test_bomb_leaves_the_index_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of a bomb stops, and the build before it goes on serving, to the byte."""
    (tmp_path / "a.html").write_bytes(PAGE)
    index = tmp_path / "index"
    build(index, [str(tmp_path / "a.html")], LetterEncoder())
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    monkeypatch.setattr(parse_module, "MOST_MEMORY", 96 * 2**20)
    (tmp_path / "a.html").write_bytes(large_page())
    with pytest.raises(SourceError, match=r"a\.html needs too much memory"):
        build(index, [], LetterEncoder())
    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


def test_parser_has_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The process that parses strangers' files is not told the bot's token."""
    environment = tmp_path / "environment"
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nenv > {environment}\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    assert parse(PAGE, "html", "a").paragraphs[0] == LONG
    assert "PYTHONPATH" in environment.read_text()
    assert "secret" not in environment.read_text()


def test_parser_starts_light() -> None:
    """The process that parses imports none of the libraries that the index is searched with."""
    code = (
        "import sys, index.parse, pypdf\n"
        "index.parse.main(['html', '60', str(2**29)])\n"
        "assert 'trafilatura' in sys.modules\n"
        "heavy = {'torch', 'faiss', 'numpy', 'onnxruntime', 'pydantic'} & set(sys.modules)\n"
        "print('', heavy, sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="<p>One.</p>",
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.endswith("\nset()\n")


def test_parser_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process ends without an answer, the file is told for unreadable."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SourceError, match=r"^a is broken, or too large to read as a web page"):
        parse(PAGE, "html", "a")
