"""What the loopback Discord is made of: people, guilds, channels, messages, replies.

Ids are strings of digits everywhere, as on the wire. Times are time.monotonic() unless they are
part of a payload.
"""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag
from typing import Any

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 1 << 6
LOADING = 1 << 7

_sequence = itertools.count()


def snowflake() -> str:
    """Returns a new id that carries the present time, as Discord's ids do."""
    milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
    return str(milliseconds << 22 | next(_sequence) & 0x3FFFFF)


class Permission(IntFlag):
    """The permission bits that matter in a text channel."""

    ADMINISTRATOR = 1 << 3
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


NOTHING = Permission(0)
EVERYTHING = Permission((1 << 39) - 1)
ORDINARY = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)


def named(*names: str) -> Permission:
    """Returns the union of permissions named in lower case, such as "send_messages"."""
    bits = NOTHING
    for name in names:
        bits |= Permission[name.upper()]
    return bits


@dataclass(frozen=True)
class User:
    """A person or a bot."""

    name: str
    bot: bool = False
    id: str = field(default_factory=snowflake)

    def payload(self) -> Json:
        """Returns the user object."""
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass
class Role:
    """A role of a guild; the one whose id is the guild's is @everyone."""

    id: str
    name: str
    permissions: Permission
    managed_by: str | None = None

    def payload(self) -> Json:
        """Returns the role object."""
        role: Json = {
            "id": self.id,
            "name": self.name,
            "color": 0,
            "hoist": False,
            "position": 0 if self.managed_by is None else 1,
            "permissions": str(int(self.permissions)),
            "managed": self.managed_by is not None,
            "mentionable": False,
            "flags": 0,
        }
        if self.managed_by is not None:
            role["tags"] = {"bot_id": self.managed_by}
        return role


@dataclass
class Overwrite:
    """What a channel allows and denies to one role or member."""

    id: str
    allow: Permission = NOTHING
    deny: Permission = NOTHING
    member: bool = True

    def payload(self) -> Json:
        """Returns the overwrite object."""
        return {
            "id": self.id,
            "type": 1 if self.member else 0,
            "allow": str(int(self.allow)),
            "deny": str(int(self.deny)),
        }


@dataclass
class Guild:
    """A server in Discord's sense; the bot's own role is `bot_role`."""

    name: str
    id: str
    everyone: Role
    bot_role: Role
    members: dict[str, User] = field(default_factory=dict)
    channels: list["Channel"] = field(default_factory=list)
    joined: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def member(self, user: User) -> Json:
        """Returns the partial member object, as it stands beside a user object."""
        is_bot = user.id == self.bot_role.managed_by
        return {
            "roles": [self.bot_role.id] if is_bot else [],
            "nick": None,
            "avatar": None,
            "joined_at": self.joined,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }

    def payload(self) -> Json:
        """Returns the guild object of GUILD_CREATE."""
        return {
            "id": self.id,
            "name": self.name,
            "icon": None,
            "owner_id": next(iter(self.members)),
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_progress_bar_enabled": False,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "preferred_locale": "en-US",
            "features": [],
            "emojis": [],
            "stickers": [],
            "roles": [self.everyone.payload(), self.bot_role.payload()],
            "joined_at": self.joined,
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            # Without the members intent only the bot itself is listed.
            "members": [
                {**self.member(user), "user": user.payload()}
                for user in self.members.values()
                if user.id == self.bot_role.managed_by
            ],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass
class Channel:
    """A text channel of a guild, or the direct messages with one person."""

    id: str
    name: str = ""
    guild: Guild | None = None
    recipient: User | None = None
    position: int = 0
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    last_message_id: str | None = None

    def payload(self) -> Json:
        """Returns the channel object."""
        channel: Json = {"id": self.id, "last_message_id": self.last_message_id, "flags": 0}
        if self.guild is None:
            recipients = [] if self.recipient is None else [self.recipient.payload()]
            return {**channel, "type": 1, "recipients": recipients}
        return {
            **channel,
            "type": 0,
            "guild_id": self.guild.id,
            "name": self.name,
            "position": self.position,
            "topic": None,
            "nsfw": False,
            "parent_id": None,
            "rate_limit_per_user": 0,
            "permission_overwrites": [each.payload() for each in self.overwrites.values()],
        }


@dataclass
class Message:
    """A message as Discord keeps it; `body` is the JSON the bot sent, empty for a person's."""

    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    reply_to: str | None = None
    flags: int = 0
    interaction: Json | None = None
    body: Json = field(default_factory=dict)
    id: str = field(default_factory=snowflake)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    edited: str | None = None
    sent_at: float = field(default_factory=time.monotonic)

    @property
    def ephemeral(self) -> bool:
        """Returns whether only the asking person sees the message."""
        return bool(self.flags & EPHEMERAL)


@dataclass(frozen=True)
class Reply:
    """What the bot answered, as it stood at that moment; `seconds` counts from the question."""

    content: str
    embeds: list[Json]
    components: list[Json]
    ephemeral: bool
    body: Json
    seconds: float
    message: Message


@dataclass
class Request:
    """One REST call of the bot; `status` is None until answered, and when it was dropped."""

    method: str
    path: str
    body: Any
    time: float
    status: int | None = None
