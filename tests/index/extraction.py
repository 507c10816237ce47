"""How well the articles of the pages in tests/index/pages are found: `make extraction` prints it.

A page says itself what belongs to its article, in attributes that nothing else reads: `data-keep`
on each paragraph, `data-title` and the like on its first element. The pages in dev/ were looked at
while the rules were written, those in test/ were not.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lxml import html

from index.corpus import Article
from index.parsed import Block, under_headings
from index.text import one_line
from tests.sources import read

PAGES = Path(__file__).parent / "pages"
FIELDS = ("title", "publisher", "published", "url")


@dataclass(frozen=True)
class Expected:
    """What should be found of a page; an unknown field is empty."""

    paragraphs: list[str]
    fields: dict[str, str]


@dataclass(frozen=True)
class Score:
    """What was found: paragraphs to the letter, and fields."""

    precision: float
    recall: float
    fields: float


def expected(page: Path) -> Expected:
    """What a page says about itself."""
    root = html.fromstring(page.read_bytes())
    blocks = []
    for element in root.xpath("//*[@data-keep]"):
        parts = element if element.get("data-keep") == "row" else [element]
        words = " | ".join(one_line(part.text_content()) for part in parts)
        kind = "heading" if element.get("data-keep") == "heading" else "text"
        blocks.append(Block(kind, words))
    paragraphs = under_headings(blocks, root.get("data-title")).paragraphs
    return Expected(paragraphs, {field: root.get(f"data-{field}") for field in FIELDS})


def found(page: Path) -> Article:
    """The article of a page, as a build reads it."""
    return read([str(page)])[0]


def missed_and_added(page: Path) -> tuple[list[str], list[str]]:
    """The paragraphs that should have been found, and those that should not."""
    should, did = Counter(expected(page).paragraphs), Counter(found(page).text.split("\n\n"))
    return list((should - did).elements()), list((did - should).elements())


def score(folder: str) -> Score:
    """Precision and recall over all paragraphs of the pages in a folder, and of the fields."""
    should, did, same, fields = 0, 0, 0, []
    for page in sorted((PAGES / folder).glob("*.html")):
        want, article = expected(page), found(page)
        paragraphs = article.text.split("\n\n")
        should, did = should + len(want.paragraphs), did + len(paragraphs)
        same += (Counter(want.paragraphs) & Counter(paragraphs)).total()
        fields += [str(getattr(article, field) or "") == want.fields[field] for field in FIELDS]
    return Score(same / did, same / should, sum(fields) / len(fields))


def main() -> None:
    """Prints the scores, and what was missed and added on the development pages."""
    for folder in ("dev", "test"):
        got = score(folder)
        print(
            f"{folder}: precision {got.precision:.3f}, recall {got.recall:.3f} of paragraphs to "
            f"the letter; title, publisher, day and address right {got.fields:.3f}"
        )
    for page in sorted((PAGES / "dev").glob("*.html")):
        missed, added = missed_and_added(page)
        for sign, paragraphs in (("-", missed), ("+", added)):
            for paragraph in paragraphs:
                print(f"{page.name} {sign} {paragraph!r}")
        article, fields = found(page), expected(page).fields
        for field in FIELDS:
            if str(getattr(article, field) or "") != fields[field]:
                print(f"{page.name} {field}: {getattr(article, field)!r} for {fields[field]!r}")


if __name__ == "__main__":
    main()
