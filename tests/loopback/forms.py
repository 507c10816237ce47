"""What a client makes of buttons and modals: which one is meant, and what a person filled in."""

from collections.abc import Mapping

from .components import BUTTON, LABEL, LINK, STRING_SELECT, TEXT_DISPLAY, TEXT_INPUT, walk
from .model import Json, Message

Filled = Mapping[str, str | list[str]]
INPUT_LIMIT = 4000


def button(message: Message, wanted: str) -> Json:
    """Returns the button of that custom id or label, if a person can press it."""
    buttons = [each for _, each in walk(message.components) if each["type"] == BUTTON]
    for each in buttons:
        if wanted in (each.get("custom_id"), each.get("label"), _emoji(each)):
            if each.get("disabled") or each["style"] == LINK:
                why = "is a link" if each["style"] == LINK else "is disabled"
                raise LookupError(f"the button {wanted!r} {why}")
            return each
    labels = [each.get("label") or _emoji(each) for each in buttons]
    raise LookupError(f"the message has no button {wanted!r}, but {labels}")


def _emoji(component: Json) -> str | None:
    return (component.get("emoji") or {}).get("name")


def filled(modal: Json, values: Filled) -> list[Json]:
    """Returns the components of a modal as they are submitted, refusing what a client would."""
    inputs = {e["custom_id"]: e for _, e in walk(modal["components"]) if "custom_id" in e}
    unknown = values.keys() - inputs.keys()
    if unknown:
        raise LookupError(f"the modal asks for {sorted(inputs)}, not {sorted(unknown)}")
    return [_submitted(component, values) for component in modal["components"]]


def _submitted(component: Json, values: Filled) -> Json:
    kind = component["type"]
    sent: Json = {"type": kind, "id": component["id"]}
    if kind == LABEL:
        return sent | {"component": _submitted(component["component"], values)}
    if kind == TEXT_DISPLAY:
        return sent
    if kind == TEXT_INPUT:
        return sent | {"custom_id": component["custom_id"], "value": _text(component, values)}
    if kind == STRING_SELECT:
        return sent | {"custom_id": component["custom_id"], "values": _picked(component, values)}
    inner = [_submitted(each, values) for each in component["components"]]
    return sent | {"components": inner}


def _text(entry: Json, values: Filled) -> str:
    name = entry["custom_id"]
    text = values.get(name, entry.get("value") or "")
    if not isinstance(text, str):
        raise TypeError(f"the input {name!r} takes a text, not {text!r}")
    # A missing key counts as true.
    if not text and entry.get("required") in (None, True):
        raise ValueError(f"the input {name!r} is required")
    shortest, longest = entry.get("min_length") or 0, entry.get("max_length") or INPUT_LIMIT
    if text and not shortest <= len(text) <= longest:
        raise ValueError(f"the input {name!r} has {len(text)} characters")
    return text


def _picked(select: Json, values: Filled) -> list[str]:
    name, options = select["custom_id"], select["options"]
    picked = values.get(name, [each["value"] for each in options if each.get("default")])
    if isinstance(picked, str):
        raise TypeError(f"the select {name!r} takes a list, not {picked!r}")
    strange = set(picked) - {each["value"] for each in options}
    if strange:
        raise LookupError(f"the select {name!r} has no options {sorted(strange)}")
    least, most = select.get("min_values"), select.get("max_values") or 1
    least = 1 if least is None else least
    if not picked and select.get("required") is False:
        return []
    if not least <= len(picked) <= most:
        raise ValueError(f"the select {name!r} takes {least} to {most} options, not {picked}")
    return picked
