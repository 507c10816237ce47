"""What comes of questions that are not the reader's, on the sample article and on small ones."""

from pathlib import Path

import pytest

from bot.answers import (
    Abstention,
    FromMetadata,
    Names,
    Outcome,
    Question,
    Reason,
    Remark,
    Summary,
    Topic,
    cited_by,
)
from bot.ask import load_judgement
from bot.overview import meant, on_topic, overview
from index.corpus import Article
from index.errors import UnknownArticle
from index.search import PassageIndex
from tests.bot.examples import index_of

TWO = (
    {"id": "cake", "title": "The Wedding Cake Case", "text": "Aaaa!\n\nBbbb!", "publisher": "Acta"},
    {"id": "ban", "title": "Travel Ban Upheld", "text": "Cccc!", "published": "2018-03-02"},
)
MANY = [{"id": str(n), "title": f"Number {n}", "text": f"Text {n}."} for n in range(12)]


def asked(question: str, index: PassageIndex, articles: list[str] | None = None) -> Outcome | None:
    """What comes of a question with the topics' threshold that ships."""
    return overview(Question(question), index, load_judgement(None).topic, articles)


def quotes(outcome: Outcome | None) -> list[str]:
    """The words that an outcome cites."""
    return [] if outcome is None else [citation.quote for citation in cited_by(outcome)]


def test_the_sample_article_in_three_sentences(sample_index: PassageIndex) -> None:
    """Its summary is three sentences of its own, in order, the first one first."""
    outcome = asked("what is this about?", sample_index)
    assert isinstance(outcome, Summary)
    assert [one.paragraph for one in outcome.citations] == [1, 2, 3]
    assert quotes(outcome)[0].startswith("A year to the day after the Westminster attack")


def test_who_is_mentioned_in_the_sample_article(sample_index: PassageIndex) -> None:
    """The officer is named most often, in full in ¶ 8; the attacker is listed in full as well."""
    outcome = asked("who is mentioned?", sample_index)
    assert isinstance(outcome, Names)
    assert (quotes(outcome)[0], outcome.citations[0].paragraph) == ("Keith Palmer", 8)
    assert "Khalid Masood" in quotes(outcome)


def test_the_metadata_of_the_sample_article(sample_index: PassageIndex) -> None:
    """Day, publisher and length are told as its metadata has them, and no author is made up."""
    told = {
        "when was it published?": "It was published on 22 March 2018.",
        "who published it": "It was published by Sky News.",
        "who wrote this?": "It was published by Sky News. Who wrote it is not recorded.",
    }
    words = len(sample_index.articles[0].text.split())
    told["how long is the article?"] = f"It has 26 paragraphs and {words} words."
    for question, text in told.items():
        assert asked(question, sample_index) == FromMetadata(text)


def test_metadata_that_is_not_there(sample_index: PassageIndex) -> None:
    """What is not recorded is an abstention that says so."""
    nothing = Abstention(Reason.NOT_RECORDED, (), 0.0)
    assert asked("can i have the link?", sample_index) == nothing


def test_a_topic_gets_its_passages(sample_index: PassageIndex) -> None:
    """The passage on the service is shown whole; of what nobody wrote about nothing is shown."""
    outcome = asked("is there anything on the service?", sample_index)
    assert isinstance(outcome, Topic)
    assert outcome.citations[0].paragraph == 17
    assert outcome.citations[0].quote == outcome.citations[0].passage.text
    nothing = asked("anything about bitcoin", sample_index)
    assert isinstance(nothing, Abstention)
    assert (nothing.reason, len(nothing.nearest)) == (Reason.NOTHING_RELEVANT, 3)


def test_only_passages_nearly_as_good_as_the_best_are_shown(tmp_path: Path) -> None:
    """A passage that scores under 0.7 of the best is left out, however relevant it may be."""
    index = index_of(tmp_path, {"text": "Aaaa.\n\nAab.\n\nBbba."})
    outcome = on_topic("aaaa", index, 0.1)
    assert quotes(outcome)[0] == "Aaaa."
    assert "Bbba." not in quotes(outcome)
    assert isinstance(on_topic("aaaa", index, 99.0), Abstention)


@pytest.mark.parametrize(
    ("question", "start"),
    [("hello", "Hello!"), ("thanks", "You are welcome."), ("help", "Ask me something")],
)
def test_small_talk_gets_one_line(tmp_path: Path, question: str, start: str) -> None:
    """A greeting, thanks and "help" get a line, and no abstention."""
    outcome = asked(question, index_of(tmp_path, *TWO))
    assert isinstance(outcome, Remark)
    assert outcome.text.startswith(start)
    assert "\n" not in outcome.text


def test_two_articles_at_once(tmp_path: Path) -> None:
    """Where no article is named, a few get a sentence each, and metadata says whose it is."""
    index = index_of(tmp_path, *TWO)
    assert quotes(asked("what is this about?", index)) == ["Aaaa!", "Cccc!"]
    assert asked("when was it published?", index) == FromMetadata(
        "“Travel Ban Upheld”: It was published on 2 March 2018."
    )
    which = asked("who is mentioned?", index)
    assert isinstance(which, Remark)
    assert which.text.startswith("I have read 2 articles: name the one you mean")


def test_the_article_that_is_named(tmp_path: Path) -> None:
    """Words of a title tell which article is meant, and so does the article that is asked."""
    index = index_of(tmp_path, *TWO)
    assert quotes(asked("what is the article on the travel ban about?", index)) == ["Cccc!"]
    assert quotes(asked("summarise the cake article", index)) == ["Aaaa!", "Bbbb!"]
    assert quotes(asked("what is this about?", index, ["ban"])) == ["Cccc!"]
    with pytest.raises(UnknownArticle):
        asked("what is this about?", index, ["none"])


def test_many_articles(tmp_path: Path) -> None:
    """Of many articles the bot asks which one is meant, and lists ten."""
    index = index_of(tmp_path, *MANY)
    which = asked("what is this about?", index)
    assert isinstance(which, Remark)
    assert which.text.startswith("I have read 12 articles: name the one you mean")
    listed = asked("which articles do you know?", index)
    assert isinstance(listed, FromMetadata)
    first, *titles, last = listed.text.split("\n")
    assert (first, last, len(titles)) == ("I have read 12 articles:", "… and 2 more.", 10)
    assert quotes(asked("what is the article on number 7 about", index)) == ["Text 7."]


def test_the_articles_meant_share_most_words_with_the_subject() -> None:
    """All articles that share the most words of a subject are meant; all where none does."""
    articles = [Article(n, f"Drones {n}", "x") for n in ("one", "two")]
    assert meant("drones two", articles) == articles[1:]
    assert meant("the drones", articles) == articles
    assert meant("cake", articles) == articles


def test_a_factual_question_is_left_to_the_reader(sample_index: PassageIndex) -> None:
    """Nothing comes of a question for the reader here."""
    assert asked("who shot masood", sample_index) is None
