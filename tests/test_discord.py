"""The bot as its own process, against a Discord on this machine: what people meet."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from index.build import build
from index.encoder import SentenceEncoder
from tests.loopback.model import Reply
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MASOOD = "> Masood, 52, was shot dead by **armed police** at the scene.\n¶ 12"
ASKED = {"question": "who shot masood"}
TITLE = "A year to the day after the Westminster attack, memorials have taken place to…"


@pytest.fixture(scope="module")
def folder(sample_folder: Path) -> Path:
    """An index of the sample article."""
    return sample_folder


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(folder: Path) -> AsyncIterator[LoopbackDiscord]:
    """A Discord with the bot in it."""
    async with LoopbackDiscord() as discord, BotProcess(discord, ("run", "--index", str(folder))):
        await discord.ready()
        yield discord


@pytest.fixture
def discord(server: LoopbackDiscord) -> LoopbackDiscord:
    """The same Discord, with the faults and broken rules of the tests before forgotten."""
    server.violations.clear()
    return server


def body_of(reply: Reply) -> str:
    """The words of an embed's description."""
    assert [reply.content, len(reply.embeds)] == ["", 1]
    return str(reply.embeds[0]["description"])


async def test_commands_are_registered_without_privileged_intents(server: LoopbackDiscord) -> None:
    """The bot registers its six commands once and asks for no privileged intent."""
    names = sorted(command["name"] for command in server.commands)
    assert names == ["Ask the article", "about", "article", "articles", "ask", "privacy"]
    assert server.command_puts == 1
    assert server.intents == 1 << 0 | 1 << 9 | 1 << 12
    assert server.violations == []


async def test_slash_ask_answers_with_the_right_paragraph(discord: LoopbackDiscord) -> None:
    """/ask is acknowledged at once and answered in the article's words, with ¶ and source."""
    exchange = await discord.slash("ask", {"question": "who shot masood"})
    reply = await exchange.reply()
    assert body_of(reply) == MASOOD
    embed = reply.embeds[0]
    assert embed["title"] == TITLE
    assert embed["author"]["name"] == "who shot masood"
    assert embed["footer"]["text"] == "Sky News · 22 March 2018"
    assert exchange.acknowledged_after is not None
    assert exchange.acknowledged_after < 3
    assert not reply.ephemeral
    assert discord.violations == []


async def test_slash_ask_abstains(discord: LoopbackDiscord) -> None:
    """A question that the article does not answer gets that said, and the closest passage."""
    reply = await (
        await discord.slash("ask", {"question": "what is the capital of france"})
    ).reply()
    lines = body_of(reply).split("\n")
    assert lines[:2] == ["**The article does not say.**", "The closest passage, not an answer:"]
    assert lines[2].startswith("> ")
    assert lines[3].startswith("¶ ")
    assert discord.violations == []


async def test_private_answer_is_for_the_asker_alone(discord: LoopbackDiscord) -> None:
    """private: makes the answer ephemeral."""
    exchange = await discord.slash("ask", {"question": "who shot masood", "private": True})
    reply = await exchange.reply()
    assert (exchange.ephemeral, reply.ephemeral) == (True, True)
    assert body_of(reply) == MASOOD
    assert discord.violations == []


@pytest.mark.parametrize("question", ["   ", "\u202e\u200b", "\n"])
async def test_an_empty_question_gets_a_sentence(discord: LoopbackDiscord, question: str) -> None:
    """A question of white space or invisible characters is refused, to the asker alone."""
    reply = await (await discord.slash("ask", {"question": question})).reply()
    assert reply.content == "There is no question in that: ask one in a few words."
    assert reply.ephemeral
    assert discord.violations == []


async def test_a_question_too_long_names_the_limit(discord: LoopbackDiscord) -> None:
    """A message of more than 1,000 characters is refused with the limit in the sentence."""
    message = await discord.say("why " * 400, mention=True)
    reply = await discord.reply_to(message)
    assert reply.content == (
        "That question has 1,599 characters, and a question may have 1,000: ask it in fewer words."
    )
    assert discord.violations == []


async def test_a_mention_is_answered_as_a_reply(discord: LoopbackDiscord) -> None:
    """A message that mentions the bot is answered in a reply to it that pings nobody."""
    message = await discord.say("who shot masood?", mention=True)
    reply = await discord.reply_to(message)
    assert body_of(reply) == MASOOD
    assert reply.body["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert discord.violations == []


async def test_a_bare_mention_is_told_how_to_ask(discord: LoopbackDiscord) -> None:
    """A mention without a question gets one line that says what can be asked."""
    reply = await discord.reply_to(await discord.say("", mention=True))
    assert reply.content == "Ask me something about the articles I have read, in a few words."
    assert discord.violations == []


async def test_a_direct_message_is_answered(discord: LoopbackDiscord) -> None:
    """A direct message needs no mention."""
    message = await discord.say("when does the condolence book close", dm=True)
    reply = await discord.reply_to(message)
    assert "until **19 June**" in body_of(reply)
    assert body_of(reply).endswith("¶ 26")
    assert discord.violations == []


async def test_thanks_get_a_line_and_no_embed(discord: LoopbackDiscord) -> None:
    """Small talk is answered by one plain line."""
    reply = await discord.reply_to(await discord.say("thanks!", mention=True))
    assert (reply.content, reply.embeds) == ("You are welcome.", [])
    assert discord.violations == []


async def test_the_article_in_short(discord: LoopbackDiscord) -> None:
    """/ask sums the article up in three numbered sentences of its own."""
    reply = await (await discord.slash("ask", {"question": "what is this about?"})).reply()
    heading, first, *rest = body_of(reply).split("\n")
    assert heading == "**In the article's own sentences:**"
    assert first.startswith("> A year to the day after the Westminster attack, memorials")
    assert [rest[0], rest[2], rest[4]] == ["**1** ¶ 1", "**2** ¶ 2", "**3** ¶ 3"]
    assert discord.violations == []


async def test_a_reply_to_an_answer_is_answered(discord: LoopbackDiscord) -> None:
    """A reply, with its ping, to an answer of the bot is a question too."""
    first = await discord.reply_to(await discord.say("who shot masood", mention=True))
    message = await discord.say("when does the condolence book close", reply_to=first)
    assert body_of(await discord.reply_to(message)).endswith("¶ 26")
    assert discord.violations == []


async def test_the_message_command_answers_the_one_who_clicked(discord: LoopbackDiscord) -> None:
    """ "Ask the article" answers somebody's message, to the person who clicked alone."""
    message = await discord.say("who shot masood", user=discord.user("ann"))
    exchange = await discord.message_command("Ask the article", message, user=discord.user("ben"))
    reply = await exchange.reply()
    assert reply.ephemeral
    assert body_of(reply) == MASOOD
    assert discord.violations == []


async def test_the_message_command_on_a_picture(discord: LoopbackDiscord) -> None:
    """ "Ask the article" on a message without words says that it has none."""
    exchange = await discord.message_command("Ask the article", await discord.say(""))
    reply = await exchange.reply()
    assert reply.content == "That message has no words that I could take for a question."
    assert reply.ephemeral
    assert discord.violations == []


async def test_the_bot_does_not_butt_in(discord: LoopbackDiscord) -> None:
    """Chatter, @everyone, the bot's role and other bots get no word from it."""
    await discord.say("who shot masood")
    await discord.say("who shot masood", mention_everyone=True)
    await discord.say("who shot masood", role_mention=True)
    await discord.say("who shot masood", mention=True, bot_author=True)
    assert await discord.silence(1.5) == []
    assert discord.violations == []


async def test_articles_lists_what_was_read(discord: LoopbackDiscord) -> None:
    """/articles shows title, publisher and date, to the asker alone."""
    reply = await (await discord.slash("articles")).reply()
    assert reply.content == f"I have read 1 article:\n- **{TITLE}** · Sky News · 22 March 2018"
    assert reply.ephemeral
    assert discord.violations == []


async def test_about_says_what_is_stored(discord: LoopbackDiscord, folder: Path) -> None:
    """/about has the version, the build and its time, and what is and is not stored."""
    reply = await (await discord.slash("about")).reply()
    lines = reply.content.split("\n")
    made = int((folder / current(folder) / "manifest.json").stat().st_mtime)
    assert lines[0].startswith("**Pilcrow 0.1.0**")
    assert lines[1] == (
        f"Build `{current(folder)}`, made <t:{made}:f> (<t:{made}:R>): 1 article, 26 passages."
    )
    assert re.fullmatch(r"Started <t:\d+:R>\.", lines[2])
    assert lines[3] == "Stored: the articles and their index."
    assert lines[5] == "Not stored: your questions, your messages, and who asked."
    assert reply.ephemeral
    privacy = await (await discord.slash("privacy")).reply()
    assert (privacy.content.split("\n"), privacy.ephemeral) == (lines[3:], True)
    assert discord.violations == []


async def test_without_embed_links_the_answer_is_plain_text(discord: LoopbackDiscord) -> None:
    """Where the bot may not embed, the same facts come as text, by reply and by command."""
    channel = discord.add_channel(discord.guild, "plain")
    discord.deny(channel, "embed_links")
    reply = await discord.reply_to(
        await discord.say("who shot masood", channel=channel, mention=True)
    )
    expected = f"-# who shot masood\n{MASOOD}\n**{TITLE}** · Sky News · 22 March 2018"
    assert (reply.content, reply.embeds) == (expected, [])
    slash = await (
        await discord.slash("ask", {"question": "who shot masood"}, channel=channel)
    ).reply()
    assert (slash.content, slash.embeds) == (expected, [])
    assert discord.violations == []


async def test_without_history_the_answer_refers_to_nothing(discord: LoopbackDiscord) -> None:
    """Where the bot may not read the history it answers without a reply's reference."""
    channel = discord.add_channel(discord.guild, "no-history")
    discord.deny(channel, "read_message_history")
    before = len(discord.sent)
    await discord.say("who shot masood", channel=channel, mention=True)
    await discord.until(lambda: len(discord.sent) > before, what="an answer")
    assert discord.sent[-1].reply_to is None
    assert discord.sent[-1].embeds[0]["description"] == MASOOD
    assert discord.violations == []


async def test_where_it_may_not_write_it_does_not_try(discord: LoopbackDiscord) -> None:
    """Without Send Messages nothing is sent, and nothing breaks."""
    channel = discord.add_channel(discord.guild, "read-only")
    discord.deny(channel, "send_messages")
    await discord.say("who shot masood", channel=channel, mention=True)
    assert await discord.silence(1) == []
    assert discord.violations == []


async def test_where_it_may_not_look_commands_still_answer(discord: LoopbackDiscord) -> None:
    """Without View Channel a mention does not reach the bot, and a command does."""
    channel = discord.add_channel(discord.guild, "hidden")
    discord.deny(channel, "view_channel")
    await discord.say("who shot masood", channel=channel, mention=True)
    exchange = await discord.slash("ask", ASKED, channel=channel)
    assert body_of(await exchange.reply()) == MASOOD
    assert [message.reply_to for message in discord.sent if message.channel == channel] == [None]
    assert discord.violations == []


async def test_where_it_may_not_write_commands_still_answer(discord: LoopbackDiscord) -> None:
    """Without Send Messages a command is answered all the same, for it needs no permission."""
    channel = discord.add_channel(discord.guild, "announcements")
    discord.deny(channel, "send_messages")
    assert body_of(await (await discord.slash("ask", ASKED, channel=channel)).reply()) == MASOOD
    assert discord.violations == []


async def test_a_deleted_question_is_still_answered(discord: LoopbackDiscord) -> None:
    """A question that is deleted before its answer does not break the bot."""
    message = await discord.say("who shot masood", mention=True)
    await discord.delete(message)
    await discord.silence(1)
    assert body_of(await discord.reply_to(await discord.say("who shot masood", mention=True)))
    assert discord.violations == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", r"/channels/\d+/messages", 429),
        ("POST", r"/channels/\d+/messages", 503),
        ("POST", r"/channels/\d+/messages", 500),
    ],
)
async def test_a_reply_survives_a_fault(
    discord: LoopbackDiscord, method: str, path: str, status: int
) -> None:
    """A 429, a 503 or a 500 delays a reply and does not lose or double it."""
    discord.fail(method, path, status)
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert await discord.silence(0.5) == []
    assert discord.violations == []


async def test_a_reply_survives_a_dropped_connection(discord: LoopbackDiscord) -> None:
    """A connection that breaks while a reply is sent does not lose the reply."""
    discord.drop("POST", r"/channels/\d+/messages")
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert discord.violations == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", r"/interactions/.*/callback"), ("PATCH", r"/webhooks/.*/@original")],
)
@pytest.mark.parametrize("status", [429, 503, None])
async def test_a_command_survives_a_fault(
    discord: LoopbackDiscord, method: str, path: str, status: int | None
) -> None:
    """A 429, a 503 or a dropped connection delays a command's answer and does not lose it."""
    if status is None:
        discord.drop(method, path)
    else:
        discord.fail(method, path, status)
    exchange = await discord.slash("ask", {"question": "who shot masood"})
    assert body_of(await exchange.reply()) == MASOOD
    assert exchange.acknowledged_after is not None
    assert exchange.acknowledged_after < 3
    assert discord.violations == []


@pytest.mark.parametrize("status", [403, 404])
async def test_a_refusal_is_lived_with(discord: LoopbackDiscord, status: int) -> None:
    """What Discord refuses for good is not tried again, and the next question is answered."""
    discord.fail("POST", r"/channels/\d+/messages", status)
    discord.fail("PATCH", r"/webhooks/.*/@original", status)
    await discord.say("who shot masood", mention=True)
    await discord.slash("ask", {"question": "who shot masood"})
    sent = await discord.silence(1)
    assert [message.embeds for message in sent] == [[]], "more than the place held for the answer"
    assert body_of(await (await discord.slash("ask", {"question": "who shot masood"})).reply())
    assert body_of(await discord.reply_to(await discord.say("who shot masood", mention=True)))
    assert discord.violations == []


async def test_reconnect_is_followed_by_a_resume(discord: LoopbackDiscord) -> None:
    """After RECONNECT the session is resumed, and what was asked meanwhile is answered."""
    resumes = discord.resumes
    await discord.reconnect()
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert discord.resumes == resumes + 1
    assert discord.violations == []


async def test_a_cut_gateway_is_resumed(discord: LoopbackDiscord) -> None:
    """After its connection is cut the bot resumes and answers."""
    resumes = discord.resumes
    await discord.abort_gateway()
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert discord.resumes == resumes + 1
    assert discord.violations == []


async def test_a_lost_session_is_opened_anew(discord: LoopbackDiscord) -> None:
    """After an invalid session the bot identifies again and answers."""
    identifies = discord.identifies
    await discord.invalidate(resumable=False)
    await discord.until(lambda: discord.identifies > identifies, what="a new session")
    await discord.ready()
    message = await discord.say("who shot masood", mention=True)
    assert body_of(await discord.reply_to(message)) == MASOOD
    assert discord.violations == []


async def test_sixty_questions_at_once(discord: LoopbackDiscord) -> None:
    """Sixty questions at once are all acknowledged within 3 s and all answered."""
    questions = ["who shot masood", "when does the condolence book close", "best pizza in rome"]
    exchanges = [
        await discord.slash(
            "ask", {"question": questions[n % 3]}, user=discord.user(f"person {n % 20}")
        )
        for n in range(60)
    ]
    replies = await asyncio.gather(*(exchange.reply(60) for exchange in exchanges))
    delays = [exchange.acknowledged_after for exchange in exchanges]
    assert all(delay is not None and delay < 3 for delay in delays), delays
    bodies = [body_of(reply) for reply in replies]
    assert bodies[0::3] == [MASOOD] * 20
    assert all(body.endswith("¶ 26") for body in bodies[1::3])
    assert all(body.startswith("**The article does not say.**") for body in bodies[2::3])
    assert discord.violations == []


async def test_hostile_words_ping_nobody_and_break_nothing(discord: LoopbackDiscord) -> None:
    """Mentions and Markdown in a question are shown as typed and ping nobody."""
    typed = "@everyone <@1> **who** ||shot|| masood `x` [a](http://b.example)"
    reply = await (await discord.slash("ask", {"question": typed})).reply()
    assert reply.embeds[0]["author"]["name"] == typed
    assert reply.body["allowed_mentions"] == {"parse": []}
    assert discord.violations == []


def current(folder: Path) -> str:
    """The name of the current build."""
    return (folder / "CURRENT").read_text("utf-8").strip()


async def test_a_rebuild_is_picked_up_and_sigterm_ends_it(
    folder: Path, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    """A running bot answers from a new build without a restart, and SIGTERM ends it cleanly."""
    index = tmp_path / "index"
    shutil.copytree(folder, index, ignore=shutil.ignore_patterns("feedback*"))
    news = tmp_path / "news.md"
    news.write_text("# Cheese\n\nThe mayor of Brie ate forty wheels of cheese on Tuesday.", "utf-8")
    async with LoopbackDiscord() as discord:
        async with BotProcess(discord, ("run", "--index", str(index))) as bot:
            await discord.ready()
            asked = {"question": "how many wheels of cheese did the mayor eat"}
            before = await (await discord.slash("ask", asked)).reply()
            assert body_of(before).startswith("**The article does not say.**")
            build(index, ["sample", str(news)], encoder)
            after = await (await discord.slash("ask", asked)).reply()
            assert body_of(after) == (
                "> The mayor of Brie ate **forty** wheels of cheese on Tuesday.\n¶ 1"
            )
            bot.terminate()
            assert await bot.wait(5) == 0
        assert not any("Traceback" in line for line in bot.log)
        assert discord.violations == []


async def test_a_second_start_does_not_register_the_commands_again(
    discord: LoopbackDiscord, folder: Path
) -> None:
    """The commands are put when Discord has none and left alone after; Ctrl-C ends the bot."""
    async with LoopbackDiscord() as fresh:
        for _ in range(2):
            async with BotProcess(fresh, ("run", "--index", str(folder))) as bot:
                await bot.line("Discord has these 6|6 commands registered", timeout=40)
                await fresh.ready()
                bot.interrupt()
                assert await bot.wait(5) == 0
                assert not any("Traceback" in line for line in bot.log)
        assert fresh.command_puts == 1
        assert fresh.violations == []


async def test_a_wrong_token_is_one_sentence(folder: Path) -> None:
    """A token that Discord refuses ends the bot with status 1 and a sentence about the token."""
    async with LoopbackDiscord() as discord:
        wrong = {"DISCORD_TOKEN": "not.the.token"}
        async with BotProcess(discord, ("run", "--index", str(folder)), env=wrong) as bot:
            assert await bot.wait(40) == 1
            assert bot.log[-1].startswith("Discord does not accept the token: ")
            assert not any("Traceback" in line or "not.the.token" in line for line in bot.log)


async def test_a_token_that_cannot_be_one_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """A token with a line end in it is refused without a call to Discord."""
    async with LoopbackDiscord() as discord:
        odd = {"DISCORD_TOKEN": "to\nken"}
        arguments = ("run", "--index", str(folder))
        async with BotProcess(discord, arguments, cwd=tmp_path, env=odd) as bot:
            assert await bot.wait(20) == 1
            assert [line[:35] for line in bot.log] == ["Discord does not accept the token: "]
        assert discord.requests == []


async def test_commands_that_discord_does_not_tell_are_put(folder: Path) -> None:
    """Where Discord does not say which commands it has, they are registered all the same."""
    async with LoopbackDiscord() as discord:
        discord.fail("GET", "/commands", 404)
        async with BotProcess(discord, ("run", "--index", str(folder))):
            await discord.ready()
            assert discord.command_puts == 1
            assert body_of(await (await discord.slash("ask", ASKED)).reply()) == MASOOD


async def test_commands_that_discord_refuses_keep_nobody_offline(folder: Path) -> None:
    """Where the commands cannot be registered, mentions are answered all the same."""
    async with LoopbackDiscord() as discord:
        discord.fail("PUT", "/commands", 403)
        async with BotProcess(discord, ("run", "--index", str(folder))) as bot:
            await discord.ready()
            message = await discord.say("who shot masood", mention=True)
            assert body_of(await discord.reply_to(message)) == MASOOD
            await bot.line("the commands could not be registered")


async def test_sigterm_ends_a_busy_bot_in_time(folder: Path) -> None:
    """SIGTERM ends the bot within 5 s though many questions are waiting."""
    arguments = ("run", "--index", str(folder))
    async with LoopbackDiscord() as discord, BotProcess(discord, arguments) as bot:
        await discord.ready()
        for _ in range(150):
            await discord.slash("ask", ASKED)
        bot.terminate()
        assert await bot.wait(5) == 0
        assert not any("Traceback" in line for line in bot.log)


async def test_no_token_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """Without a token the bot ends at once with status 1 and says where to put one."""
    async with LoopbackDiscord() as discord:
        none = {"DISCORD_TOKEN": None}
        arguments = ("run", "--index", str(folder))
        async with BotProcess(discord, arguments, cwd=tmp_path, env=none) as bot:
            assert await bot.wait(20) == 1
            assert len(bot.log) == 1
            assert bot.log[0].startswith("There is no token: put DISCORD_TOKEN=")


async def test_no_index_is_one_sentence(tmp_path: Path) -> None:
    """Without an index the bot ends with status 1 and says how to build one."""
    async with LoopbackDiscord() as discord:
        missing = tmp_path / "none"
        async with BotProcess(discord, ("run", "--index", str(missing)), cwd=tmp_path) as bot:
            assert await bot.wait(20) == 1
            assert bot.log == [
                f"There is no index in {missing}: run `pilcrow build`, "
                "or name its folder with --index."
            ]


async def test_a_gateway_refused_at_first_is_waited_for(folder: Path) -> None:
    """A gateway that refuses the first connection meets patience; then the bot answers."""
    async with LoopbackDiscord() as discord:
        discord.refuse_gateway = True
        async with BotProcess(discord, ("run", "--index", str(folder))) as bot:
            await bot.line(r"Discord cannot be reached .* trying again in 2 s", timeout=40)
            discord.refuse_gateway = False
            await discord.ready()
            message = await discord.say("who shot masood", mention=True)
            assert body_of(await discord.reply_to(message)) == MASOOD
            bot.terminate()
            assert await bot.wait(5) == 0
            assert not any("Traceback" in line for line in bot.log)
        assert discord.violations == []
