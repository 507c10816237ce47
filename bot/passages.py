"""What Context and More show, as Discord messages. Pure: nothing is sent here."""

from collections.abc import Sequence

import discord

from bot.answers import Citation
from bot.markup import bold_within, clip, escape, escape_within, quoted
from bot.render import GREY, Message, cited_place
from bot.under import Further, Place
from bot.wording import NEXT_PASSAGES, place_of
from index.corpus import Article, Passage

_TITLE = 256
# Characters of the paragraph and of each neighbour, and of a passage with its source: in an embed,
# which holds 4096 and links of 1000, and in content alone, which holds 2000.
_PARAGRAPHS_IN_EMBED, _PARAGRAPHS_IN_CONTENT = (1400, 700), (900, 400)
_PASSAGE_IN_EMBED, _PASSAGE_IN_CONTENT = 1300, 550


def context(article: Article, place: Place, embeds: bool) -> Message:
    """The paragraph of a place in an article between its neighbours, its words in bold."""
    room, around = _PARAGRAPHS_IN_EMBED if embeds else _PARAGRAPHS_IN_CONTENT
    number = article.paragraph_at(place.start)
    blocks = []
    if number > 1:
        before = _end_of(_paragraph(article, number - 1), around)
        blocks.append(f"{_place(article, number - 1)}\n{before}")
    blocks.append(f"{_numbered(article, place, embeds)}\n{_marked(article, place, room)}")
    if number < len(article.paragraphs):
        after = escape_within(_paragraph(article, number + 1), around)
        blocks.append(f"{_place(article, number + 1)}\n{after}")
    return _message(article.title, "\n\n".join(blocks), embeds)


def page(shown: Sequence[Passage], further: Further, titled: bool, embeds: bool) -> Message:
    """A page of the passages that come next, with the buttons to turn it.

    Args:
        shown: the passages on it.
        titled: whether each is shown with the title of its article.
    """
    room = _PASSAGE_IN_EMBED if embeds else _PASSAGE_IN_CONTENT
    blocks = []
    for passage in shown:
        source = cited_place(Citation(passage, passage.start, passage.end), embeds)
        if titled:
            source += f" · {escape_within(passage.article.title, _TITLE // 4)}"
        blocks.append(f"{_quoted_within(passage, room - len(source))}\n{source}")
    heading = NEXT_PASSAGES
    if further.pages > 1:
        heading += f" page {further.page + 1} of {further.pages}"
    return _message(heading, "\n\n".join(blocks), embeds, buttons=further)


def _message(heading: str, body: str, embeds: bool, buttons: Further | None = None) -> Message:
    if embeds:
        title = escape_within(heading, _TITLE)
        embed = discord.Embed(colour=GREY, title=title, description=body)
        return Message(embeds=(embed,), buttons=buttons)
    return Message(f"**{escape_within(heading, _TITLE // 2)}**\n{body}", buttons=buttons)


def _paragraph(article: Article, number: int) -> str:
    start, end = article.paragraphs[number - 1]
    return article.text[start:end]


def _place(article: Article, number: int) -> str:
    """The ¶ number of a paragraph, and the page that it begins on."""
    return place_of(number, article.page_at(article.paragraphs[number - 1][0]))


def _numbered(article: Article, place: Place, linked: bool) -> str:
    """Where the quote is; a link to it, where that can be."""
    number = article.paragraph_at(place.start)
    passage = Passage(article, number, *article.paragraphs[number - 1])
    return cited_place(Citation(passage, place.start, place.end), linked)


def _marked(article: Article, place: Place, room: int) -> str:
    """The paragraph of a place as a block quotation in so many characters, its words in bold."""
    start, end = article.paragraphs[article.paragraph_at(place.start) - 1]
    before, after = article.text[start : place.start], article.text[place.end : end]
    quote = article.text[place.start : place.end].replace("\n", " ")
    around = room
    while True:
        marked = bold_within(_tail(before, around), quote, clip(after, around), room // 2)
        shown = quoted(marked)
        if len(shown) <= room:
            return shown
        around = around * 3 // 4


def _end_of(text: str, room: int) -> str:
    """The end of a text, escaped, in so many characters."""
    around = room
    while len(escaped := escape(_tail(text, around))) > room:
        around = around * 3 // 4
    return escaped


def _tail(text: str, limit: int) -> str:
    return text if len(text) <= limit else "…" + text[1 - limit :].partition(" ")[2]


def _quoted_within(passage: Passage, room: int) -> str:
    """A passage as a block quotation in so many characters."""
    around = room
    while len(shown := quoted(escape(clip(passage.text, around)))) > room:
        around = around * 3 // 4
    return shown
