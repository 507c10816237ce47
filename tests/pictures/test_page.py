"""How the pictures of README.md are made of what the bot sent, and that they are there."""

import re
from html import unescape

import pytest
from PIL import Image

from bot.markup import escape
from tests.bot.examples import HOSTILE
from tests.loopback.model import Channel, Message, User
from tests.pictures.draw import NAMES, PICTURES
from tests.pictures.page import buttons, embed, markdown, page

ADDRESS = "https://a.example/b?c=1&d=2"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("> one\n> **two**\n¶ 3", "<blockquote>one<br><b>two</b></blockquote><div>¶ 3</div>"),
        ("one\n\ntwo", "<div>one</div><div><br></div><div>two</div>"),
        ("-# small", "<small>small</small>"),
        (f"[¶ 2]({ADDRESS})", f'<div><a href="{ADDRESS.replace("&", "&amp;")}">¶ 2</a></div>'),
        ("https://a.example.", '<div><a href="https://a.example">https://a.example</a>.</div>'),
        (r"\*\*no\*\* \[l](x)", "<div>**no** [l](x)</div>"),
        (r"**a \*\* b**", "<div><b>a ** b</b></div>"),
        ("<@12> who", '<div><span class="mention">@Pilcrow</span> who</div>'),
        ("[x](javascript:alert)", "<div>[x](javascript:alert)</div>"),
        ("<b> & \"q\" 'a'", "<div>&lt;b&gt; &amp; &quot;q&quot; &#x27;a&#x27;</div>"),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    """Each mark that the bot sends becomes its element; all else is shown as it is written."""
    assert markdown(text) == html


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_bot_escapes_is_shown_as_written(text: str) -> None:
    """Whatever an article says comes out as its own characters, and as no element but links."""
    for line in text.splitlines():
        shown = re.sub(r"</?a\b[^>]*>", "", markdown(escape(line)))
        assert unescape(shown.removeprefix("<div>").removesuffix("</div>")) == line


def test_an_embed_shows_its_parts_in_discords_order() -> None:
    """Author, linked title, description, footer; a part that is missing leaves nothing behind."""
    whole = {
        "author": {"name": "<who>"},
        "title": "**T**",
        "url": "https://a.example",
        "description": "d",
        "footer": {"text": "f & g"},
        "color": 0x0BA55D,
    }
    assert embed(whole) == (
        '<div class="embed" style="border-color: #0ba55d">'
        '<div class="author">&lt;who&gt;</div>'
        '<div class="title"><a href="https://a.example"><b>T</b></a></div>'
        '<div class="description"><div>d</div></div>'
        '<div class="footer">f &amp; g</div></div>'
    )
    assert embed({"title": "T", "color": 1}) == (
        '<div class="embed" style="border-color: #000001"><div class="title">T</div></div>'
    )


def test_buttons_show_their_labels_or_emoji() -> None:
    """A row of buttons, each with its words or its picture."""
    row = {"components": [{"label": "More"}, {"emoji": {"name": "👍"}}]}
    assert buttons([row]) == (
        '<div class="row"><div class="button">More</div><div class="button">👍</div></div>'
    )
    assert buttons([]) == ""


def test_a_page_says_what_each_message_answers() -> None:
    """A reply shows who is answered, with "@" where that pings; a command shows who used it."""
    ann, bot, channel = User("ann"), User("quill", bot=True), Channel("1")
    asked = Message(channel, ann, "<@1> why", mentions=[bot])
    answer = Message(channel, bot, embeds=[{"title": "T", "color": 1}], reply_to=asked.id)
    further = Message(channel, ann, "and?", mentions=[bot], reply_to=answer.id)
    used = {"message_type": 20, "metadata": {"user": ann.payload()}}
    command = Message(channel, bot, "Yes.", interaction=used)
    shown = page([asked, answer, further, command], {command.id: "ask"})
    above = [line.split("</div>")[0] for line in shown.split('<div class="above"><i></i>')[1:]]
    assert above == [
        '<b>ann</b> <span class="mention">@Pilcrow</span> why',
        "<b>@Pilcrow</b> <em>Click to see attachment</em>",
        "<b>ann</b> used <a>/ask</a>",
    ]
    assert shown.count('<span class="app">APP</span>') == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_are_there(name: str) -> None:
    """Each is two pixels a point of a phone's width, and no larger than 120 KB."""
    file = PICTURES / f"{name}.png"
    assert file.stat().st_size < 120 * 1024
    with Image.open(file) as picture:
        assert (picture.format, picture.width) == ("PNG", 840)
