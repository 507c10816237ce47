"""Rows to train on: questions as they are typed, windows, negatives, titles, what is kept back."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.training.hard import Row
from bot.training.rows import is_held_out, make_rows, read_rows
from bot.training.typed import as_typed

SENTENCES = [f"In hall {n} there stands exhibit{n}x of stone." for n in range(400)]
"""Each has an answer of its own, "exhibit0x" to "exhibit399x"."""


def chance(seed: int = 1) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret by it


def sentences_of(article: int, length: int) -> list[str]:
    """The sentences of the paragraph of an article."""
    return SENTENCES[article * length : (article + 1) * length]


def answerable(length: int, title: str | None = None) -> list[dict[str, Any]]:
    """A question "No 7?" for each sentence, in paragraphs of so many; the answer is in its own."""
    found = []
    for n in range(len(SENTENCES)):
        context = " ".join(sentences_of(n // length, length))
        answer = {"text": f"exhibit{n}x", "answer_start": context.index(f"exhibit{n}x")}
        found.append(row_of(f"No {n}?", context, [answer], title))
    return found


def row_of(
    question: str, context: str, answers: Sequence[dict[str, Any]] = (), title: str | None = None
) -> dict[str, Any]:
    """A row as it stands in a file."""
    return {
        "source": "squad20-train",
        "title": title,
        "context": context,
        "question": question,
        "answers": list(answers),
        "is_impossible": not answers,
    }


def rows_made(
    source: Sequence[dict[str, Any]], seed: int = 1, without: Sequence[str] = ()
) -> list[Row]:
    """The rows made of these, of all questions."""
    return [row for rows in make_rows(source, chance(seed), without) for row in rows]


def made_of(source: Sequence[dict[str, Any]], seed: int = 1) -> list[Row]:
    """The rows made of these, but those that had a number or a name made vague."""
    whole = re.compile(
        r"((Old Town!|Halls( [-0-9]+)?)\. )?(In hall \d+ there stands \w+ of stone\. ?)*"
    )
    return [row for row in rows_made(source, seed) if whole.fullmatch(row.passage)]


def number_of(row: Row) -> int:
    """The number in a question, which no way of typing it changes."""
    return int("".join(filter(str.isdigit, row.question)))


def test_a_question_is_typed_the_same_by_seed() -> None:
    """A seed gives one way of typing a question, and other seeds give others."""
    question = "Who shot the man at the Palace of Westminster?"
    first = [as_typed(question, chance(seed)) for seed in range(40)]
    assert [as_typed(question, chance(seed)) for seed in range(40)] == first
    assert len(set(first)) > 10


def test_one_question_in_three_stays_as_it_is() -> None:
    """Of 3,000 questions about 1,020 are unchanged, but for white space."""
    together = chance()
    typed = [as_typed("Who  was\nit?", together) for _ in range(3000)]
    assert 940 < typed.count("Who was it?") < 1100


@pytest.mark.parametrize(
    ("question", "ways"),
    [
        # No three letters stand together in these, so that nothing can be mistyped.
        ("Is it  OK?", {"Is it OK?", "is it ok?", "is it ok"}),
        ("I'd go?", {"I'd go?", "i'd go?", "i'd go", "id go?", "id go"}),
        ("Is it 1. or 2. ?", {"Is it 1. or 2. ?", "is it 1. or 2. ?", "is it 1. or 2"}),
    ],
)
def test_the_ways_to_type_a_question(question: str, ways: set[str]) -> None:
    """Capitals, the marks at the end and apostrophes may go; no other character does."""
    assert {as_typed(question, chance(seed)) for seed in range(300)} == ways


def test_the_first_words_may_be_left_out() -> None:
    """ "What is the" may go where more than five words are asked, and stays with five."""
    long = {as_typed("What is the no of it?", chance(seed)) for seed in range(300)}
    short = {as_typed("What is the no of?", chance(seed)) for seed in range(300)}
    assert {"no of it", "no of it?", "what is the no of it"} <= long
    assert not {way for way in short if way.startswith("no")}


def test_a_slip_is_one_letter_or_two_inside_of_a_word() -> None:
    """Two letters change places, or one is left out, doubled or another one; two slips at most."""
    ways = {as_typed("abcd", chance(seed)) for seed in range(600)}
    once = {"acbd", "abdc", "acd", "abd", "abbcd", "abccd"}
    assert once <= ways
    assert {way for way in ways if way[0] != "a" or not 2 <= len(way) <= 6} == set()
    assert any(len(way) == 4 and set(way) - set("abcd") for way in ways)


@pytest.mark.parametrize("question", ["?", "...", "'", "' ?", "a", "Who?", "What is the ? ? ?"])
def test_a_question_is_never_typed_as_nothing(question: str) -> None:
    """Something is left even of a question of marks."""
    assert "" not in {as_typed(question, chance(seed)).strip() for seed in range(200)}


@pytest.mark.parametrize("length", [1, 3, 8, 40])
def test_an_answer_stays_where_it_was(length: int) -> None:
    """Each question is answered once, by the words that answered it in the whole paragraph."""
    found = [row for row in rows_made(answerable(length)) if row.start >= 0]
    assert sorted(number_of(row) for row in found) == list(range(len(SENTENCES)))
    for row in found:
        assert row.passage[row.start : row.end] == f"exhibit{number_of(row)}x"


def test_a_window_is_some_sentences_of_a_paragraph() -> None:
    """A window around an answer is one to five whole sentences, or now and then all eight."""
    found = [row for row in made_of(answerable(8)) if row.start >= 0]
    sizes = Counter(row.passage.count("In hall") for row in found)
    assert sizes.keys() == {1, 2, 3, 4, 5, 8}
    # Eight sentences have under 900 characters, so that 0.3 of the windows are all of them.
    assert 0.2 < sizes[8] / len(found) < 0.4
    for row in found:
        whole = sentences_of(number_of(row) // 8, 8)
        first = next(n for n, one in enumerate(whole) if row.passage.startswith(one))
        count = row.passage.count("In hall")
        assert row.passage == " ".join(whole[first : first + count])


def test_a_long_paragraph_is_never_read_whole() -> None:
    """Of forty sentences, more than 900 characters, a window has five at most."""
    found = [row for row in made_of(answerable(40)) if row.start >= 0]
    assert {row.passage.count("In hall") for row in found} == {1, 2, 3, 4, 5}


def test_an_answer_of_several_sentences_is_all_there() -> None:
    """A window reaches at least to the end of its answer."""
    context = " ".join(SENTENCES[:30])
    answer = " ".join(SENTENCES[10:20])
    start = context.index(answer)
    row = row_of("No 1?", context, [{"text": answer, "answer_start": start}])
    found = [one for one in rows_made([row] * 50) if one.start >= 0]
    assert len(found) == 50
    assert {one.passage[one.start : one.end] for one in found} == {answer}


def test_a_negative_is_of_the_article_without_the_answer() -> None:
    """Six in ten questions stand beside other sentences of their own article once more."""
    source = answerable(8, "Halls 0-199")[:200] + answerable(8, "Halls 200-399")[200:]
    found = [row for row in made_of(source) if row.start < 0]
    assert 200 < len(found) < 275
    assert len({number_of(row) for row in found}) == len(found)
    elsewhere = 0
    for row in found:
        assert (row.start, row.end) == (-1, -1)
        n = number_of(row)
        assert f"exhibit{n}x" not in row.passage
        parts = row.passage.split("In hall ")[1:]
        halls = {int(part.split()[0]) for part in parts}
        assert row.passage.removeprefix("Halls 0-199. ").removeprefix(
            "Halls 200-399. "
        ) == " ".join(SENTENCES[hall] for hall in sorted(halls))
        assert {hall // 200 for hall in halls} == {n // 200}
        elsewhere += {hall // 8 for hall in halls} != {n // 8}
    # 0.6 are of any paragraph of the article, which is another one 24 times out of 25.
    assert 0.4 < elsewhere / len(found) < 0.75


def test_without_a_title_a_negative_is_of_its_own_paragraph() -> None:
    """Where no title says which paragraphs are of one article, no other one is nearby."""
    found = [row for row in made_of(answerable(4)) if row.start < 0]
    assert 200 < len(found) < 275
    for row in found:
        halls = [int(part.split()[0]) for part in row.passage.split("In hall ")[1:]]
        assert {hall // 4 for hall in halls} == {number_of(row) // 4}


def test_a_paragraph_of_the_answer_alone_gives_no_negative() -> None:
    """Where every sentence has the answer's words, there is nothing to ask once more."""
    made = rows_made(answerable(1))
    assert len(made) == len(SENTENCES)
    assert {row.start >= 0 for row in made} == {True}


def test_a_title_stands_in_front_of_three_in_ten() -> None:
    """Where it does, it is written out, and the answer is as much further on."""
    made = made_of(answerable(4, "Old_Town%21"))
    titled = [row for row in made if row.passage.startswith("Old Town!. In hall ")]
    others = [row for row in made if row.passage.startswith("In hall ")]
    assert len(titled) + len(others) == len(made)
    assert 0.2 < len(titled) / len(made) < 0.4
    spans = [(row, row.passage[row.start : row.end]) for row in titled if row.start >= 0]
    assert len(spans) > 80
    assert [words for _, words in spans] == [f"exhibit{number_of(row)}x" for row, _ in spans]
    assert {(row.start, row.end) for row in titled if row.start < 0} == {(-1, -1)}


def test_a_question_without_an_answer_has_the_sentence_that_is_most_like_it() -> None:
    """It stands once, beside a window around the sentence with most of its longer words."""
    like = "The mayor praised volunteers after the flood."
    context = " ".join([*SENTENCES[:20], like, *SENTENCES[20:40]])
    row = row_of("Which volunteers had the mayor praised during the flood?", context)
    made = rows_made([row] * 50)
    assert len(made) == 50
    assert {(one.start, one.end) for one in made} == {(-1, -1)}
    assert [one for one in made if like not in one.passage] == []
    assert {one.passage.count("In hall") for one in made} == {0, 1, 2, 3, 4}


def test_rows_are_made_the_same_by_seed() -> None:
    """A seed gives the same rows in the same order, and another one gives others."""
    source = answerable(8, "Halls")
    made = rows_made(source, 1)
    assert rows_made(source, 1) == made
    assert rows_made(source, 2) != made
    assert [number_of(row) for row in made] != sorted(number_of(row) for row in made)


def write_rows(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as a file."""
    file = folder / "rows.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return file


def test_each_source_has_its_share(tmp_path: Path) -> None:
    """A source gives no more than its share, and what has none, or is ambiguous, takes no part."""
    taken = [f"paragraph {n}" for n in range(700) if not is_held_out(f"paragraph {n}")]
    rows = [
        *({"source": "clapnq-dev", "context": context} for context in taken[:301]),
        *({"source": "qed-nq", "context": context} for context in taken[:7]),
        *({"source": "squad20-train", "context": context} for context in taken[:5]),
        {"source": "squad20-train", "context": taken[0], "start_ambiguous": True},
        {"source": "squad20-train", "context": taken[1], "start_ambiguous": False},
        *({"source": "policyqa", "context": context} for context in taken[:9]),
    ]
    file = write_rows(tmp_path, rows)
    kept = read_rows(file, chance())
    assert Counter(row["source"] for row in kept) == {
        "squad20-train": 6,
        "qed-nq": 7,
        "clapnq-dev": 300,
    }
    assert len({row["context"] for row in kept if row["source"] == "clapnq-dev"}) == 300
    assert read_rows(file, chance()) == kept
    assert read_rows(file, chance(2)) != kept


def test_what_is_held_out_is_all_the_rest(tmp_path: Path) -> None:
    """Each paragraph is trained on or held out with all of its questions, one in forty of them."""
    rows = [
        {"source": "squad20-train", "context": f"paragraph {n // 2}", "id": n} for n in range(4000)
    ]
    file = write_rows(tmp_path, rows)
    kept, held = read_rows(file, chance()), read_rows(file, chance(), held_out=True)
    assert sorted(row["id"] for row in kept + held) == list(range(4000))
    assert {row["context"] for row in kept} & {row["context"] for row in held} == set()
    # 50 paragraphs of 2,000, give or take three standard deviations of 7.
    assert 29 <= len(held) / 2 <= 71


def test_marks_and_capitals_do_not_move_a_paragraph() -> None:
    """A paragraph that another source writes in another way is held out all the same."""
    names = [f"the house no. {n}" for n in range(400)]
    assert {is_held_out(name) for name in names} == {True, False}
    for name in names:
        for other in (name.upper(), f"“{name}”!", name.replace(" ", "\n"), name.replace(".", "")):
            assert is_held_out(other) is is_held_out(name)


def test_a_kind_of_row_can_be_left_out() -> None:
    """Without questions beside other passages, titles or typing there are none, and the rest is."""
    source = answerable(8, "Halls")
    beside = rows_made(source, without=["beside"])
    assert len(beside) == len(SENTENCES)
    assert {row.start >= 0 for row in beside} == {True}
    untitled = rows_made(source, without=["titles"])
    assert [row for row in untitled if row.passage.startswith("Halls")] == []
    typed = rows_made(source, without=["typed"])
    assert {row.question for row in typed} == {f"No {n}?" for n in range(len(SENTENCES))}


def test_the_rows_of_a_question_stand_together() -> None:
    """What answers comes first, then what does not, all typed alike; another question is apart."""
    context = (
        "The boat cost Maria Koch 70 pounds, and Pierre Leroux liked it. He left early at last."
    )
    answer = {"text": "70", "answer_start": context.index("70")}
    source = [row_of("What did Maria Koch pay?", context, [answer])] * 300
    asked = make_rows(source, chance(), ["titles"])
    assert all(len({row.question for row in rows}) == 1 for rows in asked)
    answered = [rows for rows in asked if rows[0].start >= 0]
    assert len(answered) == 300
    assert all(row.start < 0 for rows in answered for row in rows[1:])
    # Alone, with the answer taken out, beside a window without it, or both.
    assert {len(rows) for rows in answered} == {1, 2, 3}
    apart = [rows for rows in asked if rows[0].start < 0]
    assert {len(rows) for rows in apart} == {1}
    # About one in eight asks for Leroux, whose price is not said.
    assert 20 < len(apart) < 60


def test_near_misses_and_speakers_can_be_left_out() -> None:
    """A number that can be taken out gives a near miss, a quotation a question for its speaker."""
    context = '"We will never know what it was all for," said Maria Koch. It cost 70 pounds.'
    answer = {"text": "70", "answer_start": context.index("70")}
    source = [row_of("What did it cost?", context, [answer])] * 20

    def kinds(without: Sequence[str]) -> tuple[bool, bool]:
        made = rows_made(source, without=[*without, "typed", "beside"])
        missed = any(row.start < 0 and "cost" in row.question for row in made)
        return missed, any("cost" not in row.question for row in made)

    assert kinds([]) == (True, True)
    assert kinds(["misses"]) == (False, True)
    assert kinds(["speakers"]) == (True, False)
