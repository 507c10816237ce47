"""Outcome -> Discord message. Pure: nothing is sent here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.answers import (
    Abstention,
    Answer,
    Citation,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Remark,
    cited_by,
)
from bot.markup import bold_within, clip, closed, escape_within, quoted
from bot.privacy import Privacy
from bot.under import Further, Under
from bot.wording import (
    METADATA,
    NAMED,
    NOT_AN_ANSWER,
    heading_of,
    imprint,
    no_answer,
    place_of,
    several_answers,
)
from index.joint import AnyIndex
from index.text import count

GREY = 0x80848E
"""The colour of what is no answer."""

_GREEN = 0x3BA55D
# Discord's limits are 2000 for content, 256 for an author and a title, 4096 for a description.
_CONTENT, _LINE, _PASSAGE = 2000, 256, 600
# Characters, with their escapes, of the quoted words, and without, of the sentence on either side.
_QUOTE, _AROUND = 800, 160
_MOST_CITATIONS = 3
_LONGEST_LINK, _LINKS = 1000, 2000
# Characters of the sentences or passages together, of one name, one section, and of metadata.
_WORDS, _NAME, _SECTION, _METADATA = 1200, 60, 60, 1500
# Discord refuses the whole message for an embed's address that it takes for malformed.
_ORDINARY = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d{1,5})?([/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to Discord: an embed, or where embeds may not be, content alone.

    Attributes:
        buttons: what the buttons under it act on, if there are any.
    """

    content: str | None = None
    embeds: tuple[discord.Embed, ...] = ()
    buttons: Under | Further | None = None


def message(question: Question, outcome: Outcome, articles: int, embeds: bool) -> Message:
    """The outcome as a Discord message that keeps every limit; a remark is a line by itself.

    Args:
        articles: how many articles were asked.
        embeds: whether the message may have an embed; otherwise all is in its content.
    """
    if isinstance(outcome, Remark):
        return notice(outcome.text)
    if embeds:
        return Message(embeds=(_embed(question, outcome, articles),))
    return Message(content=_content(question, outcome, articles))


def notice(sentence: str) -> Message:
    """A sentence of the bot's own, which may hold words that a person typed."""
    return Message(content=escape_within(sentence, _CONTENT))


def about(version: str, index: AnyIndex, started: datetime, kept: Privacy) -> Message:
    """What the bot is, what it has read, and what it keeps."""
    made, up = int(index.built_at.timestamp()), int(started.timestamp())
    holds = f"{count(len(index.articles), 'article')}, {count(len(index), 'passage')}"
    lines = (
        f"**Pilcrow {version}** answers questions about articles in the articles' own words.",
        f"Build `{index.name}`, made <t:{made}:f> (<t:{made}:R>): {holds}.",
        f"Started <t:{up}:R>.",
        *kept.sentences,
    )
    return Message(content="\n".join(lines))


def privacy(kept: Privacy) -> Message:
    """What the bot keeps, and what it does not."""
    return Message(content="\n".join(kept.sentences))


def _embed(question: Question, outcome: Outcome, articles: int) -> discord.Embed:
    cited = _cited(outcome)
    embed = discord.Embed(
        colour=GREY if isinstance(outcome, Abstention) else _GREEN,
        description=_body(outcome, articles, links=True),
    )
    embed.set_author(name=clip(question.text, _LINE))
    if cited is not None:
        embed.title = escape_within(cited.article.title, _LINE)
        url = cited.article.url
        embed.url = url if url and len(url) <= _LONGEST_LINK and _ORDINARY.fullmatch(url) else None
        if footer := imprint(cited.article):
            embed.set_footer(text=clip(footer, _LINE))
    return embed


def _content(question: Question, outcome: Outcome, articles: int) -> str:
    cited = _cited(outcome)
    # In small print, for Discord shows nobody what a command was given.
    asked = f"-# {escape_within(question.text, _LINE // 2)}"
    lines = [asked, _body(outcome, articles, links=False)]
    if cited is not None:
        details = [f"**{escape_within(cited.article.title, _LINE // 2)}**"]
        if published := imprint(cited.article):
            details.append(escape_within(published, _LINE // 2))
        lines.append(" · ".join(details))
        # The angle brackets keep Discord from showing a preview.
        if address := _address(cited, _CONTENT - sum(map(len, lines)) - 10):
            lines.append(f"<{address}>")
    return "\n".join(lines)


def _body(outcome: Outcome, articles: int, links: bool) -> str:
    """The words of the message: what is cited, each with its ¶, after a heading but for a quote."""
    if isinstance(outcome, Abstention):
        return _abstention(outcome, articles, links)
    if isinstance(outcome, FromMetadata | Remark):
        return f"-# {METADATA}\n{escape_within(outcome.text, _METADATA)}"
    if isinstance(outcome, Names):
        return f"**{NAMED}**\n{' · '.join(map(_name, outcome.citations))}"
    shown = outcome.citations[:_MOST_CITATIONS]
    if isinstance(outcome, Answer):
        lines = [] if outcome.agreed else [f"**{several_answers(shown)}**"]
        words = [_sentence(citation, len(shown)) for citation in shown]
    else:
        lines = [f"**{heading_of(outcome)}**"]
        room = _WORDS // len(shown)
        words = [quoted(escape_within(citation.quote, room)) for citation in shown]
    for place, quotation in enumerate(words):
        lines += [quotation, _source(place, shown, links)]
    return "\n".join(lines)


def _abstention(outcome: Abstention, articles: int, links: bool) -> str:
    heading = f"**{no_answer(articles)}**"
    if not outcome.nearest:
        return heading
    closest = outcome.nearest[0]
    passage = quoted(escape_within(closest.quote, _PASSAGE))
    return f"{heading}\n{NOT_AN_ANSWER}\n{passage}\n{cited_place(closest, links)}"


def _name(citation: Citation) -> str:
    place = place_of(citation.paragraph, citation.page)
    return f"**{escape_within(citation.quote, _NAME)}** {place}"


def _source(place: int, shown: Sequence[Citation], links: bool) -> str:
    """The line below one of the quotations: its place, its number and article where they differ."""
    citation = shown[place]
    line = cited_place(citation, links, len(shown))
    if len(shown) > 1:
        line = f"**{place + 1}** {line}"
    if any(other.article != citation.article for other in shown):
        line += f" · {escape_within(citation.article.title, _LINE // 4)}"
    return line


def _sentence(citation: Citation, share: int) -> str:
    """The quoted words in bold inside their sentence, as a block quotation.

    Of `share` citations in one message each gets its part of the room.
    """
    start, end = citation.sentence
    text = citation.article.text
    around = _AROUND // share
    before, after = text[start : citation.start], text[citation.end : end]
    if len(before) > around:
        before = "…" + before[-around:].partition(" ")[2]
    words = citation.quote.replace("\n", " ")
    return quoted(bold_within(before, words, clip(after, around), _QUOTE // share))


def cited_place(citation: Citation, linked: bool, share: int = 1) -> str:
    """The ¶, page and section of one of `share` citations, as far as it has them.

    The ¶ is a link to the quote, where it may be one.
    """
    place = place_of(citation.paragraph, citation.page)
    address = _address(citation, min(_LONGEST_LINK, _LINKS // share)) if linked else None
    line = f"[{place}]({address})" if address else place
    if citation.section is None:
        return line
    # An embed has room to spare, content has not.
    return f"{line} · {escape_within(citation.section, _SECTION if linked else _SECTION // share)}"


def _address(citation: Citation, room: int) -> str | None:
    """The address of the quote or, where there is no room for it, of the article."""
    if citation.link is None or citation.article.url is None:
        return None
    addresses = (closed(address) for address in (citation.link, citation.article.url))
    return next((address for address in addresses if len(address) <= room), None)


def _cited(outcome: Outcome) -> Citation | None:
    """What the message is headed by."""
    cited = outcome.nearest if isinstance(outcome, Abstention) else cited_by(outcome)
    return cited[0] if cited else None
