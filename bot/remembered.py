"""Remembered: what came of the questions that were asked last."""

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection

from bot.answers import Abstention, Answer, Outcome, Question, cited_by
from index.joint import AnyIndex

MOST = 256
"""How many outcomes are remembered at most."""

MOST_CHARACTERS = 8_000_000
"""How long the articles may be together that they are from, each counted for each outcome."""

_Key = tuple[weakref.ref[AnyIndex], bytes]


class Remembered:
    """The outcomes of the last questions, so that one that is asked again is not read again.

    They are held in memory alone, each under a digest of its question. No build is kept open by
    them; what came of one that is gone goes with the next new question. Safe to use from several
    threads; where two ask the same at once, both may be read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[Outcome, int]] = OrderedDict()

    def outcome(
        self,
        question: Question,
        index: AnyIndex,
        articles: Collection[str] | None,
        answer: Callable[[], Outcome],
    ) -> Outcome:
        """What came of a question before, or else what `answer` says now.

        Args:
            articles: the ids of the articles that are asked; all of them when None.
        """
        scope = None if articles is None else sorted(articles)
        digest = hashlib.sha256(repr((question, scope)).encode()).digest()
        key = weakref.ref(index), digest
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        outcome = answer()
        with self._lock:
            self._kept[key] = outcome, _characters(outcome)
            self._forget()
        return outcome

    def _forget(self) -> None:
        """Drops what came of builds that are gone, and the oldest where there is too much."""
        for key in [key for key in self._kept if key[0]() is None]:
            del self._kept[key]
        characters = sum(size for _, size in self._kept.values())
        while len(self._kept) > MOST or characters > MOST_CHARACTERS:
            _, (_, size) = self._kept.popitem(last=False)
            characters -= size


def _characters(outcome: Outcome) -> int:
    """The length of the articles that an outcome holds."""
    further = outcome.further if isinstance(outcome, Answer | Abstention) else ()
    passages = [citation.passage for citation in cited_by(outcome)] + list(further)
    if isinstance(outcome, Abstention):
        passages += [citation.passage for citation in outcome.nearest]
    articles = {passage.article.id: len(passage.article.text) for passage in passages}
    return sum(articles.values())
