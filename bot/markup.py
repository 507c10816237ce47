"""Text made safe for Discord's Markdown, and cut to a length."""

import re

_URL = r"https?://[^\s<>]+"
# Every character that would begin a mark, a mention, a spoiler, a masked link or a timestamp.
_SPECIAL = r"[\\*_~`|]|\[(?=[^\]\n]*\]\()|<(?=[@#:/a-z])|@(?=everyone|here)"
# What means something at the head of a line alone: headings, quotes, lists, small print.
_HEAD = r"^(?:\s*)(?:#{1,3}(?= )|-#|>|[-+](?= )|\d+(?=[.)] ))"
_TOKENS = re.compile(rf"(?P<url>{_URL})|(?P<head>{_HEAD})|(?P<special>{_SPECIAL})", re.MULTILINE)


def escape(text: str) -> str:
    """The text so that Discord shows it as written.

    Addresses are left alone: a backslash would become part of where they lead.
    """
    return _TOKENS.sub(_escaped, text)


def clip(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word and ended with "…" if it is longer."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    at_a_word = kept.rsplit(None, 1)[0]
    return (at_a_word if len(at_a_word) > limit // 2 else kept).rstrip() + "…"


def escape_within(text: str, limit: int) -> str:
    """The text escaped, in at most `limit` characters, whole words of it."""
    escaped, room = escape(text), limit
    while len(escaped) > limit:
        room -= max(1, (len(escaped) - limit) // 2)
        escaped = escape(clip(text, room))
    return escaped


def quoted(text: str) -> str:
    """The text as a block quotation, line by line."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _escaped(match: re.Match[str]) -> str:
    if match["url"]:
        return match["url"]
    if not match["head"]:
        return f"\\{match['special']}"
    head = match["head"]
    blank = len(head) - len(head.lstrip())
    mark = head[blank:]
    # A backslash before a digit would be shown; in "1." it is the stop that makes the list.
    return head[:blank] + (f"{mark}\\" if mark.isdigit() else f"\\{mark}")
