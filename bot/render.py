"""Outcome -> Discord message. Pure: nothing is sent here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.answers import Answer, Citation, Outcome, Question
from bot.markup import clip, closed, escape, escape_within, quoted
from bot.wording import NOT_AN_ANSWER, SEVERAL_ANSWERS, imprint, no_answer
from index.corpus import Article
from index.search import PassageIndex
from index.text import count

_GREEN, _GREY = 0x3BA55D, 0x80848E
# Discord's limits are 2000 for content, 256 for an author and a title, 4096 for a description.
_CONTENT, _LINE, _PASSAGE = 2000, 256, 600
# Characters, with their escapes, of the quoted words, and without, of the sentence on either side.
_QUOTE, _AROUND = 800, 160
_MOST_CITATIONS = 3
_LONGEST_LINK = 1000
# Discord refuses the whole message for an embed's address that it takes for malformed.
_ORDINARY = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d{1,5})?([/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to Discord: an embed, or where embeds may not be, content alone."""

    content: str | None = None
    embeds: tuple[discord.Embed, ...] = ()


def message(question: Question, outcome: Outcome, articles: int, embeds: bool) -> Message:
    """The outcome as a Discord message that keeps every limit, with three citations at most.

    Args:
        articles: how many articles were asked.
        embeds: whether the message may have an embed; otherwise all is in its content.
    """
    if embeds:
        return Message(embeds=(_embed(question, outcome, articles),))
    return Message(content=_content(question, outcome, articles))


def notice(sentence: str) -> Message:
    """A sentence of the bot's own, which may hold words that a person typed."""
    return Message(content=escape_within(sentence, _CONTENT))


def about(version: str, index: PassageIndex, started: datetime, logs_questions: bool) -> Message:
    """What the bot is, what it has read, and what it keeps."""
    made, up = int(index.built_at.timestamp()), int(started.timestamp())
    holds = f"{count(len(index.articles), 'article')}, {count(len(index), 'passage')}"
    kept = "the articles and their index"
    if logs_questions:
        kept += ", and in the operator's log the words of each question"
    forgotten = "who asked" if logs_questions else "your questions, your messages, and who asked"
    noted = "the number that Discord gave it and whether it was answered"
    lines = (
        f"**Pilcrow {version}** answers questions about articles in the articles' own words.",
        f"Build `{index.name}`, made <t:{made}:f> (<t:{made}:R>): {holds}.",
        f"Started <t:{up}:R>.",
        f"Stored: {kept}.",
        f"Not stored: {forgotten}.",
        "Held in memory for a moment, against floods: who asked, and where.",
        f"Noted in the operator's log for each question: {noted}.",
    )
    return Message(content="\n".join(lines))


def article_list(articles: Sequence[Article]) -> Message:
    """The titles of the articles, as many as a message holds, and how many more there are."""
    lines: list[str] = []
    room = _CONTENT - 100
    for place, article in enumerate(articles, start=1):
        title = f"**{escape_within(article.title, _LINE // 2)}**"
        published = escape_within(imprint(article), _LINE // 2)
        line = "- " + " · ".join(part for part in (title, published) if part)
        room -= len(line) + 1
        if room < 0:
            lines.append(f"… and {len(articles) - place + 1:,} more.")
            break
        lines.append(line)
    return Message(content="\n".join(["I have read:", *lines]))


def _embed(question: Question, outcome: Outcome, articles: int) -> discord.Embed:
    answered = isinstance(outcome, Answer)
    cited = _cited(outcome)
    embed = discord.Embed(
        colour=_GREEN if answered else _GREY, description=_body(outcome, articles, links=True)
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
    """The words of the message: the quotation and its ¶, after a heading if it is no answer."""
    if isinstance(outcome, Answer):
        shown = outcome.citations[:_MOST_CITATIONS]
        lines = [] if outcome.agreed else [f"**{SEVERAL_ANSWERS}**"]
        for citation in shown:
            lines.append(_sentence(citation, len(shown)))
            lines.append(_pilcrow(citation, links) + _other_title(citation, shown[0]))
        return "\n".join(lines)
    heading = f"**{no_answer(articles)}**"
    closest = _cited(outcome)
    if closest is None:
        return heading
    passage = quoted(escape_within(closest.quote, _PASSAGE))
    return f"{heading}\n{NOT_AN_ANSWER}\n{passage}\n{_pilcrow(closest, links)}"


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
    words = escape_within(citation.quote.replace("\n", " "), _QUOTE // share)
    return quoted(f"{escape(before)}**{words}**{escape(clip(after, around))}")


def _pilcrow(citation: Citation, linked: bool) -> str:
    number = f"¶ {citation.paragraph}"
    address = _address(citation, _LONGEST_LINK) if linked else None
    return f"[{number}]({address})" if address else number


def _other_title(citation: Citation, first: Citation) -> str:
    """The title of an article that is not the one that the message is headed by."""
    if citation.article == first.article:
        return ""
    return f" · {escape_within(citation.article.title, _LINE // 4)}"


def _address(citation: Citation, room: int) -> str | None:
    """The address of the quote or, where there is no room for it, of the article."""
    if citation.link is None or citation.article.url is None:
        return None
    addresses = (closed(address) for address in (citation.link, citation.article.url))
    return next((address for address in addresses if len(address) <= room), None)


def _cited(outcome: Outcome) -> Citation | None:
    cited = outcome.citations if isinstance(outcome, Answer) else outcome.nearest
    return cited[0] if cited else None
