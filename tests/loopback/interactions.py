"""The loopback Discord's interactions: their acknowledgements, answers, follow-ups."""

import copy
from collections.abc import Iterator

from .components import choice_faults, modal_faults, walk
from .exchange import COMMAND, COMPLETION, COMPONENT, SUBMISSION, Exchange
from .gateway import Gateway
from .model import EPHEMERAL, LOADING, Json, Message
from .resources import discard, edit, publish
from .rest import Answer, Call, Refusal, Route, bad_form
from .rules import callback_faults, is_empty, message_faults, schema_faults
from .state import State

ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
ANSWER, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FOLLOW_UPS_ABROAD = 5

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
WEBHOOK_MESSAGE = WEBHOOK + "/messages/{message_id}"


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

    def start(self, exchange: Exchange) -> Exchange:
        """Returns the exchange, sent to the bot."""
        self.exchanges[exchange.token] = exchange
        self.gateway.dispatch("INTERACTION_CREATE", exchange.payload())
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
        self._first_response(exchange, call)
        exchange.acknowledged_after = after
        exchange.acknowledged_by = call.body["type"]
        self.state.changed()
        if call.query.get("with_response") not in ("1", "true"):
            return 204, None
        return 200, self._receipt(exchange, call.body["type"])

    def _receipt(self, exchange: Exchange, kind: int) -> Json:
        """Returns what an acknowledgement is answered with, the message it made among it."""
        interaction: Json = {"id": exchange.id, "type": exchange.kind}
        if exchange.original is None:
            return {"interaction": interaction}
        interaction |= {
            "response_message_id": exchange.original.id,
            "response_message_loading": exchange.loading,
            "response_message_ephemeral": exchange.ephemeral,
        }
        if kind == DEFERRED_UPDATE:
            return {"interaction": interaction}
        message = self.state.render(exchange.original)
        return {"interaction": interaction, "resource": {"type": kind, "message": message}}

    def _first_response(self, exchange: Exchange, call: Call) -> None:
        """Does what an acknowledgement asks for."""
        body = call.body
        kind = body.get("type") if isinstance(body, dict) else body
        if kind not in _answers(exchange):
            text = f"{kind} does not answer an interaction of type {exchange.kind} here"
            bad_form([(("type",), "BASE_TYPE_CHOICES", text)])
        bad_form(callback_faults(body))
        data = body.get("data") or {}
        if kind in (ANSWER, DEFERRED):
            self._answer(exchange, call, data)
        elif kind in (DEFERRED_UPDATE, UPDATE):
            self._update(exchange, call, data)
        elif kind == MODAL:
            bad_form(list(modal_faults(data, ("data",))))
            exchange.opened = _numbered(data)
        else:
            focused = next(option for option in _leaves(exchange.data) if option.get("focused"))
            bad_form(list(choice_faults(data.get("choices") or [], focused["type"])))
            exchange.choices = data.get("choices") or []

    def _answer(self, exchange: Exchange, call: Call, data: Json) -> None:
        """Makes a message, which shows something or "thinking"."""
        flags = data.get("flags") or 0
        if call.body["type"] == ANSWER:
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

    def _update(self, exchange: Exchange, call: Call, data: Json) -> None:
        """Changes the message whose button was pressed, now or later by @original."""
        message = exchange.message
        if message is None or message.id not in self.state.messages:
            raise Refusal(404, 10008, "Unknown Message")
        if call.body["type"] == UPDATE:
            edit(message, data, ("data",))
            self._publish("MESSAGE_UPDATE", message)
            exchange.answered(message, call.arrived)
        exchange.original = message
        exchange.ephemeral = message.ephemeral
        exchange.messages.append(message)

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
        self._count_follow_up(exchange)
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

    def _count_follow_up(self, exchange: Exchange) -> None:
        """Refuses a sixth follow-up where only a person has installed the app."""
        exchange.follow_ups += 1
        guild = exchange.channel.guild
        abroad = guild is not None and not guild.installed
        if abroad and exchange.follow_ups > FOLLOW_UPS_ABROAD:
            text = "The maximum number of follow-up messages for this interaction is reached"
            raise Refusal(400, 40094, text)

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


def _answers(exchange: Exchange) -> tuple[int, ...]:
    """Returns the types of response that an interaction takes."""
    updates = () if exchange.message is None else (DEFERRED_UPDATE, UPDATE)
    return {
        COMMAND: (ANSWER, DEFERRED, MODAL),
        COMPONENT: (ANSWER, DEFERRED, *updates, MODAL),
        COMPLETION: (CHOICES,),
        SUBMISSION: (ANSWER, DEFERRED, *updates),
    }[exchange.kind]


def _leaves(data: Json) -> Iterator[Json]:
    """Yields the options of a command's data, out of sub-commands."""
    for option in data.get("options") or []:
        if "options" in option:
            yield from _leaves(option)
        else:
            yield option


def _numbered(modal: Json) -> Json:
    """Returns a modal whose components have ids, as Discord gives to those without."""
    modal = copy.deepcopy(modal)
    for number, (_, component) in enumerate(walk(modal["components"]), start=1):
        component["id"] = component.get("id") or number
    return modal
