"""One use of a command, a button or a modal: what is sent to the bot and what it answered."""

import secrets
import time
from dataclasses import dataclass, field

from .model import EPHEMERAL, Channel, Json, Message, Reply, User, snowflake
from .permissions import ABROAD
from .resources import written
from .state import State

COMMAND, COMPONENT, COMPLETION, SUBMISSION = 2, 3, 4, 5


@dataclass
class Exchange:
    """One interaction and all that the bot answered to it.

    `data` is what the person chose, `message` the one whose button it was, `before` the exchange
    whose modal is submitted, `opened` the modal and `choices` the completions that came back.
    """

    state: State = field(repr=False)
    kind: int
    data: Json
    user: User
    channel: Channel
    owners: Json
    message: Message | None = None
    before: "Exchange | None" = field(default=None, repr=False)
    id: str = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    sent_at: float = field(default_factory=time.monotonic)
    acknowledged_after: float | None = None
    acknowledged_by: int | None = None
    ephemeral: bool = False
    loading: bool = False
    follow_ups: int = 0
    original: Message | None = None
    opened: Json | None = None
    choices: list[Json] | None = None
    messages: list[Message] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def what(self) -> str:
        """Returns what was used, in words."""
        return repr(self.data.get("name") or self.data.get("custom_id"))

    async def reply(self, timeout: float = 20) -> Reply:
        """Returns the first answer that shows something: immediate, edited in, or follow-up."""
        what = f"an answer to {self.what}"
        await self.state.until(lambda: bool(self.replies), timeout, what)
        return self.replies[0]

    async def modal(self, timeout: float = 20) -> Json:
        """Returns the modal that the bot opened: title, custom_id, components."""
        what = f"a modal on {self.what}"
        await self.state.until(lambda: self.opened is not None, timeout, what)
        assert self.opened is not None
        return self.opened

    async def acknowledged(self, timeout: float = 20) -> int:
        """Returns the type of the first response: 4 to 9 in Discord's numbers."""
        what = f"an acknowledgement of {self.what}"
        await self.state.until(lambda: self.acknowledged_by is not None, timeout, what)
        assert self.acknowledged_by is not None
        return self.acknowledged_by

    def age(self, seconds: float) -> None:
        """Moves the exchange into the past, for what happens after 3 seconds or 15 minutes."""
        self.sent_at -= seconds

    def payload(self) -> Json:
        """Returns the INTERACTION_CREATE of this exchange."""
        guild = self.channel.guild
        abroad = self.channel.context == 2 or (guild is not None and not guild.installed)
        allowed = ABROAD if abroad else self.state.permissions(self.channel)
        payload: Json = {
            "id": self.id,
            "application_id": self.state.application_id,
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "locale": "en-US",
            "channel_id": self.channel.id,
            "channel": self.channel.payload(),
            "app_permissions": str(int(allowed)),
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": self.owners,
            "entitlements": [],
            "context": self.channel.context,
            "data": self.data,
        }
        if self.message is not None:
            payload["message"] = self.state.render(self.message)
        if guild is None:
            return payload | {"user": self.user.payload()}
        return payload | {
            "guild_id": guild.id,
            "guild_locale": "en-US",
            "guild": {"id": guild.id, "locale": "en-US", "features": []},
            "member": {
                **guild.member(self.user),
                "user": self.user.payload(),
                "permissions": str(int(self.state.permissions(self.channel, self.user))),
            },
        }

    def metadata(self) -> Json:
        """Returns what a message of this exchange says about where it came from."""
        metadata: Json = {
            "id": self.id,
            "type": self.kind,
            "user": self.user.payload(),
            "authorizing_integration_owners": self.owners,
        }
        if self.original is not None:
            metadata["original_response_message_id"] = self.original.id
        if self.kind == COMPONENT and self.message is not None:
            metadata["interacted_message_id"] = self.message.id
        if self.before is not None:
            metadata["triggering_interaction_metadata"] = self.before.metadata()
        return metadata

    def new_message(self, body: Json, arrived: float, flags: int) -> Message:
        """Returns a message of the bot in this exchange, filed."""
        # A slash command's answer is of type 20, a context menu's 23, a button's an ordinary reply.
        menu = self.kind == COMMAND and self.data["type"] != 1
        message_type = 19 if self.message is not None else 23 if menu else 20
        message = Message(
            self.channel,
            self.state.bot,
            flags=flags,
            viewer=self.user if flags & EPHEMERAL else None,
            interaction={"message_type": message_type, "metadata": self.metadata()},
            reply_to=None if self.message is None else self.message.id,
            body=body,
            sent_at=arrived,
            **written(body),
        )
        self.messages.append(message)
        return self.state.keep(message)

    def answered(self, message: Message, arrived: float) -> None:
        """Records what the bot made `message` show."""
        reply = Reply(
            content=message.content,
            embeds=message.embeds,
            components=message.components,
            ephemeral=message.ephemeral,
            body=message.body,
            seconds=arrived - self.sent_at,
            message=message,
        )
        self.replies.append(reply)
        self.state.changed()
