"""Answers that follow their questions, and follow-ups by reply, with the bot as its own process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.loopback.model import Message, Reply
from tests.loopback.process import BotProcess
from tests.loopback.server import LoopbackDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ASKED, OTHER = "who shot masood", "when does the condolence book close"
MASOOD = "> Masood, 52, was shot dead by **armed police** at the scene.\n¶ 12"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(sample_folder: Path) -> AsyncIterator[LoopbackDiscord]:
    """A Discord with the bot in it."""
    async with (
        LoopbackDiscord() as discord,
        BotProcess(discord, ("run", "--index", str(sample_folder))),
    ):
        await discord.ready()
        yield discord


@pytest.fixture
def discord(server: LoopbackDiscord) -> LoopbackDiscord:
    """The same Discord, with the broken rules of the tests before forgotten."""
    server.violations.clear()
    return server


async def shows(discord: LoopbackDiscord, answer: Reply, words: str) -> None:
    """Returns once the message of an answer shows these words at its end."""

    def shown() -> bool:
        return str(answer.message.embeds[0]["description"]).endswith(words)

    await discord.until(shown, what=f"an answer with {words!r}")


async def gone(discord: LoopbackDiscord, answer: Reply) -> None:
    """Returns once an answer is deleted."""
    await discord.until(lambda: answer.message.id not in discord.messages, what="a deletion")


async def asked(discord: LoopbackDiscord, text: str = ASKED) -> tuple[Message, Reply]:
    """A question and the bot's answer to it."""
    question = await discord.say(text, mention=True)
    return question, await discord.reply_to(question)


async def test_a_deleted_question_takes_its_answer_along(discord: LoopbackDiscord) -> None:
    """The reply goes with the message that it answers, one or many at once."""
    question, answer = await asked(discord)
    await discord.delete(question)
    await gone(discord, answer)
    pairs = [await asked(discord), await asked(discord, OTHER)]
    await discord.delete_all([one for one, _ in pairs])
    for _, reply in pairs:
        await gone(discord, reply)
    assert discord.violations == []


async def test_a_question_deleted_while_it_is_answered(discord: LoopbackDiscord) -> None:
    """A question that is gone before its answer leaves no answer behind."""
    before = set(discord.messages)
    question = await discord.say(ASKED, mention=True)
    await discord.delete(question)
    await discord.silence(1)
    await discord.until(lambda: set(discord.messages) == before, what="nothing left")
    assert discord.violations == []


async def test_an_edited_question_is_answered_anew(discord: LoopbackDiscord) -> None:
    """An edit changes the same reply, buttons and all, however fast the edits come."""
    question, answer = await asked(discord)
    buttons = answer.message.components
    count = len(discord.sent)
    await discord.edit(question, OTHER, mention=True)
    await shows(discord, answer, "¶ 26")
    assert answer.message.embeds[0]["author"]["name"] == OTHER
    assert answer.message.components != buttons
    await discord.edit(question, "x" * 1001, mention=True)
    await discord.until(lambda: "1,001" in answer.message.content, what="a notice")
    assert (answer.message.embeds, answer.message.components) == ([], [])
    for text in (OTHER, ASKED, OTHER, ASKED):
        await discord.edit(question, text, mention=True)
    await discord.until(lambda: bool(answer.message.embeds), what="an answer")
    await shows(discord, answer, "¶ 12")
    assert len(discord.sent) == count
    assert discord.violations == []


async def test_an_edit_before_the_answer(discord: LoopbackDiscord) -> None:
    """A question that is edited while it is answered ends up with the answer to the edit."""
    question = await discord.say(ASKED, mention=True)
    await discord.edit(question, OTHER, mention=True)
    await shows(discord, await discord.reply_to(question), "¶ 26")
    assert discord.violations == []


async def test_edits_that_change_nothing(discord: LoopbackDiscord) -> None:
    """An edit that takes away the mention or the words leaves the answer; others get none."""
    question, answer = await asked(discord)
    await discord.edit(question, OTHER)
    await discord.edit(question, "", mention=True)
    await discord.edit(await discord.say(ASKED), OTHER, mention=True)
    assert await discord.silence(1) == []
    assert answer.message.embeds[0]["description"] == MASOOD
    assert discord.violations == []


def age(discord: LoopbackDiscord, question: Message, answer: Reply, minutes: int) -> None:
    """Gives a question the id that it would have, had it been asked so much earlier."""
    del discord.messages[question.id]
    question.id = str(int(question.id) - (minutes * 60_000 << 22))
    discord.messages[question.id] = question
    answer.message.reply_to = question.id


async def test_answers_of_before_a_restart_follow_too(sample_folder: Path) -> None:
    """After a restart an answer is found in the channel: of a day for deletions, of 5 min. else."""
    arguments = ("run", "--index", str(sample_folder))
    async with LoopbackDiscord() as discord:
        async with BotProcess(discord, arguments):
            await discord.ready()
            pairs = [await asked(discord) for _ in range(6)]
        for (question, answer), minutes in zip(pairs, (60, 2000, 70, 80, 4, 6), strict=True):
            age(discord, question, answer, minutes)
        (hour, gone_1), (old, left), (one, gone_2), (two, gone_3), (four, anew), (six, as_was) = (
            pairs
        )
        async with BotProcess(discord, arguments):
            await discord.ready()
            await discord.delete(old)
            await discord.edit(six, OTHER, mention=True)
            await discord.delete(hour)
            await gone(discord, gone_1)
            await discord.delete_all([one, two])
            await gone(discord, gone_2)
            await gone(discord, gone_3)
            await discord.edit(four, OTHER, mention=True)
            await shows(discord, anew, "¶ 26")
            assert left.message.id in discord.messages
            assert as_was.message.embeds[0]["description"] == MASOOD
        assert discord.violations == []


async def test_a_follow_up_is_read_up_its_chain(discord: LoopbackDiscord) -> None:
    """A reply with its ping needs no mention; the question above it is fetched."""
    question, answer = await asked(discord)
    requests = len(discord.requests)
    again = await discord.reply_to(await discord.say("and who is he?", reply_to=answer))
    assert again.embeds[0]["author"]["name"] == "and who is he?"
    fetched = [call.path for call in discord.requests[requests:] if call.method == "GET"]
    assert [path.endswith(f"/messages/{question.id}") for path in fetched] == [True]
    assert discord.violations == []


async def test_a_follow_up_in_a_thread(discord: LoopbackDiscord) -> None:
    """In a thread, replies to the bot's answers are follow-ups, and other chatter is left."""
    thread = discord.add_thread(discord.channel, "more on that")
    first = await discord.reply_to(await discord.say(ASKED, channel=thread, mention=True))
    reply = await discord.reply_to(await discord.say(OTHER, reply_to=first))
    assert reply.embeds[0]["description"].endswith("¶ 26")
    assert reply.message.channel.id == thread.id
    await discord.say("thanks, all", channel=thread)
    assert await discord.silence(0.5) == []
    assert discord.violations == []


async def test_a_follow_up_is_understood_with_the_turn_above(discord: LoopbackDiscord) -> None:
    """What a reply leaves out comes from the question and the answer above it."""
    _, answer = await asked(discord)
    reply = await discord.reply_to(await discord.say("how old was he?", reply_to=answer))
    assert reply.embeds[0]["description"] == (
        "> Masood, **52**, was shot dead by armed police at the scene.\n¶ 12"
    )
    again = await discord.reply_to(await discord.say("where?", reply_to=reply))
    assert "¶ 12" in again.embeds[0]["description"]
    assert discord.violations == []
