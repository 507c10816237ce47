"""Privacy: what the bot stores of people's questions and of servers, and how it says so."""

from dataclasses import dataclass

from index.text import count


@dataclass(frozen=True, slots=True)
class Privacy:
    """What the operator has chosen to keep.

    Attributes:
        logs_questions: whether the log shows the words of each question.
        keeps_questions: whether the feedback has the words of the question.
        days: for how many days feedback is kept.
        guild_days: for how many days a server's articles are kept after the bot was removed.
    """

    logs_questions: bool
    keeps_questions: bool
    days: int
    guild_days: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is stored, for how long, and what is not; a sentence each."""
        stored = "the articles and their index"
        if self.logs_questions:
            stored += ", and in the operator's log the words of each question"
        noted = "when, where in the article, how sure I was, and what you write under 👎"
        if self.keeps_questions:
            noted += ", and the words of the question"
        asked = self.logs_questions or self.keeps_questions
        forgotten = "who asked" if asked else "your questions, your messages, and who asked"
        logged = "the number that Discord gave it and whether it was answered"
        return (
            f"Stored: {stored}.",
            f"Stored for {count(self.days, 'day')}, of each 👍 and 👎 and of each question without "
            f"an answer: {noted}.",
            f"Not stored: {forgotten}.",
            "Held in memory for a moment, against floods: who asked, and where.",
            f"Noted in the operator's log for each question: {logged}.",
            "What a server has added and chosen is deleted "
            f"{count(self.guild_days, 'day')} after I am removed from it.",
        )
