"""/article add, remove, use: what whoever manages a server does with its articles."""

import asyncio
from collections.abc import Sequence

import discord
from discord import app_commands

from bot.adding import add_to
from bot.article_names import MOST_CHOICES, choices, find
from bot.client import PilcrowClient, origin_in
from bot.guild_data import choose
from bot.markup import escape_within
from bot.render import Message
from bot.sending import defer, fill
from index.corpus import Article, Entry
from index.text import count

ALL = "all articles"
"""What a channel that has chosen articles goes back to."""

_TITLE = 128

_Choices = list[app_commands.Choice[str]]


def add_article_commands(client: PilcrowClient) -> None:
    """Gives the client the commands for whoever manages a server."""
    guilds = client.asking.guilds
    group = app_commands.Group(
        name="article",
        description="Add and remove articles of this server; choose what a channel asks.",
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )

    async def own(interaction: discord.Interaction, typed: str) -> _Choices:
        articles = await asyncio.to_thread(guilds.own, interaction.guild_id or 0)
        return as_choices(choices(typed, articles))

    async def one(interaction: discord.Interaction, typed: str) -> _Choices:
        return await complete(client, interaction, typed)

    async def one_or_all(interaction: discord.Interaction, typed: str) -> _Choices:
        offered = (await complete(client, interaction, typed))[: MOST_CHOICES - 1]
        every = app_commands.Choice(name=ALL.capitalize(), value=ALL)
        # Whoever presses Enter gets the first.
        return [every, *offered] if ALL.startswith(typed.casefold()) else [*offered, every]

    @group.command(description="Add an article, or several, for this server alone.")
    @app_commands.describe(
        url="The web address of a page, file or feed.", file="Or a file; a .zip may hold several."
    )
    async def add(
        interaction: discord.Interaction,
        url: app_commands.Range[str, 1, 2000] | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        with client.working():
            await defer(interaction, private=True)
            await fill(interaction, await add_to(guilds, interaction, url, file))

    @group.command(description="Remove an article that was added to this server.")
    @app_commands.describe(article="Its title.")
    @app_commands.autocomplete(article=own)
    async def remove(interaction: discord.Interaction, article: str) -> None:
        with client.working():
            await defer(interaction, private=True)
            await fill(interaction, await _remove(client, interaction, article))

    @group.command(description="Choose which articles this channel asks.")
    @app_commands.describe(
        article="The title of the article that is asked; or all of them.",
        article2="Another one.",
        article3="A third.",
        article4="A fourth.",
        article5="A fifth.",
    )
    @app_commands.autocomplete(
        article=one_or_all, article2=one, article3=one, article4=one, article5=one
    )
    async def use(
        interaction: discord.Interaction,
        article: str,
        article2: str | None = None,
        article3: str | None = None,
        article4: str | None = None,
        article5: str | None = None,
    ) -> None:
        await defer(interaction, private=True)
        named = [one for one in (article, article2, article3, article4, article5) if one]
        await fill(interaction, await _use(client, interaction, named))

    client.tree.add_command(group)


async def complete(client: PilcrowClient, interaction: discord.Interaction, typed: str) -> _Choices:
    """The articles that may be meant, best first; of equals those that the channel asks."""
    origin, guilds = origin_in(interaction), client.asking.guilds

    def found() -> list[tuple[str, str]]:
        index = guilds.current(origin.guild)
        in_use = guilds.scope(index, origin.guild, origin.channels)
        return choices(typed, index.entries, in_use or ())

    # Not in the pool of the questions, for who types does not wait until it is free.
    return as_choices(await asyncio.to_thread(found))


def as_choices(offered: Sequence[tuple[str, str]]) -> _Choices:
    """What Discord shows while somebody types."""
    return [app_commands.Choice(name=name, value=value) for name, value in offered]


async def _remove(client: PilcrowClient, interaction: discord.Interaction, text: str) -> Message:
    guilds, guild = client.asking.guilds, interaction.guild_id or 0
    article = find(text, await asyncio.to_thread(guilds.own, guild))
    await guilds.remove(guild, article.id)
    left = len(await asyncio.to_thread(guilds.own, guild))
    return Message(f"Removed {_bold(article)}; {count(left, 'article')} of this server left.")


async def _use(
    client: PilcrowClient, interaction: discord.Interaction, named: Sequence[str]
) -> Message:
    guilds, guild = client.asking.guilds, interaction.guild_id or 0
    channel = interaction.channel_id or 0
    if ALL in (one.casefold() for one in named):
        await asyncio.to_thread(choose, guilds.folder, guild, channel, [])
        return Message("From now on all articles are asked here.")
    index = await asyncio.to_thread(guilds.current, guild)
    articles = {article.id: article for article in (find(one, index.entries) for one in named)}
    await asyncio.to_thread(choose, guilds.folder, guild, channel, list(articles))
    titles = "\n".join(f"- {_bold(article)}" for article in articles.values())
    return Message(f"From now on what is asked here is asked of:\n{titles}")


def _bold(article: Article | Entry) -> str:
    return f"**{escape_within(article.title, _TITLE)}**"
