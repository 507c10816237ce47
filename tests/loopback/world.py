"""What there is in the loopback Discord: people, guilds, channels, threads, permissions."""

from collections.abc import Iterable
from datetime import UTC, datetime

from .gateway import GUILDS, Gateway
from .model import Channel, Guild, Json, Overwrite, Role, User, snowflake
from .permissions import NOTHING, ORDINARY, Permission, named
from .state import State


class World:
    """Makes what there is, changes it, and tells the bot what it may know of that."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._state = State(token)
        self._gateway = Gateway(self._state)
        self._users: dict[str, User] = {}
        self.guild = self.add_guild("Reading room")
        self.channel = self.add_channel(self.guild, "questions")

    @property
    def bot(self) -> User:
        """Returns the bot's user."""
        return self._state.bot

    def _tell(self, guild: Guild | None, name: str, data: Json) -> None:
        """Sends the bot an event of a guild that it is in."""
        if guild is not None and guild.heard:
            self._gateway.dispatch(name, data, GUILDS)

    def user(self, name: str) -> User:
        """Returns the person of that name, one and the same each time."""
        return self._someone(name, bot=False)

    def _someone(self, name: str, bot: bool) -> User:
        if name not in self._users:
            user = self._users[name] = User(name, bot)
            self._state.users[user.id] = user
        return self._users[name]

    def add_guild(
        self, name: str, permissions: Permission = ORDINARY, installed: bool = True
    ) -> Guild:
        """Returns a new guild, with the bot in it if `installed`; @everyone has `permissions`."""
        guild_id = snowflake()
        everyone = Role(guild_id, "@everyone", permissions)
        bot_role = Role(snowflake(), self.bot.name, NOTHING, managed_by=self.bot.id)
        owner = self.user("owner")
        guild = Guild(name, guild_id, everyone, bot_role, {owner.id: owner}, installed=installed)
        if installed:
            guild.members[self.bot.id] = self.bot
        self._state.guilds[guild.id] = guild
        # Without the key `unavailable` the bot has joined; with it the guild is back.
        self._tell(guild, "GUILD_CREATE", guild.payload())
        return guild

    def add_channel(
        self, guild: Guild, name: str = "general", overwrites: Iterable[Overwrite] = ()
    ) -> Channel:
        """Returns a new text channel."""
        channel = Channel(snowflake(), name, guild, position=len(guild.channels))
        channel.overwrites = {overwrite.id: overwrite for overwrite in overwrites}
        guild.channels.append(channel)
        self._state.channels[channel.id] = channel
        self._tell(guild, "CHANNEL_CREATE", channel.payload())
        return channel

    def add_thread(self, channel: Channel, name: str, owner: User | None = None) -> Channel:
        """Returns a new public thread in a text channel."""
        guild = channel.guild
        assert guild is not None
        thread = Channel(snowflake(), name, guild, parent=channel)
        thread.owner = owner or self.user("reader")
        guild.threads.append(thread)
        self._state.channels[thread.id] = thread
        if self._state.permissions(thread) & Permission.VIEW_CHANNEL:
            self._tell(guild, "THREAD_CREATE", thread.payload() | {"newly_created": True})
        return thread

    def add_private(self, *people: User) -> Channel:
        """Returns the direct messages of people among themselves, where the bot is not."""
        channel = Channel(snowflake(), people=list(people))
        self._state.channels[channel.id] = channel
        return channel

    def install(self, user: User) -> None:
        """Installs the app for a person, who can use it wherever they are."""
        self._state.installers.add(user.id)

    # What becomes of guilds

    def lose(self, guild: Guild) -> None:
        """Makes a guild unavailable, as in an outage."""
        self._tell(guild, "GUILD_DELETE", {"id": guild.id, "unavailable": True})
        guild.unavailable = True

    def recover(self, guild: Guild) -> None:
        """Makes a guild available again."""
        guild.unavailable = False
        self._tell(guild, "GUILD_CREATE", guild.payload() | {"unavailable": False})

    def remove_bot(self, guild: Guild) -> None:
        """Takes the bot out of a guild."""
        self._tell(guild, "GUILD_DELETE", {"id": guild.id})
        guild.installed = False
        del guild.members[self.bot.id]

    def add_bot(self, guild: Guild) -> None:
        """Adds the bot to a guild, anew or for the first time."""
        guild.installed = True
        guild.joined = datetime.now(UTC).isoformat()
        guild.members[self.bot.id] = self.bot
        self._tell(guild, "GUILD_CREATE", guild.payload())

    # What may be done

    def grant(self, user: User, guild: Guild, *names: str) -> None:
        """Gives the named permissions to a person in a guild, by a role of their own."""
        known = user.id in guild.granted
        role = guild.granted.setdefault(user.id, Role(snowflake(), user.name, NOTHING))
        role.permissions |= named(*names)
        guild.members[user.id] = user
        event = "GUILD_ROLE_UPDATE" if known else "GUILD_ROLE_CREATE"
        self._tell(guild, event, {"guild_id": guild.id, "role": role.payload()})

    def deny(self, channel: Channel, *names: str) -> None:
        """Takes the named permissions from the bot in a channel."""
        overwrite = channel.overwrites.setdefault(self.bot.id, Overwrite(self.bot.id))
        overwrite.deny |= named(*names)
        overwrite.allow &= ~named(*names)
        self._tell(channel.guild, "CHANNEL_UPDATE", channel.payload())

    def allow(self, channel: Channel, *names: str) -> None:
        """Gives the named permissions to the bot in a channel."""
        overwrite = channel.overwrites.setdefault(self.bot.id, Overwrite(self.bot.id))
        overwrite.allow |= named(*names)
        overwrite.deny &= ~named(*names)
        self._tell(channel.guild, "CHANNEL_UPDATE", channel.payload())
