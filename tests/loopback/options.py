"""What a client makes of a slash command: its sub-command and its options, as data to send."""

from collections.abc import Iterable, Mapping

from .model import Channel, File, Json, User

SUB_COMMAND, GROUP = 1, 2
USER, CHANNEL, ATTACHMENT = 6, 7, 11
OPTION_TYPES: dict[int, tuple[type, ...]] = {
    3: (str,),
    4: (int,),
    5: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    10: (int, float),
    ATTACHMENT: (File,),
}


def descend(command: Json, words: Iterable[str]) -> list[Json]:
    """Returns the command, its group and its sub-command, as far as `words` name them."""
    path = [command]
    for word in words:
        inner = path[-1].get("options", [])
        found = [each for each in inner if each["name"] == word and each["type"] <= GROUP]
        if not found:
            raise LookupError(f"{path[-1]['name']!r} has no sub-command {word!r}")
        path.append(found[0])
    if any(option["type"] <= GROUP for option in path[-1].get("options", [])):
        raise LookupError(f"{path[-1]['name']!r} is used by its sub-commands alone")
    return path


def nest(path: list[Json], options: list[Json]) -> list[Json]:
    """Returns the options of the innermost command inside those around it."""
    for node in reversed(path[1:]):
        options = [{"name": node["name"], "type": node["type"], "options": options}]
    return options


def chosen(command: Json, given: Mapping[str, object], partial: bool = False) -> list[Json]:
    """Returns a command's options with their types, refusing what a client would refuse.

    `partial` leaves out required ones, as while a person still types.
    """
    options = []
    for option in command.get("options", []):
        name = option["name"]
        if name in given:
            _check(option, given[name])
            value = getattr(given[name], "id", given[name])
            options.append({"name": name, "type": option["type"], "value": value})
        elif option.get("required") and not partial:
            raise ValueError(f"the option {name!r} is required")
    unknown = given.keys() - {option["name"] for option in options}
    if unknown:
        raise LookupError(f"the command has no options {sorted(unknown)}")
    return options


def _check(option: Json, value: object) -> None:
    """Refuses a value that the option does not take."""
    name, kind = option["name"], option["type"]
    if type(value) not in OPTION_TYPES[kind]:
        raise TypeError(f"the option {name!r} takes {OPTION_TYPES[kind]}, not {value!r}")
    shortest, longest = option.get("min_length", 0), option.get("max_length", 6000)
    if isinstance(value, str) and not shortest <= len(value) <= longest:
        raise ValueError(f"the option {name!r} has {len(value)} characters")
    if isinstance(value, int | float):
        least, most = option.get("min_value", value), option.get("max_value", value)
        if not least <= value <= most:
            raise ValueError(f"the option {name!r} is {value}, not {least} to {most}")
    choices = [choice["value"] for choice in option.get("choices", [])]
    if choices and value not in choices:
        raise ValueError(f"the option {name!r} takes one of {choices}, not {value!r}")


def focused(command: Json, name: str, typed: str, given: Mapping[str, object]) -> list[Json]:
    """Returns the options while a person types one of them, marked as focused."""
    for option in command.get("options", []):
        if option["name"] == name and option.get("autocomplete"):
            focus = {"name": name, "type": option["type"], "value": typed, "focused": True}
            return [*chosen(command, given, partial=True), focus]
    raise LookupError(f"{command['name']!r} completes no option {name!r}")
