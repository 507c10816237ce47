"""What the loopback Discord is made of: people, guilds, channels, messages, replies.

Ids are strings of digits everywhere, as on the wire. Times are time.monotonic() unless they are
part of a payload.
"""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .permissions import EVERYTHING, NOTHING, Permission

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 1 << 6
LOADING = 1 << 7

_sequence = itertools.count()


def snowflake() -> str:
    """Returns a new id that carries the present time, as Discord's ids do."""
    milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
    return str(milliseconds << 22 | next(_sequence) & 0x3FFFFF)


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
    """A server in Discord's sense; the first member owns it, the bot's own role is `bot_role`.

    Where the bot is not `installed`, people who installed the app for themselves use it.
    """

    name: str
    id: str
    everyone: Role
    bot_role: Role
    members: dict[str, User] = field(default_factory=dict)
    channels: list["Channel"] = field(default_factory=list)
    threads: list["Channel"] = field(default_factory=list)
    granted: dict[str, Role] = field(default_factory=dict)
    installed: bool = True
    unavailable: bool = False
    joined: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def heard(self) -> bool:
        """Returns whether the bot gets events of the guild."""
        return self.installed and not self.unavailable

    @property
    def owner_id(self) -> str:
        """Returns the id of the member who may do everything."""
        return next(iter(self.members))

    def roles_of(self, user: User) -> list[Role]:
        """Returns the roles of a member beside @everyone."""
        if user.id == self.bot_role.managed_by:
            return [self.bot_role]
        return [self.granted[user.id]] if user.id in self.granted else []

    def permissions(self, user: User) -> Permission:
        """Returns what a member may do before any channel's overwrites."""
        bits = self.everyone.permissions
        for role in self.roles_of(user):
            bits |= role.permissions
        everything = user.id == self.owner_id or bits & Permission.ADMINISTRATOR
        return EVERYTHING if everything else bits

    def member(self, user: User) -> Json:
        """Returns the partial member object, as it stands beside a user object."""
        return {
            "roles": [role.id for role in self.roles_of(user)],
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
        roles = [self.everyone, self.bot_role, *self.granted.values()]
        return {
            "id": self.id,
            "name": self.name,
            "icon": None,
            "owner_id": self.owner_id,
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
            "roles": [role.payload() for role in roles],
            "joined_at": self.joined,
            "large": False,
            "member_count": len(self.members),
            # Without the members intent only the bot itself is listed.
            "members": [
                {**self.member(user), "user": user.payload()}
                for user in self.members.values()
                if user.id == self.bot_role.managed_by
            ],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [thread.payload() for thread in self.threads],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass
class Channel:
    """A text channel of a guild, a thread in one, or direct messages.

    Direct messages with the bot have a `recipient`; those of `people` among themselves do not.
    """

    id: str
    name: str = ""
    guild: Guild | None = None
    recipient: User | None = None
    people: list[User] = field(default_factory=list)
    parent: "Channel | None" = None
    owner: User | None = None
    position: int = 0
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    last_message_id: str | None = None
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def context(self) -> int:
        """Returns where interactions come from: 0 a guild, 1 the bot's DMs, 2 people's DMs."""
        if self.guild is not None:
            return 0
        return 2 if self.recipient is None else 1

    def payload(self) -> Json:
        """Returns the channel object."""
        channel: Json = {"id": self.id, "last_message_id": self.last_message_id, "flags": 0}
        if self.guild is None:
            people = self.people if self.recipient is None else [self.recipient]
            return {**channel, "type": 1, "recipients": [user.payload() for user in people]}
        channel |= {"guild_id": self.guild.id, "name": self.name, "rate_limit_per_user": 0}
        if self.parent is not None:
            return {**channel, "type": 11, **self._thread()}
        return {
            **channel,
            "type": 0,
            "position": self.position,
            "topic": None,
            "nsfw": False,
            "parent_id": None,
            "permission_overwrites": [each.payload() for each in self.overwrites.values()],
        }

    def _thread(self) -> Json:
        """Returns what a public thread says beyond other channels."""
        assert self.parent is not None and self.owner is not None
        return {
            "parent_id": self.parent.id,
            "owner_id": self.owner.id,
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "thread_metadata": {
                "archived": False,
                "locked": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": self.created,
                "create_timestamp": self.created,
            },
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
    viewer: User | None = None
    body: Json = field(default_factory=dict)
    id: str = field(default_factory=snowflake)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    edited: str | None = None
    sent_at: float = field(default_factory=time.monotonic)
    shown_at: float = field(default_factory=time.monotonic)

    @property
    def ephemeral(self) -> bool:
        """Returns whether only the `viewer` sees the message."""
        return bool(self.flags & EPHEMERAL)


@dataclass(frozen=True)
class File:
    """A file that a person attaches to a command."""

    name: str
    data: bytes
    content_type: str = "text/plain; charset=utf-8"
    id: str = field(default_factory=snowflake)

    def payload(self, url: str) -> Json:
        """Returns the attachment object; `url` is where the file is served."""
        return {
            "id": self.id,
            "filename": self.name,
            "size": len(self.data),
            "url": url,
            "proxy_url": url,
            "content_type": self.content_type,
            "ephemeral": True,
            "flags": 0,
        }


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
