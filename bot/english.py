"""The small words of English, which say how the others hang together."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


BE = _set("is are was were be been isn't aren't wasn't weren't")
HAVE = _set("has have had hasn't haven't hadn't")
DO = _set("do does did don't doesn't didn't")
MODALS = _set(
    "can could will would shall should may might must can't couldn't won't wouldn't shouldn't"
)
AUXILIARIES = BE | HAVE | DO | MODALS
INDEFINITE = _set("each every no any some")
DETERMINERS = INDEFINITE | _set("a an the his her its their our your my")
PREPOSITIONS = _set(
    "about after against among as at before between by during for from in into like near of off "
    "on onto over per since through than to towards under until till up upon via with within "
    "without"
)
QUESTION_WORDS = _set("who whom whose what which where when why how")
DEMONSTRATIVES = _set("this that these those")
PRONOUNS = DEMONSTRATIVES | _set(
    "i me you we us he him she hers it they them theirs there here one ones "
    "himself herself itself themselves"
)
MEASURES = _set("many much old long often far tall big fast")
FUNCTION_WORDS = (
    (AUXILIARIES | DETERMINERS | PREPOSITIONS | QUESTION_WORDS | PRONOUNS | MEASURES)
    - _set("tall big fast")
    | _set("and but or so not then also just really exactly else too if because while only ever")
    | _set("more most other unless")
)
TIMES = _set("year month day date time week weekday hour decade")
PLACES = _set("place city town state country county region village continent")
