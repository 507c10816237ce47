"""What people can do with the bot: /ask, /articles, /about, and "Ask the article"."""

import logging

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import LONGEST_QUESTION, Question, parse_question
from bot.article_commands import add_article_commands, complete
from bot.article_list import article_list
from bot.client import PilcrowClient, origin_in, without_mentions
from bot.sending import defer, fill, tell
from index.errors import PilcrowError

NO_WORDS = "That message has no words that I could take for a question."
SORRY = "Something went wrong on my side. It is noted in the log; please ask again."

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
    async def ask_the_article(interaction: discord.Interaction, message: discord.Message) -> None:
        if text := without_mentions(message.content):
            await _answer(client, interaction, parse_question(text), private=True)
        else:
            await tell(interaction, render.notice(NO_WORDS))

    @tree.command(description="See which articles can be asked here.")
    async def articles(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        origin = origin_in(interaction)
        index = await client.asking.index(origin.guild)
        in_use = client.asking.guilds.scope(index, origin.guild, origin.channels)
        await fill(interaction, article_list(index, in_use))

    @tree.command(description="What I am, what I have read, and what I keep.")
    async def about(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        asking = client.asking
        index = await asking.index(origin_in(interaction).guild)
        text = render.about(version, index, asking.log_questions, asking.guilds.days)
        await fill(interaction, text)

    add_article_commands(client)
    tree.error(_on_error)


async def _answer(
    client: PilcrowClient,
    interaction: discord.Interaction,
    question: Question,
    private: bool,
    article: str | None = None,
) -> None:
    with client.working():
        await defer(interaction, private=private)
        origin, embeds = origin_in(interaction), _may_embed(interaction)
        reply = await client.asking.reply(question, origin, embeds, article)
        await fill(interaction, reply)


def _may_embed(interaction: discord.Interaction) -> bool:
    # No permission at all means that Discord did not say which there are, as in a direct message.
    may = interaction.app_permissions
    return interaction.guild_id is None or may.value == 0 or may.embed_links


async def _on_error(interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
    cause = error.__cause__ or error
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
