"""Draws the pictures of README.md: `make pictures`.

The bot runs as its own process against the loopback Discord and is asked; what it sends is shown by
Chromium as Discord shows it.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.loopback.model import Message
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord
from tests.pictures.page import page

PICTURES = Path(__file__).parent
# By the names of their pictures: questions on the sample article, each after the first a reply.
CONVERSATIONS = {
    "answer": ("who shot masood",),
    "abstention": ("how much did the car cost",),
    "follow-up": ("who shot masood", "how old was he?"),
}
COMMAND, ON_NEWS = "command", "how old is manafort"
NAMES = (*CONVERSATIONS, COMMAND)
# Twice as many pixels as the page is wide and high, on a window that is higher than any page.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-device-scale-factor=2", "--window-size=600,2000"),
    "--default-background-color=00000000",
)
COLOURS = 128


def main(sample: str, news: str) -> None:
    """Draws every picture.

    Args:
        sample: the folder of an index of the sample article.
        news: the folder of an index of articles that have addresses.
    """
    for name, content in asyncio.run(_pages(sample, news)).items():
        picture = PICTURES / f"{name}.png"
        _draw(content, picture)
        print(f"{picture.name}: {picture.stat().st_size / 1024:.0f} KB")


async def _pages(sample: str, news: str) -> dict[str, str]:
    """The pages, by the names of their pictures."""
    async with LoopbackDiscord() as discord, BotProcess(discord, ("run", "--index", sample)):
        await discord.ready()
        pages = {
            name: page(await _conversation(discord, *questions), {})
            for name, questions in CONVERSATIONS.items()
        }
    async with LoopbackDiscord() as discord, BotProcess(discord, ("run", "--index", news)):
        await discord.ready()
        used = await discord.slash("ask", {"question": ON_NEWS}, user=discord.user("ann"))
        message = (await used.reply()).message
        return pages | {COMMAND: page([message], {message.id: used.data["name"]})}


async def _conversation(discord: LoopbackDiscord, first: str, *further: str) -> list[Message]:
    """A question that mentions the bot, replies to its answers, and the answers."""
    ann = discord.user("ann")
    said = [await discord.say(first, user=ann, mention=True)]
    said.append((await discord.reply_to(said[-1])).message)
    for text in further:
        said.append(await discord.say(text, user=ann, reply_to=said[-1]))
        said.append((await discord.reply_to(said[-1])).message)
    return said


def _draw(content: str, picture: Path) -> None:
    """Writes the picture of a page, without the empty part of the window around it."""
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        source.write_text(content, "utf-8")
        subprocess.run(
            [
                "chromium",
                *FLAGS,
                f"--user-data-dir={folder}/profile",
                f"--screenshot={shot}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        with Image.open(shot) as window:
            shown = window.crop(window.getbbox())
    shown.quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
