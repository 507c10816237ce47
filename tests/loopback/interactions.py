"""The loopback Discord's interactions: their payloads, acknowledgements, answers, follow-ups."""

import secrets
import time
from dataclasses import dataclass, field

from .gateway import Gateway
from .model import (
    EPHEMERAL,
    LOADING,
    ORDINARY,
    Channel,
    Json,
    Message,
    Reply,
    User,
    snowflake,
)
from .resources import discard, edit, publish, written
from .rest import Answer, Call, Refusal, Route, bad_form
from .rules import is_empty, message_faults, schema_faults
from .state import State

ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
ANSWER, DEFERRED = 4, 5

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
WEBHOOK_MESSAGE = WEBHOOK + "/messages/{message_id}"


@dataclass
class Exchange:
    """One use of a command and all that the bot answered to it."""

    state: State = field(repr=False)
    command: Json
    user: User
    channel: Channel
    id: str = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    sent_at: float = field(default_factory=time.monotonic)
    acknowledged_after: float | None = None
    ephemeral: bool = False
    loading: bool = False
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def reply(self, timeout: float = 20) -> Reply:
        """Returns the first answer that shows something: immediate, edited in, or follow-up."""
        what = f"an answer to {self.command['name']!r}"
        await self.state.until(lambda: bool(self.replies), timeout, what)
        return self.replies[0]

    def age(self, seconds: float) -> None:
        """Moves the exchange into the past, for what happens after 3 seconds or 15 minutes."""
        self.sent_at -= seconds

    @property
    def owners(self) -> Json:
        """Returns where the app is installed: "0" is a guild, the user's DMs with the bot count."""
        return {"0": "0" if self.channel.guild is None else self.channel.guild.id}

    def payload(self, data: Json) -> Json:
        """Returns the INTERACTION_CREATE of this exchange."""
        guild = self.channel.guild
        allowed = str(int(self.state.permissions(self.channel)))
        payload: Json = {
            "id": self.id,
            "application_id": self.state.application_id,
            "type": 2,
            "token": self.token,
            "version": 1,
            "locale": "en-US",
            "channel_id": self.channel.id,
            "channel": self.channel.payload(),
            "app_permissions": allowed,
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": self.owners,
            "entitlements": [],
            "context": 1 if guild is None else 0,
            "data": data,
        }
        if guild is None:
            return payload | {"user": self.user.payload()}
        return payload | {
            "guild_id": guild.id,
            "guild_locale": "en-US",
            "guild": {"id": guild.id, "locale": "en-US", "features": []},
            "member": {
                **guild.member(self.user),
                "user": self.user.payload(),
                "permissions": str(int(ORDINARY)),
            },
        }

    def mark(self) -> Json:
        """Returns what a message of this exchange says about where it came from."""
        metadata = {
            "id": self.id,
            "type": 2,
            "user": self.user.payload(),
            "authorizing_integration_owners": self.owners,
        }
        return {"command_type": self.command["type"], "metadata": metadata}

    def new_message(self, body: Json, arrived: float, flags: int) -> Message:
        """Returns a message of the bot in this exchange, filed."""
        message = Message(
            self.channel,
            self.state.bot,
            flags=flags,
            interaction=self.mark(),
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


class Interactions:
    """Handlers of the routes that need an interaction's token alone."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self.state = state
        self.gateway = gateway
        self.exchanges: dict[str, Exchange] = {}

    def routes(self) -> list[Route]:
        """Returns the routes served here."""
        return [
            Route("POST", CALLBACK, self._callback, open=True),
            Route("POST", WEBHOOK, self._follow_up, open=True),
            Route("GET", WEBHOOK_MESSAGE, self._get_message, open=True),
            Route("PATCH", WEBHOOK_MESSAGE, self._edit_message, open=True),
            Route("DELETE", WEBHOOK_MESSAGE, self._delete_message, open=True),
        ]

    def start(self, command: Json, user: User, channel: Channel, data: Json) -> Exchange:
        """Returns a new exchange, sent to the bot."""
        exchange = Exchange(self.state, command, user, channel)
        self.exchanges[exchange.token] = exchange
        self.gateway.dispatch("INTERACTION_CREATE", exchange.payload(data))
        return exchange

    async def _callback(self, call: Call) -> Answer:
        exchange = self.exchanges.get(call.ids["interaction_token"])
        if exchange is None or exchange.id != call.ids["interaction_id"]:
            raise Refusal(404, 10062, "Unknown interaction")
        if exchange.acknowledged_after is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        after = call.arrived - exchange.sent_at
        if after > ACKNOWLEDGE_SECONDS:
            raise Refusal(404, 10062, "Unknown interaction")
        message = self._first_response(exchange, call)
        exchange.acknowledged_after = after
        if call.query.get("with_response") not in ("1", "true"):
            return 204, None
        return 200, {
            "interaction": {
                "id": exchange.id,
                "type": 2,
                "response_message_id": message.id,
                "response_message_loading": exchange.loading,
                "response_message_ephemeral": exchange.ephemeral,
            },
            "resource": {"type": call.body["type"], "message": self.state.render(message)},
        }

    def _first_response(self, exchange: Exchange, call: Call) -> Message:
        """Returns the message that an acknowledgement made, as an answer or as "thinking"."""
        body = call.body
        # The description's branches are told apart by the type; only these two are served.
        if not isinstance(body, dict) or body.get("type") not in (ANSWER, DEFERRED):
            kind = body.get("type") if isinstance(body, dict) else body
            bad_form([(("type",), "BASE_TYPE_CHOICES", f"{kind} does not answer a command here")])
        bad_form(schema_faults("post", CALLBACK, body))
        data = body.get("data") or {}
        flags = data.get("flags") or 0
        if body["type"] == ANSWER:
            bad_form(message_faults(data, ("data",)))
            if is_empty(data):
                raise Refusal(400, 50006, "Cannot send an empty message")
            message = exchange.new_message(data, call.arrived, flags)
        else:
            message = exchange.new_message({}, call.arrived, flags & EPHEMERAL | LOADING)
            exchange.loading = True
        exchange.original = message
        exchange.ephemeral = message.ephemeral
        self._publish("MESSAGE_CREATE", message)
        if not exchange.loading:
            exchange.answered(message, call.arrived)
        return message

    def _publish(self, name: str, message: Message) -> None:
        if not message.ephemeral:
            publish(self.state, self.gateway, name, message)

    def _exchange(self, call: Call) -> Exchange:
        """Returns the exchange of a webhook route, once acknowledged and while its token lives."""
        exchange = self.exchanges.get(call.ids["webhook_token"])
        ours = call.ids["webhook_id"] == self.state.application_id
        if exchange is None or not ours or call.arrived - exchange.sent_at > TOKEN_SECONDS:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if exchange.acknowledged_after is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        return exchange

    def _message(self, exchange: Exchange, call: Call) -> Message:
        wanted = call.ids["message_id"]
        for message in exchange.messages:
            named = message is exchange.original if wanted == "@original" else message.id == wanted
            if named and message.id in self.state.messages:
                return message
        raise Refusal(404, 10008, "Unknown Message")

    async def _follow_up(self, call: Call) -> Answer:
        exchange, body = self._exchange(call), call.body
        bad_form(schema_faults("post", WEBHOOK, body) or message_faults(body))
        if is_empty(body):
            raise Refusal(400, 50006, "Cannot send an empty message")
        if exchange.loading and exchange.original is not None:
            # The first follow-up after a deferral takes the place of "thinking".
            message = exchange.original
            self._fill(exchange, message, body)
            self._publish("MESSAGE_UPDATE", message)
        else:
            message = exchange.new_message(body, call.arrived, body.get("flags") or 0)
            self._publish("MESSAGE_CREATE", message)
        exchange.answered(message, call.arrived)
        if call.query.get("wait") not in ("1", "true"):
            return 204, None
        return 200, self.state.render(message)

    def _fill(self, exchange: Exchange, message: Message, body: Json) -> None:
        """Edits `message`; what was "thinking" is an answer from now on."""
        edit(message, body)
        if message is exchange.original:
            message.flags &= ~LOADING
            exchange.loading = False

    async def _get_message(self, call: Call) -> Answer:
        return 200, self.state.render(self._message(self._exchange(call), call))

    async def _edit_message(self, call: Call) -> Answer:
        exchange = self._exchange(call)
        message = self._message(exchange, call)
        bad_form(schema_faults("patch", WEBHOOK_MESSAGE, call.body))
        self._fill(exchange, message, call.body)
        self._publish("MESSAGE_UPDATE", message)
        exchange.answered(message, call.arrived)
        return 200, self.state.render(message)

    async def _delete_message(self, call: Call) -> Answer:
        exchange = self._exchange(call)
        message = self._message(exchange, call)
        discard(self.state, self.gateway, message)
        if message is exchange.original:
            exchange.loading = False
        return 204, None
