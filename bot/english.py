"""The small words of English, which say how the others hang together."""


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written in a string."""
    return frozenset(words.split())


BE = word_set("is are was were be been isn't aren't wasn't weren't")
HAVE = word_set("has have had hasn't haven't hadn't")
DO = word_set("do does did don't doesn't didn't")
MODALS = word_set(
    "can could will would shall should may might must can't couldn't won't wouldn't shouldn't"
)
AUXILIARIES = BE | HAVE | DO | MODALS
INDEFINITE = word_set("each every no any some")
DETERMINERS = INDEFINITE | word_set("a an the his her its their our your my")
PREPOSITIONS = word_set(
    "about after against among as at before between by during for from in into like near of off "
    "on onto over per since through than to towards under until till up upon via with within "
    "without"
)
QUESTION_WORDS = word_set("who whom whose what which where when why how")
DEMONSTRATIVES = word_set("this that these those")
PRONOUNS = DEMONSTRATIVES | word_set(
    "i me you we us he him she hers it they them theirs there here one ones "
    "himself herself itself themselves"
)
MEASURES = word_set("many much old long often far tall big fast")
FUNCTION_WORDS = (
    (AUXILIARIES | DETERMINERS | PREPOSITIONS | QUESTION_WORDS | PRONOUNS | MEASURES)
    - word_set("tall big fast")
    | word_set(
        "and but or so not then also just really exactly else too if because while only ever"
    )
    | word_set("more most other unless")
)
TIMES = word_set("year month day date time week weekday hour decade")
PLACES = word_set("place city town state country county region village continent")
