"""The reader: spans by hand, a model whose scores stand in a table, and the one that ships."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.reader import (
    CARD,
    DEFAULT_READER,
    MODEL,
    NO_READER,
    TOKENIZER,
    OnnxReader,
    ReaderError,
    Span,
    best_spans,
    find_reader,
    of_least_risk,
    without_overlaps,
)
from tests.bot.table import ARMED_POLICE, ARMY, INPUTS, LEFT, UNKNOWN, write_reader
from tests.terminal import ROOT, environment

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes the folder of a reader that scores by `SCORES`."""

    def write(tokens: int = 384, inputs: Sequence[str] = INPUTS) -> Path:
        folder = tmp_path / f"table-{tokens}"
        write_reader(folder, tokens, inputs)
        return folder

    return write


@pytest.fixture
def table(make: Make) -> OnnxReader:
    """A reader that scores by `SCORES`."""
    return OnnxReader(make())


def read(reader: OnnxReader, question: str, texts: Sequence[str]) -> list[list[Any]]:
    """What the reader finds, as tuples."""
    return [[astuple(span) for span in spans] for spans in reader.read(question, texts)]


def log_of(weight: float) -> float:
    """The score that counts for so much where spans are compared."""
    return 1.5 * math.log(weight)


def about(start: int, end: int, score: float) -> tuple[int, int, Any]:
    """A span whose score is about that of its words alone: what overlaps it adds a little."""
    return start, end, pytest.approx(score, abs=0.2)


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        ([-1.5], [0.25], [(0, 0, -1.25)]),
        ([0, 9], [8, 0], [(1, 1, 9.0), (0, 0, 8.0), (0, 1, 0.0)]),
        ([1, 1], [2, 2], [(0, 0, 3.0), (0, 1, 3.0), (1, 1, 3.0)]),
        ([-np.inf, 1], [2, 3], [(1, 1, 4.0)]),
        ([np.nan, 1], [2, 3], [(1, 1, 4.0)]),
        (
            [1, 5, 2.5],
            [0, 3, 6],
            [(1, 2, 11), (2, 2, 8.5), (1, 1, 8), (0, 2, 7), (0, 1, 4), (0, 0, 1)],
        ),
    ],
)
def test_best_spans_by_hand(
    starts: list[float], ends: list[float], found: list[tuple[int, int, float]]
) -> None:
    """Each first token and each last one that is not before it, by their sum, best first."""
    assert best_spans(np.array(starts, np.float32), np.array(ends, np.float32)) == found


def test_a_span_has_forty_tokens_at_most() -> None:
    """Forty tokens are a span, and forty-one are none, however well they score."""
    starts, ends = np.zeros(50, np.float32), np.zeros(50, np.float32)
    starts[0], ends[39], ends[40] = 100, 90, 95
    found = best_spans(starts, ends)
    assert found[0] == (0, 39, 190.0)
    assert max(last - first for first, last, _ in found) == 39
    # Without the longer span, whose sum is 195, the next best are those that start at 0.
    assert {first for first, _, score in found if score == 100.0} == {0}


def test_forty_spans_are_the_best_of_all() -> None:
    """Of more than forty spans the forty best are kept, in order."""
    starts, ends = np.arange(0, 30, 3, dtype=np.float32), np.arange(10, dtype=np.float32)
    every = [3.0 * i + j for i in range(10) for j in range(i, 10)]
    assert len(every) == 55
    found = best_spans(starts, ends)
    assert [score for _, _, score in found] == sorted(every, reverse=True)[:40]
    assert all(score == 3 * first + last for first, last, score in found)


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([], []),
        ([(0, 5, 1.0), (4, 9, 2.0)], [(4, 9, 2.0)]),
        ([(0, 5, 1.0), (5, 9, 2.0)], [(5, 9, 2.0), (0, 5, 1.0)]),
        ([(0, 9, 1.0), (3, 4, 2.0)], [(3, 4, 2.0)]),
        ([(0, 9, 2.0), (3, 4, 1.0)], [(0, 9, 2.0)]),
        # The middle one is in the way of neither, for it is left out itself.
        ([(0, 4, 3.0), (3, 7, 2.0), (6, 9, 1.0)], [(0, 4, 3.0), (6, 9, 1.0)]),
        ([(0, 4, 1.0), (3, 7, 2.0), (6, 9, 1.0)], [(3, 7, 2.0)]),
        ([(3, 6, 1.0), (0, 2, 1.0), (0, 1, 1.0)], [(0, 1, 1.0), (3, 6, 1.0)]),
        ([(2, 6, 1.0), (1, 4, 1.0)], [(1, 4, 1.0)]),
        ([(0, 2, -3.0), (0, 2, -3.0)], [(0, 2, -3.0)]),
    ],
)
def test_overlaps_by_hand(
    spans: list[tuple[int, int, float]], kept: list[tuple[int, int, float]]
) -> None:
    """The best of what overlaps stays; of equal ones the earlier, and then the shorter."""
    found = without_overlaps([Span(*span) for span in spans])
    assert found == [Span(*span) for span in kept]


def test_five_spans_are_kept_at_most() -> None:
    """Of seven spans apart the five best are kept, best first."""
    spans = [Span(n, n + 1, float(score)) for n, score in enumerate((3, 7, 1, 5, 2, 6, 4))]
    assert [span.start for span in without_overlaps(spans)] == [1, 5, 3, 6, 0]


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([], []),
        ([(0, 5, 1.5)], [(0, 5, 1.5)]),
        # Two that have nothing in common stay as they are, the better one first.
        ([(0, 4, -3.0), (6, 9, 1.5)], [(6, 9, 1.5), (0, 4, -3.0)]),
        ([(0, 4, 1.5), (4, 8, 1.5)], [(0, 4, 1.5), (4, 8, 1.5)]),
        # Twice the same, as two pieces of a text find it, is once, for the better score.
        ([(0, 5, 1.4), (0, 5, 1.5)], [(0, 5, 1.5)]),
        ([(0, 5, 1.5), (0, 5, 1.5)], [(0, 5, 1.5)]),
        # What has no letter, as the space that is a token of some models, is none.
        ([(3, 3, 9.0), (0, 5, 1.5), (7, 7, 1.0)], [(0, 5, 1.5)]),
        # The best first, by what a place has in all: 2.9 twice is more than 3.
        (
            [(0, 4, 3.0), (6, 10, 2.9), (6, 11, 2.9)],
            [(6, 10, 2.9 + log_of(2)), (0, 4, 3.0)],
        ),
        # Three alike: the one in the middle has most in common with the others.
        (
            [(0, 4, 3.0), (0, 6, 3.0), (0, 8, 3.0)],
            [(0, 6, 3.0 + log_of(3))],
        ),
        # The half is likelier than the whole, but the whole has more in common with what overlaps
        # the half: 3 + 4 · 8/12 + 2 · 8/12 = 7.0, and the half 4 + 3 · 8/12 + 2 · 2/8 = 6.5.
        (
            [(0, 4, log_of(4)), (0, 8, log_of(3)), (3, 7, log_of(2))],
            [(0, 8, log_of(9))],
        ),
        # Where it is much likelier, the half stays.
        (
            [(0, 4, log_of(40)), (0, 8, log_of(3)), (3, 7, log_of(2))],
            [(0, 4, log_of(45))],
        ),
    ],
)
def test_least_risk_by_hand(
    spans: list[tuple[int, int, float]], kept: list[tuple[int, int, float]]
) -> None:
    """Of spans that overlap the one most like all is taken, for as much as they have together."""
    found = of_least_risk([Span(*span) for span in spans])
    assert [astuple(span) for span in found] == [pytest.approx(span) for span in kept]


def test_of_many_places_five_are_kept() -> None:
    """Of seven places the five best are kept, best first."""
    spans = [Span(n, n + 1, float(score)) for n, score in enumerate((3, 7, 1, 5, 2, 6, 4))]
    assert [span.start for span in of_least_risk(spans)] == [1, 5, 3, 6, 0]


def test_a_text_is_read_by_hand(table: OnnxReader) -> None:
    """Offsets are those of the words, and a score is about what they have over no answer."""
    assert table.name == "table"
    assert read(table, "who ?", ["The armed police left."]) == [
        [
            about(4, 16, ARMED_POLICE),
            about(17, 21, LEFT),
            about(0, 3, UNKNOWN),
            about(21, 22, UNKNOWN),
        ]
    ]
    assert (ARMED_POLICE, LEFT) == (8.5, -17.5)


def test_a_score_is_that_of_all_spans_of_a_place(table: OnnxReader) -> None:
    """Words are read for as much as they, and those that overlap them, weigh together."""
    ((span,),) = table.read("who", ["armed police"])
    # "armed police" has 8.5, "police" 1 + 7 - 3.5 and "armed" 5 + 1 - 3.5.
    weight = sum(math.exp(score / 1.5) for score in (8.5, 4.5, 2.5))
    assert astuple(span) == (0, 12, pytest.approx(log_of(weight), abs=1e-6))


def test_offsets_are_of_characters(table: OnnxReader) -> None:
    """What takes several bytes, or is not of the plane of most, counts as one character."""
    ((best, *_),) = read(table, "who", ["👩‍👧 “Zoë’s” — ARMED   Police"])
    assert best == about(14, 28, ARMED_POLICE)


def test_texts_are_answered_in_their_order(table: OnnxReader) -> None:
    """Each text has its spans in its own place, however long the texts are."""
    texts = ["army", "The " * 30 + "left", "armed police", "", "left", "left left army"]
    best = [spans[:1] for spans in read(table, "who", texts)]
    assert best == [
        [about(0, 4, ARMY)],
        [about(120, 124, LEFT)],
        [about(0, 12, ARMED_POLICE)],
        [],
        [about(0, 4, LEFT)],
        [about(10, 14, ARMY)],
    ]


def test_at_most_five_spans_of_a_text(table: OnnxReader) -> None:
    """Of seven equal answers the first five are found, and no two overlap."""
    apart = "army " + "left " * 40  # A span has forty words at most, so that none has two armies.
    ((*spans,),) = read(table, "who", [apart * 7])
    assert sorted(spans) == [about(205 * n, 205 * n + 4, ARMY) for n in range(5)]
    scores = [score for _, _, score in spans]
    assert scores == sorted(scores, reverse=True)


def test_the_question_is_no_answer(table: OnnxReader) -> None:
    """The question's own words, however well they score, are never a span."""
    assert read(table, "who is the armed police army ?", ["left"]) == [[about(0, 4, LEFT)]]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_a_text_without_a_word_has_no_span(table: OnnxReader, text: str) -> None:
    """Nothing is found where there is nothing, and the texts beside it are read."""
    assert read(table, "who", [text, "left"]) == [[], [about(0, 4, LEFT)]]


def test_nothing_at_all_is_no_problem(table: OnnxReader) -> None:
    """Without a text there is no list of spans; a question of no token is read like any other."""
    assert read(table, "who", []) == []
    assert read(table, " ", ["left"]) == [[about(0, 4, LEFT)]]


def test_a_model_without_token_types_is_read(make: Make) -> None:
    """A model gets the inputs that it has: one without types counts its mask at both places."""
    reader = OnnxReader(make(inputs=("input_ids", "attention_mask")))
    # The mask, 1 everywhere, is in the end's place of type: it is 1 for no answer as well.
    assert read(reader, "who", ["armed police"]) == [[about(0, 12, ARMED_POLICE - 1)]]


def test_threads_do_not_mix_their_answers(table: OnnxReader) -> None:
    """Asked from eight threads at once, each question gets what it gets alone."""
    asked = [
        ("who", ["left " * n + "armed police" + " left" * (40 - n), "army " * n]) for n in range(40)
    ]
    alone = [table.read(*one) for one in asked]
    assert [astuple(found[0][0]) for found in alone] == [
        about(5 * n, 5 * n + 12, ARMED_POLICE) for n in range(40)
    ]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda one: table.read(*one), asked * 5))
    assert together == alone * 5


@pytest.mark.parametrize("tokens", [32, 50])
def test_a_long_text_is_read_in_pieces_that_overlap(make: Make, tokens: int) -> None:
    """An answer is found whole at its place wherever it is, so over the ends of pieces too."""
    reader = OnnxReader(make(tokens))
    texts = ["left " * n + "armed police" + " left" * (90 - n) for n in range(91)]
    best = [spans[0] for spans in read(reader, "who left ?", texts)]
    assert best == [about(5 * n, 5 * n + 12, ARMED_POLICE) for n in range(91)]


def test_a_span_that_two_pieces_share_is_found_once(make: Make) -> None:
    """Words in the overlap of two pieces are one span of their text."""
    text = "left " * 22 + "armed police" + " left" * 40
    ((best, *others),) = read(OnnxReader(make(32)), "who ?", [text])
    assert best == about(110, 122, ARMED_POLICE)
    assert all(end < 110 or start > 122 for start, end, _ in others)


@pytest.mark.parametrize("tokens", [32, 128, 384])
def test_a_very_long_question_is_cut(make: Make, tokens: int) -> None:
    """However long a question is, every word of a text is read, however long that is."""
    reader = OnnxReader(make(tokens))
    question = "who is the armed police ? " * 200
    texts = ["armed police", "left " * 500 + "armed police"]
    best = [spans[0] for spans in read(reader, question, texts)]
    assert best == [about(0, 12, ARMED_POLICE), about(2500, 2512, ARMED_POLICE)]


def test_none_is_no_reader() -> None:
    """By the name of none there is no reader."""
    assert NO_READER == "none"
    assert find_reader(NO_READER) is None


def test_a_folder_is_a_reader(make: Make) -> None:
    """A folder's reader is found by its path and called as its card says."""
    found = find_reader(str(make()))
    assert isinstance(found, OnnxReader)
    assert found.name == "table"
    assert read(found, "who", ["left"]) == [[about(0, 4, LEFT)]]


@pytest.mark.parametrize("name", ["nothing/here", ".", "reader.txt"])
def test_a_folder_without_a_reader_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no folder, or another thing, it is said what to set."""
    monkeypatch.chdir(tmp_path)
    Path("reader.txt").write_text("x", "utf-8")
    with pytest.raises(ReaderError) as refused:
        find_reader(name)
    assert str(refused.value) == (
        f"{name} holds no reader (it has no reader.json): set PILCROW_READER to a folder that "
        "`pilcrow export-reader` wrote, or to none."
    )


def flip(file: Path) -> None:
    """Changes one bit of a file's last byte."""
    *data, last = file.read_bytes()
    file.write_bytes(bytes([*data, last ^ 1]))


def change_card(folder: Path, **changed: object) -> None:
    """Changes fields of a reader's card."""
    card = json.loads((folder / CARD).read_text("utf-8"))
    (folder / CARD).write_text(json.dumps(card | changed), "utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: flip(folder / MODEL),
        lambda folder: flip(folder / TOKENIZER),
        lambda folder: (folder / MODEL).unlink(),
        lambda folder: (folder / CARD).write_text("not JSON", "utf-8"),
        lambda folder: (folder / CARD).write_bytes(b"\xff\xfe"),
        lambda folder: (folder / CARD).write_text("{}", "utf-8"),
        lambda folder: change_card(folder, tokens="384"),
        lambda folder: change_card(folder, tokens=31),
        lambda folder: change_card(folder, files={}),
        lambda folder: change_card(folder, more=1),
    ],
    ids=["model", "tokenizer", "gone", "json", "utf8", "empty", "type", "few", "files", "more"],
)
def test_a_damaged_reader_is_told(make: Make, damage: Callable[[Path], object]) -> None:
    """Files that are not what the card says, or a card that says nothing, are not loaded."""
    folder = make()
    damage(folder)
    with pytest.raises(ReaderError) as refused:
        find_reader(str(folder))
    assert str(refused.value) == (
        f"The reader in {folder} is not as it was written: install Pilcrow again, or run "
        "`pilcrow export-reader` again if it is your own."
    )


MASOOD = "Masood, 52, was shot dead by armed police at the scene."
MUSEUM = "The museum opens at nine on weekdays."


@pytest.mark.parametrize("name", [None, DEFAULT_READER])
def test_the_shipped_reader_reads(name: str | None) -> None:
    """The reader that ships finds who shot Masood, and in another text finds nothing likely."""
    reader = find_reader(name)
    assert isinstance(reader, OnnxReader)
    masood, museum = reader.read("who shot masood", [MASOOD, MUSEUM])
    assert "armed police" in MASOOD[masood[0].start : masood[0].end]
    assert masood[0].score > 0
    assert museum[0].score < 0


def test_reading_needs_no_pytorch(tmp_path: Path) -> None:
    """The shipped reader is loaded and reads without PyTorch and transformers."""
    for name in ("torch", "transformers"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')", "utf-8")
    code = (
        "from bot.reader import find_reader\n"
        f"[[best, *_]] = find_reader().read('who shot masood', [{MASOOD!r}])\n"
        f"print('armed police' in {MASOOD!r}[best.start : best.end])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(PYTHONPATH=f"{tmp_path}:{ROOT}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "True\n", "")
