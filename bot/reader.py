"""Reader: a question and texts -> the spans that could answer it, served by ONNX Runtime.

Extractive question answering with a no-answer option as in SQuAD 2.0 (Rajpurkar et al. 2018; Devlin
et al. 2019, section 4.3): the model gives each token a score as the first and as the last of the
answer, and the first token of all stands for "the text does not say".

    READER/    a reader, as `pilcrow export-reader` writes it
        reader.json  model.onnx  tokenizer.json
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import PilcrowError
from index.files import sha256_of
from index.session import session_of

CARD, MODEL, TOKENIZER = "reader.json", "model.onnx", "tokenizer.json"
DEFAULT_READER = "pilcrow-reader"
NO_READER = "none"
"""The value of PILCROW_READER with which the best sentence is the answer."""

_MOST_SPANS = 5
_DOUBT = 1.5
"""Temperature of the scores where spans are compared, chosen on the development questions."""
_LONGEST_SPAN = 40
_LONGEST_QUESTION = 96
_STRIDE = 64
_LEAST_TOKENS = 32


class ReaderError(PilcrowError):
    """A reader cannot be loaded."""


class Card(BaseModel):
    """What the files of a reader are.

    Attributes:
        name: what a person calls it.
        tokens: how many tokens of question and text together it reads at once, 32 or more.
        files: sha256 of the model and of its tokenizer, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    tokens: Annotated[int, Field(ge=_LEAST_TOKENS)]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text that could answer a question.

    Attributes:
        start, end: character offsets into the text, end exclusive.
        score: the reader score, in logits: the higher, the likelier is an answer here.
    """

    start: int
    end: int
    score: float


class Reader(Protocol):
    """Finds in texts the words that answer a question."""

    @property
    def name(self) -> str:
        """What a person calls the model."""
        ...

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text the best spans, best first, none of which overlap; at most five.

        There is always one where the text has a word, however unlikely.
        """
        ...


class OnnxReader:
    """A reader in a folder. Safe to use from several threads at once.

    Raises:
        ReaderError: the folder does not hold a reader, whole and as it was written.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        card = _verified(folder)
        self.name = card.name
        self._question = Tokenizer.from_file(str(folder / TOKENIZER))
        # Of a reader that reads little at once, the question and what pieces share leave half.
        self._question.enable_truncation(min(_LONGEST_QUESTION, card.tokens // 4))
        self._question.no_padding()
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        stride = min(_STRIDE, card.tokens // 4)
        self._tokenizer.enable_truncation(card.tokens, stride=stride, strategy="only_second")
        self._tokenizer.no_padding()
        self._session = session_of(folder / MODEL)
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="reading")

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text the best spans, best first, none of which overlap; at most five."""
        asked = self._question.encode(question, add_special_tokens=False)
        cut = question[: asked.offsets[-1][1]] if asked.overflowing else question
        # Longest first, so that no thread is left with the longest at the end.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        found = self._threads.map(lambda place: self._read_one(cut, texts[place]), order)
        spans = dict(zip(order, found, strict=True))
        return [spans[place] for place in range(len(texts))]

    def _read_one(self, question: str, text: str) -> list[Span]:
        whole = self._tokenizer.encode(question, text)
        spans: list[Span] = []
        for tokens in (whole, *whole.overflowing):
            arrays = {
                "input_ids": tokens.ids,
                "attention_mask": tokens.attention_mask,
                "token_type_ids": tokens.type_ids,
            }
            feed = {name: np.array([arrays[name]], dtype=np.int64) for name in self._inputs}
            starts, ends = self._session.run(None, feed)
            inside = [place for place, of in enumerate(tokens.sequence_ids) if of == 1]
            if inside:
                first, last = inside[0], inside[-1] + 1
                none = float(starts[0][0]) + float(ends[0][0])
                spans += [
                    Span(tokens.offsets[first + i][0], tokens.offsets[first + j][1], score - none)
                    for i, j, score in best_spans(starts[0][first:last], ends[0][first:last])
                ]
        return of_least_risk(spans)


def find_reader(name: str | None = None) -> OnnxReader | None:
    """The reader in a folder, or the one that ships with the project; None for `NO_READER`.

    Raises:
        ReaderError: there is no such reader, or its files are not as they were written.
    """
    if name == NO_READER:
        return None
    if name in (None, DEFAULT_READER):
        return OnnxReader(Path(str(files("bot"))) / "models")
    return OnnxReader(Path(name))


def best_spans(
    starts: NDArray[np.float32], ends: NDArray[np.float32]
) -> list[tuple[int, int, float]]:
    """(first, last, score) of the likeliest spans of tokens, both inclusive, best first.

    Of equal ones the earlier and shorter come first.

    Args:
        starts, ends: the score of each token of the text as the first and the last of the answer.
    """
    after = np.pad(ends.astype(np.float64), (0, _LONGEST_SPAN - 1), constant_values=-np.inf)
    # A row for each first token, a column for each length.
    scores = starts[:, None] + sliding_window_view(after, _LONGEST_SPAN)
    order = np.argsort(-scores, axis=None, kind="stable")[: _MOST_SPANS * 8]
    return [
        (int(first), int(first + more), float(scores[first, more]))
        for first, more in zip(*np.unravel_index(order, scores.shape), strict=True)
        if np.isfinite(scores[first, more])
    ]


def of_least_risk(spans: Sequence[Span]) -> list[Span]:
    """One of the spans for each place that could answer, best first; at most five that have words.

    Where the words that answer begin and end is often in doubt, and the likeliest span then may be
    half of them. Of the likeliest span and those that overlap it, that one is taken which has most
    in common with all of them (in characters, F1), weighted by how likely they are: minimum Bayes
    risk (Kumar and Byrne 2004). Its score is that of all of them together, at a temperature.
    """
    # Of what two pieces of a text have in common, the better score counts.
    once: dict[tuple[int, int], Span] = {}
    for one in sorted(spans, key=lambda one: (-one.score, one.start, one.end)):
        if one.start < one.end:
            once.setdefault((one.start, one.end), one)
    left = list(once.values())
    kept: list[Span] = []
    while left and len(kept) < _MOST_SPANS:
        starts, ends = np.array([(one.start, one.end) for one in left]).T
        scores = np.array([one.score for one in left]) / _DOUBT
        common = np.minimum.outer(ends, ends) - np.maximum.outer(starts, starts)
        alike = 2 * np.maximum(common, 0) / np.add.outer(ends - starts, ends - starts)
        near = alike[0] > 0
        together = np.logaddexp.reduce(scores[near])
        gain = alike[np.ix_(near, near)] @ np.exp(scores[near] - together)
        chosen = int(np.flatnonzero(near)[np.argmax(gain)])
        kept.append(replace(left[chosen], score=float(_DOUBT * together)))
        apart = (alike[0] == 0) & (alike[chosen] == 0)
        left = [one for one, is_apart in zip(left, apart, strict=True) if is_apart]
    return sorted(kept, key=lambda one: -one.score)


def without_overlaps(spans: Sequence[Span]) -> list[Span]:
    """The best of spans that overlap, best first; of equal ones the earlier and shorter."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-one.score, one.start, one.end)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept[:_MOST_SPANS]


def _verified(folder: Path) -> Card:
    """What the reader in a folder is, once its files are found to be as they were written."""
    if not (folder / CARD).is_file():
        raise ReaderError(
            f"{folder} holds no reader (it has no {CARD}): set PILCROW_READER to a folder that "
            "`pilcrow export-reader` wrote, or to none."
        )
    try:
        card = Card.model_validate_json((folder / CARD).read_bytes())
        intact = card.files == {name: sha256_of(folder / name) for name in (MODEL, TOKENIZER)}
    except (OSError, ValidationError):
        intact = False
    if not intact:
        raise ReaderError(
            f"The reader in {folder} is not as it was written: install Pilcrow again, or run "
            "`pilcrow export-reader` again if it is your own."
        )
    return card
