"""How Discord's clients read Markdown, as far as what a bot sends depends on it.

The rules are those of the client's own parser (rules named as there), each tried where it stands.
"""

import re

_URL = re.compile(r"(?:https?|steam)://[^\s<]+[^\s<.,:;\"'\]]")
_ANGLED = re.compile(r"<(https?://[^ >]+)>")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
# Each with the group of what it shows.
_AS_TEXT = ((_ESCAPE, 1), (_URL, 0), (_ANGLED, 1))
_STRONG = re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")
_LINK = re.compile(
    r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?\s*\)"
)
_AT_HEAD = {
    "blockQuote": re.compile(r" *>(?:>>)? +"),
    "heading": re.compile(r" *#{1,3}\s+\S"),
    "subtext": re.compile(r" *-#\s*\S"),
    "list": re.compile(r" *(?:[*-]|\d+\.) \S"),
}
_INLINE = {
    "mark": re.compile(r"[*_~`|]"),
    "autolink": re.compile(r"<[^: >]+:/[^ >]+>"),
    "mailto": re.compile(r"<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>"),
    "tel": re.compile(r"<(?:tel|sms|\+)[^>]*>"),
    "mention": re.compile(r"<@[!&$]?\d+>|@(?:everyone|here)"),
    "channel": re.compile(r"<#\d+>"),
    "emoji": re.compile(r"<a?:\w+:\d+>|:[\w+-]+:"),
    "timestamp": re.compile(r"<t:-?\d+(?::[tTdDfFR])?>"),
    "command": re.compile(r"</[^:>]+:\d+>"),
    "route": re.compile(r"<id:\w+>"),
}


def read(source: str) -> tuple[str, list[tuple[str, str]]]:
    """The text that is shown, and each rule that applied with the words that it applied to.

    Links of bare addresses are not counted: Discord makes them of what is written there.
    """
    shown: list[str] = []
    applied: list[tuple[str, str]] = []
    place = 0
    while place < len(source):
        if place == 0 or source[place - 1] == "\n":
            applied += [
                (name, match[0])
                for name, rule in _AT_HEAD.items()
                if (match := rule.match(source, place))
            ]
        text, found, place = _step(source, place)
        shown.append(text)
        applied += found
    return "".join(shown), applied


def _step(source: str, place: int) -> tuple[str, list[tuple[str, str]], int]:
    for rule, shown in _AS_TEXT:
        if match := rule.match(source, place):
            return match[shown], [], match.end()
    if match := _STRONG.match(source, place):
        inside, found = read(match[1])
        # A line's head is no head inside of bold.
        return (
            inside,
            [("strong", inside), *(f for f in found if f[0] not in _AT_HEAD)],
            match.end(),
        )
    if match := _LINK.match(source, place):
        return read(match[1])[0], [("link", match[2])], match.end()
    for name, rule in _INLINE.items():
        if match := rule.match(source, place):
            return source[place], [(name, match[0])], place + 1
    return source[place], [], place + 1
