"""Prints how questions are told apart, summaries chosen, topics and several places found.

`make overview`. What was open was chosen on the development files; nothing was fitted to the test
files, which as floors chose among readers.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.answers import Answer, Citation, Topic, parse_question
from bot.ask import Judgement, answer, load_judgement
from bot.intent import METADATA, REMARKS, Kind, intent_of
from bot.overview import on_topic
from bot.questions import read_labelled
from bot.reader import Reader, find_reader
from bot.similar import overlap
from bot.summary import DAMPING, SENTENCES, chosen, first_sentences, ranks
from index.build import build
from index.corpus import Article
from index.encoder import Encoder, find_encoder
from index.exporting import ExportingEncoder
from index.search import PassageIndex, open_index
from index.served import serving

QUALITY = Path(__file__).parent
SETS = ("dev", "test")
Row = dict[str, object]


@dataclass(frozen=True)
class Found:
    """How many of the places that were expected are cited, and how many others."""

    expected: int
    found: int
    cited: int
    wrong: int


def rows_of(name: str) -> list[Row]:
    """The rows of a JSONL file of this folder."""
    return [json.loads(line) for line in (QUALITY / name).read_text("utf-8").splitlines()]


def kind_of(question: str) -> str:
    """What a question is taken for, as the files of intents name it."""
    kind = intent_of(parse_question(question)).kind
    if kind is Kind.FACT:
        return "factual"
    if kind in METADATA:
        return f"metadata: {kind}"
    return "remark" if kind in REMARKS else str(kind)


def told_apart(name: str) -> dict[str, float]:
    """The share of the questions of each kind that are taken for what they are."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for row in rows_of(f"intents_{name}.jsonl"):
        kind = str(row["kind"])
        expected = f"metadata: {row['field']}" if kind == "metadata" else kind
        asked[kind] += 1
        right[kind] += kind_of(str(row["question"])) == expected
    return {kind: right[kind] / asked[kind] for kind in asked}


def turned_away(name: str) -> list[str]:
    """The questions of a labelled file that do not get to the reader."""
    labelled = read_labelled(QUALITY / f"{name}.jsonl")
    return [one.question for one in labelled if kind_of(one.question) != "factual"]


def summaries(articles: Sequence[Article], encoder: Encoder, name: str) -> dict[str, float]:
    """The share of the sentences that each method chooses which a reader would choose, too."""
    asked = {one.article for one in read_labelled(QUALITY / f"{name}.jsonl")}
    wanted = {str(row["article"]): row["sentences"] for row in rows_of("summaries.jsonl")}
    shares: dict[str, list[float]] = {}
    for article in articles:
        if article.id not in asked:
            continue
        numbered = {c.start: place for place, c in enumerate(first_sentences(article), start=1)}
        for method, sentences in _methods(article, encoder):
            places = [numbered[citation.start] for citation in sentences]
            share = float(np.mean([place in wanted[article.id] for place in places]))
            shares.setdefault(method, []).append(share)
    return {method: float(np.mean(each)) for method, each in shares.items()}


def _methods(article: Article, encoder: Encoder) -> Iterator[tuple[str, Sequence[Citation]]]:
    every = first_sentences(article)
    yield "the first three", every[:SENTENCES]
    vectors = encoder.embed([citation.quote for citation in every])
    for name, damping in (("LexRank", 1.0), ("LexRank with a prior of the head", DAMPING)):
        order = np.argsort(-ranks(every, vectors, damping), kind="stable")
        yield name, [every[place] for place in order[:SENTENCES]]
    yield "the same of what opens a paragraph (chosen)", chosen(every, ranks(every, vectors))


def topics(index: PassageIndex, relevance: float, name: str) -> Found:
    """What is shown on the topics of a set; each in its article."""
    expected = found = cited = 0
    for row in rows_of(f"intents_{name}.jsonl"):
        if row["kind"] != "topic":
            continue
        subject = intent_of(parse_question(str(row["question"]))).subject
        outcome = on_topic(subject, index, relevance, [str(row["article"])])
        shown = [c.paragraph for c in outcome.citations] if isinstance(outcome, Topic) else []
        paragraphs = row["paragraphs"]
        assert isinstance(paragraphs, list)
        expected += len(paragraphs)
        cited += len(shown)
        found += sum(paragraph in paragraphs for paragraph in shown)
    return Found(expected, found, cited, cited - found)


def lists(index: PassageIndex, reader: Reader | None, judgement: Judgement, name: str) -> Found:
    """Which places are cited to the questions that ask for several."""
    expected = found = cited = wrong = 0
    for row in rows_of(f"lists_{name}.jsonl"):
        question = parse_question(str(row["question"]))
        outcome = answer(question, index, reader, judgement, [str(row["article"])])
        shown = outcome.citations if isinstance(outcome, Answer) else ()
        places = row["places"]
        assert isinstance(places, list)
        expected += len(places)
        cited += len(shown)
        found += sum(any(_is_of(one, place) for one in shown) for place in places)
        wrong += sum(not any(_is_of(one, place) for place in places) for one in shown)
    return Found(expected, found, cited, wrong)


def _is_of(citation: Citation, place: dict[str, list[str]]) -> bool:
    """Whether a quote is of a paragraph of a place, and has words of it or is three of them."""
    quote = citation.quote
    return citation.paragraph in place["paragraphs"] and any(
        said in quote or overlap(said, quote) >= 0.5 or (len(quote.split()) >= 3 and quote in said)
        for said in place["answers"]
    )


def main() -> None:
    """Prints everything, for both sets."""
    reader = find_reader()
    assert reader is not None
    judgement = load_judgement(reader)
    with tempfile.TemporaryDirectory() as folder:
        encoder = find_encoder()
        exporting = ExportingEncoder(Path(folder), encoder)
        build(Path(folder), [str(QUALITY / "voa_articles.jsonl")], exporting)
        index = open_index(Path(folder), serving(Path(folder), encoder))
        for name in SETS:
            print(f"{name}:")
            for kind, share in told_apart(name).items():
                print(f"  {share:.3f}  {kind} questions taken for what they are")
            print(f"  {len(turned_away(name))} questions of {name}.jsonl kept from the reader")
            for method, share in summaries(index.articles, index.encoder, name).items():
                print(f"  {share:.3f}  of the sentences of a summary by {method}")
            print(f"  topics: {topics(index, judgement.topic, name)}")
            print(f"  several places: {lists(index, reader, judgement, name)}")


if __name__ == "__main__":
    main()
