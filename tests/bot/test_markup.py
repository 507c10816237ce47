"""Text for Discord: shown as written, whatever is in it, and never too long."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.markup import (
    bold_within,
    clip,
    closed,
    escape,
    escape_within,
    quoted,
    unescape,
    without_mentions,
)
from tests.bot.discord_markdown import read
from tests.bot.examples import words_and_marks


def as_read(text: str) -> str:
    """What a reader should see of a text: an address in angle brackets stands without them."""
    bare = re.sub(r"<(https?://[^\s<>]+)>", r"\1", text)
    return decoded(bare)


def decoded(text: str) -> str:
    """The text with one way of writing a star and a backslash in an address."""
    return text.replace("%2A", "*").replace("%5C", "\\")


@given(words_and_marks)
@example("https://a.example/b<@1>")
@example("https://* https://*")
@example("[a [b] c](https://evil.example)")
@example("](https://a.example)[x](y)")
@example('https://a.example/b:":tada:')
def test_escaped_text_is_shown_as_written(text: str) -> None:
    """Discord shows escaped text as it was written, and nothing in it means anything."""
    shown, applied = read(escape(text))
    assert applied == []
    assert decoded(shown) == as_read(text)


@given(words_and_marks.map(lambda text: text.replace("\n", " ")).filter(str.strip))
@example("https://a.example/**b**")
@example("see https://a.example/b\\")
@example("**")
def test_escaped_text_stays_in_the_bold_around_it(text: str) -> None:
    """Escaped text between two stars on either side is bold from its first to its last word."""
    shown, applied = read(f"**{escape(text)}**")
    assert [name for name, _ in applied if name not in ("list", "subtext")] == ["strong"]
    assert decoded(shown) == as_read(text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("2 * 3 = 6_000", r"2 \* 3 = 6\_000"),
        ("a [b](https://c.example)", r"a \[b](https://c.example)"),
        ("hello @everyone and @anna", r"hello \@everyone and @anna"),
        ("ask <@12> in <#34>", r"ask \<@12> in \<#34>"),
        (":tada: at 10:30", r"\:tada: at 10:30"),
        ("# One\n2. Two\n- Three", "\\# One\n2\\. Two\n\\- Three"),
        ("C# and 1.5 - 2", "C# and 1.5 - 2"),
        ("https://a.example/b_c_d (see)", "https://a.example/b_c_d (see)"),
        ("<https://a.example/b_c>", "<https://a.example/b_c>"),
        ("snow\\man", r"snow\\man"),
        ("#", "\\#"),
        ("1\n##", "1\n\\##"),
        ("####", "####"),
    ],
)
def test_escape_by_hand(text: str, escaped: str) -> None:
    """What means something gets a backslash; what means nothing there, and addresses, do not."""
    assert escape(text) == escaped


@given(words_and_marks)
def test_an_escaped_text_can_be_read_again(text: str) -> None:
    """What was escaped comes back, all but the backslashes that an address had to give up."""
    assert unescape(escape(text.replace("://", ""))) == text.replace("://", "")


@pytest.mark.parametrize(
    ("text", "left"),
    [("<@7> who <@!8>won <@&9>", "who  won"), ("<@7>", ""), ("a <#7> b <@x>", "a <#7> b <@x>")],
)
def test_a_message_without_mentions(text: str, left: str) -> None:
    """People and roles that are mentioned are taken out, channels and other words are not."""
    assert without_mentions(text) == left


@given(words_and_marks, st.integers(1, 300))
def test_escaped_within_a_length(text: str, limit: int) -> None:
    """Text escaped within a length keeps it, and still shows only what was written."""
    cut = escape_within(text, limit)
    assert len(cut) <= limit
    if len(escape(text)) <= limit:
        assert cut == escape(text)
    else:
        assert cut.endswith("…")


def test_escaped_within_a_length_keeps_much() -> None:
    """A text of nothing but marks is cut to about half the room, not to nothing."""
    assert escape_within("*" * 900, 100) in ("\\*" * 49 + "…", "\\*" * 48 + "…")


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 9, "one two…"),
        ("incomprehensibilities", 10, "incompreh…"),
        ("a incomprehensibilities", 12, "a incompreh…"),
        ("      ", 3, "…"),
        ("ab", 1, "…"),
    ],
)
def test_clip_by_hand(text: str, limit: int, clipped: str) -> None:
    """A text that is too long is cut at a word, or inside one that fills more than half of it."""
    assert clip(text, limit) == clipped


@given(st.text(), st.integers(1, 50))
def test_clip_keeps_its_limit(text: str, limit: int) -> None:
    """No text is longer than the limit after it was clipped, and a short one is unchanged."""
    assert len(clip(text, limit)) <= limit
    assert clip(text, max(limit, len(text))) == text


def test_quoted_marks_each_line() -> None:
    """Each line of a block quotation has its mark, an empty one too."""
    assert quoted("one\n\ntwo") == "> one\n> \n> two"


def test_a_closed_address_ends_nowhere_too_early() -> None:
    """What would end an address in brackets is percent-encoded; the rest of it stays."""
    assert closed("https://a.example/b (c)/d_e,'!*?f=g&h#i") == (
        "https://a.example/b%20%28c%29/d_e,'!*?f=g&h#i"
    )
    assert closed("https://a.example/<b>\\\u00a0c") == ("https://a.example/%3Cb%3E%5C%C2%A0c")


def test_an_address_beside_the_bold_takes_in_no_escape() -> None:
    """What follows an address without a space stays escaped, wherever the bold begins and ends."""
    text = "[a](http://b.example)<@1>"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            shown = bold_within(text[:start], text[start:end], text[end:], 200)
            assert "mention" not in {name for name, _ in read(shown)[1]}, shown
