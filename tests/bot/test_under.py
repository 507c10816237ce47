"""What buttons know: every record comes back from a custom_id, and fits into one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Abstention, Answer, Citation, Reason
from bot.under import Further, Judged, Place, Under, under
from index.corpus import Passage
from tests.bot.examples import index_of

numbers = st.integers(0, 10**9)
builds = st.text("0123456789abcdef", min_size=12, max_size=12)
places = st.builds(Place, builds, numbers, numbers, numbers)
percents = st.integers(0, 100).map(lambda percent: percent / 100)
rows = st.lists(st.integers(0, 10**10), min_size=1, max_size=12).map(tuple)


@given(places)
def test_a_place_comes_back(place: Place) -> None:
    """Build, article and offsets survive the custom_id, which has room for large ones."""
    assert Place.unpack(place.packed) == place
    assert len(f"context:{place.packed}") <= 100


@given(st.builds(Judged, st.sampled_from(["answer", "abstention", "overview"]), places, percents))
def test_what_is_judged_comes_back(judged: Judged) -> None:
    """The outcome, its place and its confidence in percent survive the custom_id."""
    assert Judged.unpack(judged.packed) == judged
    assert len(f"down:{judged.packed}") <= 100


@given(st.builds(Further, builds, rows, st.integers(0, 3)))
def test_passages_come_back_as_far_as_there_is_room(further: Further) -> None:
    """The first rows survive the custom_id: all, or as many as a hundred characters hold."""
    back = Further.unpack(further.packed)
    assert (back.build, back.page) == (further.build, further.page)
    assert back.rows == further.rows[: len(back.rows)]
    assert len(f"page:{further.packed}") <= 100
    if len(back.rows) < len(further.rows):
        whole = f"page:{further.packed}.{further.rows[len(back.rows)]}"
        assert len(whole) > 100


def test_nine_passages_of_a_million_fit() -> None:
    """Three pages of passages fit where a build has fewer than a million."""
    further = Further("3f9c2a71d0be", (999_999,) * 9)
    assert Further.unpack(further.packed) == further


@pytest.mark.parametrize(
    ("page", "shown", "before", "after"),
    [(0, (1, 2, 3), None, 1), (1, (4, 5, 6), 0, 2), (2, (7,), 1, None)],
)
def test_pages_by_hand(
    page: int, shown: tuple[int, ...], before: int | None, after: int | None
) -> None:
    """A page has three rows, the last what is left, and turns as far as there are pages."""
    further = Further("3f9c2a71d0be", (1, 2, 3, 4, 5, 6, 7), page)
    assert (further.pages, further.shown) == (3, shown)
    turned = [further.turned(by) for by in (-1, 1)]
    assert [one and one.page for one in turned] == [before, after]


def whole(passage: Passage) -> Citation:
    """The citation of a whole passage."""
    return Citation(passage, passage.start, passage.end)


def test_what_stands_under_an_outcome(tmp_path: Path) -> None:
    """The first words that are shown, the passages that are not, and who may delete it."""
    letters = "\n\n".join(f"Paragraph {letter}." for letter in "abcdefghijklmnop")
    index = index_of(tmp_path, {"id": "x", "text": "One."}, {"id": "y", "text": letters})
    passages = [index.passage(row) for row in range(len(index))]
    quote = Citation(passages[1], passages[1].start + 10, passages[1].end)
    answer = Answer((quote, whole(passages[2])), 0.876, further=tuple(passages[3:]))
    place = Place(index.name, 1, quote.start, quote.end)
    assert under(answer, index, asker=7) == Under(
        Judged("answer", place, 0.876), Further(index.name, tuple(range(3, 12))), 7
    )
    near = tuple(map(whole, passages[:3]))
    abstention = Abstention(Reason.NOT_SAID, near, 0.1, further=(passages[5],))
    assert under(abstention, index, asker=None) == Under(
        Judged("abstention", Place(index.name, 0, 0, 4), 0.1), Further(index.name, (1, 2, 5)), None
    )


def test_where_nothing_can_stand_under(tmp_path: Path) -> None:
    """An answer without further passages has no More; an abstention of nothing has no buttons."""
    index = index_of(tmp_path, {"text": "One."})
    alone = under(Answer((whole(index.passage(0)),), 0.5), index, None)
    assert alone is not None
    assert alone.further is None
    assert under(Abstention(Reason.NOTHING_RELEVANT, (), 0.0), index, 7) is None
