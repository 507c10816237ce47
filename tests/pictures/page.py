"""Messages of the loopback Discord -> HTML that looks as Discord shows them. Pure.

As much of Discord's Markdown as the bot sends: block quotations, small print, bold, masked links,
bare addresses, mentions, and characters behind a backslash.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from tests.loopback.model import Json, Message

NAME, MARK = "Pilcrow", "¶"
_TEMPLATE = Path(__file__).parent / "page.html"
_TOKEN = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|\*\*(?P<bold>(?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"
    r"|\[(?P<words>[^\]]*)\]\((?P<address>https?://[^)\s]+)\)"
    r"|<@(?P<mention>\d+)>"
    r"|(?P<bare>https?://[^\s<]+[^\s<.,:;\"'\]])"
)
_QUOTATION, _SMALL = "> ", "-# "


def page(messages: Sequence[Message], commands: Mapping[str, str]) -> str:
    """A whole page that shows the messages, oldest first.

    Args:
        commands: by the id of a message, the command that it answers.
    """
    known = {message.id: message for message in messages}
    shown = (
        _message(message, known.get(message.reply_to or ""), commands.get(message.id))
        for message in messages
    )
    return Template(_TEMPLATE.read_text("utf-8")).substitute(messages="\n".join(shown))


def markdown(text: str) -> str:
    """The HTML of text in Discord's Markdown."""
    if not text:
        return ""
    blocks: list[str] = []
    for quotation, lines in groupby(text.split("\n"), lambda line: line.startswith(_QUOTATION)):
        if quotation:
            inside = "<br>".join(_inline(line.removeprefix(_QUOTATION)) for line in lines)
            blocks.append(f"<blockquote>{inside}</blockquote>")
        else:
            blocks += map(_line, lines)
    return "".join(blocks)


def embed(content: Json) -> str:
    """The HTML of an embed."""
    parts = [
        _part("author", escape(content.get("author", {}).get("name", ""))),
        _part("title", _linked(_inline(content.get("title", "")), content.get("url"))),
        _part("description", markdown(content.get("description", ""))),
        _part("footer", escape(content.get("footer", {}).get("text", ""))),
    ]
    return (
        f'<div class="embed" style="border-color: #{content["color"]:06x}">{"".join(parts)}</div>'
    )


def buttons(rows: Sequence[Json]) -> str:
    """The HTML of the rows of buttons under a message."""
    return "".join(_part("row", "".join(map(_button, row["components"]))) for row in rows)


def _message(message: Message, replied: Message | None, command: str | None) -> str:
    parts = []
    if command is not None and message.interaction is not None:
        user = message.interaction["metadata"]["user"]["username"]
        parts.append(_above(user, f"used <a>/{escape(command)}</a>"))
    if replied is not None:
        pinged = "@" if replied.author in message.mentions else ""
        parts.append(_above(f"{pinged}{_name(replied)}", _gist(replied)))
    initial = MARK if message.author.bot else message.author.name[0].upper()
    app = '<span class="app">APP</span>' if message.author.bot else ""
    parts += [
        f'<div class="avatar">{escape(initial)}</div>',
        f'<div><span class="name">{escape(_name(message))}</span>{app}</div>',
        markdown(message.content),
        *map(embed, message.embeds),
        buttons(message.components),
    ]
    return _part("message bot" if message.author.bot else "message", "".join(parts))


def _above(name: str, content: str) -> str:
    return _part("above", f"<i></i><b>{escape(name)}</b> {content}")


def _gist(message: Message) -> str:
    """What a reply shows of the message that it answers."""
    return _inline(message.content) if message.content else "<em>Click to see attachment</em>"


def _name(message: Message) -> str:
    return NAME if message.author.bot else message.author.name


def _button(button: Json) -> str:
    return _part("button", escape(button.get("label") or button["emoji"]["name"]))


def _line(line: str) -> str:
    if line.startswith(_SMALL):
        return f"<small>{_inline(line.removeprefix(_SMALL))}</small>"
    return f"<div>{_inline(line) or '<br>'}</div>"


def _inline(text: str) -> str:
    parts, place = [], 0
    for match in _TOKEN.finditer(text):
        parts += [escape(text[place : match.start()]), _token(match)]
        place = match.end()
    return "".join([*parts, escape(text[place:])])


def _token(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "escaped":
            return escape(match["escaped"])
        case "bold":
            return f"<b>{_inline(match['bold'])}</b>"
        case "mention":
            return f'<span class="mention">@{NAME}</span>'
        case "bare":
            return _linked(escape(match["bare"]), match["bare"])
    return _linked(_inline(match["words"]), match["address"])


def _linked(content: str, address: str | None) -> str:
    return f'<a href="{escape(address)}">{content}</a>' if address else content


def _part(kind: str, content: str) -> str:
    return f'<div class="{kind}">{content}</div>' if content else ""
