"""The exceptions meant for a person; the text of each is the sentence that is shown.

PilcrowError
├── SourceError      a source that cannot be read as articles
│   └── Gone         a web address at which nothing stands any more
├── ModelError       an encoder that cannot be had or loaded
│   └── NoModel      one that is not on this machine
├── NoIndex          no build to open
├── DamagedIndex     a build whose files are not what its manifest says
├── WrongEncoder     a build made with another encoder than the one asked for
├── UnknownArticle   an article that the index does not hold
└── TooMuch          more than may be kept
"""


class PilcrowError(Exception):
    """Something that a person can mend; `str()` of it says what was wrong and what to do."""


class SourceError(PilcrowError):
    """A source cannot be read as articles."""


class Gone(SourceError):
    """Nothing stands at a web address any more, says its server."""


class ModelError(PilcrowError):
    """An encoder cannot be found, is not the file it should be, or does not load."""


class NoModel(ModelError):
    """An encoder is not on this machine."""


class NoIndex(PilcrowError):
    """There is no build to open."""


class DamagedIndex(PilcrowError):
    """The files of a build are not what its manifest says."""


class WrongEncoder(PilcrowError):
    """A build was made with another encoder than the one that should search it."""


class UnknownArticle(PilcrowError):
    """The index does not hold the article that was named."""


class TooMuch(PilcrowError):
    """There would be more articles, or longer ones, than may be kept."""


def unknown_article(article: str) -> UnknownArticle:
    """The error for an id that no article has."""
    return UnknownArticle(
        f"The index has no article “{article}”: `pilcrow articles` lists what it has."
    )
