"""What Discord refuses in components, of messages and of modals, beyond its published schemas."""

import re
from collections.abc import Iterator

from .model import Json

Place = tuple[str | int, ...]
Fault = tuple[Place, str, str]

COMPONENTS_V2 = 1 << 15
V2_COMPONENTS = 40
V2_TEXT = 4000
ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 3, 4, 10, 18
LINK, PREMIUM = 5, 6
MODAL_COMPONENTS = 5
REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")


def walk(components: list[Json], at: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Yields every component at any depth with its place."""
    for number, component in enumerate(components):
        here = (*at, number)
        yield here, component
        yield from walk(component.get("components") or [], (*here, "components"))
        for key in ("accessory", "component"):
            if component.get(key):
                yield (*here, key), component[key]


def component_faults(body: Json, at: Place) -> Iterator[Fault]:
    """Yields what is wrong with the components of a message."""
    components = body.get("components") or []
    place = (*at, "components")
    every = list(walk(components, place))
    yield from _repeated(every)
    for here, component in every:
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


def modal_faults(modal: Json, at: Place) -> Iterator[Fault]:
    """Yields what is wrong with a modal of the right shape."""
    place = (*at, "components")
    every = list(walk(modal["components"], place))
    yield from _repeated(every)
    if len(modal["components"]) > MODAL_COMPONENTS:
        text = f"Must be between 1 and {MODAL_COMPONENTS} in length."
        yield place, "BASE_TYPE_BAD_LENGTH", text
    for number, component in enumerate(modal["components"]):
        if component["type"] == ACTION_ROW and len(component["components"]) > 1:
            text = "A row of a modal holds one text input"
            yield (*place, number), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", text
    for here, component in every:
        if component["type"] == TEXT_INPUT:
            yield from _input_faults(component, here)


def _input_faults(entry: Json, at: Place) -> Iterator[Fault]:
    labelled = at[-1] == "component"
    if not labelled and not entry.get("label"):
        yield (*at, "label"), *REQUIRED
    if labelled and entry.get("label"):
        yield (*at, "label"), "COMPONENT_LABEL_NOT_ALLOWED", "The label stands around it"
    shortest, longest = entry.get("min_length") or 0, entry.get("max_length") or 4000
    if shortest > longest:
        yield (*at, "min_length"), "COMPONENT_LENGTHS", f"{shortest} is over {longest}"
    if len(entry.get("value") or "") > longest:
        yield (*at, "value"), "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length."


def _repeated(every: list[tuple[Place, Json]]) -> Iterator[Fault]:
    """Yields a fault for every custom id that stood before."""
    seen: set[str] = set()
    for here, component in every:
        custom_id = component.get("custom_id")
        if custom_id in seen:
            yield (*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Duplicated custom id"
        if custom_id is not None:
            seen.add(custom_id)


def choice_faults(choices: list[Json], kind: int) -> Iterator[Fault]:
    """Yields what is wrong with the choices offered for an option of that type."""
    for number, choice in enumerate(choices):
        here, value = ("data", "choices", number), choice["value"]
        if (kind == 3) != isinstance(value, str):
            yield (*here, "value"), "APPLICATION_COMMAND_OPTION_VALUE", f"{value!r} is mistyped"
        if isinstance(value, str) and not 1 <= len(value) <= 100:
            text = "Must be between 1 and 100 in length."
            yield (*here, "value"), "BASE_TYPE_BAD_LENGTH", text


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
    if len(shown_text(body.get("components") or [])) > V2_TEXT:
        text = f"At most {V2_TEXT} characters of text"
        yield (*at, "components"), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text


def shown_text(components: list[Json]) -> str:
    """Returns the text of every text display, at any depth."""
    every = walk(components)
    return "".join(each["content"] for _, each in every if each["type"] == TEXT_DISPLAY)
