"""The names in an article, told by their capital letters alone."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot.answers import Citation
from bot.english import word_set
from index.corpus import Article
from index.split import sentences, split

MOST_NAMES = 12
"""How many names are listed, at most."""


_DAYS = (
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|July|August|"
    "September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
# Months that are people's names too, so that only the first word of a name cannot be one.
_PEOPLE = "April|May|June"
_CAPITAL = (
    r"(?:(?:[A-Z]\.){2,}|[A-Z]\.(?= [A-Z])|[A-ZÀ-ÖØ-Þ]\w*(?:['’](?!s\b)\w+|[-&][A-Z0-9]\w*)*)"
)
# A capitalised word, and several that the small words between them join to one name.
_FIRST = rf"(?!(?:I|{_DAYS}|{_PEOPLE})\b){_CAPITAL}"
_NEXT = rf" (?:(?:of|for|de|la|van|von|al|bin)(?: the)? )?(?!(?:I|{_DAYS})\b){_CAPITAL}"
_NAME = re.compile(rf"(?<![\w#@-]){_FIRST}(?:{_NEXT})*")
_TITLES = word_set(
    "President Vice Senator Senators Sen Representative Representatives Rep Congressman "
    "Congresswoman Speaker Leader Whip Chair Chairman Chairwoman Director Secretary Minister Prime "
    "Mayor Governor Gov Attorney General Justice Judge Counsel Ambassador Republican Democrat "
    "Democratic Chancellor King Queen Prince Princess Sir Lord Lady Pope Reverend Rev Archbishop "
    "Bishop Father Professor Prof Dr Doctor Mr Mrs Ms Miss PC MP Officer Sergeant Captain Colonel "
    "Major Lieutenant Detective Inspector Former CEO"
)
# What follows a title and makes it part of the name of something that is nobody.
_BODIES = word_set("Department Committee Court Party Assembly Office Caucus Act Conference")
# What opens sentences with a capital letter and is no name.
_OPENERS = word_set(
    "a about according after all also although among an and another any are as at because before "
    "both but by despite do does during each earlier even every few for from had has have he her "
    "here hers him his how however if in instead into is it its last later like many meanwhile "
    "more most much my neither no nor not now of on once one only or other our over she since so "
    "some such than that the their them then there these they this those though through to today "
    "two three four five under unlike until up was we were what when where whether which while who "
    "whose why will with without yet yes you your"
)
_THE = frozenset({"the", "a", "an"})
_MARKS = " \"'“‘«—"
_WORD = re.compile(r"\S+")
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Named:
    """A name at a place; `sure` unless it is one word that opens a sentence."""

    citation: Citation
    sure: bool

    @property
    def form(self) -> tuple[str, ...]:
        """Its words, whatever their case."""
        return tuple(self.citation.quote.casefold().split())


def names(article: Article, most: int = MOST_NAMES) -> tuple[Citation, ...]:
    """The names in an article, at most so many, the one that is named most often first.

    A name is a run of capitalised words, without the titles and offices before it. "Palmer" counts
    for "Keith Palmer" where no other name ends that way. Each is cited where it first stands in
    full.
    """
    found = list(_named(article))
    endings = {one.form[place:] for one in found if one.sure for place in range(len(one.form))}
    found = [one for one in found if one.sure or one.form in endings]
    forms = Counter(one.form for one in found)
    times: Counter[tuple[str, ...]] = Counter()
    for form, count in forms.items():
        times[_in_full(form, forms)] += count
    first = {one.form: one.citation for one in reversed(found)}
    return tuple(first[form] for form, _ in times.most_common(most))


def _named(article: Article) -> Iterator[_Named]:
    """What looks like a name, place by place."""
    text = article.text
    ordinary = set(re.findall(r"\b[a-z]\w*", text)) | _OPENERS
    for passage in split(article):
        for start, end in sentences(text, passage.start, passage.end):
            for match in _NAME.finditer(text, start, end):
                words = [word.span() for word in _WORD.finditer(text, *match.span())]
                opens = not text[start : match.start()].strip(_MARKS) or (
                    text[match.start() - 1] in _MARKS[1:]
                )
                while words and text[slice(*words[0])].lower() in (ordinary if opens else _THE):
                    words = words[1:]
                    opens = False
                if kept := _without_titles(text, words):
                    sure = len(kept) > 1 or not opens
                    yield _Named(Citation(passage, kept[0][0], kept[-1][1]), sure)


def _without_titles(text: str, words: list[_Span]) -> list[_Span]:
    """The words of a name after the last title in it; none where it is titles alone."""
    told = [text[start:end].rstrip(".") for start, end in words]
    for place in range(len(told) - 1, 0, -1):
        titled = told[place - 1] in _TITLES or told[:place][-3:] == ["Secretary", "of", "State"]
        if titled and told[place][0].isupper():
            words = words if told[place] in _BODIES else words[place:]
            break
    titles_alone = all(word in _TITLES for word in told[len(told) - len(words) :])
    return [] if titles_alone else words


def _in_full(form: tuple[str, ...], forms: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """The one longer name that ends in this one; itself where there is none, or several."""
    longer = [other for other in forms if len(other) > len(form) and other[-len(form) :] == form]
    return longer[0] if len(longer) == 1 else form
