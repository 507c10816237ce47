"""Which paragraphs of a source are paragraphs of its article."""

import re
from collections.abc import Sequence

from index.text import normalise, one_line

_BLANK_LINE = re.compile(r"\n\s*\n")
# [contf], [/caption], [gallery ids="1,2"], {{ad}}, <!-- more -->: a line of nothing else.
_RESIDUE = re.compile(
    r"""(?: \s*
        (?: \[ /? [a-z][\w-]* (?: \s+ [\w-]+ = (?: "[^"]*" | '[^']*' | [^\s\]]+ ) )* \s* /? \]
        |   \{\{ [^{}]* \}\}
        |   <!-- (?: (?!-->) . )* --> )
    )+ \s*""",
    re.VERBOSE,
)
# ---, * * *, ———: a rule between two parts of a text.
_RULE = re.compile(r"(?:[-*_=~•·–—]\s*){3,}")
_CROSS_REFERENCE = re.compile(
    r"""(?: more\ (?:from|on|about)\b
        |   (?: read|see|watch|listen )\ (?: more|also|next )\b
        |   (?: also\ read|continue\ reading|click\ here|sign\ up|follow\ us|share\ this )\b
        |   (?: related|recommended|most\ read|watch|listen|read|more )\s*:
        |   (?: related|recommended)(?:\ (?:articles?|stories|story|topics?|content|links?))?$
        |   advertisement$ )""",
    re.VERBOSE | re.IGNORECASE,
)
_OUTLET = re.compile(
    r"""\b(?: news | times | post | press | guardian | telegraph | independent | herald | tribune
        | journal | gazette | chronicle | observer | mirror | standard | express | mail | sun
        | reuters | bbc | cnn | itv | npr | abc | nbc | cbs | pbs | ap | afp | dpa | pa | voa
        | al\ jazeera | deutsche\ welle | voice\ of\ america | bloomberg | magazine | media
        | agency | newsroom | \w+\.(?:com|org|net|co\.uk) )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_MOST_WORDS_OF_A_REFERENCE = 12
_MOST_WORDS_OF_A_PUBLISHER = 4
_SENTENCE_END = (".", "!", "?", '."', '!"', '?"', ".”", "!”", "?”", "…", ":")


def plain_paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text, in order, each on one line.

    Blank lines separate them; in a text without any, each line is a paragraph.
    """
    lines = normalise(text).split("\n")
    own = "\n".join(line for line in lines if not _is_residue(line)).strip()
    if "\n\n" in own:
        blocks = _BLANK_LINE.split("\n".join("" if _is_residue(line) else line for line in lines))
    else:
        blocks = own.split("\n")
    return [line for block in blocks if (line := one_line(block))]


def cleaned_paragraphs(text: str) -> list[str]:
    """The paragraphs of a cleaned text, in order: blank lines alone separate them.

    A line end inside a paragraph, as below a heading, stays.
    """
    return [block for block in _BLANK_LINE.split(normalise(text)) if block]


def own_paragraphs(paragraphs: Sequence[str], publisher: str | None = None) -> list[int]:
    """The places, from 0, of the paragraphs that belong to the article itself.

    Left out are what a content system left behind (`[contf]`), bare references to other pages
    ("More from …"), and a publisher's name alone on the first or the last line. Quotes, tweets
    and their signatures belong to the article.

    Args:
        paragraphs: all paragraphs of the source, made regular.
        publisher: the publisher's name where it is known.
    """
    kept = [
        place
        for place, paragraph in enumerate(paragraphs)
        if not _is_residue(paragraph) and not _is_cross_reference(paragraph)
    ]
    while len(kept) > 1 and _is_publisher(paragraphs[kept[-1]], publisher):
        kept.pop()
    while len(kept) > 1 and _is_publisher(paragraphs[kept[0]], publisher):
        kept.pop(0)
    return kept


def _is_residue(line: str) -> bool:
    return bool(_RESIDUE.fullmatch(line) or _RULE.fullmatch(line))


def _is_cross_reference(paragraph: str) -> bool:
    match = _CROSS_REFERENCE.match(paragraph)
    if not match or len(paragraph.split()) > _MOST_WORDS_OF_A_REFERENCE:
        return False
    # "Read more: who won?" refers; "More on that: it was not to be had." is a sentence.
    is_label = match.group().endswith(":") or paragraph.startswith(":", match.end())
    return is_label or not paragraph.endswith(_SENTENCE_END)


def _is_publisher(paragraph: str, publisher: str | None) -> bool:
    if publisher and paragraph.casefold() == publisher.casefold():
        return True
    words = paragraph.split()
    return (
        len(words) <= _MOST_WORDS_OF_A_PUBLISHER
        and not paragraph.endswith(_SENTENCE_END)
        and all(word[0].isupper() or word in ("of", "the", "and") for word in words)
        and _OUTLET.search(paragraph) is not None
    )
