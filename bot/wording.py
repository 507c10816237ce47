"""What terminal and Discord say in the same words."""

from index.corpus import Article

SEVERAL_ANSWERS = "The article says more than one thing:"
NOT_AN_ANSWER = "The closest passage, not an answer:"
NEXT_PASSAGES = "The passages that come next, not an answer:"


def no_answer(articles: int) -> str:
    """The sentence of an abstention, when so many articles were asked."""
    return "The article does not say." if articles == 1 else "What I have read does not say."


def imprint(article: Article) -> str:
    """The publisher and the day of publication, as far as they are known; else nothing."""
    day = article.published
    written = f"{day.day} {day:%B %Y}" if day else None
    return " · ".join(part for part in (article.publisher, written) if part)
