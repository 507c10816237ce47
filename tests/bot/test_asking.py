"""Asking in the running bot: what is counted and noted of a question that is not read again."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bot.answers import Question
from bot.asking import Asking, Origin
from bot.feedback import Feedback, notes
from bot.guild_index import GuildIndexes
from bot.limits import Limits
from bot.live import LiveIndex
from bot.metrics import ABSTENTION, Metrics
from index.encoder import Encoder
from index.kept import Most
from tests.bot.examples import index_of
from tests.bot.test_ask import NUMBERS, judge
from tests.bot.test_remembered import CountingReader


def asking(folder: Path, encoder: Encoder, reader: CountingReader) -> Asking:
    """What answers from the index in a folder, and abstains always."""
    guilds = GuildIndexes(folder, LiveIndex(folder, encoder), encoder, Most(50), 30, None)
    return Asking(
        guilds=guilds,
        reader=reader,
        judgement=judge(1.0),
        pool=ThreadPoolExecutor(1),
        feedback=Feedback(folder, 90, keeps_questions=True),
        limits=Limits(0, 0, 20, 100),
        metrics=Metrics(),
        log_questions=False,
        started=datetime.now(UTC),
    )


def test_a_question_asked_again_is_counted_and_noted_again(tmp_path: Path) -> None:
    """Two people who ask the same get the same reply from one reading, and both are counted."""
    reader = CountingReader()
    bot = asking(tmp_path / "index", index_of(tmp_path, NUMBERS).encoder, reader)

    async def ask(asker: int) -> list[dict[str, object]]:
        message = await bot.reply(Question("what number"), Origin(asker, asker, 1, None), True)
        await asyncio.get_running_loop().shutdown_default_executor()
        return [dict(embed.to_dict()) for embed in message.embeds]

    first = asyncio.run(ask(2))
    # Before an abstention the first passages are read, and those after them.
    assert reader.read_for == ["what number"] * 2
    assert asyncio.run(ask(3)) == first != []
    assert reader.read_for == ["what number"] * 2
    counted = {"outcome": ABSTENTION}
    assert bot.metrics.registry.get_sample_value("pilcrow_questions_total", counted) == 2.0
    assert [note.question for note in notes(tmp_path / "index")] == ["what number"] * 2
