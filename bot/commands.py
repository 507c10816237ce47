"""What people can do with the bot: /ask, /articles, /about, and "Ask the article"."""

import functools
import logging
from collections.abc import Callable
from typing import TypeVar

import aiohttp
import discord
from discord import app_commands

from bot import render
from bot.answers import LONGEST_QUESTION, Question, parse_question
from bot.client import SILENT, Origin, PilcrowClient, without_mentions
from bot.metrics import Metrics
from bot.sending import TOO_LATE, defer, persist
from index.errors import PilcrowError

NO_WORDS = "That message has no words that I could take for a question."
SORRY = "Something went wrong on my side. It is noted in the log; please ask again."

_C = TypeVar("_C", bound=Callable[..., object])
_log = logging.getLogger(__name__)


def add_commands(client: PilcrowClient, version: str) -> None:
    """Gives the client its commands."""
    tree = client.tree

    @tree.command(description="Ask the articles; the answer comes in their own words.")
    @app_commands.describe(
        question="What you want to know.", private="Show the answer to you alone."
    )
    @_anywhere
    async def ask(
        interaction: discord.Interaction,
        question: app_commands.Range[str, 1, LONGEST_QUESTION],
        private: bool = False,
    ) -> None:
        await _answer(client, interaction, parse_question(question), private)

    @tree.context_menu(name="Ask the article")
    @_anywhere
    async def ask_the_article(interaction: discord.Interaction, message: discord.Message) -> None:
        if text := without_mentions(message.content):
            await _answer(client, interaction, parse_question(text), private=True)
        else:
            await _tell(interaction, render.notice(NO_WORDS))

    @tree.command(description="See which articles I have read.")
    @_anywhere
    async def articles(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        index = await client.asking.index()
        await _fill(interaction, render.article_list(index.articles))

    @tree.command(description="What I am, what I have read, and what I keep.")
    @_anywhere
    async def about(interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        index = await client.asking.index()
        await _fill(
            interaction,
            render.about(version, index, client.asking.started, client.asking.log_questions),
        )

    @tree.error
    async def on_error(
        interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        await _on_error(client.asking.metrics, interaction, error)


def _anywhere(command: _C) -> _C:
    """Lets those use a command who have installed the bot for themselves, wherever they are."""
    installed = app_commands.allowed_installs(guilds=True, users=True)
    used = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    return installed(used(command))


async def _answer(
    client: PilcrowClient, interaction: discord.Interaction, question: Question, private: bool
) -> None:
    with client.working():
        origin = Origin(
            interaction.id, interaction.user.id, interaction.channel_id or 0, interaction.guild_id
        )
        # Before the place for an answer is held that all can see.
        client.admit(origin)
        with client.asking.metrics.reply_seconds.time():
            await defer(interaction, private=private)
            reply = await client.asking.reply(question, origin, _may_embed(interaction))
            await _fill(interaction, reply)


def _may_embed(interaction: discord.Interaction) -> bool:
    # No permission at all means that Discord did not say which there are, as in a direct message.
    may = interaction.app_permissions
    return interaction.guild_id is None or may.value == 0 or may.embed_links


async def _fill(interaction: discord.Interaction, reply: render.Message) -> None:
    """Puts the reply in the place that was held for it."""
    interaction.extras["filled"] = True
    await persist(
        functools.partial(
            interaction.edit_original_response,
            content=reply.content,
            embeds=reply.embeds,
            allowed_mentions=SILENT,
        )
    )


async def _tell(interaction: discord.Interaction, reply: render.Message) -> None:
    """Shows the reply to the person who asked, and to nobody else."""
    await defer(interaction, private=True)
    await _fill(interaction, reply)


async def _on_error(
    metrics: Metrics, interaction: discord.Interaction, error: app_commands.AppCommandError
) -> None:
    cause = error.__cause__ or error
    if isinstance(cause, discord.NotFound) and cause.code == TOO_LATE:
        metrics.late.inc()
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
    await _fill(interaction, render.notice(words))
