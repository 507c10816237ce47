"""The commands, as the contract has them; run in this process by their own main()."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from index import sources
from tests.terminal import Run, pilcrow

SAMPLE_ID = "000_2b8243ca65ed262c"
MASOOD = "Masood, 52, was shot dead by armed police at the scene."
QUOTE = "armed police"
VARIABLES = (
    "PILCROW_INDEX",
    "PILCROW_MODEL",
    "PILCROW_READER",
    "PILCROW_CAUTION",
    "PILCROW_WORKERS",
)
TITLE = "A year to the day after the Westminster attack, memorials have taken place to…"


@dataclass(frozen=True)
class Result:
    """What a command came to."""

    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Call:
    """Runs a command in a folder of its own, without settings from outside."""
    for name in (*VARIABLES, "DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["pilcrow", *map(str, arguments)])
        status = main()
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return Result(status, captured.out.decode(), captured.err.decode())

    return run


@pytest.fixture
def sample(sample_folder: Path) -> Path:
    """An index of the sample article."""
    return sample_folder


def sentence(result: Result | Run) -> str:
    """The one sentence that told the problem."""
    assert result.status == 1
    assert result.out == ""
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    return lines[0]


@pytest.mark.slow
def test_ask_json_is_the_object_of_the_contract(call: Call, sample: Path) -> None:
    """`ask --json` prints one object with every field of the contract, and nothing else."""
    result = call("ask", "--json", "--index", sample, "who shot masood")
    assert result.status == 0
    answer = json.loads(result.out)
    text = call("show", "--index", sample, SAMPLE_ID).out
    start = text.index(MASOOD)
    end = start + len(MASOOD)
    quoted = start + MASOOD.index(QUOTE)
    confidence, ms = answer.pop("confidence"), answer.pop("ms")
    assert 0 <= confidence <= 1
    assert ms > 0
    assert answer == {
        "question": "who shot masood",
        "outcome": "answer",
        "kind": "quote",
        "answer": QUOTE,
        "citations": [
            {
                "article": SAMPLE_ID,
                "title": TITLE,
                "url": None,
                "link": None,
                "paragraph": 12,
                "page": None,
                "section": None,
                "start": quoted,
                "end": quoted + len(QUOTE),
                "quote": QUOTE,
                "passage": {"start": start, "end": end, "text": MASOOD},
            }
        ],
        "nearest": [],
        "reason": None,
        "build": (sample / "CURRENT").read_text().strip(),
    }


@pytest.mark.slow
def test_ask_json_of_an_abstention(call: Call, sample: Path) -> None:
    """An abstention has no answer, a reason, three nearest passages, and exit status 0."""
    result = call("ask", "--json", "--index", sample, "what is the capital of france")
    assert result.status == 0
    answer = json.loads(result.out)
    text = call("show", "--index", sample, SAMPLE_ID).out
    assert (answer["outcome"], answer["answer"], answer["citations"]) == ("abstention", None, [])
    assert answer["reason"] == "nothing relevant found"
    assert len(answer["nearest"]) == 3
    for near in answer["nearest"]:
        assert text[near["start"] : near["end"]] == near["quote"] == near["passage"]["text"]


@pytest.mark.slow
def test_ask_file_keeps_the_order(call: Call, sample: Path, tmp_path: Path) -> None:
    """`ask --json --file` prints an object a line, in the order of the file's questions."""
    rows = [
        {"question": "until when is the condolence book open"},
        {"question": "who shot masood", "article": SAMPLE_ID, "history": []},
        {"question": "What is the capital of France?", "answers": []},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", "utf-8")
    result = call("ask", "--json", "--index", sample, "--file", file)
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["question"] for answer in answers] == [row["question"] for row in rows]
    paragraphs = [answer["citations"][0]["paragraph"] for answer in answers[:2]]
    assert (paragraphs, answers[2]["outcome"]) == ([26, 12], "abstention")


@pytest.mark.slow
def test_ask_prints_what_a_person_wants_to_read(call: Call, sample: Path) -> None:
    """`ask` prints the quote, its ¶, title, publisher and date, and no colour in a pipe."""
    result = call("ask", "--index", sample, "who", "shot", "masood")
    lines = result.out.splitlines()
    assert lines[0] == MASOOD
    assert lines[2] == f"¶ 12 · {TITLE} · Sky News · 22 March 2018"
    assert "\x1b" not in result.out


@pytest.mark.slow
def test_ask_builds_the_index_if_there_is_none(tmp_path: Path) -> None:
    """`ask` in an empty folder builds the sample first and prints nothing but the answer."""
    result = pilcrow("ask", "--json", "--index", tmp_path / "new", "who shot masood")
    assert json.loads(result.out)["answer"] == QUOTE
    assert result.err == ""


@pytest.mark.slow
def test_search_json(call: Call, sample: Path) -> None:
    """`search --json` prints the best passages with score, place and text, best first."""
    rows = json.loads(call("search", "--json", "-k", 3, "--index", sample, "who shot masood").out)
    assert len(rows) == 3
    assert set(rows[0]) == {"score", "article", "paragraph", "start", "end", "text"}
    assert (rows[0]["article"], rows[0]["paragraph"], rows[0]["text"]) == (SAMPLE_ID, 12, MASOOD)
    assert rows == sorted(rows, key=lambda row: -row["score"])


@pytest.mark.slow
def test_search_for_a_person(call: Call, sample: Path) -> None:
    """`search` prints score, ¶ and text of each passage."""
    lines = call("search", "-k", 1, "--index", sample, "who shot masood").out.splitlines()
    assert lines[0].endswith(f"¶ 12 · {TITLE}")
    assert lines[1].strip() == MASOOD


@pytest.mark.slow
def test_eval_prints_the_figures(call: Call, sample: Path, tmp_path: Path) -> None:
    """`eval` counts what was found, answered and refused on labelled questions."""
    rows = [
        {"question": "who shot masood", "answers": ["armed police"], "paragraphs": [12]},
        {"question": "who shot masood", "answers": ["the army"], "paragraphs": [12]},
        {"question": "what is the capital of france", "answers": [], "paragraphs": []},
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    first, *lines = call("eval", "--index", sample, file).out.splitlines()
    figures = {line.split()[0]: line.split()[1] for line in lines}
    assert first == "2 answerable and 1 unanswerable questions"
    assert (figures["answer_right"], figures["answer_wrong"]) == ("0.500", "0.500")
    assert (figures["rightly_refused"], figures["auroc"]) == ("1.000", "1.000")


@pytest.mark.slow
def test_eval_draws_a_picture(call: Call, sample: Path, tmp_path: Path) -> None:
    """`eval --plot` writes a picture beside the figures, and refuses a kind that it cannot draw."""
    file = tmp_path / "labelled.jsonl"
    row = {"question": "who shot masood", "answers": ["armed police"], "paragraphs": [12]}
    file.write_text(json.dumps(row), "utf-8")
    result = call("eval", "--index", sample, file, "--plot", tmp_path / "curves.png")
    assert (result.status, result.err) == (0, "")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG\r\n")
    refused = call("eval", "--index", sample, file, "--plot", tmp_path / "curves.word")
    assert refused.status == 1
    assert "curves.word is no kind of picture: end its name in .png or .svg." in refused.err


@pytest.mark.slow
def test_ask_explains_itself(call: Call, sample: Path) -> None:
    """`ask --explain` shows the candidates with their scores, best first, the answer first."""
    result = call("ask", "--json", "--explain", "--index", sample, "who shot masood")
    answer = json.loads(result.out)
    candidates = answer["candidates"]
    assert candidates[0]["quote"] == QUOTE
    assert candidates[0]["confidence"] == answer["confidence"]
    assert candidates[0]["reader_score"] > 0 > candidates[-1]["reader_score"]
    table = call("ask", "--explain", "--index", sample, "who shot masood").out
    assert table.index(MASOOD) < table.index("reader score") < table.rindex(QUOTE)


@pytest.mark.slow
def test_without_a_reader_the_sentence_is_the_answer(
    call: Call, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PILCROW_READER=none answers with the whole sentence that is most similar."""
    monkeypatch.setenv("PILCROW_READER", "none")
    result = call("ask", "--json", "--index", sample, "who shot masood")
    assert json.loads(result.out)["answer"] == MASOOD


def test_a_reader_that_is_not_there_is_one_sentence(
    call: Call, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without a reader is told with what to do."""
    monkeypatch.setenv("PILCROW_READER", "/no/such/reader")
    assert sentence(call("ask", "--index", sample, "who")) == (
        "/no/such/reader holds no reader (it has no reader.json): set PILCROW_READER to a folder "
        "that `pilcrow export-reader` wrote, or to none."
    )


@pytest.mark.slow
def test_caution_decides_what_is_answered(
    call: Call, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that is answered with little caution is refused with much, equally sure."""
    outcomes = []
    for caution in ("low", "high"):
        monkeypatch.setenv("PILCROW_CAUTION", caution)
        question = "how much time had gone by since the westminster attack"
        answer = json.loads(call("ask", "--json", "--index", sample, question).out)
        outcomes.append((answer["outcome"], answer["confidence"]))
    (low, sure), (high, as_sure) = outcomes
    assert (low, high) == ("answer", "abstention")
    assert sure == as_sure


def test_build_without_sources_builds_the_sample(call: Call, sample: Path) -> None:
    """The first `build` takes the sample article; the second finds that nothing has changed."""
    result = call("build", "--index", sample)
    name = (sample / "CURRENT").read_text().strip()
    assert result.out == f"Nothing has changed: build {name}, 1 article, 26 passages.\n"
    assert result.err == ""


@pytest.mark.slow
def test_build_reads_standard_input(tmp_path: Path) -> None:
    """`build -` indexes a text from standard input, and a later `build` the same text again."""
    index = tmp_path / "index"
    first = pilcrow("build", "-", "--index", index, stdin=b"One paragraph.\n\nAnother one.\n")
    assert first.out.endswith(": 1 article, 2 passages, 2 of them embedded anew.\n")
    again = pilcrow("build", "--index", index)
    assert again.out.startswith("Nothing has changed: ")
    listed = json.loads(pilcrow("articles", "--json", "--index", index).out)
    assert [(a["title"], a["paragraphs"]) for a in listed] == [("One paragraph.", 2)]


def test_articles_json(call: Call, sample: Path) -> None:
    """`articles --json` is an array of the contract's objects; what is unknown is null."""
    assert json.loads(call("articles", "--json", "--index", sample).out) == [
        {
            "id": SAMPLE_ID,
            "title": TITLE,
            "url": None,
            "published": "2018-03-22",
            "publisher": "Sky News",
            "paragraphs": 26,
            "passages": 26,
            "language": "en",
            "like": None,
            "changed": None,
            "vanished": None,
        }
    ]


def test_articles_for_a_person(call: Call, sample: Path) -> None:
    """`articles` prints id, title and what is known of each article."""
    assert call("articles", "--index", sample).out == (
        f"{SAMPLE_ID}  {TITLE}\n    26 paragraphs · Sky News · 2018-03-22 · en\n"
    )


@pytest.mark.slow
def test_what_is_alike_or_not_spoken_is_said(
    call: Call, sample_folder: Path, tmp_path: Path
) -> None:
    """A copy of an article says so, and an article that the model does not speak is told once."""
    index = tmp_path / "index"
    shutil.copytree(sample_folder, index)
    text = (sources.sample_folder() / f"{SAMPLE_ID}.txt").read_text("utf-8")
    norwegian = "Broen over elven ble stengt torsdag etter at en lastebil hadde kjørt inn i den."
    rows = [
        {"id": "first", "text": text},
        {"id": "copy", "text": text.replace("Masood, 52, was shot", "Masood, 52, was also shot")},
        {"id": "bro", "text": norwegian},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    built = call("build", tmp_path / "rows.jsonl", "--index", index)
    assert built.err == (
        "1 article is in Norwegian (no), which all-MiniLM-L6-v2 was not made for: answers about it "
        "will be poor. Multilingual models, such as paraphrase-multilingual-MiniLM-L12-v2 or "
        "multilingual-e5-small, can be set as PILCROW_MODEL; the reader is English only.\n"
    )
    assert call("build", "--index", index).err == ""
    listed = json.loads(call("articles", "--json", "--index", index).out)
    assert [(one["id"], one["language"], one["like"]) for one in listed] == [
        ("first", "en", None),
        ("copy", "en", "first"),
        ("bro", "no", None),
    ]
    assert "    26 paragraphs · en · like first\n" in call("articles", "--index", index).out
    asked = json.loads(call("ask", "--json", "--index", index, "who shot masood").out)
    assert asked["answer"] == "armed police"
    assert [one["article"] for one in asked["citations"]] in (["first"], ["copy"])
    hits = json.loads(call("search", "--json", "--index", index, "who shot masood", "-k", 3).out)
    assert len({one["paragraph"] for one in hits}) == 3


def test_show_prints_the_bytes_exactly(call: Call, sample: Path) -> None:
    """`show` prints paragraphs separated by one blank line and nothing more; --paragraph one."""
    text = call("show", "--index", sample, SAMPLE_ID).out
    paragraphs = text.split("\n\n")
    assert len(paragraphs) == 26
    assert paragraphs[11] == MASOOD
    assert text == text.strip()
    assert call("show", "--index", sample, SAMPLE_ID, "--paragraph", 12).out == MASOOD
    source = (sources.sample_folder() / f"{SAMPLE_ID}.txt").read_text("utf-8")
    assert all(paragraph in source.split("\n") for paragraph in paragraphs)


def test_check_says_that_a_build_is_sound(call: Call, sample: Path) -> None:
    """`check` on an intact build says so with what it holds, and exits with 0."""
    result = call("check", "--index", sample)
    name = (sample / "CURRENT").read_text().strip()
    expected = (
        f"Build {name} is sound: 1 article, 26 passages, 14 files, encoder all-MiniLM-L6-v2.\n"
    )
    assert (result.status, result.out) == (0, expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("search", "x"), "There is no index in .pilcrow: run `pilcrow build`, or name"),
        (("articles",), "There is no index in .pilcrow: run `pilcrow build`, or name"),
        (("check",), "There is no index in .pilcrow: run `pilcrow build`, or name"),
        (("show", "x"), "There is no index in .pilcrow: run `pilcrow build`, or name"),
        (("build", "nowhere.txt"), "There is no file or folder nowhere.txt: check the name."),
        (("build", "http://10.0.0.1/b"), "http://10.0.0.1/b leads to 10.0.0.1, which is no host"),
        (("ask", "  "), "There is no question in that: ask one in a few words."),
        (("ask", "x" * 1001), "That question has 1,001 characters, and a question may have 1,000"),
        (("ask", "--file", "none.jsonl"), "none.jsonl cannot be read (No such file or directory)"),
        (("eval", "none.jsonl"), "none.jsonl cannot be read (No such file or directory)"),
        (("run",), "There is no token: put DISCORD_TOKEN="),
    ],
)
def test_a_problem_is_one_sentence(call: Call, arguments: tuple[str, ...], expected: str) -> None:
    """A problem ends a command with status 1 and one sentence on standard error."""
    assert sentence(call(*arguments)).startswith(expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("show", "none"), "The index has no article “none”: `pilcrow articles` lists"),
        (("show", SAMPLE_ID, "--paragraph", "27"), f"“{TITLE}” has 26 paragraphs and so no ¶ 27"),
    ],
)
def test_a_wrong_name_is_one_sentence(
    call: Call, sample: Path, arguments: tuple[str, ...], expected: str
) -> None:
    """An article or a paragraph that is not there is told, with what is."""
    assert sentence(call(*arguments, "--index", sample)).startswith(expected)


@pytest.mark.slow
def test_an_id_goes_before_a_title(call: Call, tmp_path: Path) -> None:
    """`show` takes the article of that id, though another one has it as its title."""
    rows = [
        {"id": "first", "title": "second", "text": "The first text."},
        {"id": "second", "title": "third", "text": "The second text."},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert call("build", "a.jsonl").status == 0
    assert call("show", "second").out == "The second text."
    assert call("show", "third").out == "The second text."


def test_settings_that_are_no_text_are_one_sentence(call: Call, tmp_path: Path) -> None:
    """A .env that is not UTF-8 is told."""
    (tmp_path / ".env").write_bytes(b"PILCROW_INDEX=caf\xe9\n")
    assert sentence(call("articles")) == "The file .env is not UTF-8: save it as UTF-8."


@pytest.mark.slow
def test_an_unknown_article_of_a_question_is_one_sentence(call: Call, sample: Path) -> None:
    """A question to an article that the index does not hold is told."""
    result = call("ask", "--article", "none", "--index", sample, "who shot masood")
    assert sentence(result).startswith("The index has no article “none”")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "who", "--file", "x.jsonl"),
        ("search", "-k", "0", "x"),
        ("show",),
        ("build", "--nonsense"),
    ],
)
def test_wrong_usage_has_status_2(call: Call, arguments: tuple[str, ...]) -> None:
    """Wrong usage is told on standard error with status 2."""
    result = call(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Usage: pilcrow")


def test_a_bad_setting_is_one_sentence(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting in .env with a value that it cannot have is told by its name."""
    (tmp_path / ".env").write_text("PILCROW_WORKERS=many\n", "utf-8")
    told = sentence(call("ask", "who"))
    assert told.startswith("PILCROW_WORKERS is “many”, but ")
    assert told.endswith(": see .env.example.")


def test_settings_come_from_the_environment_and_env_file(
    call: Call, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PILCROW_INDEX is read from .env, the environment goes before it, --index before both."""
    (tmp_path / ".env").write_text(f"PILCROW_INDEX={sample}\n", "utf-8")
    assert call("check").status == 0
    monkeypatch.setenv("PILCROW_INDEX", "elsewhere")
    assert sentence(call("check")).startswith("There is no index in elsewhere")
    assert call("check", "--index", sample).status == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("not json", "line 2: "),
        ('{"article": "x"}', "line 2: question: "),
        ('{"question": " "}', "line 2: There is no question in that"),
    ],
)
def test_a_bad_line_of_questions_is_one_sentence(
    call: Call, sample: Path, tmp_path: Path, line: str, expected: str
) -> None:
    """A line that is no question is told by its number before anything is asked."""
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{{"question": "who"}}\n{line}\n', "utf-8")
    told = sentence(call("ask", "--json", "--index", sample, "--file", file))
    assert told.startswith(f"{file} {expected}")


def test_another_model_is_refused_with_what_to_do(
    call: Call, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that another model made is refused with how to rebuild it."""
    model = tmp_path / "tiny"
    model.mkdir()
    (model / "config.json").write_text("{}", "utf-8")
    monkeypatch.setenv("PILCROW_MODEL", str(model))
    told = sentence(call("search", "--index", sample, "who"))
    assert "was built with the model all-MiniLM-L6-v2" in told
    assert "run `pilcrow build` to rebuild it with tiny" in told
    assert sentence(call("check", "--index", sample)) == told


def test_a_model_that_is_not_there_is_one_sentence(
    call: Call, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that is neither a folder nor in the cache is told, and nothing is downloaded."""
    monkeypatch.setenv("PILCROW_MODEL", "no-such/model")
    told = sentence(call("search", "--index", sample, "who"))
    assert told.startswith("The model “no-such/model” is neither a folder nor in the model cache")


def test_help_lists_every_command(call: Call) -> None:
    """`pilcrow --help` names all commands."""
    words = call("--help").out.split()
    for name in (
        *("ask", "articles", "build", "check", "eval", "export-reader", "run", "search", "show"),
    ):
        assert name in words
