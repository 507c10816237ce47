"""What people can do with the bot: /ask, /articles, /about, /privacy, "Ask the article"."""

import logging
from collections.abc import Callable
from typing import TypeVar

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import LONGEST_QUESTION, Question, parse_question
from bot.article_commands import add_article_commands, complete
from bot.article_list import article_list
from bot.client import SORRY, PilcrowClient, origin_in
from bot.markup import without_mentions
from bot.sending import TOO_LATE, defer, fill, tell
from index.errors import PilcrowError

NO_WORDS = "That message has no words that I could take for a question."

_C = TypeVar("_C", bound=Callable[..., object])
_log = logging.getLogger(__name__)


def add_commands(client: PilcrowClient, version: str) -> None:
    """Gives the client its commands."""
    tree = client.tree

    @tree.command(description="Ask the articles; the answer comes in their own words.")
    @app_commands.describe(
        question="What you want to know.",
        article="The title of the one article to ask.",
        private="Show the answer to you alone.",
    )
    @_anywhere
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, LONGEST_QUESTION],
        article: str | None = None,
        private: bool = False,
    ) -> None:
        await _answer(client, interaction, parse_question(question), private, article)

    @ask.autocomplete("article")
    async def complete_article(
        interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await complete(client, interaction, typed)

    @tree.context_menu(name="Ask the article")
    @_anywhere
    async def ask_the_article(interaction: discord.Interaction, message: discord.Message) -> None:
        if text := without_mentions(message.content):
            await _answer(client, interaction, parse_question(text), private=True)
        else:
            await tell(interaction, render.notice(NO_WORDS))

    @tree.command(description="See which articles can be asked here.")
    @_anywhere
    async def articles(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        origin = origin_in(interaction)
        index = await client.asking.index(origin.guild)
        in_use = client.asking.guilds.scope(index, origin.guild, origin.channels)
        await fill(interaction, article_list(index, in_use))

    @tree.command(description="What I am, what I have read, and what I keep.")
    @_anywhere
    async def about(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        asking = client.asking
        index = await asking.index(origin_in(interaction).guild)
        await fill(interaction, render.about(version, index, asking.started, asking.privacy))

    @tree.command(description="What I keep, for how long, and what I do not.")
    @_anywhere
    async def privacy(interaction: discord.Interaction) -> None:
        await tell(interaction, render.privacy(client.asking.privacy))

    add_article_commands(client)
    tree.error(on_error)


def _anywhere(command: _C) -> _C:
    """Lets those use a command who have installed the bot for themselves, wherever they are."""
    installed = app_commands.allowed_installs(guilds=True, users=True)
    used = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    return installed(used(command))


async def _answer(
    client: PilcrowClient,
    interaction: discord.Interaction,
    question: Question,
    private: bool,
    article: str | None = None,
) -> None:
    with client.working():
        origin, embeds = origin_in(interaction), may_embed(interaction)
        # Before the place for an answer is held that all can see.
        client.admit(origin)
        with client.asking.metrics.reply_seconds.time():
            await defer(interaction, private=private)
            reply = await client.asking.reply(
                question, origin, embeds, private=private, article=article
            )
            await fill(interaction, reply)


def may_embed(interaction: discord.Interaction) -> bool:
    """Whether the answer to an interaction may have an embed."""
    # No permission at all means that Discord did not say which there are, as in a direct message.
    may = interaction.app_permissions
    return interaction.guild_id is None or may.value == 0 or may.embed_links


async def on_error(interaction: discord.Interaction, error: Exception) -> None:
    """Says what went wrong: the one place where an interaction's error becomes words."""
    cause = error.__cause__ or error
    late = isinstance(cause, discord.NotFound) and cause.code == TOO_LATE
    if late and isinstance(interaction.client, PilcrowClient):
        interaction.client.asking.metrics.late.inc()
    if isinstance(cause, discord.HTTPException | aiohttp.ClientError):
        _log.warning("%d not answered: Discord refuses (%s)", interaction.id, cause)
        return
    if isinstance(cause, PilcrowError):
        words = str(cause)
    else:
        _log.error("interaction %d failed", interaction.id, exc_info=cause)
        words = SORRY
    # What went wrong after the answer was sent must not take its place.
    if interaction.extras.get("filled"):
        return
    if not interaction.response.is_done():
        await defer(interaction, private=True)
    await fill(interaction, render.notice(words))
