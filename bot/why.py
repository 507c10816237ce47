"""The modal that 👎 opens: what is wrong with an answer or an abstention."""

from collections.abc import Awaitable, Callable

import discord

from bot import render
from bot.commands import on_error
from bot.feedback import Fault
from bot.sending import defer, fill
from bot.under import ABSTENTION

_SECONDS = 15 * 60.0
_LONGEST_WORDS = 1000

_LABELS = {
    Fault.WRONG_PASSAGE: "The wrong passage",
    Fault.WRONG_WORDS: "The right passage, the wrong words",
    Fault.DOES_NOT_SAY: "The article does not say that",
    Fault.DOES_SAY: "The article does say",
    Fault.OTHER: "Something else",
}
_OF_ANSWERS = (Fault.WRONG_PASSAGE, Fault.WRONG_WORDS, Fault.DOES_NOT_SAY, Fault.OTHER)


class Why(discord.ui.Modal):
    """Asks what is wrong with an answer or an abstention."""

    def __init__(self, outcome: str, judge: Callable[[str, str | None], Awaitable[str]]) -> None:
        """Asks; `judge` notes the fault and the words, and returns what to say to it."""
        super().__init__(title="What is wrong?", timeout=_SECONDS)
        self._judge = judge
        faults = (Fault.DOES_SAY, Fault.OTHER) if outcome == ABSTENTION else _OF_ANSWERS
        self._fault: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id="fault",
            options=[discord.SelectOption(label=_LABELS[one], value=one) for one in faults],
        )
        self._words: discord.ui.TextInput[discord.ui.View] = discord.ui.TextInput(
            custom_id="words",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=_LONGEST_WORDS,
        )
        self.add_item(discord.ui.Label(text="What is wrong", component=self._fault))
        self.add_item(
            discord.ui.Label(
                text="In your words",
                description="Kept for whoever runs this bot, without your name.",
                component=self._words,
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Notes what was chosen and written."""
        await defer(interaction, private=True)
        words = self._words.value.strip() or None
        said = await self._judge(self._fault.values[0], words)
        await fill(interaction, render.notice(said))

    # discord.py itself gives a modal's on_error other arguments than a view's.
    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction, error: Exception, /
    ) -> None:
        """Tells what went wrong."""
        await on_error(interaction, error)
