"""The buttons under an answer, as Discord has them; `bot.presses` does what they say.

Embeds with a row of buttons, rather than the components that can hold text as well (Components V2):
an embed folds to a narrow screen, shows a title that is a link, and falls back to plain text where
the bot may not embed.
"""

import re

import discord

from bot.under import Further, Judged, Under


class Press(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"(?P<act>context|more|page|up|down|delete):(?P<state>[\w:.+]+)",
):
    """A button that knows nothing but its custom_id; a press becomes the client's event "press".

    discord.py makes one anew of each press, so nothing is remembered between a message and it.
    """

    def __init__(self, act: str, state: str, label: str | None, emoji: str | None = None) -> None:
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, custom_id=f"{act}:{state}", row=0)
        )
        self.act = act
        self.state = state

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[discord.Client],
        _item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> "Press":
        """The button that was pressed."""
        return cls(match["act"], match["state"], label=match["act"])

    async def callback(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Hands the press on."""
        interaction.client.dispatch("press", interaction, self.act, self.state)


def view_of(buttons: Under | Further | None) -> discord.ui.View | None:
    """The row of buttons that is sent with a message; None where there is none."""
    if buttons is None:
        return None
    view = discord.ui.View(timeout=None)
    presses = _turning(buttons) if isinstance(buttons, Further) else _judging(buttons)
    for press in presses:
        view.add_item(press)
    return view if presses else None


def judged_by(custom_id: str) -> Judged | None:
    """What the button of a custom_id judges, if it is one that does."""
    act, _, state = custom_id.partition(":")
    return Judged.unpack(state) if act == "up" else None


def _judging(under: Under) -> list[Press]:
    """The buttons under an answer."""
    judged = under.judged
    presses = [Press("context", judged.place.packed, "Context")]
    if under.further is not None:
        presses.append(Press("more", under.further.packed, "More"))
    presses += [Press("up", judged.packed, None, "👍"), Press("down", judged.packed, None, "👎")]
    if under.asker is not None:
        presses.append(Press("delete", str(under.asker), "Delete"))
    return presses


def _turning(page: Further) -> list[Press]:
    """The buttons under a page of passages."""
    turned = ((page.turned(-1), "Previous"), (page.turned(1), "Next"))
    return [Press("page", to.packed, label) for to, label in turned if to is not None]
