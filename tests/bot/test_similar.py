"""The words that two short texts share, by hand."""

import pytest

from bot.similar import exactly, overlap, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Armed Police", ["armed", "police"]),
        ("a man, an axe and the law", ["man", "axe", "and", "law"]),
        ("“It's over,” he said.", ["its", "over", "he", "said"]),
        ("part-time", ["parttime"]),
        ("$52,000.50", ["5200050"]),
        ("U.S. — the end…", ["us", "end"]),
        ("one\n two\tthree ", ["one", "two", "three"]),
        ("Theatre another A", ["theatre", "another"]),
        ("ÉTÉ À Zürich", ["été", "à", "zürich"]),
        ("Да, Нет", ["да", "нет"]),
        ("to be or not to be", ["to", "be", "or", "not", "to", "be"]),
        ("The, a; an!", []),
        ("—", []),
        ("", []),
    ],
)
def test_words_by_hand(text: str, words: list[str]) -> None:
    """Words are in lower case and in order, without punctuation and without articles."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("armed police", "The armed police.", True),
        ("ARMED police", "armed Police", True),
        ("it's", "its", True),
        ("", "the", True),
        ("armed police", "police armed", False),
        ("armed police", "armed police officers", False),
        ("armed police", "armedpolice", False),
        ("52", "53", False),
        ("", "police", False),
    ],
)
def test_exactly_the_same_words(a: str, b: str, expected: bool) -> None:
    """Texts are exactly alike when their words are, in number and order, either way round."""
    assert exactly(a, b) is expected
    assert exactly(b, a) is expected


@pytest.mark.parametrize(
    ("a", "b", "f1"),
    [
        ("armed police", "the armed police", 1.0),
        ("armed police", "police armed", 1.0),
        # Both words of the one are in the other, which has two more: 2 · 2 / (2 + 4).
        ("armed police", "armed police shot him", 2 / 3),
        ("by armed police", "by two officers", 1 / 3),
        # A word counts as often as both have it: once of once and three times.
        ("no", "no no no", 0.5),
        ("no no", "no no no", 0.8),
        ("until 19 June", "until 18 May", 1 / 3),
        ("armed police", "the army", 0.0),
        ("the police", "the", 0.0),
        ("", "", 0.0),
        ("the", "a", 0.0),
    ],
)
def test_overlap_by_hand(a: str, b: str, f1: float) -> None:
    """The overlap is twice the common words over all words of both, either way round."""
    assert overlap(a, b) == pytest.approx(f1, abs=1e-12)
    assert overlap(b, a) == overlap(a, b)
