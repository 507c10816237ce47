"""Tests of index.clean: what of a source is its article."""

import re
from pathlib import Path

import pytest

from index.clean import own_paragraphs, plain_paragraphs
from index.corpus import Article
from index.sources import SAMPLE, sample_folder
from tests.sources import read

SAMPLE_FILE = sample_folder() / "000_2b8243ca65ed262c.txt"


def own(paragraphs: list[str], publisher: str | None = None) -> list[str]:
    """The paragraphs that belong to the article itself."""
    return [paragraphs[place] for place in own_paragraphs(paragraphs, publisher)]


def paragraphs_of(article: Article) -> list[str]:
    """The texts of the paragraphs of an article; ¶ 1 is the first."""
    return [article.text[start:end] for start, end in article.paragraphs]


def sample_copied_to(folder: Path) -> Article:
    """The sample article, read from a file of another name and without its metadata."""
    file = folder / "copy.txt"
    file.write_bytes(SAMPLE_FILE.read_bytes())
    [article] = read([str(file)])
    return article


def test_sample_has_the_paragraphs_that_a_person_counts() -> None:
    """The sample article has 26 paragraphs, with the shooting in ¶ 12 and a tweet in ¶ 22."""
    [article] = read([SAMPLE])
    paragraphs = paragraphs_of(article)
    assert len(paragraphs) == 26
    assert paragraphs[0].startswith("A year to the day after the Westminster attack")
    assert paragraphs[11] == "Masood, 52, was shot dead by armed police at the scene."
    assert paragraphs[21].startswith("One year on, I will be remembering")
    assert paragraphs[21].endswith("their families #LondonUnited")
    assert paragraphs[22] == "— Amber Rudd MP (@AmberRuddHR) March 22, 2018"
    assert paragraphs[24].startswith("Later, #LondonUnited will be projected")
    assert paragraphs[25].startswith("A digital book of condolence")


def test_sample_ships_with_what_its_text_supports() -> None:
    """The sample is of Sky News and of 22 March 2018, has no address, and opens with its words."""
    [article] = read([SAMPLE])
    assert article.id == "000_2b8243ca65ed262c"
    assert article.publisher == "Sky News"
    assert str(article.published) == "2018-03-22"
    assert article.url is None
    assert article.title == (
        "A year to the day after the Westminster attack, memorials have taken place to…"
    )


def test_sample_is_cleaned_the_same_without_its_metadata(tmp_path: Path) -> None:
    """A copy of the sample in another folder, its sidecar left behind, has the same text."""
    [sample] = read([SAMPLE])
    copy = sample_copied_to(tmp_path)
    assert copy.text == sample.text
    assert copy.publisher is None
    for gone in ("contf", "More from", "\n\nSky News"):
        assert gone not in copy.text


def test_sample_words_are_the_words_of_the_file(tmp_path: Path) -> None:
    """Cleaning the sample takes whole lines away and touches no word of those that stay."""
    lines = SAMPLE_FILE.read_text("utf-8").splitlines()
    assert all(p in lines for p in paragraphs_of(sample_copied_to(tmp_path)))


@pytest.mark.parametrize(
    "residue",
    [
        "[contf] [contfnew]",
        "[contfnewc] [contfnewc]",
        "[/caption]",
        '[gallery ids="1,2" size=large]',
        "{{ad slot 3}}",
        "<!-- more -->",
        "<!-- a --> <!-- b -->",
        "---",
        "* * *",
        "————",
    ],
)
def test_residue_is_no_paragraph(residue: str) -> None:
    """A line of nothing but what a content system left behind is no paragraph."""
    assert own(plain_paragraphs(f"One.\n{residue}\nTwo.")) == ["One.", "Two."]


@pytest.mark.parametrize(
    "line",
    [
        "[He pauses.] Then we left.",
        "[Applause, 2 minutes]",
        "He said [sic] so.",
        "– yes –",
        "— Amber Rudd MP",
        "<!-- a --> and words",
    ],
)
def test_words_in_brackets_stay(line: str) -> None:
    """Brackets with words of the article beside or in them belong to it."""
    assert own(["One.", line, "Two."]) == ["One.", line, "Two."]


def test_many_comments_before_words_are_read_at_once() -> None:
    """A line of hundreds of HTML comments and a word does not make the pattern search for ever."""
    line = "<!-- ad -->" * 500 + " words"
    assert plain_paragraphs(line) == [line]


@pytest.mark.parametrize(
    "reference",
    [
        "More from Finsbury Park attack",
        "More on this story",
        "Read more: who shot whom?",
        "READ MORE: He was 'proud to be a policeman'.",
        "Watch: the moment it began",
        "Also read Five things to know",
        "Related stories",
        "Related: The bridge, a year on",
        "Recommended",
        "Advertisement",
        "Sign up for our newsletter",
    ],
)
def test_cross_reference_is_no_paragraph(reference: str) -> None:
    """A line that only refers to other pages is no paragraph."""
    assert own(["One.", reference, "Two."]) == ["One.", "Two."]


@pytest.mark.parametrize(
    "sentence",
    [
        "More than 50 people were injured.",
        "More from the mayor was not to be had on Monday.",
        "More on that: the mayor died on Friday.",
        "Watch this space, he said.",
        "Read more books, she told them!",
        "Related attacks took place in Manchester.",
        "Recommended speeds were ignored by the driver that day",
        "Sign up, they shouted, and the whole crowd went on shouting it until the evening came",
        "“More from us tomorrow,” he said",
    ],
)
def test_sentence_that_begins_like_a_reference_stays(sentence: str) -> None:
    """A sentence, or a long line, is a paragraph however it begins."""
    assert own(["One.", sentence, "Two."]) == ["One.", sentence, "Two."]


@pytest.mark.parametrize("publisher", ["Sky News", "The Guardian", "BBC", "Voice of America"])
def test_lone_publisher_line_is_no_paragraph(publisher: str) -> None:
    """The name of a publisher alone on the first or the last line is no paragraph."""
    assert own([publisher, "One.", "Two."]) == ["One.", "Two."]
    assert own(["One.", "Two.", publisher]) == ["One.", "Two."]


def test_known_publisher_is_recognised_by_its_name() -> None:
    """A publisher that metadata name is recognised whatever it is called."""
    assert own(["One.", "the onion"], "The Onion") == ["One."]
    assert own(["One.", "the onion"]) == ["One.", "the onion"]


@pytest.mark.parametrize(
    "line", ["— BBC News (@BBCNews)", "He told Sky News.", "Sky news crews came", "Never again"]
)
def test_line_that_is_no_publisher_stays(line: str) -> None:
    """A signature, a sentence or another short line at the end belongs to the article."""
    assert own(["One.", line]) == ["One.", line]


def test_publisher_in_the_middle_stays() -> None:
    """A publisher's name between two paragraphs stays: there it is a heading or a quote's."""
    assert own(["One.", "Sky News", "Two."]) == ["One.", "Sky News", "Two."]


def test_publisher_that_is_all_there_is_stays() -> None:
    """An article of a single line keeps it."""
    assert own(["Sky News"]) == ["Sky News"]


def test_blank_lines_part_paragraphs() -> None:
    """In a text with blank lines the lines between two of them are one paragraph."""
    text = "One goes\non here.\n\n \n\nTwo.\r\n\r\nThree\nends."
    assert plain_paragraphs(text) == ["One goes on here.", "Two.", "Three ends."]


def test_each_line_is_a_paragraph_without_blank_lines() -> None:
    """In a text without a blank line each line is a paragraph."""
    assert plain_paragraphs("One.\nTwo.\nThree.\n") == ["One.", "Two.", "Three."]


def test_blank_lines_beside_residue_alone_part_nothing() -> None:
    """A blank line before what a content system left at the end does not join all lines above."""
    assert plain_paragraphs("One.\nTwo.\n\n[contf]\n") == ["One.", "Two."]
    assert plain_paragraphs("[contf]\n\nOne.\nTwo.") == ["One.", "Two."]


def test_residue_parts_paragraphs_like_a_blank_line() -> None:
    """Where blank lines part paragraphs, so does a line of residue."""
    assert plain_paragraphs("One\ngoes on.\n[contf]\nTwo.\n\nThree.") == [
        "One goes on.",
        "Two.",
        "Three.",
    ]


def test_no_paragraph_holds_a_paragraph_break() -> None:
    """What separates paragraphs in an article occurs in none of them."""
    paragraphs = plain_paragraphs("a\u2029\u2029b\n\n\n\n\u00a0\n\x0bc\n\u200b\nd")
    assert paragraphs == ["a", "b", "c", "d"]
    assert not any(re.search(r"\n\n", paragraph) for paragraph in paragraphs)
