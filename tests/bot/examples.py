"""Articles, citations and indexes that the tests of `bot` make by hand or at random."""

import json
from pathlib import Path

from hypothesis import strategies as st

from bot.answers import Abstention, Answer, Citation, Reason
from bot.ask import Candidate, Considered
from bot.evaluate import Asked
from bot.questions import Labelled
from index.build import build
from index.clean import plain_paragraphs
from index.corpus import PARAGRAPH_BREAK, Article, Hit, Passage
from index.encoder import Encoder
from index.search import PassageIndex, open_index
from index.split import split
from tests.encoders import LetterEncoder

HOSTILE = (
    "👩‍👧‍👦 Zoë’s cafe\u0301 opened. 🇩🇪🇫🇷 flags! Is it? Yes…",
    "שלום עולם. מה שלומך? טוב!",
    "中文没有空格。第二句在这里！第三句？",
    "..., !!! ??? —— (…) [] {} ** __ ~~ || `` ## > - 1.",
    "word " * 3000 + "end.",
    "x" * 9000,
    "“",
    '"',
    '“Open. "Straight. Close.” He said "no". “',
    "a\u0301\u0323\u0302" * 400,
)
"""Texts of articles that nobody would write."""

MARKS = (
    *("*", "**", "_", "__", "~~", "|", "||", "`", "```", "\\", "[", "]", "(", ")", "<", ">", "@"),
    *("@everyone", "@here", "<@1>", "<@!1>", "<#2>", "<@&3>", "<t:5:R>", "<:a:6>", "<a:b:7>"),
    *("</ask:8>", "<id:guide>", "[a](http://b.example)", "[a\nb](http://b.example)", ":tada:"),
    *("https://a.example/b_c*d", "http://", "steam://x", "<https://c.example/(d)>", "://"),
    *("\n", "\n# ", "\n-# ", "\n> ", "\n>>> ", "\n- ", "\n1. ", "\n23) ", "# ", "> ", "- ", "1. "),
    *(" ", ". ", "! ", "word", "10:30:45", "a@b.example", "“", "”", '"', "'", "😀", "é", "中"),
)
"""What means something to Discord, or stands next to it."""

words_and_marks = st.lists(
    st.one_of(
        st.sampled_from(MARKS),
        st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=6),
    ),
    max_size=30,
).map("".join)


def _cleaned(text: str) -> str:
    return PARAGRAPH_BREAK.join(plain_paragraphs(text))


article_texts = (
    st.one_of(
        st.sampled_from(HOSTILE),
        st.tuples(words_and_marks, st.integers(1, 60)).map(lambda pair: pair[0] * pair[1]),
        st.lists(words_and_marks, min_size=1, max_size=4).map("\n\n".join),
    )
    .map(_cleaned)
    .filter(bool)
)


def passages_of(text: str, **known: object) -> list[Passage]:
    """The passages of an article with this text; `known` are its other fields."""
    fields = {"id": "a-1", "title": "Title", **known}
    return split(Article(text=text, **fields))


def cite(text: str, quote: str, **known: object) -> Citation:
    """The citation of the first place of a quote in an article with this text."""
    start = text.index(quote)
    around = [p for p in passages_of(text, **known) if p.start <= start < p.end]
    return Citation(around[0], start, start + len(quote))


def index_of(folder: Path, *rows: dict[str, str], encoder: Encoder | None = None) -> PassageIndex:
    """An index of articles given as rows of a JSONL source, by letters unless told otherwise."""
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    encoder = encoder or LetterEncoder()
    build(folder / "index", [str(source)], encoder)
    return open_index(folder / "index", encoder)


COLOURS = "The car is dark red.\n\nThe boat is blue.\n\nThe house is green.\n\nThe bird is grey."
"""The text of the article "a", which `asked` asks."""


def asked(answer: str, paragraph: int, found: str, quote: str, sure: float, given: bool) -> Asked:
    """A question of the article `COLOURS`, and what came of it.

    Args:
        answer, paragraph: what answers it and where; no words if nothing does.
        found: the numbers of the paragraphs that retrieval found, best first.
        quote: the best quote.
        sure: its confidence.
        given: whether it was the answer; held back otherwise.
    """
    labelled = Labelled(
        question="q?",
        article="a",
        answers=(answer,) if answer else (),
        paragraphs=(paragraph,) if answer else (),
    )
    passages = passages_of(COLOURS, id="a")
    hits = [Hit(passages[int(number) - 1], 0.0, 0.0, 0.0) for number in found]
    best = cite(COLOURS, quote, id="a")
    nearest = tuple(Citation(hit.passage, hit.passage.start, hit.passage.end) for hit in hits)
    return Asked(
        labelled,
        Considered(hits, [Candidate(best, hits[0], 0.0, sure)]),
        Answer((best,), sure) if given else Abstention(Reason.NOT_SAID, nearest, sure),
    )
