"""Encoders whose vectors can be checked by hand; they compute, and load no model."""

import hashlib
from collections.abc import Sequence

import numpy as np

from index.encoder import Vectors

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class LetterEncoder:
    """Counts the letters a to z of a text; texts are alike when their letters are.

    Attributes:
        name: what it is called.
        asked: every text that it was asked for, in order.
    """

    def __init__(self, name: str = "letters") -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(name.encode()).hexdigest()
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the letter counts, of shape (len(texts), 26)."""
        self.asked.extend(texts)
        counts = [[text.lower().count(letter) for letter in _LETTERS] for text in texts]
        vectors = np.array(counts, dtype=np.float64).reshape(-1, len(_LETTERS))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        # A text without a letter is a little of each, so that its vector has length 1 too.
        vectors = np.where(lengths > 0, vectors, 1.0)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class BrokenEncoder(LetterEncoder):
    """A LetterEncoder that fails at the text it was told to fail at, counted from 1."""

    def __init__(self, fails_at: int) -> None:
        super().__init__()
        self._fails_at = fails_at

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors, until too many texts were asked for."""
        vectors = super().embed(texts)
        if len(self.asked) >= self._fails_at:
            raise RuntimeError("The encoder broke.")
        return vectors
