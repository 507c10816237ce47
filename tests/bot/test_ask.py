"""The question's path: evidence and confidence by hand, and what becomes of them."""

import math
from pathlib import Path

import pytest

from bot.answers import Abstention, Answer, Question, Reason
from bot.ask import (
    Evidence,
    Judgement,
    answer,
    find_best_sentence,
    load_judgement,
    without_lone_marks,
)
from index.errors import UnknownArticle
from index.search import PassageIndex
from tests.bot.examples import index_of
from tests.encoders import LetterEncoder

# 6 a and 2 b; nothing but b; 2 a and 2 b, twice over.
THREE = {"id": "three", "text": "Aaaa! Abab!\n\nBbbb!\n\nAbab abab."}
OTHER = {"id": "other", "text": "Cccc cccc!\n\nAcac?"}


def judge(threshold: float, relevance: float = 0.5) -> Judgement:
    """A judgement whose confidence is that of the sentence alone."""
    return Judgement((0.0, 0.0, 0.0, 1.0), 0.0, threshold, relevance)


def test_evidence_by_hand(tmp_path: Path) -> None:
    """Cosine, BM25, margin and the sentence's own cosine are what paper and pencil give."""
    index = index_of(tmp_path, THREE)
    hits = index.search("a", 3)
    best, evidence = find_best_sentence(Question("a"), hits, index.encoder)
    assert (best.quote, best.paragraph) == ("Aaaa!", 1)
    first, second = 6 / math.sqrt(40), 1 / math.sqrt(2)
    assert evidence.cosine == pytest.approx(first, abs=1e-6)
    assert evidence.bm25 == 0
    assert evidence.margin == pytest.approx(first - second, abs=1e-6)
    assert evidence.sentence == pytest.approx(1, abs=1e-6)


def test_evidence_of_a_shared_word(tmp_path: Path) -> None:
    """A word in one of two passages of one word each scores ln 2 / 2.5 (BM25 as in Lucene)."""
    index = index_of(tmp_path, {"text": "Zebra\n\nMoth"})
    hits = index.search("zebra", 2)
    _, evidence = find_best_sentence(Question("zebra"), hits, index.encoder)
    assert evidence.bm25 == pytest.approx(math.log(2) / 2.5, abs=1e-6)
    assert evidence.cosine == pytest.approx(1, abs=1e-6)
    assert evidence.margin == pytest.approx(1 + 0.04 * math.log(2) / 2.5, abs=1e-6)


def test_one_passage_has_no_margin(tmp_path: Path) -> None:
    """Where there is no second passage the margin is 0."""
    index = index_of(tmp_path, {"text": "Aaaa!"})
    _, evidence = find_best_sentence(Question("a"), index.search("a", 3), index.encoder)
    assert evidence == Evidence(pytest.approx(1), 0.0, 0.0, pytest.approx(1))


def test_the_first_of_equal_sentences_is_quoted(tmp_path: Path) -> None:
    """Of two sentences that are alike the earlier one is quoted."""
    index = index_of(tmp_path, {"text": "Abab! Baba! Abba!"})
    best, _ = find_best_sentence(Question("ab"), index.search("ab", 3), index.encoder)
    assert best.quote == "Abab!"


def test_confidence_by_hand() -> None:
    """Confidence is the logistic function of the weighted evidence."""
    judgement = Judgement((1.0, 0.5, 2.0, -1.0), 0.25, 0.5, 0.0)
    evidence = Evidence(cosine=0.5, bm25=3.0, margin=0.1, sentence=0.7)
    logit = 0.25 + 0.5 + 1.5 + 0.2 - 0.7
    assert judgement.confidence(evidence) == pytest.approx(1 / (1 + math.exp(-logit)))
    assert judgement.confidence(evidence) == pytest.approx(0.8520, abs=1e-4)
    nothing = Judgement((0.0, 0.0, 0.0, 0.0), 0.0, 0.5, 0.0)
    assert nothing.confidence(evidence) == 0.5


def test_the_threshold_on_both_sides(tmp_path: Path) -> None:
    """A confidence at the threshold is an answer, and one just below it is none."""
    index = index_of(tmp_path, THREE)
    given = answer(Question("a"), index, judge(0.0))
    assert isinstance(given, Answer)
    assert given.confidence == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-6)
    assert [citation.quote for citation in given.citations] == ["Aaaa!"]
    at = answer(Question("a"), index, judge(given.confidence))
    above = answer(Question("a"), index, judge(given.confidence + 1e-9))
    assert at == given
    assert isinstance(above, Abstention)
    assert above.confidence == given.confidence


def test_both_reasons(tmp_path: Path) -> None:
    """What keeps to the subject is not said; what does not is not even relevant."""
    index = index_of(tmp_path, THREE)
    related = answer(Question("a"), index, judge(1.0, relevance=0.94))
    unrelated = answer(Question("a"), index, judge(1.0, relevance=0.95))
    assert isinstance(related, Abstention)
    assert isinstance(unrelated, Abstention)
    assert (related.reason, unrelated.reason) == (Reason.NOT_SAID, Reason.NOTHING_RELEVANT)


def test_an_abstention_shows_the_nearest_passages(tmp_path: Path) -> None:
    """The nearest passages stand whole and in order, three of them at most."""
    four = {"text": THREE["text"] + "\n\nCccc!"}
    abstention = answer(Question("a"), index_of(tmp_path, four), judge(1.0))
    assert isinstance(abstention, Abstention)
    quotes = [citation.quote for citation in abstention.nearest]
    assert quotes == ["Aaaa! Abab!", "Abab abab.", "Bbbb!"]


def test_one_article_alone_is_asked(tmp_path: Path) -> None:
    """Asked of one article, another one's better passage is neither the answer nor near it."""
    index = index_of(tmp_path, THREE, OTHER)
    everywhere = answer(Question("a"), index, judge(0.0))
    alone = answer(Question("a"), index, judge(0.0), "other")
    assert isinstance(everywhere, Answer)
    assert isinstance(alone, Answer)
    assert everywhere.citations[0].quote == "Aaaa!"
    assert alone.citations[0].quote == "Acac?"
    near = answer(Question("a"), index, judge(1.0), "other")
    assert isinstance(near, Abstention)
    assert [citation.article.id for citation in near.nearest] == ["other", "other"]


def test_an_unknown_article_is_told(tmp_path: Path) -> None:
    """Asking an article that is not there is an error and no abstention."""
    with pytest.raises(UnknownArticle, match="no article “nowhere”"):
        answer(Question("a"), index_of(tmp_path, THREE), judge(0.0), "nowhere")


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("“We came.", "We came."),
        ("We came.”", "We came."),
        ("“We came.”", "“We came.”"),
        ("“We,” he said, “came.", "“We,” he said, “came."),
        ("He said: “We came.", "He said: “We came."),
        ('"We came.', "We came."),
        ('We came."', "We came."),
        ('"We came."', '"We came."'),
        ("“ We came.", "We came."),
        ("“", "“"),
        ('"', '"'),
        ("”", "”"),
        ("“”", "“”"),
    ],
)
def test_lone_quotation_marks_are_left_out(sentence: str, quote: str) -> None:
    """A mark at the edge goes if its partner is outside; a mark alone is all there is to quote."""
    text = f"x {sentence} y"
    start, end = without_lone_marks(text, 2, 2 + len(sentence))
    assert text[start:end] == quote
    assert 2 <= start < end <= 2 + len(sentence)


def test_the_sentence_around_a_lone_mark_is_quoted_without_it(tmp_path: Path) -> None:
    """The quote of a sentence that opens a longer quotation begins after the mark."""
    index = index_of(tmp_path, {"text": "“Aaaa bb. Cccc dd.” Eeee."})
    best, _ = find_best_sentence(Question("a"), index.search("a", 1), LetterEncoder())
    assert best.quote == "Aaaa bb."
    assert best.article.text[slice(*best.sentence)] == "“Aaaa bb."


def test_the_shipped_judgement_is_sane() -> None:
    """The judgement that ships has a threshold and a relevance that can be met and missed."""
    judgement = load_judgement()
    assert len(judgement.weights) == 4
    assert 0 < judgement.threshold < 1
    assert 0 < judgement.relevance < 1


@pytest.mark.parametrize(
    ("question", "quote", "paragraph"),
    [
        ("who shot masood", "Masood, 52, was shot dead by armed police at the scene.", 12),
        ("until when is the condolence book open", "until 19 June", 26),
    ],
)
def test_the_sample_is_answered(
    question: str, quote: str, paragraph: int, sample_index: PassageIndex
) -> None:
    """The default model finds the sentence of the sample article that answers."""
    outcome = answer(Question(question), sample_index, load_judgement())
    assert isinstance(outcome, Answer)
    assert quote in outcome.citations[0].quote
    assert outcome.citations[0].paragraph == paragraph


def test_the_sample_does_not_say(sample_index: PassageIndex) -> None:
    """What the sample article does not speak of is not answered from it."""
    outcome = answer(Question("what is the capital of france"), sample_index, load_judgement())
    assert isinstance(outcome, Abstention)
    assert outcome.reason is Reason.NOTHING_RELEVANT
