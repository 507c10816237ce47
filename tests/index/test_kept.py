"""Tests of index.kept: articles that are added to an index one by one, and removed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from index import kept, sources
from index.__main__ import cli
from index.build import build
from index.corpus import Article
from index.encoder import SentenceEncoder
from index.errors import NoIndex, TooMuch
from index.kept import Most
from index.search import open_index
from tests.encoders import BrokenEncoder, LetterEncoder
from tests.sources import read

ENCODER = LetterEncoder()
MANY = Most(articles=50)


def article(text: str, url: str | None = None, name: str = "message") -> Article:
    """An article as a source gives it."""
    return Article(id=name, title=f"About {text}", text=text, url=url)


def texts(index: Path) -> list[str]:
    """The texts that the current build holds, in alphabetical order."""
    return sorted(one.text for one in open_index(index, ENCODER).articles)


def id_of(index: Path, text: str) -> str:
    """The id of the article with that text."""
    (found,) = (one.id for one in open_index(index, ENCODER).articles if one.text == text)
    return found


def everything(index: Path) -> str:
    """All that the files of an index hold."""
    return "".join(p.read_bytes().decode("latin-1") for p in index.rglob("*") if p.is_file())


def test_what_is_added_is_searched(tmp_path: Path) -> None:
    """An article is kept whole, under an id of its own, beside those before it."""
    whole = Article(
        "x",
        "A title",
        "A heading\nFirst “one”.\n\nSecond.",
        "https://a.org/b",
        date(2024, 2, 29),
        "A Paper",
    )
    kept.add(tmp_path, [article("One.")], ENCODER, MANY)
    built = kept.add(tmp_path, [whole], ENCODER, MANY)
    assert (built.articles, built.passages, built.embedded) == (2, 3, 2)
    (found,) = (one for one in open_index(tmp_path, ENCODER).articles if one.url)
    assert found == Article(
        found.id, whole.title, whole.text, whole.url, whole.published, whole.publisher
    )
    assert found.id.startswith("kept-")


def test_two_files_of_one_name_are_two_articles(tmp_path: Path) -> None:
    """What has no address is told apart by its text, whatever its file was called."""
    kept.add(tmp_path, [article("One."), article("Two.")], ENCODER, MANY)
    again = kept.add(tmp_path, [article("One.", name="other")], ENCODER, MANY)
    assert again.unchanged
    assert texts(tmp_path) == ["One.", "Two."]


def test_an_address_is_replaced(tmp_path: Path) -> None:
    """What is read anew from an address takes the place of what it said before."""
    kept.add(tmp_path, [article("Old.", "https://a.org/")], ENCODER, MANY)
    kept.add(tmp_path, [article("New.", "https://a.org/")], ENCODER, MANY)
    assert texts(tmp_path) == ["New."]


def test_what_is_removed_is_gone(tmp_path: Path) -> None:
    """No file of the index holds the words of an article that was removed."""
    kept.add(tmp_path, [article("Xylophone secret."), article("Two.")], ENCODER, MANY)
    kept.add(tmp_path, [article("Three.")], ENCODER, MANY)
    kept.remove(tmp_path, id_of(tmp_path, "Xylophone secret."), ENCODER)
    assert texts(tmp_path) == ["Three.", "Two."]
    assert "ylophon" not in everything(tmp_path)


def test_without_articles_there_is_no_index(tmp_path: Path) -> None:
    """When the last article is removed there is nothing to open, until one is added again."""
    kept.add(tmp_path, [article("One.")], ENCODER, MANY)
    kept.remove(tmp_path, id_of(tmp_path, "One."), ENCODER)
    with pytest.raises(NoIndex):
        open_index(tmp_path, ENCODER)
    assert "One." not in everything(tmp_path)
    kept.add(tmp_path, [article("Two.")], ENCODER, MANY)
    assert texts(tmp_path) == ["Two."]


@pytest.mark.parametrize("unknown", ["kept-000000000000", "../lock", "", "*"])
def test_removing_what_is_not_there_changes_nothing(tmp_path: Path, unknown: str) -> None:
    """An id that no article has removes none."""
    kept.add(tmp_path, [article("One.")], ENCODER, MANY)
    kept.remove(tmp_path, unknown, ENCODER)
    assert texts(tmp_path) == ["One."]
    assert (tmp_path / "lock").exists()


def test_a_build_that_fails_adds_nothing(tmp_path: Path) -> None:
    """When the encoder breaks, neither files nor build are other than before."""
    old = article("Old.", "https://a.org/")
    kept.add(tmp_path, [old], ENCODER, MANY)
    with pytest.raises(RuntimeError):
        kept.add(
            tmp_path, [article("New.", "https://a.org/"), article("B.")], BrokenEncoder(1), MANY
        )
    assert texts(tmp_path) == ["Old."]
    kept.rebuild(tmp_path, ENCODER)
    assert texts(tmp_path) == ["Old."]


@pytest.mark.parametrize(
    ("most", "sentence"),
    [
        (Most(articles=2), "That would make 3 articles, and 2 may be kept here"),
        (Most(50, passages=3), "That would make 4 passages, and 3 may be kept here"),
        (Most(50, characters=14), "That would make 15 characters, and 14 may be kept here"),
    ],
)
def test_more_than_may_be_kept_is_refused(tmp_path: Path, most: Most, sentence: str) -> None:
    """Articles, passages and characters are limited, together; what is refused leaves nothing."""
    kept.add(tmp_path, [article("One.")], ENCODER, most)
    with pytest.raises(TooMuch) as caught:
        kept.add(tmp_path, [article("T.\n\nU."), article("Four.")], ENCODER, most)
    assert str(caught.value) == f"{sentence}: remove an article first, or add a smaller one."
    kept.rebuild(tmp_path, ENCODER)
    assert texts(tmp_path) == ["One."]


def test_what_is_there_already_counts_once(tmp_path: Path) -> None:
    """At the limit an article can still be read anew."""
    most = Most(articles=1)
    kept.add(tmp_path, [article("Old.", "https://a.org/")], ENCODER, most)
    kept.add(tmp_path, [article("New.", "https://a.org/")], ENCODER, most)
    assert texts(tmp_path) == ["New."]


def test_many_at_once_lose_none(tmp_path: Path) -> None:
    """Of eight articles that are added at the same time each is there in the end."""
    every = [article(f"{letter}.") for letter in "abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: kept.add(tmp_path, [one], ENCODER, MANY), every))
    assert texts(tmp_path) == [one.text for one in every]


def test_another_encoder_builds_anew_from_what_is_kept(tmp_path: Path) -> None:
    """After the encoder was changed a rebuild makes the index fit the new one."""
    kept.add(tmp_path, [article("One.")], LetterEncoder("others"), MANY)
    kept.rebuild(tmp_path, ENCODER)
    assert texts(tmp_path) == ["One."]


def test_the_sample_article_is_kept_as_it_is(tmp_path: Path) -> None:
    """Reading a kept article changes no character of it."""
    (sample,) = read([sources.SAMPLE])
    kept.add(tmp_path, [sample], ENCODER, MANY)
    assert texts(tmp_path) == [sample.text]


def test_the_index_around_it_leaves_it_alone(tmp_path: Path) -> None:
    """A build of a folder that the kept articles lie inside of neither reads nor removes them."""
    index = tmp_path / "index"
    theirs = index / "guilds" / "123456789012345678"
    kept.add(theirs, [article("Theirs.")], ENCODER, MANY)
    for number in range(5):
        (tmp_path / "ours.txt").write_text(f"Ours {number}.")
        build(index, [str(tmp_path)], ENCODER)
    assert texts(index) == ["Ours 4."]
    assert texts(theirs) == ["Theirs."]


def test_the_operators_commands_look_into_it(tmp_path: Path, encoder: SentenceEncoder) -> None:
    """`articles` and `check` work on such a folder as on any index."""
    kept.add(tmp_path, [article("Theirs.")], encoder, MANY)
    listed = CliRunner().invoke(cli, ["articles", "--index", str(tmp_path)])
    assert "About Theirs.\n    1 paragraph\n" in listed.output
    checked = CliRunner().invoke(cli, ["check", "--index", str(tmp_path)])
    assert "is sound: 1 article, 1 passage, " in checked.output, checked.output
