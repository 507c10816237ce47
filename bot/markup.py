"""Text made safe for Discord's Markdown, and cut to a length."""

import re
from urllib.parse import quote

# What Discord's clients make a link of, in angle brackets or bare with the stops that follow. A
# bare one that runs into "<" is none here: it would take in the backslash before the "<".
_URL = (
    r"<https?://[^\s<>]+>"
    r"|(?:https?|steam)://(?!\S*<)[^\s<]+[^\s<.,:;\"'\]][.,:;\"'\]]*"
)
# Every character that would begin a mark, a spoiler, a masked link, a mention, a timestamp, an
# emoji (":tada:" becomes one too), or a link that is none above.
_SPECIAL = r"[\\*_~`|<\[]|@(?=everyone|here)|:(?=[^\s:]+:|//)"
# What means something at the head of a line alone: headings (whose words may stand lines below, in
# what follows the text), quotes, lists, small print.
_HEAD = r"^\s*(?:#{1,3}(?=\s|\Z)|-#|>|[-+](?=\s)|\d+(?=[.)]\s))"
_MENTION = re.compile(r"<@[!&]?\d+>")
_TOKENS = re.compile(rf"(?P<url>{_URL})|(?P<head>{_HEAD})|(?P<special>{_SPECIAL})", re.MULTILINE)


def escape(text: str, *, goes_on: bool = False) -> str:
    """The text so that Discord shows it as written, in bold or not.

    Addresses are left alone, for a backslash would become part of where they lead; only what could
    end the bold around them is percent-encoded.

    Args:
        goes_on: whether a "<" may follow without a white space between: an address at the end would
            take in the backslash before it, and so is none.
    """
    if goes_on:
        return _TOKENS.sub(_escaped, f"{text}<").removesuffix("\\<")
    return _TOKENS.sub(_escaped, text)


def unescape(text: str) -> str:
    """The text that `escape` was given; an address that it had to change stays as it is."""
    return re.sub(r"\\(.)", r"\1", text)


def without_mentions(text: str) -> str:
    """The text of a message without those whom it mentions."""
    return _MENTION.sub(" ", text).strip()


def clip(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word and ended with "…" if it is longer."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    at_a_word = " ".join(kept.rsplit(None, 1)[:-1])
    return (at_a_word if len(at_a_word) > limit // 2 else kept).rstrip() + "…"


def bold_within(before: str, words: str, after: str, most: int) -> str:
    """The words in bold, in at most so many characters, between what stands on either side."""
    escaped = escape_within(words, most, goes_on=re.match(r"\S*<", after) is not None)
    return f"{escape(before, goes_on=True)}**{escaped}**{escape(after)}"


def escape_within(text: str, limit: int, *, goes_on: bool = False) -> str:
    """The text escaped, in at most `limit` characters, whole words of it."""
    escaped, room = escape(clip(text, limit), goes_on=goes_on), limit
    while len(escaped) > limit:
        # An escape makes a character at most three.
        room -= max(1, (len(escaped) - limit) // 3)
        escaped = escape(clip(text, room), goes_on=goes_on)
    return escaped


def quoted(text: str) -> str:
    """The text as a block quotation, line by line."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def closed(address: str) -> str:
    """The address without characters that would end it inside "(…)" or "<…>"."""
    return re.sub(r"[\s()<>\\]", lambda match: quote(match[0]), address)


def _escaped(match: re.Match[str]) -> str:
    if match["url"]:
        return match["url"].replace("**", "%2A%2A").replace("\\", "%5C")
    if not match["head"]:
        return f"\\{match['special']}"
    head = match["head"]
    blank = len(head) - len(head.lstrip())
    mark = head[blank:]
    # A backslash before a digit would be shown; in "1." it is the stop that makes the list.
    return head[:blank] + (f"{mark}\\" if mark.isdigit() else f"\\{mark}")
