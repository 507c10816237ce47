"""How often one person and one channel may ask, and how many questions may wait."""

import math
import time
from collections.abc import Callable

from discord.ext.commands import CooldownMapping

from index.errors import PilcrowError
from index.text import count


class NotNow(PilcrowError):
    """A question is not taken on just now.

    Attributes:
        repeated: whether the asker was told so within the same period already.
    """

    def __init__(self, sentence: str, repeated: bool) -> None:
        super().__init__(sentence)
        self.repeated = repeated


class Limits:
    """Counts the questions of people and of channels; forgets whoever has been quiet for a period.

    For the event loop's thread alone.
    """

    def __init__(
        self,
        per_person: int,
        per_channel: int,
        seconds: int,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Sets the limits.

        Args:
            per_person, per_channel: questions in a period; 0 for any number.
            seconds: how long a period is; it begins with the first question.
            most: questions that may be under way at once, those that wait included.
            clock: the time in seconds, above 0.
        """
        self._limits = (
            ("You have asked", per_person, _counter(per_person, seconds)),
            ("This channel has asked", per_channel, _counter(per_channel, seconds)),
        )
        self._told = _counter(1, seconds)
        self._seconds = seconds
        self._most = most
        self._clock = clock

    def admit(self, asker: int, channel: int, under_way: int) -> None:
        """Takes note of a question, one of those under way.

        Raises:
            NotNow: it is one too many; it counts for nothing then.
        """
        now = self._clock()
        if under_way > self._most:
            sentence = "I have my hands full of questions: please ask again in a minute."
            raise self._refusal(sentence, asker, now)
        counted = [
            (bucket, words, limit)
            for (words, limit, counter), key in zip(self._limits, (asker, channel), strict=True)
            if limit and (bucket := counter.get_bucket(key, now))
        ]
        for bucket, words, limit in counted:
            if wait := math.ceil(bucket.get_retry_after(now)):
                sentence = (
                    f"{words} {count(limit, 'question')} in {count(self._seconds, 'second')}: "
                    f"please ask again in {count(wait, 'second')}."
                )
                raise self._refusal(sentence, asker, now)
        for bucket, _, _ in counted:
            bucket.update_rate_limit(now)

    def _refusal(self, sentence: str, asker: int, now: float) -> NotNow:
        repeated = self._told.update_rate_limit(asker, now) is not None
        return NotNow(sentence, repeated)


def _counter(limit: int, seconds: int) -> CooldownMapping[int]:
    """discord.py's cooldowns, by the id of whom they are for."""
    return CooldownMapping.from_cooldown(limit, seconds, int)
