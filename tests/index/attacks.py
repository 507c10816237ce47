"""Attacks by what is read, and what is said to each: `make attacks` prints them.

Each must end in one sentence, in little time and memory. The sites are on this machine.
"""

import asyncio
import gzip
import io
import logging
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from index import parse, sources
from index import web as web_module
from index.errors import SourceError
from index.text import count
from tests.index.site import Site, running_site

MEBIBYTE = 2**20
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
FILE_OF_THE_MACHINE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
RSS = (
    "<rss version='2.0'><channel><title>&i;</title><item><title>&i;</title></item></channel></rss>"
)
URLS = "<urlset><url><loc>https://a.org/&i;</loc></url></urlset>"

Attack = Callable[[Site], tuple[str, bytes] | str]
"""What makes a file, by its name and bytes, or an address."""


def zipped(
    *files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """An archive of these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def link() -> bytes:
    """An archive of a symbolic link to a file of the machine."""
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped((info, b"/etc/passwd"))


def many_files() -> bytes:
    """An archive whose list of files fills the memory, were it read: 200,000 entries."""
    name, number = b"%07d.txt", 200_000
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *[0] * 7, 11, 0, 0, 0, 0, 0, 0)
    entries = b"".join(entry + name % n for n in range(number))
    return entries + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(entries), 0, 0)


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """An archive whose list of files and whose file say something else there."""
    entry = bytearray(data)
    for signature, place in ((b"PK\1\2", offset), (b"PK\3\4", offset - 2)):
        start = entry.index(signature) + place
        entry[start : start + len(value)] = value
    return bytes(entry)


def declares(size: int) -> bytes:
    """An archive of one packed file of a mebibyte of nothing, which says to have this size."""
    return patched(zipped(("a.txt", bytes(MEBIBYTE))), 24, struct.pack("<L", size))


def book(page: str, package: str = "") -> bytes:
    """A book of one chapter."""
    container = "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>"
    opf = (
        f"{package}<package><manifest><item id='c' href='c.html'/></manifest>"
        "<spine><itemref idref='c'/></spine></package>"
    )
    files = {"META-INF/container.xml": container, "b.opf": opf, "c.html": page}
    return zipped(*((name, text.encode()) for name, text in files.items()))


def answering(
    site: Site, path: str, headers: dict[str, str], parts: bytes, pause: float = 0
) -> str:
    """An address that goes on answering without an end."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        while True:
            await asyncio.sleep(pause)
            await response.write(parts)

    site.answers[path] = answer
    return site.url(path)


def compressed(data: bytes) -> bytes:
    """The bytes by gzip, fast."""
    return gzip.compress(data, 1)


HTML = {"Content-Type": "text/html"}
FOREIGN = "https://famous.example"

ATTACKS: dict[str, tuple[Attack, str]] = {
    ".zip: a name that leads out by ..": (
        lambda _: ("a.zip", zipped(("../../etc/a.txt", b"One."))),
        "a.zip: ../../etc/a.txt leads out of the archive.",
    ),
    ".zip: a name that leads out by \\": (
        lambda _: ("a.zip", zipped(("..\\a.txt", b"One."))),
        "a.zip: ../a.txt leads out of the archive.",
    ),
    ".zip: an absolute name": (
        lambda _: ("a.zip", zipped(("/etc/a.txt", b"One."))),
        "a.zip: /etc/a.txt leads out of the archive.",
    ),
    ".zip: a name with a drive": (
        lambda _: ("a.zip", zipped(("C:/a.txt", b"One."))),
        "a.zip: C:/a.txt leads out of the archive.",
    ),
    ".zip: a symbolic link": (lambda _: ("a.zip", link()), "a.zip: a.txt is a link."),
    ".zip: a list of 200,000 files": (
        lambda _: ("a.zip", many_files()),
        "a.zip has more than 10,000 files, the most that are read: split it.",
    ),
    ".zip: 10,001 files": (
        lambda _: ("a.zip", zipped(*((f"{n}.txt", b"") for n in range(10_001)))),
        "a.zip has more than 10,000 files, the most that are read: split it.",
    ),
    ".zip: a bomb that says its size": (
        lambda _: ("a.zip", declares(2**32 - 2)),
        "a.zip has 4,096 MiB when it is unpacked, and an archive may have 256: split it.",
    ),
    ".zip: a bomb that says another size": (
        lambda _: ("a.zip", declares(10)),
        "a.zip/a.txt is broken: pack the archive anew.",
    ),
    ".zip: a file larger than an article": (
        lambda _: ("a.zip", zipped(("a.txt", bytes(11 * MEBIBYTE)))),
        "a.zip/a.txt has 11.0 MiB, and an article may have 10: split it.",
    ),
    ".zip: an archive inside": (
        lambda _: ("a.zip", zipped(("b.zip", zipped(("a.txt", b"One."))))),
        "a.zip: b.zip is an archive inside an archive: name it itself.",
    ),
    ".zip: an encrypted file": (
        lambda _: ("a.zip", patched(zipped(("a.txt", b"One.")), 8, b"\1\0")),
        "a.zip: a.txt is encrypted: pack it without a password.",
    ),
    ".zip: a packing that asks for memory (LZMA)": (
        lambda _: ("a.zip", zipped(("a.txt", b"One."), method=zipfile.ZIP_LZMA)),
        "a.zip: a.txt is packed in a way that is not read: pack it by “deflate”.",
    ),
    ".zip: a file whose sum is wrong": (
        lambda _: ("a.zip", patched(zipped(("a.txt", b"One.")), 16, b"\0\0\0\0")),
        "a.zip/a.txt is broken: pack the archive anew.",
    ),
    ".zip: no archive": (
        lambda _: ("a.zip", b"PK\3\4" + bytes(100)),
        "a.zip is no .zip file, or a broken one: pack it anew.",
    ),
    "feed: a billion laughs": (
        lambda _: ("a.rss", (LAUGHS + RSS).encode()),
        "a.rss declares entities of its own (<!ENTITY), which are not read: leave them out.",
    ),
    "feed: a file of the machine": (
        lambda _: ("a.rss", (FILE_OF_THE_MACHINE + RSS).encode()),
        "a.rss declares entities of its own (<!ENTITY), which are not read: leave them out.",
    ),
    "feed: the same in UTF-16": (
        lambda _: ("a.rss", (FILE_OF_THE_MACHINE + RSS).encode("utf-16")),
        "a.rss declares entities of its own (<!ENTITY), which are not read: leave them out.",
    ),
    "sitemap: a billion laughs": (
        lambda _: ("a.xml", (LAUGHS + URLS).encode()),
        "a.xml declares entities of its own (<!ENTITY), which are not read: leave them out.",
    ),
    "sitemap: a gzip bomb": (
        lambda _: ("a.xml.gz", compressed(bytes(64 * MEBIBYTE))),
        "a.xml.gz is larger than 10 MiB unpacked: split it.",
    ),
    "sitemap: 5,000 elements deep": (
        lambda _: ("a.xml", b"<urlset>" + b"<url>" * 5_000),
        "The sitemap a.xml lists no article that can be read: "
        "look into it, or name other days or addresses.",
    ),
    "sitemap: of pages of another site": (
        lambda site: site.serve(
            "/s", f"<urlset><url><loc>{FOREIGN}/</loc></url></urlset>", "text/xml"
        ),
        "/s lists 1 page of other sites, whose robots.txt does not name it.",
    ),
    "sitemap: that lists itself": (
        lambda site: site.serve(
            "/s",
            f"<sitemapindex><sitemap><loc>{site.url('/s')}</loc></sitemap></sitemapindex>",
            "text/xml",
        ),
        "/s is no sitemap of pages: name those themselves.",
    ),
    "feed: that leads to an inner server": (
        lambda _: (
            "a.rss",
            RSS.replace("&i;", "")
            .replace("<item>", "<item><link>http://127.0.0.2/secret</link>")
            .encode(),
        ),
        "http://127.0.0.2/secret leads to 127.0.0.2, which is no host of the open web: check the "
        "address (an operator can allow inner hosts with PILCROW_ALLOWED_HOSTS).",
    ),
    "feed: that lists itself": (
        lambda site: site.serve(
            "/f",
            RSS.replace("&i;", "").replace("<item>", f"<item><link>{site.url('/f')}</link>"),
            "application/rss+xml",
        ),
        "/f is a feed or a sitemap inside of another: name it.",
    ),
    "book: a file of the machine": (
        lambda _: ("a.epub", book("<p>&i;</p>", FILE_OF_THE_MACHINE)),
        "a.epub declares entities of its own (<!ENTITY), which are not read: leave them out.",
    ),
    "book: a bomb": (
        lambda _: ("a.epub", declares(2**32 - 2)),
        "a.epub has 4,096 MiB when it is unpacked, and an archive may have 256: split it.",
    ),
    "Word file: a bomb": (
        lambda _: (
            "a.docx",
            zipped(
                ("[Content_Types].xml", b"<Types>" + b" " * 600 * MEBIBYTE), ("_rels/.rels", b"")
            ),
        ),
        "a.docx needs too much memory to read as a Word file: split it.",
    ),
    "page: 100,000 elements deep": (
        lambda _: ("a.html", b"<div>" * 100_000 + b"One."),
        "a.html has no text of an article in it: leave it out or fill it.",
    ),
    "page: 200,000 attributes": (
        lambda _: ("a.html", b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">One."),
        "a.html takes more than 4 seconds to read as a web page: "
        "save its text as a .txt or .md file.",
    ),
    "front matter: YAML that multiplies": (
        lambda _: ("a.md", b"---\na: &a [x, x]\nb: [*a, *a]\n---\nOne."),
        "The front matter of a.md is not YAML (aliases like *this are not read): mend it.",
    ),
    "JSONL: 100,000 lists deep": (
        lambda _: ("a.jsonl", b"[" * 100_000),
        "a.jsonl line 1 is not JSON in UTF-8 (maximum recursion depth exceeded while decoding a "
        "JSON array from a unicode string): mend that line.",
    ),
    "text: binary data": (
        lambda _: ("a.txt", bytes(range(256))),
        "a.txt is binary data, or text in an unknown encoding: save it as text in UTF-8.",
    ),
    "address: an inner server": (
        lambda _: "http://127.0.0.2/a",
        "http://127.0.0.2/a leads to 127.0.0.2, which is no host of the open web: check the "
        "address (an operator can allow inner hosts with PILCROW_ALLOWED_HOSTS).",
    ),
    "address: a cloud's metadata": (
        lambda _: "http://169.254.169.254/latest",
        "http://169.254.169.254/latest leads to 169.254.169.254, which is no host of the open web: "
        "check the address (an operator can allow inner hosts with PILCROW_ALLOWED_HOSTS).",
    ),
    "address: an inner server, mapped into IPv6": (
        lambda _: "http://[::ffff:7f00:2]/",
        "http://[::ffff:7f00:2]/ leads to ::ffff:7f00:2, which is no host of the open web: check "
        "the address (an operator can allow inner hosts with PILCROW_ALLOWED_HOSTS).",
    ),
    "address: a redirect to an inner server": (
        lambda site: site.redirect("/r", "http://localhost/secret"),
        "/r leads to localhost, which is no host of the open web: check the address (an operator "
        "can allow inner hosts with PILCROW_ALLOWED_HOSTS).",
    ),
    "address: a redirect to a file": (
        lambda site: site.redirect("/r", "file:///etc/passwd"),
        "/r leads to no http or https address: name one that begins with https://.",
    ),
    "address: a redirect in a circle": (
        lambda site: site.redirect("/r", "/r"),
        "/r redirects more than 5 times: name the last address.",
    ),
    "address: an answer without an end": (
        lambda site: answering(site, "/e", HTML, bytes(65536)),
        "/e has more than 10 MiB, the most that is read: "
        "save the part that matters as a file and name that.",
    ),
    "address: a gzip bomb": (
        lambda site: site.serve("/g", compressed(bytes(64 * MEBIBYTE)), Content_Encoding="gzip"),
        "/g has more than 10 MiB, the most that is read: "
        "save the part that matters as a file and name that.",
    ),
    "address: a byte at a time": (
        lambda site: answering(site, "/d", HTML, b"x", 0.05),
        "/d took more than 4 seconds: "
        "try again later, or save the article as a file and name that.",
    ),
}


def said(attack: Attack, site: Site, folder: Path) -> str | None:
    """What is said to an attack, the first of it; None where it is read."""
    made = attack(site)
    if isinstance(made, str):
        source = made
    else:
        source = str(folder / made[0])
        Path(source).write_bytes(made[1])
    told: list[SourceError] = []
    try:
        sources.read([source], told.append, allowed=site.allowed)
    except SourceError as error:
        told.append(error)
    return str(told[0]).replace(f"{folder}/", "").replace(site.url(""), "") if told else None


def main() -> None:
    """Prints what is said to each attack, and how many of them are refused."""
    # Four seconds are given to a slow page and a slow server here.
    parse.MOST_SECONDS = web_module.MOST_SECONDS = 4
    # A server on whom one hangs up complains.
    logging.disable(logging.CRITICAL)
    refused = 0
    for name, (attack, sentence) in ATTACKS.items():
        with running_site() as site, tempfile.TemporaryDirectory() as folder:
            answer = said(attack, site, Path(folder))
        refused += answer == sentence
        print(f"{name}\n    {answer}")
    print(f"{refused} of {count(len(ATTACKS), 'attack')} refused by its sentence")


if __name__ == "__main__":
    main()
