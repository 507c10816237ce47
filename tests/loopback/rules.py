"""What Discord refuses in a request body: its published schemas, and the limits beyond them.

Each check returns faults as (place in the body, Discord's error code, message).
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

from .components import REQUIRED, Fault, Place, component_faults, shown_text
from .model import Json

CALLBACK_SCHEMAS = {
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
}
CONTENT_LIMIT = 2000
EMBEDS_TOTAL = 6000
COMMAND_TOTAL = 8000
SUB_COMMANDS = (1, 2)
CHAT_INPUT_NAME = re.compile(r"[-_'\w]{1,32}")

# Keys that Discord takes and its description leaves out; discord.py always sends `nsfw`, `tts`
# and an embed's `flags`.
UNDESCRIBED = {
    "ApplicationCommandCreateRequest": ("nsfw",),
    "ApplicationCommandPatchRequestPartial": ("nsfw",),
    "ApplicationCommandUpdateRequest": ("nsfw",),
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": ("tts",),
    "IncomingWebhookUpdateRequestPartial": ("tts",),
    "MessageEditRequestPartial": ("tts",),
    "RichEmbed": ("flags",),
}


@cache
def _description() -> Json:
    """Returns Discord's description, made to refuse unknown keys and to take ids as numbers."""
    document: Json = json.loads(Path(__file__).with_name("openapi.json").read_text("utf-8"))
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        if "properties" in schema:
            schema["properties"] |= dict.fromkeys(UNDESCRIBED.get(name, ()), True)
            schema.setdefault("additionalProperties", False)
    # Discord takes both; discord.py sends the ids of references and mentions as numbers.
    schemas["SnowflakeType"]["type"] = ["string", "integer"]
    return document


@cache
def _validator(method: str, path: str) -> Draft202012Validator:
    """Returns the validator for the body of one operation, by its path in the description."""
    body = _description()["paths"][path][method.lower()]["requestBody"]
    return _checker(body["content"]["application/json"]["schema"])


@cache
def _callback_validator(kind: int) -> Draft202012Validator:
    """Returns the validator for an answer to an interaction, whose branch its type chooses."""
    return _checker({"$ref": f"#/components/schemas/{CALLBACK_SCHEMAS[kind]}"})


def _checker(schema: Json) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": _description()["components"]})


def schema_faults(method: str, path: str, body: Any) -> list[Fault]:
    """Returns the most telling departure from Discord's schema, if there is any."""
    return _departure(_validator(method, path), body)


def callback_faults(body: Json) -> list[Fault]:
    """Returns the same for an answer to an interaction, by the schema of its type."""
    return _departure(_callback_validator(body["type"]), body)


def _departure(validator: Draft202012Validator, body: Any) -> list[Fault]:
    error = best_match(validator.iter_errors(body))
    if error is None:
        return []
    text = error.message if len(error.message) < 300 else error.message[:300] + "…"
    return [(tuple(error.absolute_path), f"SCHEMA_{str(error.validator).upper()}", text)]


def message_faults(body: Json, at: Place = ()) -> list[Fault]:
    """Returns what is wrong with a message body of the right shape."""
    return [
        *_content_faults(body, at),
        *_embed_faults(body.get("embeds") or [], (*at, "embeds")),
        *component_faults(body, at),
        *_mention_faults(body, at),
    ]


def is_empty(body: Json) -> bool:
    """Returns whether a new message of this body would show nothing."""
    # Discord strips white space off the content before it looks.
    content = (body.get("content") or "").strip()
    return not content and not any(body.get(key) for key in ("embeds", "components", "poll"))


def _content_faults(body: Json, at: Place) -> Iterator[Fault]:
    if len(body.get("content") or "") > CONTENT_LIMIT:
        text = f"Must be {CONTENT_LIMIT} or fewer in length."
        yield (*at, "content"), "BASE_TYPE_MAX_LENGTH", text


def _embed_faults(embeds: list[Json], at: Place) -> Iterator[Fault]:
    total = 0
    for number, embed in enumerate(embeds):
        here = (*at, number)
        total += len("".join(_embed_texts(embed)))
        if not any(embed.get(key) for key in embed.keys() - {"type", "color", "timestamp"}):
            yield (*here, "description"), *REQUIRED
        for index, entry in enumerate(embed.get("fields") or []):
            for key in ("name", "value"):
                if not entry[key].strip():
                    yield (*here, "fields", index, key), *REQUIRED
        if embed.get("url") and not _is_web(embed["url"]):
            yield (*here, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL."
    if total > EMBEDS_TOTAL:
        text = f"Embed size exceeds maximum size of {EMBEDS_TOTAL}"
        yield at, "MAX_EMBED_SIZE_EXCEEDED", text


def _embed_texts(embed: Json) -> Iterator[str]:
    """Yields every text of an embed that counts towards the total."""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    yield (embed.get("footer") or {}).get("text") or ""
    yield (embed.get("author") or {}).get("name") or ""
    for entry in embed.get("fields") or []:
        yield entry["name"]
        yield entry["value"]


def _is_web(url: str) -> bool:
    return re.match(r"(https?|attachment)://\S+$", url) is not None


def _mention_faults(body: Json, at: Place) -> Iterator[Fault]:
    """Yields a fault unless the message says that it pings nobody: this project's own rule."""
    text = shown_text(body.get("components") or [])
    if not (body.get("content") or body.get("embeds") or text):
        return
    mentions = body.get("allowed_mentions")
    here = (*at, "allowed_mentions")
    if mentions is None:
        yield here, "LOOPBACK_MENTIONS_REQUIRED", "allowed_mentions is missing"
    elif mentions.get("parse") != [] or any(
        mentions.get(key) for key in ("users", "roles", "replied_user")
    ):
        yield here, "LOOPBACK_MENTIONS_ALLOWED", f"allows mentions: {mentions}"


def command_faults(commands: list[Json]) -> list[Fault]:
    """Returns what is wrong with a whole set of global commands of the right shape."""
    faults: list[Fault] = []
    seen: set[tuple[int, str]] = set()
    for number, command in enumerate(commands):
        kind = command.get("type") or 1
        if (kind, command["name"]) in seen:
            text = "Application command names must be unique"
            faults.append(((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", text))
        seen.add((kind, command["name"]))
        faults += _command_faults(command, kind, (number,))
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        if sum((command.get("type") or 1) == kind for command in commands) > most:
            faults.append(((), "APPLICATION_COMMANDS_MAX", f"At most {most} of type {kind}"))
    return faults


def _command_faults(command: Json, kind: int, at: Place) -> Iterator[Fault]:
    if kind != 1:
        if command.get("description") or command.get("options"):
            text = "Context menu commands cannot have description or options"
            yield at, "APPLICATION_COMMAND_CONTEXT_MENU_FIELD", text
        return
    if not command.get("description"):
        yield (*at, "description"), *REQUIRED
    yield from _name_faults(command, at)
    yield from _option_faults(command, at)
    if len("".join(_command_texts(command))) > COMMAND_TOTAL:
        text = f"Command exceeds maximum size ({COMMAND_TOTAL})"
        yield at, "APPLICATION_COMMAND_TOO_LARGE", text


def _option_faults(command: Json, at: Place) -> Iterator[Fault]:
    """Yields what is wrong with the options of a command or sub-command, at any depth."""
    options = command.get("options") or []
    required = True
    for number, option in enumerate(options):
        here = (*at, "options", number)
        yield from _name_faults(option, here)
        yield from _option_faults(option, here)
        if option.get("required") and not required:
            text = "Required options must be placed before non-required options"
            yield here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text
        required = bool(option.get("required"))
        if option.get("autocomplete") and option.get("choices"):
            text = "An option has choices or completes, not both"
            yield here, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", text
    if len({option["type"] in SUB_COMMANDS for option in options}) > 1:
        text = "Sub-command and sub-command group option types are mutually exclusive"
        yield (*at, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text
    if len({option["name"] for option in options}) < len(options):
        text = "Option names must be unique"
        yield (*at, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", text


def _command_texts(command: Json) -> Iterator[str]:
    """Yields every text of a command that counts towards the total."""
    yield command["name"]
    yield command.get("description") or ""
    for choice in command.get("choices") or []:
        yield from (str(choice["name"]), str(choice["value"]))
    for option in command.get("options") or []:
        yield from _command_texts(option)


def _name_faults(holder: Json, at: Place) -> Iterator[Fault]:
    name = holder["name"]
    if not CHAT_INPUT_NAME.fullmatch(name) or name != name.lower():
        yield (*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"


def nested(faults: list[Fault]) -> Json:
    """Returns faults in the nested `errors` object of Discord's 50035 answer."""
    tree: Json = {}
    for place, code, text in faults:
        node = tree
        for step in place:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": text})
    return tree
