"""Which sentences sum an article up, with vectors that can be checked by hand."""

import numpy as np
import pytest

from bot.summary import first_sentences, ranks, summary
from index.corpus import Article
from tests.encoders import LetterEncoder

# Two sentences are alike in all letters, the others in none.
ARTICLE = Article("a", "Title", 'Aaaa! Bbbb!\n\nCccc!\n\n"Dddd!"\n\nCccc cc! Eeee!')


def test_the_rank_by_hand() -> None:
    """A sentence is worth half its place and half what sentences like it pass on."""
    cited = first_sentences(ARTICLE)
    vectors = LetterEncoder().embed([one.quote for one in cited])
    assert [one.quote for one in cited] == [
        "Aaaa!",
        "Bbbb!",
        "Cccc!",
        '"Dddd!"',
        "Cccc cc!",
        "Eeee!",
    ]
    head = np.array([1, 1, 1 / 2, 1 / 3, 1 / 4, 1 / 4])
    head /= head.sum()
    # What is like nothing else passes all on to itself; the two alike share what they have.
    shared = (head[2] + head[4]) / 2
    expected = head.copy()
    expected[2], expected[4] = (head[2] + shared) / 2, (head[4] + shared) / 2
    assert ranks(cited, vectors) == pytest.approx(expected)
    assert ranks(cited, vectors, damping=0.0) == pytest.approx(head)


def test_openings_come_before_quotations_and_what_follows() -> None:
    """Sentences that open a paragraph are chosen first, quotations are not, in the text's order."""
    assert [one.quote for one in summary(ARTICLE, LetterEncoder())] == [
        "Aaaa!",
        "Cccc!",
        "Cccc cc!",
    ]
    assert [one.quote for one in summary(ARTICLE, LetterEncoder(), 1)] == ["Aaaa!"]


@pytest.mark.parametrize("text", ["Aaaa!", "Aaaa! Bbbb!", '"Aaaa!"'])
def test_a_short_article_is_its_own_summary(text: str) -> None:
    """Where there are not three sentences, all there are sum it up."""
    article = Article("a", "Title", text)
    assert summary(article, LetterEncoder()) == tuple(first_sentences(article))


def test_a_long_article_is_summed_up_by_its_head() -> None:
    """Of an article of thousands of sentences only the first 200 are embedded."""
    encoder = LetterEncoder()
    summary(Article("a", "Title", "\n\n".join(["Aaaa! Bbbb!"] * 3000)), encoder)
    assert len(encoder.asked) == 200


def test_a_sentence_is_said_once() -> None:
    """What the article says again, with a small edit, is not in its summary a second time."""
    said = "Five men from Leeds were seen near the old bridge on Monday."
    again = "Five men from Leeds were also seen near the old bridge Monday."
    article = Article("a", "Title", f"{said}\n\n{again}\n\nThe bridge was closed.\n\nIt rained.")
    assert [one.quote for one in summary(article, LetterEncoder())] == [
        said,
        "The bridge was closed.",
        "It rained.",
    ]


def test_headings_sum_nothing_up() -> None:
    """A heading is no sentence, and what stands below it opens its paragraph."""
    headed = Article("a", "T", "Zzzz!\n\nCccc\nCccc cc! Dddd!", headings=((7, 11),))
    assert [one.quote for one in summary(headed, LetterEncoder(), most=2)] == ["Zzzz!", "Cccc cc!"]
    bare = Article("a", "T", "Aaaa\n\nBbbb", headings=((0, 4), (6, 10)))
    assert [one.quote for one in first_sentences(bare)] == ["Aaaa", "Bbbb"]
