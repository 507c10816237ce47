"""What people do in the loopback Discord: commands, buttons, modals, messages."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from .exchange import COMMAND, COMPLETION, COMPONENT, SUBMISSION, Exchange
from .forms import Filled, button, filled
from .interactions import Interactions
from .model import Channel, File, Json, Message, Reply, User
from .options import chosen, descend, focused, nest
from .permissions import Permission
from .resources import discard, discard_all, publish
from .world import World

SLASH, ON_MESSAGE = 1, 3
# discord.py knows a view only a moment after its message is sent; no person is that quick.
FASTEST_CLICK = 0.15


@dataclass(frozen=True)
class Completion:
    """What the bot offered to complete an option, and how many seconds that took."""

    choices: list[Json]
    seconds: float


class People(World):
    """Does what people do with a bot, and refuses what their clients would not offer."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self._interactions = Interactions(self._state, self._gateway)
        self._files_url = ""

    @property
    def exchanges(self) -> list[Exchange]:
        """Returns every interaction so far, oldest first."""
        return list(self._interactions.exchanges.values())

    async def slash(
        self,
        name: str,
        options: Mapping[str, object] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        dm: bool = False,
    ) -> Exchange:
        """Returns the exchange that a person opened with a command such as "ask" or "list add"."""
        command, *words = name.split()
        path = descend(self._command(command, SLASH), words)
        data = self._data(path[0]) | {"options": nest(path, chosen(path[-1], options or {}))}
        place = self._where(user, channel, dm)
        resolved = self._resolved((options or {}).values(), place)
        if resolved:
            data["resolved"] = resolved
        return self._use(COMMAND, path[0], data, user, place)

    async def complete(
        self,
        name: str,
        option: str,
        typed: str,
        options: Mapping[str, object] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        dm: bool = False,
        timeout: float = 20,
    ) -> Completion:
        """Returns what the bot offers while a person types `option`; `options` were chosen."""
        command, *words = name.split()
        path = descend(self._command(command, SLASH), words)
        given = focused(path[-1], option, typed, options or {})
        data = self._data(path[0]) | {"options": nest(path, given)}
        place = self._where(user, channel, dm)
        exchange = self._use(COMPLETION, path[0], data, user, place)
        await exchange.acknowledged(timeout)
        assert exchange.choices is not None and exchange.acknowledged_after is not None
        return Completion(exchange.choices, exchange.acknowledged_after)

    async def message_command(
        self, name: str, message: Message | Reply, *, user: User | None = None
    ) -> Exchange:
        """Returns the exchange that a person opened with a message's context menu."""
        target = _message(message)
        command = self._command(name, ON_MESSAGE)
        # The bot may read the target of a context menu whatever its intents.
        resolved = {"messages": {target.id: self._state.render(target, full=True)}}
        data = self._data(command) | {"target_id": target.id, "resolved": resolved}
        return self._use(COMMAND, command, data, user, target.channel)

    async def click(
        self, message: Message | Reply, wanted: str, *, user: User | None = None
    ) -> Exchange:
        """Returns the exchange that a person opened with a button, by its custom id or label."""
        target = _message(message)
        if target.id not in self._state.messages:
            raise LookupError("the message is deleted")
        if target.viewer not in (None, user or target.viewer):
            raise LookupError(f"only {target.viewer} sees the message")
        await asyncio.sleep(target.shown_at + FASTEST_CLICK - time.monotonic())
        data = {"component_type": 2, "custom_id": button(target, wanted)["custom_id"]}
        speaker = self._speaker(user or target.viewer, target.channel)
        made_by = (target.interaction or {}).get("metadata", {})
        owners = made_by.get("authorizing_integration_owners") or self._owners(
            target.channel, speaker, (0,)
        )
        exchange = Exchange(
            self._state, COMPONENT, data, speaker, target.channel, owners, message=target
        )
        return self._interactions.start(exchange)

    async def submit(self, exchange: Exchange, values: Filled) -> Exchange:
        """Returns the exchange that a person opened by submitting the modal of another."""
        modal = exchange.opened
        if modal is None:
            raise LookupError(f"no modal was opened on {exchange.what}")
        data = {"custom_id": modal["custom_id"], "components": filled(modal, values)}
        submission = Exchange(
            self._state,
            SUBMISSION,
            data,
            exchange.user,
            exchange.channel,
            exchange.owners,
            message=exchange.message,
            before=exchange,
        )
        return self._interactions.start(submission)

    def _use(
        self, kind: int, command: Json, data: Json, user: User | None, channel: Channel
    ) -> Exchange:
        """Returns a new exchange on a command, if a client would offer the command."""
        speaker = self._speaker(user, channel)
        contexts = command["contexts"] or ([0, 1] if command["dm_permission"] else [0])
        if channel.context not in contexts:
            raise LookupError(f"{command['name']!r} is not offered in this place: {contexts}")
        needed = command["default_member_permissions"]
        if channel.guild is not None and needed is not None:
            lacking = int(needed) & ~self._state.permissions(channel, speaker)
            administers = self._state.permissions(channel, speaker) & Permission.ADMINISTRATOR
            if lacking or (int(needed) == 0 and not administers):
                raise LookupError(f"{command['name']!r} is not offered to {speaker.name!r}")
        owners = self._owners(channel, speaker, command["integration_types"] or (0,))
        exchange = Exchange(self._state, kind, data, speaker, channel, owners)
        return self._interactions.start(exchange)

    def _owners(self, channel: Channel, user: User, kinds: Iterable[int]) -> Json:
        """Returns who installed the app: "0" a guild, with no id in the bot's DMs, "1" a person."""
        owners = {}
        guild = channel.guild
        if 0 in kinds and channel.context != 2 and (guild is None or guild.installed):
            owners["0"] = "0" if guild is None else guild.id
        if 1 in kinds and user.id in self._state.installers:
            owners["1"] = user.id
        if not owners:
            raise LookupError("the app is installed neither here nor for this person")
        return owners

    def _data(self, command: Json) -> Json:
        return {"id": command["id"], "name": command["name"], "type": command["type"]}

    def _command(self, name: str, kind: int) -> Json:
        for command in self._state.commands.values():
            if (command["type"], command["name"]) == (kind, name):
                return command
        raise LookupError(f"the bot has registered no command {name!r} of type {kind}")

    def _resolved(self, values: Iterable[object], place: Channel) -> Json:
        """Returns the objects behind the ids of a command's options; files are served now."""
        resolved: dict[str, Json] = {}
        for value in values:
            if isinstance(value, File):
                self._state.files[value.id] = value
                url = f"{self._files_url}/attachments/{place.id}/{value.id}/{quote(value.name)}"
                resolved.setdefault("attachments", {})[value.id] = value.payload(url)
            elif isinstance(value, User):
                resolved.setdefault("users", {})[value.id] = value.payload()
                if place.guild is not None and value.id in place.guild.members:
                    member = {**place.guild.member(value), "permissions": "0"}
                    resolved.setdefault("members", {})[value.id] = member
            elif isinstance(value, Channel):
                allowed = str(int(self._state.permissions(value, self.bot)))
                resolved.setdefault("channels", {})[value.id] = {
                    **value.payload(),
                    "permissions": allowed,
                }
        return resolved

    def _where(self, user: User | None, channel: Channel | None, dm: bool) -> Channel:
        if dm:
            return self._state.direct(user or self.user("reader"))
        return channel or self.channel

    def _speaker(self, user: User | None, channel: Channel) -> User:
        """Returns who acts, made a member of the guild."""
        speaker = user or channel.recipient or self.user("reader")
        if channel.guild is not None:
            channel.guild.members[speaker.id] = speaker
        return speaker

    async def say(
        self,
        text: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        dm: bool = False,
        mention: bool = False,
        reply_to: Message | Reply | None = None,
        ping: bool = True,
        mention_everyone: bool = False,
        role_mention: bool = False,
        bot_author: bool = False,
    ) -> Message:
        """Returns the message that a person, or another bot, wrote; `ping` is a reply's."""
        target = None if reply_to is None else _message(reply_to)
        if target is not None and channel is None and not dm:
            channel = target.channel
        if bot_author and user is None:
            user = self._someone("another bot", bot=True)
        channel = self._where(user, channel, dm)
        message = Message(channel, self._speaker(user, channel), text)
        if role_mention:
            assert channel.guild is not None
            message.content = f"<@&{channel.guild.bot_role.id}> {message.content}"
            message.mention_roles.append(channel.guild.bot_role.id)
        if mention_everyone:
            message.content = f"@everyone {message.content}"
            message.mention_everyone = True
        if mention:
            message.content = f"<@{self.bot.id}> {message.content}"
            message.mentions.append(self.bot)
        if target is not None:
            message.reply_to = target.id
            # A reply to the answer of a command pings nobody, whatever the person chose.
            if ping and target.interaction is None and target.author not in message.mentions:
                message.mentions.append(target.author)
        self._state.keep(message)
        publish(self._state, self._gateway, "MESSAGE_CREATE", message)
        return message

    async def edit(self, message: Message, text: str, *, mention: bool = False) -> None:
        """Changes a message, as its author does; the ping of a reply stays as it was."""
        named = f"<@{self.bot.id}>"
        if named in message.content and self.bot in message.mentions:
            message.mentions.remove(self.bot)
        message.content = f"{named} {text}" if mention else text
        if mention:
            message.mentions.append(self.bot)
        message.edited = datetime.now(UTC).isoformat()
        publish(self._state, self._gateway, "MESSAGE_UPDATE", message)

    async def delete(self, message: Message) -> None:
        """Deletes a message, as its author does."""
        discard(self._state, self._gateway, message)

    async def delete_all(self, messages: list[Message]) -> None:
        """Deletes messages of one channel at once, as a moderator's tool does."""
        discard_all(self._state, self._gateway, messages)


def _message(message: Message | Reply) -> Message:
    return message.message if isinstance(message, Reply) else message
