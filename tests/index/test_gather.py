"""Tests of index.gather and index.seen: what changed, what vanished, and what is kept of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import store
from index.asked import Asked, last_asked
from index.build import Built, Reports, build
from index.check import check
from index.choice import Choice
from index.errors import Gone, SourceError
from index.gather import Changes, Vanished
from index.search import open_index
from index.seen import Seen, load_seen
from tests.encoders import LetterEncoder
from tests.index.site import Site, running_site

DROP, KEEP = Choice(vanished="drop"), Choice(vanished="keep")


@pytest.fixture
def site() -> Iterator[Site]:
    """A site without a page."""
    with running_site() as running:
        yield running


class Index:
    """An index, and what its last build told."""

    def __init__(self, folder: Path, allowed: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.allowed = allowed
        self.vanished: list[Vanished] = []
        self.skipped: list[str] = []

    def build(self, *sources: object, choice: Choice = Choice()) -> Built:  # noqa: B008 - frozen
        """Builds, with what is told of it kept."""
        self.vanished, self.skipped = [], []
        reports = Reports(
            skipped=lambda error: self.skipped.append(str(error)), vanished=self.vanished.extend
        )
        named = list(map(str, sources))
        return build(self.folder, named, LetterEncoder(), reports, self.allowed, choice)

    @property
    def titles(self) -> list[str]:
        """The titles of the articles of the current build, in order."""
        return [article.title for article in open_index(self.folder, LetterEncoder()).articles]

    @property
    def texts(self) -> list[str]:
        """The texts of the current build, in order."""
        return [article.text for article in open_index(self.folder, LetterEncoder()).articles]


@pytest.fixture
def index(tmp_path: Path, site: Site) -> Index:
    """An index that was never built, which may read the site."""
    return Index(tmp_path / "index", site.allowed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("ant", "bee", "cat"):
        (folder / f"{name}.txt").write_text(f"The {name}.")
    return folder


def rows(file: Path, *rows: dict[str, str]) -> Path:
    """A JSONL file of these rows."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_changes_are_counted(index: Index, folder: Path) -> None:
    """A build says how many articles have another text, are new, and are gone."""
    assert index.build(folder).changes == Changes(new=3)
    (folder / "ant.txt").write_text("Another ant.")
    (folder / "bee.txt").unlink()
    (folder / "dog.txt").write_text("The dog.")
    (folder / "eel.txt").write_text("The eel.")
    changes = index.build().changes
    assert changes == Changes(changed=1, new=2, gone=1)
    assert str(changes) == "1 article changed, 2 new, 1 gone"


def test_times_are_those_of_the_text(index: Index, folder: Path) -> None:
    """An article has the time when it came and, once its text is another, when that was so."""
    began = datetime.now(UTC).replace(microsecond=0)
    index.build(folder)
    came = load_seen(index.folder)
    assert list(came) == ["ant", "bee", "cat"]
    assert all(began <= seen.first <= datetime.now(UTC) for seen in came.values())
    assert {(seen.source, seen.changed, seen.vanished) for seen in came.values()} == {
        (str(folder), None, None)
    }
    (folder / "ant.txt").write_text("---\ntitle: Only another title\n---\nThe ant.")
    (folder / "bee.txt").write_text("Another bee.")
    index.build()
    now = load_seen(index.folder)
    assert (now["ant"], now["cat"]) == (came["ant"], came["cat"])
    assert now["bee"].first == came["bee"].first
    assert now["bee"].changed is not None
    assert began <= now["bee"].changed <= datetime.now(UTC)


def test_row_without_a_name_is_another_article_when_it_changes(
    index: Index, tmp_path: Path
) -> None:
    """A row's id or address stays while its text changes; without either it goes and comes."""
    file = tmp_path / "a.jsonl"
    address = "https://a.example/"
    index.build(rows(file, {"id": "x", "text": "X."}, {"url": address, "text": "U."}))
    changes = index.build(rows(file, {"id": "x", "text": "Y."}, {"url": address, "text": "V."}))
    assert changes.changes == Changes(changed=2)
    assert index.build(rows(file, {"text": "X."})).changes == Changes(new=1, gone=2)
    assert index.build(rows(file, {"text": "Y."})).changes == Changes(new=1, gone=1)


@pytest.mark.parametrize("choice", [Choice(), DROP])
def test_deleted_file_is_dropped(index: Index, folder: Path, choice: Choice) -> None:
    """A file deleted from a folder leaves the index, and that is told."""
    index.build(folder, choice=choice)
    (folder / "bee.txt").unlink()
    assert index.build().changes == Changes(gone=1)
    assert index.texts == ["The ant.", "The cat."]
    assert index.vanished == [Vanished("The bee.", str(folder), kept=False)]
    assert str(index.vanished[0]) == f"{folder} no longer has “The bee.”: dropped."
    assert index.build().unchanged
    assert index.vanished == []


def test_deleted_file_is_kept(index: Index, folder: Path) -> None:
    """With `keep` a deleted file's article stays in its place, and nothing new is published."""
    name = index.build(folder, choice=KEEP).name
    (folder / "bee.txt").unlink()
    built = index.build()
    assert (built.name, built.unchanged, built.changes) == (name, True, Changes())
    assert index.vanished == [Vanished("The bee.", str(folder), kept=True)]
    assert str(index.vanished[0]) == f"{folder} no longer has “The bee.”: kept."
    assert load_seen(index.folder)["bee"].vanished is not None


def test_kept_article_survives_what_comes_after(index: Index, folder: Path) -> None:
    """It is told once, stays through later builds, is the same again when its file comes back."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    index.build()
    gone = load_seen(index.folder)["bee"]
    (folder / "ape.txt").write_text("The ape.")
    for _ in range(5):
        (folder / "ant.txt").write_text(f"The ant {_}.")
        index.build()
        assert index.vanished == []
    assert index.texts == ["The ape.", "The ant 4.", "The bee.", "The cat."]
    assert load_seen(index.folder)["bee"] == gone
    (folder / "bee.txt").write_text("The bee.")
    index.build()
    back = load_seen(index.folder)["bee"]
    assert back == Seen(str(folder), gone.sha256, gone.first)


def test_kept_article_can_be_dropped_later(index: Index, folder: Path) -> None:
    """`drop` without a source drops what was kept, told; what is chosen then stays chosen."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    index.build()
    assert index.build(choice=DROP).changes == Changes(gone=1)
    assert index.vanished == [Vanished("The bee.", str(folder), kept=False)]
    assert last_asked(index.folder) == Asked((str(folder),), DROP)


def test_source_that_is_no_longer_named_takes_all_with_it(
    index: Index, folder: Path, tmp_path: Path
) -> None:
    """What was kept of a source goes once other sources are named, and has not vanished."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    index.build()
    other = tmp_path / "other.txt"
    other.write_text("Other.")
    assert index.build(other, choice=KEEP).changes == Changes(new=1, gone=3)
    assert index.vanished == []
    assert index.texts == ["Other."]


def test_file_that_is_one_article_is_replaced(index: Index, tmp_path: Path) -> None:
    """A file whose article has another id than before has lost nothing."""
    file = tmp_path / "a.txt"
    file.write_text("One.")
    index.build(file, choice=KEEP)
    file.write_text("---\nid: b\n---\nTwo.")
    assert index.build().changes == Changes(new=1, gone=1)
    assert (index.texts, index.vanished) == (["Two."], [])


def test_article_that_moved_to_another_source_has_not_vanished(
    index: Index, tmp_path: Path
) -> None:
    """An article that another source has now is there, and is that one's."""
    one, two = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    a, b, c = ({"id": name, "text": f"{name}."} for name in "ABC")
    index.build(rows(one, a, b), rows(two, c))
    rows(one, a)
    rows(two, c, b)
    assert index.build().changes == Changes()
    assert (index.vanished, index.texts) == ([], ["A.", "C.", "B."])
    assert load_seen(index.folder)["B"].source == str(two)


def feed(site: Site, item: str) -> str:
    """The address of a feed of one item, which carries its text itself."""
    space = "http://purl.org/rss/1.0/modules/content/"
    rss = (
        f'<rss version="2.0" xmlns:content="{space}"><channel><item><title>{item}</title>'
        f"<guid>{item}</guid><content:encoded>The words of item {item}.</content:encoded>"
        "</item></channel></rss>"
    )
    return site.serve("/feed", rss, "application/rss+xml")


@pytest.mark.slow
def test_item_that_rolled_off_a_feed_is_kept(index: Index, site: Site) -> None:
    """A feed's item that the feed no longer lists stays, below what is new, until it is dropped."""
    address = feed(site, "A")
    index.build(address)
    feed(site, "B")
    assert index.build().changes == Changes(new=1)
    assert index.titles == ["B", "A"]
    assert index.vanished == [Vanished("A", address, kept=True)]
    assert index.build(choice=DROP).changes == Changes(gone=1)
    assert index.titles == ["B"]
    assert index.vanished == [Vanished("A", address, kept=False)]


@pytest.mark.parametrize("choice", [Choice(), KEEP, DROP])
def test_page_that_is_gone(index: Index, folder: Path, site: Site, choice: Choice) -> None:
    """A page that answers 404 keeps its article or drops it, and later builds go on."""
    address = site.serve("/b", "Two.", "text/plain")
    index.build(folder, address, choice=choice)
    del site.answers["/b"]
    kept = choice != DROP
    assert index.build().changes == Changes(gone=0 if kept else 1)
    told = f"{address} answers with HTTP status 404: check the address."
    assert (index.skipped, index.vanished) == ([told], [Vanished("Two.", address, kept)])
    assert index.build().unchanged
    assert (index.skipped, index.vanished) == ([told], [])
    assert ("Two." in index.texts) == kept


def test_page_that_moved_is_replaced(index: Index, site: Site) -> None:
    """A page that leads elsewhere today has not vanished: it is one article as before."""
    address = site.serve("/a", "One.", "text/plain")
    index.build(address)
    site.serve("/b", "One, edited.", "text/plain")
    site.redirect("/a", "/b")
    assert index.build().changes == Changes(new=1, gone=1)
    assert (index.texts, index.vanished) == (["One, edited."], [])


def test_page_that_never_was_is_an_error(index: Index, site: Site) -> None:
    """A page that was not there when it was first named is a slip in its address."""
    with pytest.raises(Gone):
        index.build(site.url("/a"))


def test_last_article_is_not_dropped(index: Index, site: Site) -> None:
    """Where nothing would be left the build before goes on."""
    address = site.serve("/a", "One.", "text/plain")
    index.build(address, choice=DROP)
    del site.answers["/a"]
    with pytest.raises(SourceError, match=r"^There is no article in http"):
        index.build()
    assert (index.texts, index.vanished) == (["One."], [])


def test_kept_article_comes_from_an_older_build_where_the_current_is_damaged(
    index: Index, folder: Path
) -> None:
    """What is kept is found in the builds before, if the last one has lost it."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    (folder / "ant.txt").write_text("Another ant.")
    name = index.build().name
    damaged = index.folder / name / "articles.jsonl"
    damaged.write_bytes(damaged.read_bytes().replace(b"The bee", b"The b\xff\xff"))
    assert index.build().changes == Changes()
    assert index.texts == ["Another ant.", "The bee.", "The cat."]
    assert check(index.folder, LetterEncoder()).articles == 3


def test_kept_article_outlives_damage_to_other_files(index: Index, folder: Path) -> None:
    """What is kept needs nothing of a build but its line of articles.jsonl."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    for name in ("articles.npy", "ids.npy", "catalogue.jsonl", "manifest.json"):
        for build_folder in store.builds(index.folder):
            (build_folder / name).write_bytes(b"")
    index.build()
    assert index.texts == ["The ant.", "The bee.", "The cat."]
    assert check(index.folder, LetterEncoder()).articles == 3


def test_kept_article_that_no_build_has_any_more_is_told(index: Index, folder: Path) -> None:
    """What nothing has the text of is gone, by its id."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    for build_folder in store.builds(index.folder):
        (build_folder / "articles.jsonl").unlink()
    index.build()
    assert index.texts == ["The ant.", "The cat."]
    assert index.vanished == [Vanished("bee", str(folder), kept=False)]


@pytest.mark.parametrize("content", [None, b"{", b'{"bee": {}}', b"[" * 99999])
def test_damaged_times_lose_no_article(index: Index, folder: Path, content: bytes | None) -> None:
    """Where seen.json is lost, what is kept stays, though its source is not known any more."""
    index.build(folder, choice=KEEP)
    (folder / "bee.txt").unlink()
    name = index.build().name
    seen = index.folder / "seen.json"
    seen.unlink() if content is None else seen.write_bytes(content)
    assert check(index.folder, LetterEncoder()).articles == 3
    built = index.build()
    assert built.changes == Changes()
    assert sorted(index.texts) == ["The ant.", "The bee.", "The cat."]
    assert [str(one) for one in index.vanished] == [
        "Its source, which is not known any more, no longer has “The bee.”: kept."
    ]
    assert index.build().name == built.name
    assert index.vanished == []
    assert {one.source for one in load_seen(index.folder).values()} == {str(folder), None}
    assert index.build(folder / "ant.txt").changes == Changes(gone=2)
    assert index.texts == ["The ant."]
    assert name in {path.name for path in index.folder.iterdir()}


def test_name_of_a_source_need_not_be_text(index: Index, tmp_path: Path) -> None:
    """A folder whose name is not UTF-8 is known again."""
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    (folder / "a.txt").write_text("One.")
    index.build(folder)
    assert load_seen(index.folder)["a"].source == str(folder)
    assert index.build().changes == Changes()


def test_choice_is_kept_beside_the_sources(index: Index, folder: Path) -> None:
    """A build without sources chooses as the last did, but for what it says itself."""
    since = datetime(2026, 1, 2, tzinfo=UTC).date()
    index.build(folder, choice=Choice(limit=7, since=since, vanished="keep"))
    index.build()
    assert last_asked(index.folder) == Asked((str(folder),), Choice(7, since, "keep"))
    index.build(choice=Choice(limit=9))
    assert last_asked(index.folder) == Asked((str(folder),), Choice(9, since, "keep"))
    index.build(folder)
    assert last_asked(index.folder) == Asked((str(folder),), Choice())


def test_list_of_sources_of_before_is_read(index: Index, folder: Path) -> None:
    """A list of sources alone, as it was once written, is what the next build is of."""
    name = index.build(folder).name
    (index.folder / "sources.json").write_text(json.dumps([str(folder)]))
    assert last_asked(index.folder) == Asked((str(folder),), Choice())
    assert index.build().name == name
