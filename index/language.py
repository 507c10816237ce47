"""Language: in which one an article is written, and whether a model was made for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.corpus import Article
from index.text import count

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LEAST_CHARACTERS = 40
"""Of a shorter text no language is told."""

LEAST_CONFIDENCE = 0.7
"""The detector's probability below which no language is told; chosen on development articles, of
which the surest wrong one had 0.67."""

_READ = 1000
"""How many characters of an article are looked at."""

_MULTILINGUAL = "multilingual"
_WRITTEN = {"nb": "no", "nn": "no"}
"""The two ways of writing Norwegian are one language here, as they are to most models."""


def with_languages(articles: Sequence[Article]) -> list[Article]:
    """The articles, each with its language where its source does not give it and it can be told.

    By py3langid (Lui and Baldwin 2012, retrained by Barbaresi), whose 75 MB are loaded at the first
    article of an unknown language and stay until `release`.
    """
    unknown = [a for a in articles if a.language is None and len(a.text) >= LEAST_CHARACTERS]
    if not unknown:
        return list(articles)
    classify = _detector().classify
    found = {article.id: _told(*classify(article.text[:_READ])) for article in unknown}
    return [
        replace(article, language=found[article.id]) if article.id in found else article
        for article in articles
    ]


def release() -> None:
    """Gives the memory of the detector back; it is loaded again when it is needed."""
    _detector.cache_clear()


def as_language(tag: object) -> str | None:
    """The ISO 639-1 code of a language tag such as "en" or "nb-NO"; None where it has none."""
    # YAML takes the tag of Norwegian for a no.
    code = "no" if tag is False else re.split("[-_]", str(tag).strip().lower())[0]
    return _WRITTEN.get(code, code) if len(code) == 2 and code in _names() else None


def languages_of(model: Path) -> frozenset[str] | None:
    """The languages that a model was made for, as the README.md in its folder says.

    None where that does not say so, or says "multilingual".
    """
    import frontmatter
    import yaml

    try:
        given = frontmatter.loads((model / "README.md").read_text("utf-8")).get("language")
    except (OSError, ValueError, yaml.YAMLError):
        return None
    tags = given if isinstance(given, list) else [given]
    if _MULTILINGUAL in tags:
        return None
    return frozenset(filter(None, map(as_language, tags))) or None


def unspoken(languages: Mapping[str, int], spoken: frozenset[str] | None, model: str) -> str | None:
    """What to say of articles in languages that a model was not made for; None if there is nothing.

    Args:
        languages: how many articles there are in each.
        spoken: the languages that the model was made for; None where that is not known.
        model: what it is called.
    """
    others = sorted(set(languages) - spoken) if spoken else []
    if not others:
        return None
    number = sum(languages[other] for other in others)
    names = " or ".join(f"{_names()[other]} ({other})" for other in others)
    are, them = ("is", "it") if number == 1 else ("are", "them")
    return (
        f"{count(number, 'article')} {are} in {names}, which {model} was not made for: "
        f"answers about {them} will be poor."
    )


@cache
def _detector() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _told(code: str, confidence: float) -> str | None:
    return as_language(code) if confidence >= LEAST_CONFIDENCE else None


@cache
def _names() -> Mapping[str, str]:
    """What languages are called in English, by their codes."""
    from babel import Locale

    return Locale("en").languages
