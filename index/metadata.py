"""Metadata: what a source says about an article beside its text."""

import json
import re
import reprlib
from datetime import date, datetime
from typing import Annotated, TypeVar

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    field_validator,
)

from index.errors import SourceError
from index.language import as_language
from index.text import one_line

_LONGEST_FRONT_MATTER = 64 * 1024


def _as_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value is None or not str(value).strip():
        return None
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        raise ValueError("a day is written YYYY-MM-DD") from None


def _as_line(value: object) -> object:
    if isinstance(value, str):
        return one_line(value) or None
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return str(value)
    return value


def _as_url(value: object) -> object:
    line = _as_line(value)
    if isinstance(line, str) and not re.match(r"https?://[^/\s]+\S*$", line, re.IGNORECASE):
        raise ValueError("an address begins with http:// or https:// and has no spaces")
    return line


def _as_id(value: object) -> object:
    """An id as it was given, but for what no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if value.strip() else None
    return _as_line(value)


def _as_language(value: object) -> str | None:
    if value is None or not str(value).strip():
        return None
    code = as_language(value)
    if code is None:
        raise ValueError("a language is written as its two letters, such as en")
    return code


_Places = TypeVar("_Places", tuple[int, ...], tuple[tuple[int, int], ...])
_Line = Annotated[str | None, BeforeValidator(_as_line)]


class _FrontMatterLoader(yaml.SafeLoader):
    """YAML without aliases, which a few lines of multiply beyond all bounds.

    Not the loader in C, which deep nesting makes crash.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases like *this are not read")
        return super().compose_node(parent, index)


class Metadata(BaseModel):
    """What a source says about an article beside its text; unknown fields are left alone."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str | None, BeforeValidator(_as_id)] = None
    title: _Line = None
    url: Annotated[str | None, BeforeValidator(_as_url)] = None
    published: Annotated[date | None, BeforeValidator(_as_date)] = Field(
        default=None, validation_alias=AliasChoices("published", "date")
    )
    publisher: _Line = None
    language: Annotated[str | None, BeforeValidator(_as_language)] = None


class Row(Metadata):
    """A line of a JSONL source.

    Attributes:
        text: of the article.
        cleaned: whether blank lines alone separate its paragraphs, as `pilcrow show` prints them.
        pages, headings: as in an `Article`, where the text is that of one.
    """

    text: str
    cleaned: bool = False
    pages: tuple[NonNegativeInt, ...] = ()
    headings: tuple[tuple[NonNegativeInt, NonNegativeInt], ...] = ()

    @field_validator("pages", "headings")
    @classmethod
    def _in_order(cls, places: _Places) -> _Places:
        if list(places) != sorted(places):
            raise ValueError("the places in a text are told in order")
        return places


_M = TypeVar("_M", bound=Metadata)


def front_matter(text: str, beside: Metadata, place: str) -> tuple[Metadata, str]:
    """The metadata at the head of a text, over that of the sidecar file, and the text below.

    Raises:
        SourceError: what stands at the head is no YAML, or no metadata.
    """
    text = _with_plain_line_ends(text)
    head, body = _parted(text)
    if len(head) > _LONGEST_FRONT_MATTER:
        raise SourceError(f"The front matter of {place} has {len(head):,} characters: shorten it.")
    try:
        values = YAMLHandler().load(head, Loader=_FrontMatterLoader)
    # A day like 2018-02-30 and a tag like !!int without a number get past PyYAML's own errors.
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as error:
        reason = one_line(str(error))
        raise SourceError(f"The front matter of {place} is not YAML ({reason}): mend it.") from None
    if not isinstance(values, dict):
        # Two rules with words between them, and no metadata: all of it is the text.
        return beside, text
    own = validated(Metadata, values, place)
    return beside.model_copy(update=own.model_dump(exclude_none=True)), body


def _parted(text: str) -> tuple[str, str]:
    """What stands between two lines of dashes at the head of a text, and the text below."""
    handler = YAMLHandler()
    if not handler.detect(text):
        return "", text
    try:
        head, body = handler.split(text)
    except ValueError:
        return "", text
    return head, body


def _with_plain_line_ends(text: str) -> str:
    """The text with plain line ends, so that front matter is seen whoever wrote the file."""
    return text.replace("\r\n", "\n").lstrip("\ufeff")


def sidecar(data: bytes, place: str) -> Metadata:
    """What NAME.meta.json beside a file NAME.txt says about its article.

    Raises:
        SourceError: it is no JSON object, or no metadata; the text names `place`.
    """
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place} is not JSON in UTF-8 ({error}): mend it.") from None
    if not isinstance(values, dict):
        raise SourceError(f'{place} is not a JSON object: write {{"title": "…"}} there.')
    return validated(Metadata, values, place)


def validated(model: type[_M], values: object, place: str) -> _M:
    """The values as that kind of metadata.

    Raises:
        SourceError: a field is missing or cannot be what it is; the text names `place`.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        if first["type"] == "missing":
            raise SourceError(f"{place} has no “{field}”: add it.") from None
        shown = reprlib.repr(first["input"])[:60]
        reason = first["msg"].removeprefix("Value error, ")
        raise SourceError(f"{place}: “{field}” is {shown}, but {reason}: mend it.") from None
