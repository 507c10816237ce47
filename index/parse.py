"""Strangers' files -> their words, each in a process of its own with bounded time and memory.

`python -m index.parse KIND SECONDS BYTES [ADDRESS]` reads a file on standard input and prints one
JSON object: the fields of a `Parsed` or a `Listing`, or what is wrong with the file.
"""

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from index.docx import docx_article
from index.epub import epub_article
from index.errors import SourceError
from index.feeds import Item, Listing, listing_in
from index.html import html_article
from index.parsed import Kind, Parsed
from index.pdf import pdf_article

MOST_SECONDS = 60
"""How long the processor may be at one file; a hundred pages take some two seconds."""

MOST_MEMORY = 512 * 1024 * 1024
"""How many bytes of address space the parser may have; a page of 10 MiB takes 400."""

MOST_CHARACTERS = 10 * 1024 * 1024
"""How long the text of one file may be."""

_NAMES = {
    "html": "a web page",
    "pdf": "a PDF file",
    "docx": "a Word file",
    "epub": "a book",
    "xml": "a feed or a sitemap",
}

_PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    "pdf": pdf_article,
    "docx": docx_article,
    "epub": epub_article,
}


def parse(data: bytes, kind: Kind, place: str, address: str | None = None) -> Parsed:
    """What a file holds, found in bounded time and memory whatever that is.

    Args:
        data: the bytes of the file; those of a page are UTF-8.
        kind: any but text and Markdown.
        place: the file's name or address, for the sentence that says what is wrong with it.
        address: where a page was fetched, if it was.

    Raises:
        SourceError: it cannot be parsed within the bounds, or not at all.
    """
    found = _found(data, kind, place, address)
    return Parsed(**found | {"pages": [(place, at) for place, at in found["pages"]]})


def parse_listing(data: bytes, place: str) -> Listing:
    """What a feed or a sitemap lists, as `parse` finds what a file holds."""
    found = _found(data, "xml", place, None)
    return Listing(found["kind"], [Item(**item) for item in found["items"]], found["title"])


def _found(data: bytes, kind: str, place: str, address: str | None) -> dict[str, Any]:
    limits = [str(MOST_SECONDS), str(MOST_MEMORY)]
    try:
        done = subprocess.run(  # noqa: S603 - there is no shell, and an address is no option
            [sys.executable, "-P", "-m", "index.parse", kind, *limits, *filter(None, [address])],
            input=data,
            stdout=subprocess.PIPE,
            # Whatever a parser logs about a broken file, it logs without end.
            stderr=subprocess.DEVNULL,
            check=False,
            # Nothing of our own environment, which holds the token.
            env={"PYTHONPATH": str(Path(__file__).parents[1])},
            # More than what the processor takes: it may be busy with other things.
            timeout=2 * MOST_SECONDS,
        )
        stopped = done.returncode == -signal.SIGXCPU
    except subprocess.TimeoutExpired:
        stopped = True
    if stopped:
        raise SourceError(
            f"{place} takes more than {MOST_SECONDS} seconds to read as {_NAMES[kind]}: "
            "save its text as a .txt or .md file."
        )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        # The parser crashed, or was killed by a system that is short of memory.
        answer = {"wrong": _unreadable(kind)}
    if "wrong" in answer:
        raise SourceError(f"{place} {answer['wrong']}")
    return cast("dict[str, Any]", answer)


def answer(data: bytes, kind: str, address: str | None = None) -> dict[str, object]:
    """The fields of what a file holds, or {"wrong": the rest of a sentence}.

    The one place where all errors are caught: on a broken file a parser may raise any.
    """
    try:
        if kind == "xml":
            return dataclasses.asdict(listing_in(data))
        if kind == "html":
            parsed = html_article(data.decode("utf-8", "replace"), address)
        else:
            parsed = _PARSERS[kind](data)
    except SourceError as error:
        return {"wrong": str(error).strip()}
    except MemoryError:
        return {"wrong": f"needs too much memory to read as {_NAMES[kind]}: split it."}
    except Exception:
        return {"wrong": _unreadable(kind)}
    if sum(map(len, parsed.paragraphs)) > MOST_CHARACTERS:
        return {"wrong": f"has more than {MOST_CHARACTERS:,} characters of text: split it."}
    return dataclasses.asdict(parsed)


def main(arguments: Sequence[str]) -> None:
    """Parses standard input under the limits that the arguments set."""
    import resource

    kind, seconds, memory, *address = arguments
    # Where it is installed trafilatura imports it, for nothing, and with it NumPy.
    sys.modules["py3langid"] = None  # type: ignore[assignment]
    # A system that knows no such limit still has the clock's.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    found = answer(sys.stdin.buffer.read(), kind, *address)
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def _unreadable(kind: str) -> str:
    return (
        f"is broken, or too large to read as {_NAMES[kind]}: "
        "save it anew, or its text as a .txt or .md file."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
