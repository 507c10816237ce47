"""The question's path: candidates and confidence by hand, and what becomes of them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answers import Abstention, Answer, FromMetadata, Question, Reason, Remark, Summary, Turn
from bot.ask import (
    Candidate,
    Caution,
    Considered,
    Judgement,
    answer,
    best_sentences,
    consider,
    decide,
    load_judgement,
    otherwise,
    says_the_same,
    spans_read,
    together,
)
from bot.reader import OnnxReader, Span, find_reader
from index.corpus import Article, Hit
from index.errors import UnknownArticle
from index.search import PassageIndex
from index.split import split
from tests.bot.examples import cite, index_of
from tests.encoders import LetterEncoder
from tests.readers import NumberReader

# 6 a and 2 b; nothing but b; 2 a and 2 b, twice over.
THREE = {"id": "three", "text": "Aaaa! Abab!\n\nBbbb!\n\nAbab abab."}
OTHER = {"id": "other", "text": "Cccc cccc!\n\nAcac?"}
NUMBERS = {"id": "numbers", "text": "Aaaa 3 and 7.\n\nBbbb 9.\n\nCccc."}


def judge(threshold: float, relevance: float = 0.5, contradiction: float = 1.0) -> Judgement:
    """A judgement that goes by the score alone."""
    return Judgement(
        (1.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), 0.0, threshold, relevance, contradiction
    )


def logistic(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-logit))


def considered(*quotes: tuple[str, float], text: str) -> Considered:
    """Quotes from one text with their confidence, best first, all passages equally near."""
    candidates = [
        Candidate(cite(text, quote), Hit(cite(text, quote).passage, 0.9, 0.9, 0.0), 1.0, sure)
        for quote, sure in quotes
    ]
    return Considered([one.hit for one in candidates], candidates)


class EchoReader(NumberReader):
    """Finds the last word of a question, where a text begins with it, with a score of 1."""

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text the span of that word, if it is there."""
        word = question.rstrip("?").split()[-1]
        return [[Span(0, len(word), 1.0)] if text.startswith(word) else [] for text in texts]


def test_a_follow_up_is_read_as_the_articles_answer_it(tmp_path: Path) -> None:
    """Of the two things that "it" can be, the one that the first passages know is asked about."""
    index = index_of(tmp_path, {"text": "Submarines are loud."})
    history = (Turn("who saw the Submarines", "the Senate"),)
    found = consider(Question("was it", history), index, EchoReader(), judge(0.0))
    assert found.candidates[0].citation.quote == "Submarines"


def test_the_best_sentence_of_each_passage(tmp_path: Path) -> None:
    """Without a reader each passage's most similar sentence is a candidate, best first."""
    index = index_of(tmp_path, THREE)
    found = best_sentences(Question("a"), index.search("a", 3), index.encoder)
    assert [one.citation.quote for one in found] == ["Aaaa!", "Abab abab.", "Bbbb!"]
    assert [one.citation.paragraph for one in found] == [1, 3, 2]
    assert [one.score for one in found] == pytest.approx([1, 1 / math.sqrt(2), 0], abs=1e-6)
    assert found[0].hit.cosine == pytest.approx(6 / math.sqrt(40), abs=1e-6)


def test_the_first_of_equal_sentences_is_quoted(tmp_path: Path) -> None:
    """Of two sentences that are alike the earlier one is quoted."""
    index = index_of(tmp_path, {"text": "Abab! Baba! Abba!"})
    best, *_ = best_sentences(Question("ab"), index.search("ab", 3), index.encoder)
    assert best.citation.quote == "Abab!"


def test_what_the_reader_reads_is_a_candidate(tmp_path: Path) -> None:
    """Each span of each passage is a candidate, and the choice is by its weighted evidence."""
    index = index_of(tmp_path, NUMBERS)
    found = consider(Question("a"), index, NumberReader(), judge(0.0)).candidates
    assert [(one.citation.quote, one.citation.paragraph) for one in found] == [
        ("9", 2),
        ("7", 1),
        ("3", 1),
    ]
    assert [one.score for one in found] == [4.0, 2.0, -2.0]
    assert [one.confidence for one in found] == pytest.approx(
        [logistic(4), logistic(2), logistic(-2)]
    )
    by_cosine = Judgement((0.1, 10.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 1.0)
    chosen = consider(Question("a"), index, NumberReader(), by_cosine).candidates
    assert [one.citation.quote for one in chosen] == ["7", "3", "9"]
    assert [one.confidence for one in chosen] == [0.5, 0.5, 0.5]


def test_where_the_reader_reads_nothing_the_sentence_stands(tmp_path: Path) -> None:
    """Passages in which the reader finds no span at all are answered by the best sentence."""
    index = index_of(tmp_path, THREE)
    found = consider(Question("a"), index, NumberReader(), judge(0.0)).candidates
    assert [one.citation.quote for one in found] == ["Aaaa!", "Abab abab.", "Bbbb!"]


def test_spans_that_become_the_same_words_are_one_candidate(tmp_path: Path) -> None:
    """Two spans inside one word are that word, once, with the better score."""
    index = index_of(tmp_path, {"text": "Aaaa 7-or-9 b."})
    found = consider(Question("a"), index, NumberReader(), judge(0.0)).candidates
    assert [(one.citation.quote, one.score) for one in found] == [("7-or-9", 4.0)]


def test_confidence_by_hand(tmp_path: Path) -> None:
    """Confidence is the logistic function of score, cosine, BM25 and one by the rank, weighted."""
    citation = cite("Aa bb.", "bb")
    candidate = Candidate(
        citation, Hit(citation.passage, 0.0, cosine=0.5, bm25=3.0, rank=3), score=2.0
    )
    judgement = Judgement((0.0, 0.0, 0.0, 0.0), (0.5, 1.0, 0.2, 0.9), -0.25, 0.5, 0.0, 0.0)
    assert judgement.confidence(candidate) == pytest.approx(logistic(-0.25 + 1 + 0.5 + 0.6 + 0.3))
    assert judgement.confidence(candidate) == pytest.approx(0.8957, abs=1e-4)


def test_the_threshold_on_both_sides(tmp_path: Path) -> None:
    """A confidence at the threshold is an answer, and one just below it is none."""
    index = index_of(tmp_path, NUMBERS)
    given = answer(Question("a"), index, NumberReader(), judge(0.0))
    assert isinstance(given, Answer)
    assert given.confidence == pytest.approx(logistic(4))
    assert [citation.quote for citation in given.citations] == ["9"]
    at = answer(Question("a"), index, NumberReader(), judge(given.confidence))
    above = answer(Question("a"), index, NumberReader(), judge(given.confidence + 1e-9))
    assert at == given
    assert isinstance(above, Abstention)
    assert above.confidence == given.confidence


def test_both_reasons(tmp_path: Path) -> None:
    """What keeps to the subject is not said; what does not is not even relevant."""
    index = index_of(tmp_path, THREE)
    related = answer(Question("a"), index, None, judge(1.0, relevance=0.94))
    unrelated = answer(Question("a"), index, None, judge(1.0, relevance=0.95))
    assert isinstance(related, Abstention)
    assert isinstance(unrelated, Abstention)
    assert (related.reason, unrelated.reason) == (Reason.NOT_SAID, Reason.NOTHING_RELEVANT)


def test_an_abstention_shows_the_nearest_passages(tmp_path: Path) -> None:
    """The nearest passages stand whole and in order, three of them at most."""
    four = {"text": THREE["text"] + "\n\nCccc!"}
    abstention = answer(Question("a"), index_of(tmp_path, four), None, judge(1.0))
    assert isinstance(abstention, Abstention)
    quotes = [citation.quote for citation in abstention.nearest]
    assert quotes == ["Aaaa! Abab!", "Abab abab.", "Bbbb!"]
    assert [passage.text for passage in abstention.further] == ["Cccc!"]


def test_an_answer_knows_the_passages_that_come_next(tmp_path: Path) -> None:
    """What was found and is not cited comes next, best first."""
    given = answer(Question("a"), index_of(tmp_path, THREE), None, judge(0.0))
    assert isinstance(given, Answer)
    (cited,) = {citation.passage.text for citation in given.citations}
    everything = ["Aaaa! Abab!", "Abab abab.", "Bbbb!"]
    everything.remove(cited)
    assert [passage.text for passage in given.further] == everything


def test_what_is_said_twice_is_cited_twice() -> None:
    """Another passage that says the same, and would be an answer itself, is the second citation."""
    text = "Aged 52 then.\n\nHe was 52 years old.\n\nOf 52 years."
    quotes = (("52", 0.9), ("52 years", 0.6), ("Of 52", 0.55))
    outcome = decide(considered(*quotes, text=text), judge(0.5))
    assert isinstance(outcome, Answer)
    assert [citation.quote for citation in outcome.citations] == ["52", "52 years"]
    assert [citation.paragraph for citation in outcome.citations] == [1, 2]
    assert outcome.agreed
    assert outcome.confidence == 0.9
    alone = decide(considered(*quotes, text=text), judge(0.61))
    assert isinstance(alone, Answer)
    assert [citation.paragraph for citation in alone.citations] == [1]


def test_one_passage_is_cited_once() -> None:
    """Two candidates of one passage are not two citations, whether they say the same or not."""
    text = "Aa 7 or 9 or Bb 7."
    found = considered(("7", 0.9), ("9", 0.9), ("Bb 7", 0.9), text=text)
    outcome = decide(found, judge(0.5, contradiction=0.5))
    assert isinstance(outcome, Answer)
    assert [citation.quote for citation in outcome.citations] == ["7"]


def test_what_contradicts_is_shown_beside_it() -> None:
    """Two passages that surely give different answers are both cited, and do not agree."""
    text = "It cost 7.\n\nIt cost 9.\n\nIt cost 8."
    found = considered(("7", 0.95), ("9", 0.92), ("8", 0.91), text=text)
    outcome = decide(found, judge(0.5, contradiction=0.92))
    assert isinstance(outcome, Answer)
    assert [citation.quote for citation in outcome.citations] == ["7", "9"]
    assert not outcome.agreed
    alone = decide(found, judge(0.5, contradiction=0.93))
    assert isinstance(alone, Answer)
    assert [citation.quote for citation in alone.citations] == ["7"]
    assert alone.agreed


def test_where_it_is_unsure_it_reads_on(tmp_path: Path) -> None:
    """Eight passages are read, and eight more where none of these is an answer."""
    # Other words of the same letters, for of what is said twice one is a hit.
    as_ = ["Aaab.", "Aaba.", "Abaa.", "Baaa.", "Aa ab.", "Aa ba.", "Ab aa."]
    bs = ["Bbbb.", "Bbb b.", "Bb bb.", "B bbb.", "Bb b b.", "B bb b.", "B b bb."]
    text = "\n\n".join(["Aaaa 6.", *as_, "Bbbb 9.", *bs, "Cccc 12."])
    index = index_of(tmp_path, {"text": text})
    sure = consider(Question("a"), index, NumberReader(), judge(logistic(1)))
    assert [one.citation.quote for one in sure.candidates] == ["6"]
    unsure = consider(Question("a"), index, NumberReader(), judge(logistic(1) + 1e-9))
    assert [one.citation.quote for one in unsure.candidates] == ["9", "6"]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("He saw Al.", ["Al"]),
        ("It was us.", []),
        ("US or IT.", ["US", "IT"]),
    ],
)
def test_a_pronoun_is_no_answer(text: str, quotes: list[str], tmp_path: Path) -> None:
    """Words that name nobody are no candidates, however sure the reader is; the US is named."""

    class Edges(NumberReader):
        """Reads the first two letters of each text, and the last two before the mark."""

        def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
            """The first two letters with score 2, the last two with score 1."""
            return [[Span(0, 2, 2.0), Span(len(t) - 3, len(t) - 1, 1.0)] for t in texts]

    index = index_of(tmp_path, {"text": text})
    hits = index.search("who", 1)
    found = spans_read(Question("who"), hits, Edges())
    assert [one.citation.quote for one in found] == quotes


def test_no_quote_runs_from_a_heading_into_a_sentence() -> None:
    """Of words over the end of a heading, those below it are quoted; a heading's own words stay."""

    class Whole(NumberReader):
        """Reads all of each text, or the first of its words where it is asked for that."""

        def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
            """One span with score 1."""
            return [[Span(0, 4 if question == "first" else len(t), 1.0)] for t in texts]

    article = Article("a", "T", "Zero.\n\nOpen\nDaily\nFrom ten.", headings=((7, 11), (12, 17)))
    hits = [Hit(passage, 1.0, 1.0, 1.0) for passage in split(article)]
    for asked, quotes in (("all", ["Zero", "From ten"]), ("first", ["Zero", "Open"])):
        found = spans_read(Question(asked), hits, Whole())
        assert [one.citation.quote for one in found] == quotes
        assert (
            article.text[slice(*found[1].citation.sentence)]
            == {
                "From ten": "From ten.",
                "Open": "Open",
            }[quotes[1]]
        )


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("52", "52", True),
        ("Khalid Masood", "Masood", True),
        ("The Masood", "masood,", True),
        ("52", "75", False),
        ("one two three", "one", True),
        ("one two three four", "one", False),
        ("40 metres", "61 metres", False),
        ("7 May 2019", "3 May 2019", False),
        ("in 2019", "2019", True),
    ],
)
def test_quotes_that_say_the_same(a: str, b: str, same: bool) -> None:
    """Two quotes say the same if half of their words are shared (F1), and all of their numbers."""
    assert says_the_same(cite(f"{a}.", a), cite(f"{b}.", b)) is same


def test_one_article_alone_is_asked(tmp_path: Path) -> None:
    """Asked of one article, another one's better passage is neither the answer nor near it."""
    index = index_of(tmp_path, THREE, OTHER)
    everywhere = answer(Question("a"), index, None, judge(0.0))
    alone = answer(Question("a"), index, None, judge(0.0), ["other"])
    assert isinstance(everywhere, Answer)
    assert isinstance(alone, Answer)
    assert everywhere.citations[0].quote == "Aaaa!"
    assert alone.citations[0].quote == "Acac?"
    near = answer(Question("a"), index, None, judge(1.0), ["other"])
    assert isinstance(near, Abstention)
    assert [citation.article.id for citation in near.nearest] == ["other", "other"]


def test_an_unknown_article_is_told(tmp_path: Path) -> None:
    """Asking an article that is not there is an error and no abstention."""
    with pytest.raises(UnknownArticle, match="no article “nowhere”"):
        answer(Question("a"), index_of(tmp_path, THREE), None, judge(0.0), ["nowhere"])


def test_the_sentence_around_a_lone_mark_is_quoted_without_it(tmp_path: Path) -> None:
    """The quote of a sentence that opens a longer quotation begins after the mark."""
    index = index_of(tmp_path, {"text": "“Aaaa bb. Cccc dd.” Eeee."})
    best, *_ = best_sentences(Question("a"), index.search("a", 1), LetterEncoder())
    assert best.citation.quote == "Aaaa bb."
    assert best.citation.article.text[slice(*best.citation.sentence)] == "“Aaaa bb."


def test_more_caution_is_a_higher_threshold() -> None:
    """Low, normal and high caution are three points of the curve, in this order."""
    reader = NumberReader()
    low, normal, high = (load_judgement(reader, caution) for caution in Caution)
    assert 0 < low.threshold < normal.threshold < high.threshold < 1
    assert low.weights == normal.weights == high.weights


def test_without_a_reader_another_judgement_holds() -> None:
    """The best sentence is judged by what was fitted to best sentences."""
    assert load_judgement(None).weights != load_judgement(NumberReader()).weights
    assert load_judgement(None).threshold != load_judgement(NumberReader()).threshold


@pytest.fixture(scope="module")
def reader() -> OnnxReader | None:
    """The reader that ships with the project."""
    return find_reader()


@pytest.mark.parametrize(
    ("question", "quote", "paragraph"),
    [
        ("who shot masood", "armed police", 12),
        ("until when is the condolence book open", "19 June", 26),
        ("how old was the attacker", "52", 12),
    ],
)
def test_the_sample_is_answered(
    question: str, quote: str, paragraph: int, sample_index: PassageIndex, reader: OnnxReader
) -> None:
    """The default models find the words of the sample article that answer."""
    outcome = answer(Question(question), sample_index, reader, load_judgement(reader))
    assert isinstance(outcome, Answer)
    assert quote in outcome.citations[0].quote
    assert len(outcome.citations[0].quote) < 40
    assert outcome.citations[0].paragraph == paragraph


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("what is the capital of france", Reason.NOTHING_RELEVANT),
        ("how much did the car cost", Reason.NOT_SAID),
    ],
)
def test_the_sample_does_not_say(
    question: str, reason: Reason, sample_index: PassageIndex, reader: OnnxReader
) -> None:
    """What the sample article does not say is not answered from it, near miss or not."""
    outcome = answer(Question(question), sample_index, reader, load_judgement(reader))
    assert isinstance(outcome, Abstention)
    assert outcome.reason is reason


def test_a_list_cites_up_to_three_places() -> None:
    """Where several things are asked for, other words from other passages are cited, each once."""
    text = "Anna left.\n\nBert left.\n\nAnna came.\n\nCarl left.\n\nDora left."
    sure = (("Anna", 0.9), ("Bert", 0.8), ("Carl", 0.7), ("Dora", 0.6))
    found = replace(considered(*sure, text=text), several=True)
    judgement = replace(judge(0.5), further=0.65)
    listed = decide(found, judgement)
    assert isinstance(listed, Answer)
    assert [one.quote for one in listed.citations] == ["Anna", "Bert", "Carl"]
    assert (listed.confidence, listed.agreed) == (0.9, True)
    again = replace(considered(("Anna left", 0.9), ("Anna came", 0.9), text=text), several=True)
    once = decide(again, judgement)
    assert isinstance(once, Answer)
    assert [one.quote for one in once.citations] == ["Anna left"]


def test_a_single_question_cites_no_list() -> None:
    """What is not asked for several things has no further words below the contradiction."""
    text = "Anna left.\n\nBert left."
    found = considered(("Anna", 0.9), ("Bert", 0.8), text=text)
    outcome = decide(found, replace(judge(0.5), further=0.65))
    assert isinstance(outcome, Answer)
    assert [one.quote for one in outcome.citations] == ["Anna"]


def test_what_two_people_said_is_put_together() -> None:
    """The best citation of each answer is shown once, as sure as the least sure of them."""
    text = "Anna left.\n\nBert left."
    anna, bert = cite(text, "Anna"), cite(text, "Bert")
    both = together([Answer((anna, bert), 0.9), Answer((bert,), 0.7)])
    assert both == Answer((anna, bert), 0.7)
    assert together([Answer((anna,), 0.9), Answer((anna,), 0.8)]) == Answer((anna,), 0.8)
    assert together([]) is None


def test_what_two_copies_say_is_cited_once() -> None:
    """Of the same words in two passages that say nearly the same, the first are cited alone."""
    text = "Anna left the old house by the river before the fire."
    one, copy = cite(text, "Anna"), cite(text.replace("left", "also left"), "Anna")
    other = cite(text.replace("river", "sea"), "Anna")
    assert together([Answer((one,), 0.9), Answer((copy,), 0.8)]) == Answer((one,), 0.8)
    assert together([Answer((one,), 0.9), Answer((other,), 0.8)]) == Answer((one, other), 0.8)


def test_what_two_people_said_on_the_sample_article(sample_index: PassageIndex) -> None:
    """Khan and Cartwright are each quoted, from the paragraphs in which they speak."""
    reader = find_reader()
    question = Question("what did khan and cartwright say")
    outcome = answer(question, sample_index, reader, load_judgement(reader))
    assert isinstance(outcome, Answer)
    assert [one.paragraph for one in outcome.citations] == [7, 14]


def test_a_question_about_the_whole_is_not_read(sample_index: PassageIndex) -> None:
    """A question that is not the reader's does not get to it; a factual one does."""
    judgement = load_judgement(None)
    assert isinstance(answer(Question("hi"), sample_index, None, judgement), Remark)
    assert isinstance(
        answer(Question("what is this about"), sample_index, None, judgement), Summary
    )
    assert otherwise(Question("who shot masood"), sample_index, None, judgement) is None


def test_after_a_turn_the_articles_data_answers_what_its_text_does_not(
    sample_index: PassageIndex,
) -> None:
    """ "When was it published?" after a summary is meant of the article, if nothing else is."""
    reader = find_reader()
    turns = (Turn("what is this about?", "memorials have taken place"),)
    question = Question("when was it published?", turns)
    outcome = answer(question, sample_index, reader, load_judgement(reader))
    assert isinstance(outcome, FromMetadata)
    assert "22 March 2018" in outcome.text


def test_an_unknown_article_is_told_whatever_is_asked(tmp_path: Path) -> None:
    """A greeting to an article that is not there is an error as well."""
    with pytest.raises(UnknownArticle, match="no article “nowhere”"):
        answer(Question("hello"), index_of(tmp_path, THREE), None, judge(0.0), ["nowhere"])
