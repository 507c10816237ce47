"""The buttons under an answer, with the bot as its own process: what each does, and for whom."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner

from bot.__main__ import cli
from bot.feedback import Note, notes
from index.build import build
from index.encoder import SentenceEncoder
from tests.loopback.model import Message, Reply, User
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ASKED = "who shot masood"
QUOTE = "> Masood, 52, was shot dead by **armed police** at the scene."
CONTEXT = (
    "¶ 11\nThe four people killed on the bridge were American tourist Kurt Cochran, Romanian "
    "tourist Andreea Cristea, 31, and Britons Aysha Frade, 44, and 75-year-old Leslie Rhodes.\n\n"
    f"¶ 12\n{QUOTE}\n\n"
    "¶ 13\nOne year on, fellow officer PC Shaun Cartwright, who was arriving at work to take over "
    "guard from PC Palmer, has paid tribute to his friend."
)
TITLE = "A year to the day after the Westminster attack, memorials have taken place to…"
GONE = (
    "The articles were read anew since, and what this answer came from is no longer kept: "
    "please ask again."
)


@pytest.fixture(scope="module")
def folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample article that nobody else writes to."""
    alone = tmp_path_factory.mktemp("buttons") / "index"
    return shutil.copytree(sample_folder, alone, ignore=shutil.ignore_patterns("feedback*"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(folder: Path) -> AsyncIterator[LoopbackDiscord]:
    """A Discord with the bot in it, which keeps the words of questions."""
    kept = {"PILCROW_KEEP_QUESTIONS": "true"}
    async with (
        LoopbackDiscord() as discord,
        BotProcess(discord, ("run", "--index", str(folder)), env=kept),
    ):
        await discord.ready()
        yield discord


@pytest.fixture
def discord(server: LoopbackDiscord) -> LoopbackDiscord:
    """The same Discord, with the broken rules of the tests before forgotten."""
    server.violations.clear()
    return server


async def answer_to(discord: LoopbackDiscord, asked: str, asker: User | None = None) -> Reply:
    """The bot's reply to a question."""
    return await discord.reply_to(await discord.say(asked, user=asker, mention=True))


async def pressed(
    discord: LoopbackDiscord, answer: Message | Reply, button: str, user: User | None = None
) -> Reply:
    """What a press of a button shows, to the one who pressed alone."""
    reply = await (await discord.click(answer, button, user=user)).reply()
    assert reply.ephemeral
    return reply


def labels(reply: Reply | Message) -> list[str]:
    """The words or the pictures of the buttons under a message."""
    return [
        button.get("label") or button["emoji"]["name"]
        for row in reply.components
        for button in row["components"]
    ]


def noted(folder: Path) -> list[Note]:
    """What was noted since the last call."""
    found = notes(folder)
    (folder / "feedback.sqlite3").unlink(missing_ok=True)
    return found


def current(folder: Path) -> str:
    """The name of the current build."""
    return (folder / "CURRENT").read_text("utf-8").strip()


async def test_which_buttons_there_are(discord: LoopbackDiscord) -> None:
    """Answers and abstentions have five; a private one has no Delete; a notice has none."""
    five = ["Context", "More", "👍", "👎", "Delete"]
    assert labels(await answer_to(discord, ASKED)) == five
    assert labels(await answer_to(discord, "what is the capital of france")) == five
    public = await (await discord.slash("ask", {"question": ASKED})).reply()
    assert labels(public) == five
    private = await (await discord.slash("ask", {"question": ASKED, "private": True})).reply()
    assert labels(private) == five[:4]
    context = await pressed(discord, private, "Context")
    assert context.embeds[0]["description"] == CONTEXT
    assert labels(await discord.reply_to(await discord.say("", mention=True))) == []
    assert discord.violations == []


async def test_context_shows_the_paragraph_between_its_neighbours(
    discord: LoopbackDiscord,
) -> None:
    """Context has the three paragraphs with their ¶ numbers and the quoted words in bold."""
    reply = await pressed(discord, await answer_to(discord, ASKED), "Context")
    (embed,) = reply.embeds
    assert (embed["title"], embed["description"]) == (TITLE, CONTEXT)
    assert labels(reply) == []
    assert discord.violations == []


async def test_more_turns_its_pages(discord: LoopbackDiscord) -> None:
    """More shows three passages a page, none of them the answer, and turns in place."""
    answer = await answer_to(discord, ASKED)
    first = await pressed(discord, answer, "More")
    (embed,) = first.embeds
    assert embed["title"] == "The passages that come next, not an answer: page 1 of 3"
    assert embed["description"].count("\n¶ ") == 3
    assert QUOTE.replace("*", "") not in embed["description"]
    assert labels(first) == ["Next"]
    second = await pressed(discord, first, "Next")
    assert second.message.id == first.message.id
    assert second.embeds[0]["title"].endswith("page 2 of 3")
    assert labels(second) == ["Previous", "Next"]
    last = await pressed(discord, second, "Next")
    assert labels(last) == ["Previous"]
    again = await pressed(discord, last, "Previous")
    assert again.embeds == second.embeds
    assert discord.violations == []


async def test_without_embed_links_the_buttons_show_plain_text(discord: LoopbackDiscord) -> None:
    """Where the bot may not embed, Context and More come as content."""
    channel = discord.add_channel(discord.guild, "plain")
    discord.deny(channel, "embed_links")
    asked = await discord.say(ASKED, channel=channel, mention=True)
    answer = await discord.reply_to(asked)
    context = await pressed(discord, answer, "Context")
    assert (context.content, context.embeds) == (f"**{TITLE}**\n{CONTEXT}", [])
    more = await pressed(discord, answer, "More")
    assert more.content.startswith("**The passages that come next, not an answer: page 1 of 3**")
    assert (more.embeds, labels(more)) == ([], ["Next"])
    assert discord.violations == []


async def test_a_vote_is_noted_once(discord: LoopbackDiscord, folder: Path) -> None:
    """👍 is noted without the person, a second press changes nothing, another person counts."""
    noted(folder)
    answer = await answer_to(discord, ASKED)
    ann, ben = discord.user("ann"), discord.user("ben")
    assert (await pressed(discord, answer, "👍", ann)).content == "Noted. Thank you."
    assert (await pressed(discord, answer, "👍", ann)).content == "That is noted already."
    assert (await pressed(discord, answer, "👍", ben)).content == "Noted. Thank you."
    found = noted(folder)
    assert [(note.kind, note.outcome, note.question) for note in found] == [
        ("up", "answer", ASKED)
    ] * 2
    article = json.loads((folder / current(folder) / "articles.jsonl").read_text("utf-8"))
    assert found[0].article == article["id"]
    assert article["text"][found[0].start : found[0].end] == "armed police"
    assert (found[0].paragraph, found[0].build) == (12, current(folder))
    assert 0.5 < found[0].confidence <= 1
    assert discord.violations == []


async def test_a_thumb_down_asks_why(discord: LoopbackDiscord, folder: Path) -> None:
    """👎 opens a modal; what is chosen and written takes the place of the person's 👍."""
    noted(folder)
    answer = await answer_to(discord, ASKED)
    await pressed(discord, answer, "👍")
    click = await discord.click(answer, "👎")
    modal = await click.modal()
    assert modal["title"] == "What is wrong?"
    assert [option["value"] for option in modal["components"][0]["component"]["options"]] == [
        "wrong passage",
        "wrong words",
        "the article does not say",
        "other",
    ]
    filled = {"fault": ["wrong words"], "words": " It says who, not how. "}
    thanks = await (await discord.submit(click, filled)).reply()
    assert (thanks.content, thanks.ephemeral) == ("Noted. Thank you.", True)
    again = await pressed(discord, answer, "👎")
    assert again.content == "That is noted already."
    (note,) = noted(folder)
    assert (note.kind, note.reason, note.words) == ("down", "wrong words", "It says who, not how.")
    assert discord.violations == []


async def test_what_has_no_answer_is_noted_and_listed(
    discord: LoopbackDiscord, folder: Path
) -> None:
    """An abstention is noted, its 👎 can say that the article does say, and both are listed."""
    noted(folder)
    asked = "what is the capital of france"
    click = await discord.click(await answer_to(discord, asked), "👎")
    await click.modal()
    await (await discord.submit(click, {"fault": ["the article does say"]})).reply()
    listed = CliRunner().invoke(cli, ["feedback", "--json", "--index", str(folder)])
    unanswered, down = json.loads(listed.stdout)
    assert (unanswered["kind"], unanswered["outcome"]) == ("unanswered", "abstention")
    assert unanswered["reason"] in ("nothing relevant found", "relevant but not said")
    assert (down["kind"], down["reason"], down["words"]) == ("down", "the article does say", None)
    for row in (unanswered, down):
        assert (row["question"], row["build"]) == (asked, current(folder))
        assert row["paragraph"] == unanswered["paragraph"]
    assert discord.violations == []


async def test_a_database_that_is_locked_stops_nothing(
    discord: LoopbackDiscord, folder: Path
) -> None:
    """While somebody holds the file, abstentions come as ever and a vote says that it is lost."""
    noted(folder)
    answer = await answer_to(discord, ASKED)
    await pressed(discord, answer, "👍", discord.user("ann"))
    with sqlite3.connect(folder / "feedback.sqlite3") as holder:
        holder.execute("BEGIN EXCLUSIVE")
        abstention = await answer_to(discord, "what is the capital of france")
        assert abstention.embeds[0]["description"].startswith("**The article does not say.**")
        reply = await pressed(discord, answer, "👍", discord.user("ben"))
        assert reply.content == "That could not be noted; the log says why."
        holder.rollback()
    holder.close()
    assert discord.violations == []


async def test_who_may_delete(discord: LoopbackDiscord) -> None:
    """The asker and who may manage messages delete an answer; anybody else is told so."""
    ann, ben, carl = map(discord.user, ("ann", "ben", "carl"))
    discord.grant(carl, discord.guild, "manage_messages")
    first = await answer_to(discord, ASKED, ann)
    reply = await pressed(discord, first, "Delete", ben)
    assert reply.content == "Only who asked can delete this, and who may manage messages here."
    assert first.message.id in discord.messages
    second = await (await discord.slash("ask", {"question": ASKED}, user=ann)).reply()
    third = await answer_to(discord, ASKED, ben)
    direct = await discord.reply_to(await discord.say(ASKED, dm=True, user=ben))
    for answer, user in ((first, ann), (second, ann), (third, carl), (direct, ben)):
        await discord.click(answer, "Delete", user=user)
        gone = answer.message.id
        await discord.until(lambda gone=gone: gone not in discord.messages, what="a deletion")
    assert discord.violations == []


async def test_a_press_survives_a_fault(discord: LoopbackDiscord) -> None:
    """A 503 and a dropped connection delay what a button shows, and a modal, and lose neither."""
    answer = await answer_to(discord, ASKED)
    discord.fail("POST", r"/interactions/.*/callback", 503)
    discord.drop("PATCH", r"/webhooks/.*/@original")
    assert (await pressed(discord, answer, "Context")).embeds[0]["description"] == CONTEXT
    discord.drop("POST", r"/interactions/.*/callback")
    assert (await (await discord.click(answer, "👎")).modal())["title"] == "What is wrong?"
    assert discord.violations == []


async def test_buttons_outlive_a_restart_and_a_rebuild(
    sample_folder: Path, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    """Old buttons go on working, of an older build too; once that is gone they say so."""
    index, news = tmp_path / "index", tmp_path / "news.md"
    shutil.copytree(sample_folder, index, ignore=shutil.ignore_patterns("feedback*"))
    arguments = ("run", "--index", str(index))
    first = current(index)

    def rebuild(cheeses: str) -> None:
        news.write_text(f"# Cheese\n\nThe mayor ate {cheeses} wheels of cheese.", "utf-8")
        build(index, [str(news), "sample"], encoder)

    async with LoopbackDiscord() as discord:
        async with BotProcess(discord, arguments):
            await discord.ready()
            answer = await answer_to(discord, ASKED)
            more = (await pressed(discord, answer, "More")).embeds
        async with BotProcess(discord, arguments):
            await discord.ready()
            assert (await pressed(discord, answer, "Context")).embeds[0]["description"] == CONTEXT
            assert (await pressed(discord, answer, "👍")).content == "Noted. Thank you."
            click = await discord.click(answer, "👎", user=discord.user("ann"))
            await click.modal()
            rebuild("forty")
            thanks = await (await discord.submit(click, {"fault": ["other"]})).reply()
            assert thanks.content == "Noted. Thank you."
            assert (await pressed(discord, answer, "Context")).embeds[0]["description"] == CONTEXT
            assert (await pressed(discord, answer, "More")).embeds == more
            assert [(note.build, note.paragraph) for note in noted(index)] == [(first, 12)] * 2
        for cheeses in ("fifty", "sixty"):
            rebuild(cheeses)
        assert not (index / first).exists()
        async with BotProcess(discord, arguments):
            await discord.ready()
            for button in ("Context", "More"):
                reply = await pressed(discord, answer, button)
                assert (reply.content, reply.embeds) == (GONE, [])
            assert (await pressed(discord, answer, "👍")).content == "Noted. Thank you."
            (note,) = noted(index)
            assert (note.build, note.article, note.paragraph) == (first, None, None)
            await discord.click(answer, "Delete")
            gone = answer.message.id
            await discord.until(lambda: gone not in discord.messages, what="a deletion")
        assert discord.violations == []
