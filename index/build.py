"""The article's path: sources -> articles -> passages -> vectors -> a build -> CURRENT."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import sources as source_reader
from index import store
from index.check import faults
from index.choice import Choice
from index.corpus import Passage
from index.encoder import Encoder, Vectors
from index.errors import DamagedIndex, NoIndex, SourceError
from index.split import LONGEST_PASSAGE, split

SPLIT_PARAMETERS = {"longest_passage_words": LONGEST_PASSAGE}

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to.

    Attributes:
        name: of the build that is current now.
        articles, passages: how many it holds.
        embedded: passages whose vectors were computed; the others kept theirs.
        unchanged: whether it was the current build already.
        languages: how many articles are in each language, as far as that is known.
    """

    name: str
    articles: int
    passages: int
    embedded: int
    unchanged: bool
    languages: Mapping[str, int]


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
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> Built:
    """Builds the sources into the index folder and makes the result current.

    The same input gives the same build; where that is current and intact, nothing is done. A
    passage whose text the current build has keeps its vector. Until the last step the build
    before goes on serving, whatever happens.

    Args:
        index: the folder; made if it is not there.
        sources: files, folders and web addresses; with none, those of the last build, or at first
            the sample.
        encoder: what embeds the passages.
        reports: what to tell meanwhile.
        allowed: "host:port" of inner servers whose addresses may be read.
        choice: which items of feeds and sitemaps are read.

    Raises:
        SourceError: a source cannot be read.
        ModelError: the encoder does not load.
    """
    reports = reports or Reports()
    with store.building(index, reports.waiting):
        named = _absolute(sources) or store.last_sources(index) or [source_reader.SAMPLE]
        found = source_reader.read(named, reports.skipped, index, allowed, choice)
        articles = [read.article for read in found]
        passages = [passage for article in articles for passage in split(article)]
        made_by = {"name": encoder.name, "sha256": encoder.fingerprint}
        name = store.build_name(articles, made_by, SPLIT_PARAMETERS)
        before = _name_of_current(index)
        embedded = 0
        if not _is_intact(index / name):
            known = _known_vectors(index, before, encoder)
            vectors, embedded = _vectors(passages, known, encoder, reports.embedded)
            store.publish(index, name, passages, articles, vectors, made_by, SPLIT_PARAMETERS)
        store.make_current(index, name, named)
    unchanged = name == before and not embedded
    languages = Counter(article.language for article in articles if article.language)
    return Built(name, len(articles), len(passages), embedded, unchanged, languages)


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


def _known_vectors(index: Path, name: str | None, encoder: Encoder) -> dict[str, Vectors]:
    """The vector of each passage text of a build, where the same encoder made it."""
    if name is None or not _is_intact(index / name):
        return {}
    build = index / name
    if store.read_manifest(build).encoder_sha256 != encoder.fingerprint:
        return {}
    articles, vectors = store.load_articles(build), store.load_vectors(build)
    return {
        articles[place].text[start:end]: np.asarray(vectors.reconstruct(row), dtype=np.float32)
        for row, (place, _, start, end) in enumerate(store.load_passages(build).tolist())
    }


def _vectors(
    passages: Sequence[Passage],
    known: dict[str, Vectors],
    encoder: Encoder,
    report: Callable[[int, int], None],
) -> tuple[Vectors, int]:
    """The vectors of the passages, in order, and how many of them had to be computed.

    A passage is embedded as its own words alone: with the title or its neighbours before it the
    development questions found their paragraph less often.
    """
    new = list(dict.fromkeys(p.text for p in passages if p.text not in known))
    known = dict(known)
    if new:
        report(0, len(new))
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        known.update(zip(batch, encoder.embed(batch), strict=True))
        report(start + len(batch), len(new))
    return np.stack([known[passage.text] for passage in passages]), len(new)
