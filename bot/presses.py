"""What the buttons under an answer do."""

import asyncio
import functools
from contextlib import suppress
from dataclasses import replace

import discord

from bot import passages, render
from bot.buttons import Press
from bot.chain import custom_ids, said_in
from bot.client import PilcrowClient
from bot.commands import may_embed, on_error
from bot.feedback import Kind, Note, now
from bot.live import BuildGoneError
from bot.sending import acknowledge, defer, fill, persist, tell
from bot.under import Further, Judged, Place
from bot.why import Why

NOTED = "Noted. Thank you."
NOTED_ALREADY = "That is noted already."
NOT_NOTED = "That could not be noted; the log says why."
NOT_YOURS = "Only who asked can delete this, and who may manage messages here."

_VOTES = 10_000
"""Votes that are remembered, so that nobody votes twice."""

_Voter = tuple[int, int]
"""The ids of a message and of the person who judges it."""


class Votes:
    """Who judged what just now: in memory alone, for the file says nothing of people."""

    def __init__(self) -> None:
        self._votes: dict[_Voter, tuple[Kind, int]] = {}

    def kind(self, voter: _Voter) -> Kind | None:
        """What a person thinks of an answer; None if that is not known."""
        return self._votes[voter][0] if voter in self._votes else None

    def change(self, voter: _Voter, kind: Kind, number: int) -> int | None:
        """Remembers a vote with the number of its note; returns the number of the one before."""
        before = self._votes.pop(voter, None)
        self._votes[voter] = (kind, number)
        if len(self._votes) > _VOTES:
            del self._votes[next(iter(self._votes))]
        return before[1] if before else None


def add_buttons(client: PilcrowClient) -> None:
    """Lets the client hear the buttons, those under answers of before its start too."""
    does = Presses(client)
    presses = {
        "context": does.context,
        "more": does.more,
        "page": does.page,
        "up": does.up,
        "down": does.down,
        "delete": does.delete,
    }
    client.add_dynamic_items(Press)

    @client.event
    async def on_press(interaction: discord.Interaction, act: str, state: str) -> None:
        with client.working():
            try:
                await presses[act](interaction, state)
            except Exception as error:
                await on_error(interaction, error)


class Presses:
    """What happens when a button is pressed; `state` is what its custom_id holds."""

    def __init__(self, client: PilcrowClient) -> None:
        self._asking = client.asking
        self._votes = Votes()

    async def context(self, interaction: discord.Interaction, state: str) -> None:
        """Shows the paragraph and its neighbours, to who pressed alone."""
        place = Place.unpack(state)
        await defer(interaction, private=True)
        article = (await self._asking.build(place.build, interaction.guild_id)).articles[
            place.article
        ]
        await fill(interaction, passages.context(article, place, may_embed(interaction)))

    async def more(self, interaction: discord.Interaction, state: str) -> None:
        """Shows the passages that come next, to who pressed alone."""
        await defer(interaction, private=True)
        await self._turn(interaction, state)

    async def page(self, interaction: discord.Interaction, state: str) -> None:
        """Puts another page of passages in the place of the one that is shown."""
        await acknowledge(interaction.response.defer)
        await self._turn(interaction, state)

    async def up(self, interaction: discord.Interaction, state: str) -> None:
        """Notes that the answer is good."""
        await defer(interaction, private=True)
        note = await self._note(interaction, Kind.UP, Judged.unpack(state))
        await fill(interaction, render.notice(await self._vote(_voter(interaction), note)))

    async def down(self, interaction: discord.Interaction, state: str) -> None:
        """Asks what is wrong."""
        voter, judged = _voter(interaction), Judged.unpack(state)
        if self._votes.kind(voter) is Kind.DOWN:
            await tell(interaction, render.notice(NOTED_ALREADY))
            return

        async def judge(reason: str, words: str | None) -> str:
            note = await self._note(interaction, Kind.DOWN, judged)
            return await self._vote(voter, replace(note, reason=reason, words=words))

        modal = Why(judged.outcome, judge)
        await acknowledge(functools.partial(interaction.response.send_modal, modal))

    async def delete(self, interaction: discord.Interaction, state: str) -> None:
        """Deletes the answer, for who asked and who may manage messages."""
        theirs = interaction.user.id == int(state)
        if not theirs and not interaction.permissions.manage_messages:
            await tell(interaction, render.notice(NOT_YOURS))
            return
        await acknowledge(interaction.response.defer)
        try:
            # By the interaction, for where it is no member the bot can delete nothing otherwise.
            await persist(interaction.delete_original_response)
        except discord.NotFound:
            # Somebody was faster, or the first call arrived and only its answer was lost.
            return

    async def _turn(self, interaction: discord.Interaction, state: str) -> None:
        further = Further.unpack(state)
        index = await self._asking.build(further.build, interaction.guild_id)
        shown = [index.passage(row) for row in further.shown]
        titled = len(index.articles) > 1
        await fill(interaction, passages.page(shown, further, titled, may_embed(interaction)))

    async def _note(self, pressed: discord.Interaction, kind: Kind, judged: Judged) -> Note:
        """What there is to note of a vote on a message."""
        place, message = judged.place, pressed.message
        article = paragraph = None
        # Of a build that is no longer kept, the name and the offsets are noted all the same.
        with suppress(BuildGoneError):
            index = await self._asking.build(place.build, pressed.guild_id)
            cited = index.articles[place.article]
            article, paragraph = cited.id, cited.paragraph_at(place.start)
        said = said_in(message.embeds, message.content, custom_ids(message)) if message else None
        return Note(
            at=now(),
            kind=kind,
            outcome=judged.outcome,
            reason=None,
            words=None,
            confidence=judged.confidence,
            build=place.build,
            article=article,
            paragraph=paragraph,
            start=place.start,
            end=place.end,
            question=said.question if said else None,
        )

    async def _vote(self, voter: _Voter, note: Note) -> str:
        """Notes a vote, instead of the one the person gave before; returns what to say to it."""
        if self._votes.kind(voter) is note.kind:
            return NOTED_ALREADY
        number = await asyncio.to_thread(self._asking.feedback.note, note)
        if number is None:
            return NOT_NOTED
        before = self._votes.change(voter, note.kind, number)
        if before is not None:
            await asyncio.to_thread(self._asking.feedback.withdraw, before)
        return NOTED


def _voter(interaction: discord.Interaction) -> _Voter:
    return interaction.message.id if interaction.message else 0, interaction.user.id
