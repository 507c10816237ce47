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

from .model import Json

Place = tuple[str | int, ...]
Fault = tuple[Place, str, str]

CONTENT_LIMIT = 2000
EMBEDS_TOTAL = 6000
COMPONENTS_V2 = 1 << 15
V2_COMPONENTS = 40
V2_TEXT = 4000
COMMAND_TOTAL = 8000
CHAT_INPUT_NAME = re.compile(r"[-_'\w]{1,32}")
ACTION_ROW, BUTTON, TEXT_DISPLAY = 1, 2, 10
LINK, PREMIUM = 5, 6
REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")

# Keys that Discord takes and its description leaves out; discord.py always sends `nsfw`, `tts`
# and an embed's `flags`.
UNDESCRIBED = {
    "ApplicationCommandCreateRequest": ("nsfw",),
    "ApplicationCommandPatchRequestPartial": ("nsfw",),
    "ApplicationCommandUpdateRequest": ("nsfw",),
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
    document = _description()
    body = document["paths"][path][method.lower()]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    return Draft202012Validator(schema | {"components": document["components"]})


def schema_faults(method: str, path: str, body: Any) -> list[Fault]:
    """Returns the most telling departure from Discord's schema, if there is any."""
    error = best_match(_validator(method, path).iter_errors(body))
    if error is None:
        return []
    text = error.message if len(error.message) < 300 else error.message[:300] + "…"
    return [(tuple(error.absolute_path), f"SCHEMA_{str(error.validator).upper()}", text)]


def message_faults(body: Json, at: Place = ()) -> list[Fault]:
    """Returns what is wrong with a message body of the right shape."""
    return [
        *_content_faults(body, at),
        *_embed_faults(body.get("embeds") or [], (*at, "embeds")),
        *_component_faults(body, at),
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


def _walk(components: list[Json], at: Place) -> Iterator[tuple[Place, Json]]:
    """Yields every component at any depth with its place."""
    for number, component in enumerate(components):
        here = (*at, number)
        yield here, component
        yield from _walk(component.get("components") or [], (*here, "components"))
        if component.get("accessory"):
            yield (*here, "accessory"), component["accessory"]


def _component_faults(body: Json, at: Place) -> Iterator[Fault]:
    components = body.get("components") or []
    place = (*at, "components")
    every = list(_walk(components, place))
    seen: set[str] = set()
    for here, component in every:
        custom_id = component.get("custom_id")
        if custom_id in seen:
            yield (*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Duplicated custom id"
        if custom_id is not None:
            seen.add(custom_id)
        if component["type"] == BUTTON:
            yield from _button_faults(component, here)
        elif component["type"] == ACTION_ROW:
            yield from _row_faults(component, here)
    if (body.get("flags") or 0) & COMPONENTS_V2:
        yield from _v2_faults(body, every, at)
    elif any(component["type"] != ACTION_ROW for component in components):
        yield place, "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).'
    elif len(components) > 5:
        yield place, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."


def _row_faults(row: Json, at: Place) -> Iterator[Fault]:
    inner = row["components"]
    if any(component["type"] != BUTTON for component in inner) and len(inner) > 1:
        yield at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A row holds buttons or one select"


def _button_faults(button: Json, at: Place) -> Iterator[Fault]:
    link = button["style"] == LINK
    if link and not re.match(r"(https?|discord)://\S+$", button.get("url") or ""):
        yield (*at, "url"), "URL_TYPE_INVALID_URL", "Not a well formed URL."
    if link and button.get("custom_id") is not None:
        yield at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Link with a custom id"
    if not link and button.get("url") is not None:
        yield at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Not a link, with an URL"
    if button["style"] not in (LINK, PREMIUM) and not button.get("custom_id"):
        yield (*at, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required"
    if button["style"] != PREMIUM and not button.get("label") and not button.get("emoji"):
        yield at, "BUTTON_COMPONENT_INVALID_LABEL", "A button needs a label or an emoji"


def _v2_faults(body: Json, every: list[tuple[Place, Json]], at: Place) -> Iterator[Fault]:
    for key in ("content", "embeds"):
        if body.get(key):
            text = "Cannot be used with components version 2"
            yield (*at, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text
    if len(every) > V2_COMPONENTS:
        text = f"At most {V2_COMPONENTS} components"
        yield (*at, "components"), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", text
    if len(_v2_text(every)) > V2_TEXT:
        text = f"At most {V2_TEXT} characters of text"
        yield (*at, "components"), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text


def _v2_text(every: list[tuple[Place, Json]]) -> str:
    return "".join(each["content"] for _, each in every if each["type"] == TEXT_DISPLAY)


def _mention_faults(body: Json, at: Place) -> Iterator[Fault]:
    """Yields a fault unless the message says that it pings nobody: this project's own rule."""
    text = _v2_text(list(_walk(body.get("components") or [], ())))
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
    options = command.get("options") or []
    texts = [command["name"], command.get("description") or ""]
    required = True
    for number, option in enumerate(options):
        here = (*at, "options", number)
        yield from _name_faults(option, here)
        texts += [option["name"], option["description"]]
        texts += [str(choice[key]) for choice in option.get("choices") or [] for key in choice]
        if option.get("required") and not required:
            text = "Required options must be placed before non-required options"
            yield here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text
        required = bool(option.get("required"))
    if len({option["name"] for option in options}) < len(options):
        text = "Option names must be unique"
        yield (*at, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", text
    if len("".join(texts)) > COMMAND_TOTAL:
        text = f"Command exceeds maximum size ({COMMAND_TOTAL})"
        yield at, "APPLICATION_COMMAND_TOO_LARGE", text


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
