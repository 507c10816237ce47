"""The turns above a reply, read from the messages of a Discord on this machine."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import pytest_asyncio

from bot import render
from bot.answers import Abstention, Answer, Citation, Question, Reason, Turn
from bot.buttons import view_of
from bot.chain import said_in, turns_above
from bot.sending import SILENT
from bot.under import Judged, Place, under
from index.search import PassageIndex
from tests.bot.examples import index_of
from tests.loopback.model import Message
from tests.loopback.server import LoopbackDiscord

TEXT = "Ada wrote the notes in 1843.\n\nHe built *the* engine."


@dataclass(frozen=True)
class Room:
    """A channel with a bot that is logged in, and the index that it answers from."""

    server: LoopbackDiscord
    client: discord.Client
    index: PassageIndex

    @property
    def channel(self) -> discord.PartialMessageable:
        """The channel, as the bot sees it."""
        return self.client.get_partial_messageable(int(self.server.channel.id))

    async def answered(self, asked: Message, quote: str | None, embeds: bool = True) -> Message:
        """The bot's answer to a message, with these words, or its abstention where None."""
        question = Question(asked.content.partition("> ")[2] or asked.content)
        passage = self.index.passage(0 if quote is None or quote in TEXT[:28] else 1)
        start = TEXT.index(quote) if quote else passage.start
        end = start + len(quote) if quote else passage.end
        cited = (Citation(passage, start, end),)
        outcome = Answer(cited, 0.9) if quote else Abstention(Reason.NOT_SAID, cited, 0.1)
        message = render.message(question, outcome, 1, embeds)
        reference = discord.MessageReference(
            message_id=int(asked.id), channel_id=self.channel.id, fail_if_not_exists=False
        )
        sent = await self.channel.send(
            message.content,
            embeds=message.embeds,
            view=view_of(under(outcome, self.index, 7)),
            reference=reference,
            mention_author=False,
            allowed_mentions=SILENT,
        )
        return self.server.messages[str(sent.id)]

    async def turns(self, message: Message, kept: bool = True) -> Sequence[Turn]:
        """The turns above a message, with the builds kept or not."""

        async def quote(place: Place) -> str | None:
            return TEXT[place.start : place.end] if kept else None

        assert self.client.user is not None
        seen = await self.channel.fetch_message(int(message.id))
        return await turns_above(seen, self.client.user.id, quote)


@pytest_asyncio.fixture
async def room(server: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[Room]:
    """A room in which nothing was said yet."""
    index = index_of(tmp_path, {"text": TEXT})
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(server.token)
        yield Room(server, client, index)


@pytest.mark.asyncio
async def test_a_reply_to_an_answer(room: Room) -> None:
    """The turn has the question in full, however long it is, and the words of the build."""
    asked = "who wrote the notes " + "or the letters " * 30
    question = await room.server.say(asked, mention=True)
    answer = await room.answered(question, "Ada")
    reply = await room.server.say("and when", reply_to=answer)
    assert await room.turns(reply) == (Turn(asked.strip(), "Ada"),)
    assert room.server.violations == []


@pytest.mark.asyncio
async def test_a_chain_is_read_three_turns_up(room: Room) -> None:
    """The last three turns come oldest first, an abstention without words."""
    asked = await room.server.say("one", mention=True)
    for number, quote in enumerate(("Ada", "1843", None, "the notes"), start=2):
        answer = await room.answered(asked, quote)
        asked = await room.server.say(f"question {number}", reply_to=answer)
    assert await room.turns(asked) == (
        Turn("question 2", "1843"),
        Turn("question 3", None),
        Turn("question 4", "the notes"),
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("embeds", [True, False])
async def test_where_the_build_is_gone_the_bold_words_stand(room: Room, embeds: bool) -> None:
    """Without the build the quote is read from the message, an embed or plain, as it was."""
    asked = await room.server.say("what did he build", mention=True)
    answer = await room.answered(asked, "*the* engine", embeds)
    reply = await room.server.say("when", reply_to=answer)
    assert await room.turns(reply, kept=False) == (Turn("what did he build", "*the* engine"),)


@pytest.mark.asyncio
@pytest.mark.parametrize("embeds", [True, False])
async def test_without_the_question_the_answer_tells_it(room: Room, embeds: bool) -> None:
    """A question that is deleted is known from the answer, and the chain ends there."""
    first = await room.answered(await room.server.say("one", mention=True), "Ada")
    asked = await room.server.say("who *wrote* it", reply_to=first)
    answer = await room.answered(asked, "Ada", embeds)
    reply = await room.server.say("when", reply_to=answer)
    await room.server.delete(asked)
    assert await room.turns(reply) == (Turn("who *wrote* it", "Ada"),)


@pytest.mark.asyncio
async def test_what_is_no_reply_to_an_answer(room: Room) -> None:
    """A message of its own, and a reply to a person or to a notice of the bot, have no turns."""
    alone = await room.server.say("who wrote it", mention=True)
    to_a_person = await room.server.say("who is he", mention=True, reply_to=alone)
    notice = await room.channel.send("Ask me something.", allowed_mentions=SILENT)
    to_a_notice = await room.server.say("ok", reply_to=room.server.messages[str(notice.id)])
    for message in (alone, to_a_person, to_a_notice):
        assert await room.turns(message) == ()


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [403, 404, 503, None])
async def test_what_cannot_be_fetched_ends_the_chain(room: Room, status: int | None) -> None:
    """A question that is refused is known from the answer; after a passing fault it is read."""
    first = await room.answered(await room.server.say("one", mention=True), "Ada")
    answer = await room.answered(await room.server.say("two", reply_to=first), "1843")
    reply = await room.server.say("three", reply_to=answer)
    seen = await room.channel.fetch_message(int(reply.id))
    path = rf"/messages/{answer.reply_to}$"
    if status is None:
        room.server.drop("GET", path)
    else:
        room.server.fail("GET", path, status)

    async def quote(place: Place) -> str | None:
        return TEXT[place.start : place.end]

    turns = await turns_above(seen, int(room.server.application_id), quote)
    refused = status in (403, 404)
    assert turns == ((() if refused else (Turn("one", "Ada"),)) + (Turn("two", "1843"),))


JUDGED = Judged("answer", Place("3f9c2a71d0be", 0, 0, 3), 0.9)
ID = f"up:{JUDGED.packed}"


def embed_of(question: str, body: str) -> discord.Embed:
    """An embed as answers have it."""
    return discord.Embed(description=body).set_author(name=question)


@pytest.mark.parametrize(
    ("body", "bold"),
    [
        ("> It was **Ada** who wrote.\n¶ 1", "Ada"),
        ("**The article says more than one thing:**\n> By **Ada**.\n¶ 1\n> By **Bo**.\n¶ 2", "Ada"),
        ("> He \\*\\*saw\\*\\* **2 \\* 3 \\[sic]**.\n¶ 1", "2 * 3 [sic]"),
        ("> Nothing is marked.\n¶ 1", None),
    ],
)
def test_the_bold_words_of_an_answer(body: str, bold: str | None) -> None:
    """The first words that are marked in a quotation are the answer, as the article has them."""
    said = said_in([embed_of("who?", body)], "", ["context:x", ID])
    assert said is not None
    assert (said.question, said.judged, said.bold) == ("who?", JUDGED, bold)


def test_messages_that_say_no_answer() -> None:
    """Without the buttons of an answer a message is none, whatever it looks like."""
    assert said_in([embed_of("who?", "> **Ada**\n¶ 1")], "", []) is None
    assert said_in([], "-# who?\n> **Ada**", ["page:3f9c2a71d0be:0:1"]) is None
