"""A Discord on this machine: REST v10 and gateway v10 on the loopback, for one bot at a time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from .gateway import GUILDS, Gateway
from .interactions import Exchange, Interactions
from .model import (
    NOTHING,
    ORDINARY,
    Channel,
    Guild,
    Json,
    Message,
    Overwrite,
    Permission,
    Reply,
    Request,
    Role,
    User,
    named,
    snowflake,
)
from .resources import Resources, discard, publish
from .rest import PREFIX, Rest
from .state import State

COMMANDS_GRACE = 3.0
SLASH, ON_MESSAGE = 1, 3
OPTION_TYPES: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 5: (bool,), 10: (int, float)}


class LoopbackDiscord:
    """Serves Discord's two interfaces in the running event loop while the context is open.

    Whatever the bot does against the rules is refused as Discord would and added, in words, to
    `violations`; a test asserts that the list stays empty.
    """

    def __init__(self, token: str = "loopback.token.of-the-bot") -> None:
        self.token = token
        self._state = State(token)
        self._gateway = Gateway(self._state)
        self._resources = Resources(self._state, self._gateway)
        self._interactions = Interactions(self._state, self._gateway)
        routes = [*self._resources.routes(), *self._interactions.routes()]
        self._rest = Rest(self._state, routes)
        self._users: dict[str, User] = {}
        self._runner: web.AppRunner
        self.rest_url = ""
        self.guild = self.add_guild("Reading room")
        self.channel = self.add_channel(self.guild, "questions")

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway/", self._gateway.serve)
        app.router.add_route("*", "/{path:.*}", self._rest.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.rest_url = f"http://127.0.0.1:{port}{PREFIX}"
        self._gateway.url = f"ws://127.0.0.1:{port}/gateway/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._gateway.connected:
            await self._gateway.abort()
        await self._runner.cleanup()

    # What there is

    @property
    def gateway_url(self) -> str:
        """Returns the websocket's address."""
        return self._gateway.url

    @property
    def application_id(self) -> str:
        """Returns the application's id, which is the bot's too."""
        return self._state.application_id

    @property
    def bot(self) -> User:
        """Returns the bot's user."""
        return self._state.bot

    @property
    def violations(self) -> list[str]:
        """Returns every broken rule, in words."""
        return self._state.violations

    @property
    def requests(self) -> list[Request]:
        """Returns every REST call so far."""
        return self._state.requests

    @property
    def messages(self) -> dict[str, Message]:
        """Returns the messages that exist, by id."""
        return self._state.messages

    @property
    def sent(self) -> list[Message]:
        """Returns every message of the bot, answers to interactions too."""
        return self._state.sent

    @property
    def commands(self) -> list[Json]:
        """Returns the registered global commands."""
        return list(self._state.commands.values())

    @property
    def command_puts(self) -> int:
        """Returns how often the whole set of commands was put."""
        return self._resources.command_puts

    @property
    def identifies(self) -> int:
        """Returns how many sessions were opened."""
        return self._gateway.identifies

    @property
    def resumes(self) -> int:
        """Returns how many times a session was resumed."""
        return self._gateway.resumes

    @property
    def intents(self) -> int | None:
        """Returns the intents of the last IDENTIFY."""
        return self._gateway.intents

    @property
    def refuse_gateway(self) -> bool:
        """Returns whether new websockets are refused; to be set by a test."""
        return self._gateway.refuse

    @refuse_gateway.setter
    def refuse_gateway(self, refuse: bool) -> None:
        self._gateway.refuse = refuse

    def user(self, name: str) -> User:
        """Returns the person of that name, one and the same each time."""
        return self._someone(name, bot=False)

    def _someone(self, name: str, bot: bool) -> User:
        if name not in self._users:
            user = self._users[name] = User(name, bot)
            self._state.users[user.id] = user
        return self._users[name]

    def add_guild(self, name: str, permissions: Permission = ORDINARY) -> Guild:
        """Returns a new guild with the bot in it; `permissions` are those of @everyone."""
        guild_id = snowflake()
        everyone = Role(guild_id, "@everyone", permissions)
        bot_role = Role(snowflake(), self.bot.name, NOTHING, managed_by=self.bot.id)
        owner = self.user("owner")
        members = {user.id: user for user in (owner, self.bot)}
        guild = Guild(name, guild_id, everyone, bot_role, members)
        self._state.guilds[guild.id] = guild
        self._gateway.dispatch("GUILD_CREATE", guild.payload(), GUILDS)
        return guild

    def add_channel(
        self, guild: Guild, name: str = "general", overwrites: Iterable[Overwrite] = ()
    ) -> Channel:
        """Returns a new text channel."""
        channel = Channel(snowflake(), name, guild, position=len(guild.channels))
        channel.overwrites = {overwrite.id: overwrite for overwrite in overwrites}
        guild.channels.append(channel)
        self._state.channels[channel.id] = channel
        self._gateway.dispatch("CHANNEL_CREATE", channel.payload(), GUILDS)
        return channel

    def deny(self, channel: Channel, *names: str) -> None:
        """Takes the named permissions from the bot in a channel."""
        overwrite = channel.overwrites.setdefault(self.bot.id, Overwrite(self.bot.id))
        overwrite.deny |= named(*names)
        overwrite.allow &= ~named(*names)
        self._gateway.dispatch("CHANNEL_UPDATE", channel.payload(), GUILDS)

    def allow(self, channel: Channel, *names: str) -> None:
        """Gives the named permissions to the bot in a channel."""
        overwrite = channel.overwrites.setdefault(self.bot.id, Overwrite(self.bot.id))
        overwrite.allow |= named(*names)
        overwrite.deny &= ~named(*names)
        self._gateway.dispatch("CHANNEL_UPDATE", channel.payload(), GUILDS)

    # What people do

    async def slash(
        self,
        name: str,
        options: Mapping[str, object] | None = None,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        dm: bool = False,
    ) -> Exchange:
        """Returns the exchange that a person opened with a slash command."""
        command = self._command(name, SLASH)
        data: Json = {"id": command["id"], "name": name, "type": SLASH}
        data["options"] = _typed(command, options or {})
        return self._interact(command, data, user, self._where(user, channel, dm))

    async def message_command(
        self, name: str, message: Message | Reply, *, user: User | None = None
    ) -> Exchange:
        """Returns the exchange that a person opened with a message's context menu."""
        target = message.message if isinstance(message, Reply) else message
        command = self._command(name, ON_MESSAGE)
        # The bot may read the target of a context menu whatever its intents.
        resolved = {"messages": {target.id: self._state.render(target, full=True)}}
        data: Json = {"id": command["id"], "name": name, "type": ON_MESSAGE}
        data |= {"target_id": target.id, "resolved": resolved}
        return self._interact(command, data, user, target.channel)

    def _interact(self, command: Json, data: Json, user: User | None, channel: Channel) -> Exchange:
        contexts = command["contexts"] or ([0, 1] if command["dm_permission"] else [0])
        if (1 if channel.guild is None else 0) not in contexts:
            raise LookupError(f"{command['name']!r} is not offered in this place: {contexts}")
        return self._interactions.start(command, self._speaker(user, channel), channel, data)

    def _command(self, name: str, kind: int) -> Json:
        for command in self._state.commands.values():
            if (command["type"], command["name"]) == (kind, name):
                return command
        raise LookupError(f"the bot has registered no command {name!r} of type {kind}")

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
        target = reply_to.message if isinstance(reply_to, Reply) else reply_to
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

    async def delete(self, message: Message) -> None:
        """Deletes a message, as its author does."""
        discard(self._state, self._gateway, message)

    # What goes wrong

    def fail(
        self,
        method: str,
        path: str,
        status: int = 500,
        times: int = 1,
        retry_after: float = 0.2,
    ) -> None:
        """Answers the next calls whose path holds the regular expression with `status`."""
        self._rest.trouble(method, path, times, status, retry_after)

    def drop(self, method: str, path: str, times: int = 1) -> None:
        """Closes the connection of the next such calls without an answer."""
        self._rest.trouble(method, path, times, None, 0.0)

    async def reconnect(self) -> None:
        """Asks the bot to connect again and resume (op 7)."""
        await self._gateway.reconnect()

    async def invalidate(self, resumable: bool) -> None:
        """Tells the bot that its session is invalid (op 9)."""
        await self._gateway.invalidate(resumable)

    async def abort_gateway(self) -> None:
        """Cuts the websocket's TCP connection."""
        await self._gateway.abort()

    async def close_gateway(self, code: int) -> None:
        """Closes the websocket with `code`."""
        await self._gateway.close(code)

    # What a test waits for

    async def ready(self, timeout: float = 40) -> None:
        """Returns when a bot is connected, has its guilds, and has commands if it wants any.

        Commands are waited for a little, as nothing tells whether a bot means to register some.
        """
        await self._state.until(lambda: self._gateway.ready, timeout, "a bot at the gateway")
        try:
            what = "commands"
            await self._state.until(lambda: bool(self._state.commands), COMMANDS_GRACE, what)
        except TimeoutError:
            return

    async def until(
        self, holds: Callable[[], bool], timeout: float = 20, what: str = "the condition"
    ) -> None:
        """Returns once `holds()` is true, looked at whenever something happens here."""
        await self._state.until(holds, timeout, what)

    async def unplugged(self, timeout: float = 5) -> None:
        """Returns when no bot is connected to the gateway."""
        await self._state.until(lambda: not self._gateway.connected, timeout, "a bot leaving")

    async def reply_to(self, message: Message, timeout: float = 20) -> Reply:
        """Returns the bot's message that replies to `message`."""

        def found() -> list[Message]:
            return [sent for sent in self._state.sent if sent.reply_to == message.id]

        what = f"a reply to {message.content[:60]!r}"
        await self._state.until(lambda: bool(found()), timeout, what)
        answer = found()[0]
        return Reply(
            content=answer.content,
            embeds=answer.embeds,
            components=answer.components,
            ephemeral=answer.ephemeral,
            body=answer.body,
            seconds=answer.sent_at - message.sent_at,
            message=answer,
        )

    async def silence(self, seconds: float) -> list[Message]:
        """Returns the messages the bot sent in the next `seconds`: none, if it kept silent."""
        before = len(self._state.sent)
        await asyncio.sleep(seconds)
        return self._state.sent[before:]


def _typed(command: Json, given: Mapping[str, object]) -> list[Json]:
    """Returns a command's options with their types, refusing what a client would refuse."""
    options = []
    for option in command.get("options", []):
        name, kind = option["name"], option["type"]
        if name not in given:
            if option.get("required"):
                raise ValueError(f"the option {name!r} is required")
            continue
        value = given[name]
        if type(value) not in OPTION_TYPES[kind]:
            raise TypeError(f"the option {name!r} takes {OPTION_TYPES[kind]}, not {value!r}")
        shortest, longest = option.get("min_length", 0), option.get("max_length", 6000)
        if isinstance(value, str) and not shortest <= len(value) <= longest:
            raise ValueError(f"the option {name!r} has {len(value)} characters")
        options.append({"name": name, "type": kind, "value": value})
    unknown = given.keys() - {option["name"] for option in options}
    if unknown:
        raise LookupError(f"the command has no options {sorted(unknown)}")
    return options
