"""The list of the articles that a channel can ask, as a Discord message. Pure: nothing is sent."""

from collections.abc import Collection, Sequence

from bot.markup import escape_within
from bot.render import Message
from bot.wording import imprint
from index.corpus import Entry
from index.joint import AnyIndex, JointIndex
from index.text import count

_CONTENT, _PART = 1800, 128
_MARK = "✓"


def article_list(index: AnyIndex, in_use: Collection[str] | None) -> Message:
    """The titles, as many as one message holds, how many there are, and which are in use.

    Args:
        index: the operator's articles, or those and what the server has added.
        in_use: the ids of the articles that the channel asks; None for all of them.
    """
    heading = f"I have read {count(len(index.articles), 'article')}"
    if in_use is not None:
        heading += f"; this channel asks the {len(in_use):,} marked {_MARK}"
    ours, *added = index.builds if isinstance(index, JointIndex) else [index]
    theirs = [article for build in added for article in build.entries]
    # Half of the room for what the server has added, and all that this leaves for the others.
    lines = _lines(theirs, in_use, _CONTENT // 2)
    if lines:
        lines.insert(0, f"Added by this server ({len(theirs):,}):")
    room = _CONTENT - sum(len(line) + 1 for line in lines)
    return Message("\n".join([f"{heading}:", *_lines(ours.entries, in_use, room), *lines]))


def _lines(articles: Sequence[Entry], in_use: Collection[str] | None, room: int) -> list[str]:
    """A line for each article that there is room for, and one for the number of the others."""
    lines: list[str] = []
    marked = in_use or ()
    # First what is in use, lest there be no room for it.
    ordered = sorted(articles, key=lambda article: article.id not in marked)
    for place, article in enumerate(ordered):
        title = f"**{escape_within(article.title, _PART)}**"
        published = escape_within(imprint(article), _PART)
        mark = f"- {_MARK} " if article.id in marked else "- "
        line = mark + " · ".join(part for part in (title, published) if part)
        room -= len(line) + 1
        if room < 0:
            return [*lines, f"… and {len(ordered) - place:,} more."]
        lines.append(line)
    return lines
