"""The article's path: sources -> articles -> passages -> vectors -> a build -> CURRENT."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import sources as source_reader
from index import store
from index.check import faults
from index.embedding import Known, embed, forget, key_of
from index.encoder import Encoder
from index.errors import DamagedIndex, NoIndex, SourceError
from index.split import LONGEST_PASSAGE, split

SPLIT_PARAMETERS = {"longest_passage_words": LONGEST_PASSAGE}


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to.

    Attributes:
        name: of the build that is current now.
        articles, passages: how many it holds.
        embedded: passages whose vectors were computed; the others kept theirs.
        unchanged: whether it was the current build already.
    """

    name: str
    articles: int
    passages: int
    embedded: int
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """What a build tells while it goes on; each is called from the thread that builds.

    Attributes:
        embedded: (done, total) passages, at the start and after each batch.
        skipped: a file of a folder that cannot be read.
        waiting: another build holds the index, and this one waits.
    """

    embedded: Callable[[int, int], None] = lambda done, total: None
    skipped: Callable[[SourceError], None] = lambda error: None
    waiting: Callable[[], None] = lambda: None


def build(
    index: Path,
    sources: Sequence[str],
    encoder: Encoder,
    reports: Reports | None = None,
    allowed: frozenset[str] = frozenset(),
) -> Built:
    """Builds the sources into the index folder and makes the result current.

    The same input gives the same build; where that is current and intact, nothing is done. A
    passage whose text the current build has keeps its vector, and so does one that a build embedded
    before it was cut short. Until the last step the build before goes on serving, whatever happens.

    Args:
        index: the folder; made if it is not there.
        sources: files, folders and web addresses; with none, those of the last build, or at first
            the sample.
        encoder: what embeds the passages.
        reports: what to tell meanwhile.
        allowed: "host:port" of inner servers whose addresses may be read.

    Raises:
        SourceError: a source cannot be read.
        ModelError: the encoder does not load.
    """
    reports = reports or Reports()
    with store.building(index, reports.waiting):
        named = _absolute(sources) or store.last_sources(index) or [source_reader.SAMPLE]
        articles = source_reader.read(named, reports.skipped, index, allowed)
        passages = [passage for article in articles for passage in split(article)]
        made_by = {"name": encoder.name, "sha256": encoder.fingerprint}
        name = store.build_name(articles, made_by, SPLIT_PARAMETERS)
        before = _name_of_current(index)
        embedded = 0
        if not _is_intact(index / name):
            known = _known_vectors(index, before, encoder)
            vectors, embedded = embed(index, passages, known, encoder, reports.embedded)
            store.publish(index, name, passages, articles, vectors, encoder, SPLIT_PARAMETERS)
        store.make_current(index, name, named)
        forget(index)
    unchanged = name == before and not embedded
    return Built(name, len(articles), len(passages), embedded, unchanged)


def _absolute(sources: Sequence[str]) -> list[str]:
    """The sources as a later build, begun in another folder, would have to name them."""
    return [os.path.abspath(source) if os.path.exists(source) else source for source in sources]


def _name_of_current(index: Path) -> str | None:
    try:
        return store.current_build(index)
    except (NoIndex, DamagedIndex):
        return None


def _is_intact(build: Path) -> bool:
    try:
        return not faults(build, store.read_manifest(build))
    except DamagedIndex:
        return False


def _known_vectors(index: Path, name: str | None, encoder: Encoder) -> Known:
    """The vector of each passage text of a build, where the same encoder made it."""
    if name is None or not _is_intact(index / name):
        return Known()
    build = index / name
    manifest = store.read_manifest(build)
    if manifest.encoder_sha256 != encoder.fingerprint:
        return Known()
    articles, passages = store.load_articles(build), store.load_passages(build)
    rows: dict[bytes, int] = {}
    for place, article in enumerate(articles):
        for row in articles.rows(place):
            _, _, start, end = passages[row].tolist()
            rows[key_of(article.text[start:end])] = row
    return Known(rows, store.load_vectors(build).vectors)
