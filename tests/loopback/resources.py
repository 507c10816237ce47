"""The loopback Discord's REST routes outside interactions: application, commands, messages."""

import time
from datetime import UTC, datetime

from .components import Fault, Place
from .gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from .model import EPHEMERAL, Channel, Json, Message, snowflake
from .permissions import Permission
from .rest import Answer, Call, Refusal, Route, bad_form
from .rules import command_faults, is_empty, message_faults, schema_faults
from .state import State

COMMANDS = "/applications/{application_id}/commands"
MESSAGES = "/channels/{channel_id}/messages"
EDITABLE = ("content", "embeds", "components")


def publish(state: State, gateway: Gateway, name: str, message: Message) -> None:
    """Sends the bot a message event, if it may see the channel."""
    if state.hears(message.channel):
        intent = DIRECT_MESSAGES if message.channel.guild is None else GUILD_MESSAGES
        gateway.dispatch(name, state.event(message), intent)


def discard(state: State, gateway: Gateway, message: Message) -> None:
    """Deletes a message and tells the bot."""
    del state.messages[message.id]
    if not message.ephemeral:
        _tell_gone(state, gateway, message.channel, "MESSAGE_DELETE", {"id": message.id})


def discard_all(state: State, gateway: Gateway, messages: list[Message]) -> None:
    """Deletes messages of one channel at once and tells the bot."""
    for message in messages:
        del state.messages[message.id]
    ids = {"ids": [message.id for message in messages]}
    _tell_gone(state, gateway, messages[0].channel, "MESSAGE_DELETE_BULK", ids)


def _tell_gone(state: State, gateway: Gateway, channel: Channel, name: str, data: Json) -> None:
    data = data | {"channel_id": channel.id}
    if channel.guild is not None:
        data["guild_id"] = channel.guild.id
    if state.hears(channel):
        intent = DIRECT_MESSAGES if channel.guild is None else GUILD_MESSAGES
        gateway.dispatch(name, data, intent)


def written(body: Json) -> Json:
    """Returns what a body says a message shows; embeds get the type that Discord adds."""
    shown = {key: body.get(key) or type_() for key, type_ in _EMPTY.items() if key in body}
    if "embeds" in shown:
        shown["embeds"] = [{"type": "rich", **embed} for embed in shown["embeds"]]
    return shown


_EMPTY: dict[str, type] = {"content": str, "embeds": list, "components": list}


def edit(message: Message, body: Json, at: Place = ()) -> None:
    """Changes what a message shows to what the body says."""
    bad_form(message_faults(body | {"flags": (body.get("flags") or 0) | message.flags}, at))
    shown = written(body)
    if is_empty({key: getattr(message, key) for key in EDITABLE} | shown):
        raise Refusal(400, 50006, "Cannot send an empty message")
    for key, value in shown.items():
        setattr(message, key, value)
    message.flags |= (body.get("flags") or 0) & ~EPHEMERAL
    message.body = body
    message.edited = datetime.now(UTC).isoformat()
    message.shown_at = time.monotonic()


class Resources:
    """Handlers of the routes that need the bot's token."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self.state = state
        self.gateway = gateway
        self.command_puts = 0

    def routes(self) -> list[Route]:
        """Returns the routes served here."""
        one, message = COMMANDS + "/{command_id}", MESSAGES + "/{message_id}"
        return [
            Route("GET", "/gateway", self._gateway, open=True),
            Route("GET", "/gateway/bot", self._gateway_bot),
            Route("GET", "/users/@me", self._me),
            Route("GET", "/users/{user_id}", self._user),
            Route("POST", "/users/@me/channels", self._open_direct),
            Route("GET", "/oauth2/applications/@me", self._application),
            Route("GET", "/applications/@me", self._application),
            Route("GET", COMMANDS, self._commands),
            Route("PUT", COMMANDS, self._put_commands),
            Route("POST", COMMANDS, self._post_command),
            Route("GET", one, self._one_command),
            Route("PATCH", one, self._patch_command),
            Route("DELETE", one, self._delete_command),
            Route("GET", "/channels/{channel_id}", self._get_channel),
            Route("POST", "/channels/{channel_id}/typing", self._typing),
            Route("POST", MESSAGES, self._create_message),
            Route("GET", MESSAGES, self._list_messages),
            Route("GET", message, self._get_message),
            Route("PATCH", message, self._edit_message),
            Route("DELETE", message, self._delete_message),
        ]

    async def _gateway(self, call: Call) -> Answer:
        return 200, {"url": self.gateway.url}

    async def _gateway_bot(self, call: Call) -> Answer:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return 200, {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}

    async def _me(self, call: Call) -> Answer:
        return 200, self.state.bot.payload() | {"verified": True, "mfa_enabled": False}

    async def _user(self, call: Call) -> Answer:
        user = self.state.users.get(call.ids["user_id"])
        if user is None:
            raise Refusal(404, 10013, "Unknown User")
        return 200, user.payload()

    async def _open_direct(self, call: Call) -> Answer:
        bad_form(schema_faults("post", "/users/@me/channels", call.body))
        user = self.state.users.get(str(call.body.get("recipient_id")))
        if user is None or user.bot:
            raise Refusal(400, 50007, "Cannot send messages to this user")
        return 200, self.state.direct(user).payload()

    async def _application(self, call: Call) -> Answer:
        owner = next(user for user in self.state.users.values() if not user.bot)
        return 200, {
            "id": self.state.application_id,
            "name": self.state.bot.name,
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner.payload(),
            "team": None,
            "verify_key": "0" * 64,
            "flags": 0,
            "tags": [],
            "interactions_endpoint_url": None,
            "integration_types_config": {"0": {}, "1": {}},
            "approximate_guild_count": sum(g.installed for g in self.state.guilds.values()),
        }

    # Commands

    def _own(self, call: Call) -> None:
        if call.ids["application_id"] != self.state.application_id:
            raise Refusal(403, 20012, "You are not authorized to perform this action")

    def _command(self, call: Call) -> Json:
        self._own(call)
        command = self.state.commands.get(call.ids["command_id"])
        if command is None:
            raise Refusal(404, 10063, "Unknown application command")
        return command

    def _registered(self, body: Json) -> Json:
        """Returns a command as Discord gives it back; it keeps the id it had under its name."""
        kind = body.get("type") or 1
        granted = body.get("default_member_permissions")
        command: Json = {
            "id": snowflake(),
            "application_id": self.state.application_id,
            "version": snowflake(),
            "default_member_permissions": None if granted is None else str(granted),
            "type": kind,
            "name": body["name"],
            "description": body.get("description") or "",
            "dm_permission": body.get("dm_permission") is not False,
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types"),
            "nsfw": bool(body.get("nsfw")),
        }
        if body.get("options"):
            command["options"] = [_option(option) for option in body["options"]]
        for known in self.state.commands.values():
            if (known["type"], known["name"]) == (kind, command["name"]):
                command["id"] = known["id"]
        return command

    async def _commands(self, call: Call) -> Answer:
        self._own(call)
        return 200, list(self.state.commands.values())

    async def _one_command(self, call: Call) -> Answer:
        return 200, self._command(call)

    async def _put_commands(self, call: Call) -> Answer:
        self._own(call)
        bodies = call.body or []
        bad_form(schema_faults("put", COMMANDS, call.body) or command_faults(bodies))
        registered = [self._registered(body) for body in bodies]
        self.state.commands = {command["id"]: command for command in registered}
        self.command_puts += 1
        return 200, registered

    async def _post_command(self, call: Call) -> Answer:
        self._own(call)
        bad_form(schema_faults("post", COMMANDS, call.body) or command_faults([call.body]))
        command = self._registered(call.body)
        status = 200 if command["id"] in self.state.commands else 201
        self.state.commands[command["id"]] = command
        return status, command

    async def _patch_command(self, call: Call) -> Answer:
        old = self._command(call)
        bad_form(schema_faults("patch", COMMANDS + "/{command_id}", call.body))
        whole = old | call.body
        bad_form(command_faults([whole]))
        command = self._registered(whole) | {"id": old["id"]}
        self.state.commands[old["id"]] = command
        return 200, command

    async def _delete_command(self, call: Call) -> Answer:
        del self.state.commands[self._command(call)["id"]]
        return 204, None

    # Channels and messages

    def _channel(self, call: Call) -> Channel:
        """Returns the channel of the path, if there is one that the bot may see."""
        channel = self.state.channels.get(call.ids["channel_id"])
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if not self.state.permissions(channel) & Permission.VIEW_CHANNEL:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def _message(self, call: Call) -> Message:
        message = self.state.messages.get(call.ids["message_id"])
        here = message is not None and message.channel is self._channel(call)
        # What only one person sees is reached by its interaction's token alone.
        if message is None or not here or message.ephemeral:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def _need(self, channel: Channel, permission: Permission) -> None:
        if not self.state.permissions(channel) & permission:
            raise Refusal(403, 50013, "Missing Permissions")

    async def _get_channel(self, call: Call) -> Answer:
        return 200, self._channel(call).payload()

    async def _typing(self, call: Call) -> Answer:
        channel = self._channel(call)
        self._need(channel, _sending(channel))
        return 204, None

    async def _create_message(self, call: Call) -> Answer:
        channel, body = self._channel(call), call.body
        self._need(channel, _sending(channel))
        bad_form(schema_faults("post", MESSAGES, body) or message_faults(body))
        if is_empty(body):
            raise Refusal(400, 50006, "Cannot send an empty message")
        if body.get("embeds"):
            self._need(channel, Permission.EMBED_LINKS)
        message = Message(
            channel,
            self.state.bot,
            reply_to=self._target(channel, body.get("message_reference")),
            flags=(body.get("flags") or 0) & ~EPHEMERAL,
            body=body,
            sent_at=call.arrived,
            **written(body),
        )
        self.state.keep(message)
        publish(self.state, self.gateway, "MESSAGE_CREATE", message)
        return 200, self.state.render(message)

    def _target(self, channel: Channel, reference: Json | None) -> str | None:
        """Returns the id of the message replied to, None for no reply."""
        if reference is None:
            return None
        here: tuple[str | int, ...] = ("message_reference",)
        if reference.get("type"):
            bad_form([(here, "LOOPBACK_NO_FORWARDS", "this server takes no forwards")])
        if not self.state.permissions(channel) & Permission.READ_MESSAGE_HISTORY:
            text = "Cannot reply without permission to read message history"
            raise Refusal(403, 160002, text)
        target = self.state.messages.get(str(reference["message_id"]))
        elsewhere = str(reference.get("channel_id") or channel.id) != channel.id
        if target is not None and target.channel is channel and not elsewhere:
            return target.id
        fault: Fault = (here, "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        # A missing key counts as true.
        bad_form([fault] if reference.get("fail_if_not_exists") in (None, True) else [])
        return None

    async def _list_messages(self, call: Call) -> Answer:
        channel = self._channel(call)
        limit = call.query.get("limit", "50")
        if not limit.isdecimal() or not 1 <= int(limit) <= 100:
            text = f"int value should be between 1 and 100, not {limit}"
            bad_form([(("limit",), "NUMBER_TYPE_RANGE", text)])
        if not self.state.permissions(channel) & Permission.READ_MESSAGE_HISTORY:
            return 200, []
        every = self.state.messages.values()
        seen = [each for each in every if each.channel is channel and not each.ephemeral]
        chosen = _part(seen, call.query, int(limit))
        return 200, [self.state.render(message) for message in reversed(chosen)]

    async def _get_message(self, call: Call) -> Answer:
        message = self._message(call)
        self._need(message.channel, Permission.READ_MESSAGE_HISTORY)
        return 200, self.state.render(message)

    async def _edit_message(self, call: Call) -> Answer:
        message = self._message(call)
        if message.author != self.state.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        bad_form(schema_faults("patch", MESSAGES + "/{message_id}", call.body))
        edit(message, call.body)
        publish(self.state, self.gateway, "MESSAGE_UPDATE", message)
        return 200, self.state.render(message)

    async def _delete_message(self, call: Call) -> Answer:
        message = self._message(call)
        if message.author != self.state.bot:
            self._need(message.channel, Permission.MANAGE_MESSAGES)
        discard(self.state, self.gateway, message)
        return 204, None


def _option(option: Json) -> Json:
    """Returns an option as Discord gives it back: keys that say nothing are gone."""
    kept = {key: value for key, value in option.items() if value not in (None, False, [], {})}
    if kept.get("options"):
        kept["options"] = [_option(inner) for inner in kept["options"]]
    return kept


def _sending(channel: Channel) -> Permission:
    """Returns the permission that sending takes."""
    if channel.parent is None:
        return Permission.SEND_MESSAGES
    return Permission.SEND_MESSAGES_IN_THREADS


def _part(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """Returns at most `limit` of a channel's messages, oldest first, as the query asks for."""
    if "around" in query:
        middle = int(query["around"])
        before = [each for each in messages if int(each.id) < middle][-(limit // 2) :]
        return [*before, *(each for each in messages if int(each.id) >= middle)][:limit]
    if "after" in query:
        return [each for each in messages if int(each.id) > int(query["after"])][:limit]
    last = int(query.get("before", 1 << 63))
    return [each for each in messages if int(each.id) < last][-limit:]
