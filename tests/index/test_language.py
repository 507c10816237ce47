"""Tests of index.language: in which language an article is, and whether a model speaks it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build
from index.corpus import Article
from index.encoder import find_encoder
from index.errors import SourceError
from index.language import as_language, languages_of, unspoken, with_languages
from tests.encoders import LetterEncoder
from tests.sources import read

TEXTS = {
    "en": "The bridge over the river was closed on Thursday after a lorry had hit a wall.",
    "no": "Broen over elven ble stengt torsdag etter at en lastebil hadde kjørt inn i rekkverket.",
    "de": "Die Brücke über den Fluss wurde am Donnerstag gesperrt, nachdem ein Lastwagen sie traf.",
    "ja": "川にかかる橋は、トラックが欄干に衝突したため、木曜日に通行止めになった。"
    "市長は、来週には再開する予定だと述べた。",
}


def article(text: str, language: str | None = None) -> Article:
    """An article of that text."""
    return Article(id=text[:20], title="A", text=text, language=language)


@pytest.mark.parametrize("code", TEXTS)
def test_language_is_detected(code: str) -> None:
    """A sentence or two tell the language of an article."""
    [told] = with_languages([article(TEXTS[code])])
    assert told == article(TEXTS[code], code)


def test_what_is_short_or_unsure_has_no_language() -> None:
    """A few words, or none of any language, tell nothing."""
    texts = [
        "The bridge was closed.",
        "x7 qq 12 zzkw 99 ptfk 4411 vrrt 8 mmnb 17 wx 3",
        "15:30 " * 20,
    ]
    assert [a.language for a in with_languages(list(map(article, texts)))] == [None] * 3


def test_the_language_that_is_given_stays() -> None:
    """What a source says of its language is not asked of the detector."""
    given = [article(TEXTS["en"], "fr"), article(TEXTS["no"])]
    assert [a.language for a in with_languages(given)] == ["fr", "no"]


def test_sources_give_the_language(tmp_path: Path) -> None:
    """A row, front matter and the page's own attribute say it, the last if it is a language."""
    row = {"id": "row", "text": TEXTS["en"], "language": "nb-NO"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    (tmp_path / "front.md").write_text(f"---\nlanguage: no\n---\n{TEXTS['en']}")
    page = "<html lang={}><body><article><p>{}</p><p>{}</p></article></body></html>"
    for name, lang in {"page": "de-AT", "wrong": "klingon"}.items():
        (tmp_path / f"{name}.html").write_text(page.format(lang, TEXTS["en"], TEXTS["en"][::-1]))
    found = {a.id: a.language for a in read([str(tmp_path)])}
    assert found == {"row": "no", "front": "no", "page": "de", "wrong": "en"}


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    """Another word than a language's code is refused with its place."""
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"text": "One.", "language": "English"}))
    with pytest.raises(SourceError) as refused:
        read([str(file)])
    assert str(refused.value) == (
        f"{file} line 1: “language” is 'English', but a language is written as its two letters, "
        "such as en: mend it."
    )


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN_gb", "en"),
        ("nn", "no"),
        (False, "no"),
        ("eng", None),
        ("xx", None),
        ("", None),
    ],
)
def test_tags_have_two_letters(tag: object, code: str | None) -> None:
    """A tag has the code of its language, and both ways of writing Norwegian have one."""
    assert as_language(tag) == code


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("language: en", {"en"}),
        ("language:\n- en\n- no\n- nb", {"en", "no"}),
        ("language: [multilingual, en]", None),
        ("license: mit", None),
        ("language: [", None),
        ("language: code", None),
    ],
)
def test_a_model_says_what_it_speaks(
    tmp_path: Path, header: str, languages: set[str] | None
) -> None:
    """The head of a model's README.md names its languages, or nothing is known of them."""
    (tmp_path / "README.md").write_text(f"---\n{header}\n---\n# A model\n")
    assert languages_of(tmp_path) == languages


def test_the_default_model_speaks_english(tmp_path: Path) -> None:
    """The default model was made for English; of a folder without README.md nothing is known."""
    assert languages_of(find_encoder().folder) == {"en"}
    assert languages_of(tmp_path) is None


def test_what_a_model_does_not_speak_is_told() -> None:
    """The articles in other languages are counted and named; without any there is no word."""
    english = frozenset({"en"})
    assert unspoken({"en": 5}, english, "M") is None
    assert unspoken({"no": 5}, None, "M") is None
    assert unspoken({"en": 2, "no": 1}, english, "M") == (
        "1 article is in Norwegian (no), which M was not made for: answers about it will be poor."
    )
    assert unspoken({"no": 2, "de": 1}, english, "M") == (
        "3 articles are in German (de) or Norwegian (no), which M was not made for: "
        "answers about them will be poor."
    )


def test_a_build_counts_its_languages(tmp_path: Path) -> None:
    """A build knows how many articles are in each language, and how they are kept."""
    rows = [json.dumps({"text": text}) for text in (*TEXTS.values(), TEXTS["no"] + " Ja.", "15")]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    built = build(tmp_path / "index", [str(tmp_path / "rows.jsonl")], LetterEncoder())
    assert built.languages == {"en": 1, "no": 2, "de": 1, "ja": 1}


def test_nothing_is_loaded_before_there_is_something_to_detect() -> None:
    """Where every language is given, the detector is not even imported."""
    code = (
        "import sys\nfrom index.language import with_languages\nfrom index.corpus import Article\n"
        f"with_languages([Article('a', 'A', {TEXTS['en']!r}, language='en')])\n"
        "sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
