"""The list of what a channel can ask: its marks, its counts, its limit."""

from pathlib import Path

import pytest

from bot.article_list import article_list
from index.joint import AnyIndex, JointIndex
from index.search import PassageIndex
from tests.bot.examples import index_of


def content(index: AnyIndex, in_use: list[str] | None = None) -> str:
    """The words of the list."""
    words = article_list(index, in_use).content
    assert words is not None
    return words


def built(folder: Path, *rows: dict[str, str]) -> PassageIndex:
    """An index of articles of these rows, in a folder that is made."""
    folder.mkdir()
    return index_of(folder, *rows)


def named(*titles: str) -> list[dict[str, str]]:
    """Rows of articles with these titles, each its own id."""
    return [{"id": title, "title": title, "text": f"Of {title}."} for title in titles]


@pytest.fixture
def joint(tmp_path: Path) -> JointIndex:
    """Two articles of the operator's and two of a server's."""
    parts = [
        built(tmp_path / name, *named(*titles))
        for name, titles in (("ours", ("A", "B")), ("theirs", ("C", "D")))
    ]
    return JointIndex(parts)


def test_articles_are_listed(tmp_path: Path) -> None:
    """Each article has a line with its title, publisher and date as far as they are known."""
    caesar = {
        "title": "Caesar_in_Rome",
        "publisher": "Acta Diurna",
        "published": "2018-03-22",
        "text": "He came.",
    }
    index = index_of(tmp_path, caesar, {"title": "# Two", "text": "x"})
    assert content(index) == (
        "I have read 2 articles:\n"
        "- **Caesar\\_in\\_Rome** · Acta Diurna · 22 March 2018\n- **\\# Two**"
    )


def test_what_the_server_has_added_is_told_apart(joint: JointIndex) -> None:
    """The server's own articles have a heading and a count of their own."""
    assert content(joint) == (
        "I have read 4 articles:\n- **A**\n- **B**\nAdded by this server (2):\n- **C**\n- **D**"
    )


def test_what_the_channel_asks_is_marked_and_comes_first(joint: JointIndex) -> None:
    """A choice is told in the heading and by a mark on each of its articles."""
    assert content(joint, ["B", "D"]) == (
        "I have read 4 articles; this channel asks the 2 marked ✓:\n- ✓ **B**\n- **A**\n"
        "Added by this server (2):\n- ✓ **D**\n- **C**"
    )


@pytest.mark.parametrize("title", ["Short", "*" * 300, "A title of many words " * 20])
def test_hundreds_of_articles_are_counted(tmp_path: Path, title: str) -> None:
    """A list that is too long says how many more there are of each kind, and the sums are right."""
    rows = [{"id": f"{n}", "title": title, "text": f"{n}."} for n in range(300)]
    ours = built(tmp_path / "ours", *rows)
    joint = JointIndex([ours, built(tmp_path / "theirs", *rows[:200])])
    words = content(joint, ["7 (2)"])
    assert len(words) <= 2000
    head, _, tail = words.partition("\nAdded by this server (200):\n")
    heading, *listed, more = head.split("\n")
    assert heading == "I have read 500 articles; this channel asks the 1 marked ✓:"
    assert more == f"… and {300 - len(listed):,} more."
    *listed, more = tail.split("\n")
    assert more == f"… and {200 - len(listed):,} more."
    assert listed[0].startswith("- ✓ ")
    assert len(listed) >= 2
