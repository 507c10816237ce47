"""What the loopback Discord knows, what its bot may see of it, and how to wait for a change."""

import asyncio
from collections.abc import Callable

from .model import Channel, File, Guild, Json, Message, Request, User, snowflake
from .permissions import EVERYTHING, NOTHING, ORDINARY, Permission


class State:
    """Everything the server keeps, and a way to wait for it to change."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.application_id = snowflake()
        # Newer applications share one id between the application and its bot.
        self.bot = User("quill", bot=True, id=self.application_id)
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.messages: dict[str, Message] = {}
        self.installers: set[str] = set()
        self.files: dict[str, File] = {}
        self.commands: dict[str, Json] = {}
        self.sent: list[Message] = []
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self._change = asyncio.Event()

    def changed(self) -> None:
        """Wakes whoever waits in `until`."""
        self._change.set()

    async def until(self, holds: Callable[[], bool], timeout: float, what: str) -> None:
        """Returns once `holds()` is true; TimeoutError, naming `what`, when it never is."""
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    self._change.clear()
                    await self._change.wait()
        except TimeoutError:
            seen = "; ".join(self.violations) or "none"
            raise TimeoutError(f"{what}: not in {timeout} s (violations: {seen})") from None

    def direct(self, user: User) -> Channel:
        """Returns the direct-message channel with `user`, opened if need be."""
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        channel = Channel(snowflake(), recipient=user)
        self.channels[channel.id] = channel
        return channel

    def permissions(self, channel: Channel, user: User | None = None) -> Permission:
        """Returns what the bot, or `user`, may do in `channel`: roles first, then overwrites."""
        user = user or self.bot
        guild = channel.guild
        if guild is None:
            return NOTHING if user == self.bot and channel.recipient is None else ORDINARY
        if user == self.bot and not guild.installed:
            return NOTHING
        bits = guild.permissions(user)
        if bits & Permission.ADMINISTRATOR:
            return EVERYTHING
        overwrites = (channel.parent or channel).overwrites
        for holder in (guild.id, *(role.id for role in guild.roles_of(user)), user.id):
            if holder in overwrites:
                bits = bits & ~overwrites[holder].deny | overwrites[holder].allow
        return bits if bits & Permission.VIEW_CHANNEL else NOTHING

    def hears(self, channel: Channel) -> bool:
        """Returns whether the bot gets the events of a channel."""
        away = channel.guild is not None and channel.guild.unavailable
        return bool(self.permissions(channel) & Permission.VIEW_CHANNEL) and not away

    def readable(self, message: Message) -> bool:
        """Returns whether the bot sees the content without the message-content intent."""
        return (
            message.author == self.bot
            or message.channel.guild is None
            or self.bot in message.mentions
        )

    def render(self, message: Message, full: bool = False) -> Json:
        """Returns the message object, emptied if the bot may not read it unless `full`."""
        shown = full or self.readable(message)
        payload: Json = {
            "id": message.id,
            "channel_id": message.channel.id,
            "type": 0 if message.reply_to is None else 19,
            "author": message.author.payload(),
            "content": message.content if shown else "",
            "embeds": message.embeds if shown else [],
            "components": message.components if shown else [],
            "attachments": [],
            "mentions": [user.payload() for user in message.mentions],
            "mention_roles": message.mention_roles,
            "mention_everyone": message.mention_everyone,
            "timestamp": message.created,
            "edited_timestamp": message.edited,
            "flags": message.flags,
            "pinned": False,
            "tts": False,
        }
        if message.reply_to is not None:
            payload |= self._reference(message)
        if message.interaction is not None:
            payload["type"] = message.interaction["message_type"]
            payload["interaction_metadata"] = message.interaction["metadata"]
            payload["webhook_id"] = payload["application_id"] = self.application_id
        return payload

    def _reference(self, message: Message) -> Json:
        """Returns the fields of a reply; the message replied to is null once it is deleted."""
        reference: Json = {
            "type": 0,
            "channel_id": message.channel.id,
            "message_id": message.reply_to,
        }
        if message.channel.guild is not None:
            reference["guild_id"] = message.channel.guild.id
        target = self.messages.get(message.reply_to or "")
        inner = None
        if target is not None:
            inner = self.render(target)
            inner.pop("referenced_message", None)
        return {"message_reference": reference, "referenced_message": inner}

    def event(self, message: Message) -> Json:
        """Returns the message as the gateway sends it, with the guild and the members."""
        payload = self.render(message)
        guild = message.channel.guild
        if guild is not None:
            payload["guild_id"] = guild.id
            payload["member"] = guild.member(message.author)
            for user, mention in zip(message.mentions, payload["mentions"], strict=True):
                mention["member"] = guild.member(user)
        return payload

    def keep(self, message: Message) -> Message:
        """Returns `message` after filing it in its channel."""
        self.messages[message.id] = message
        message.channel.last_message_id = message.id
        if message.author == self.bot:
            self.sent.append(message)
        self.changed()
        return message
