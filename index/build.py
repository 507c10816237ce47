"""The article's path: sources -> articles -> passages -> vectors -> a build -> CURRENT."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import sources as source_reader
from index import store
from index.asked import Asked, asked_now, keep_asked, last_asked
from index.check import faults
from index.choice import Choice
from index.embedding import Known, embed, forget, key_of
from index.encoder import Encoder
from index.errors import DamagedIndex, Gone, NoIndex, SourceError
from index.gather import Changes, Reading, Vanished, gather
from index.seen import Seen, digest_of, keep_seen, load_seen
from index.sources import Read
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
        languages: how many articles are in each language, as far as that is known.
        changes: how many articles differ from those of the build before.
    """

    name: str
    articles: int
    passages: int
    embedded: int
    unchanged: bool
    languages: Mapping[str, int]
    changes: Changes


@dataclass(frozen=True, slots=True)
class Reports:
    """What a build tells while it goes on; each is called from the thread that builds.

    Attributes:
        embedded: (done, total) passages, at the start and after each batch.
        skipped: a file of a folder that cannot be read, or a page that is gone.
        waiting: another build holds the index, and this one waits.
        unread: a source that cannot be read this time, of which all stays as it was.
        vanished: the articles that their source no longer has, once they are kept or dropped.
    """

    embedded: Callable[[int, int], None] = lambda done, total: None
    skipped: Callable[[SourceError], None] = lambda error: None
    waiting: Callable[[], None] = lambda: None
    unread: Callable[[SourceError], None] = lambda error: None
    vanished: Callable[[Sequence[Vanished]], None] = lambda vanished: None


def build(
    index: Path,
    sources: Sequence[str],
    encoder: Encoder,
    reports: Reports | None = None,
    allowed: frozenset[str] = frozenset(),
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
    again: Callable[[str], bool] | None = None,
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
        choice: what is made of the sources. Where none are named, what it does not say is as it was
            for the last build.
        again: for a build that follows on another, whether a source is read again. Of one that is
            not, and of one that cannot be read this time, all stays as the build before has it.

    Raises:
        SourceError: a source cannot be read.
        ModelError: the encoder does not load.
    """
    reports = reports or Reports()
    with store.building(index, reports.waiting):
        asked = asked_now(index, sources, choice)
        last = _last_sources(index)
        reading = _read(index, asked, last, reports, allowed, again)
        gathered = gather(index, asked, reading, load_seen(index) or _seen_in_build(index), last)
        articles = gathered.articles
        passages = [passage for article in articles for passage in split(article)]
        made_by = {"name": encoder.name, "sha256": encoder.fingerprint}
        name = store.build_name(articles, made_by, SPLIT_PARAMETERS)
        current = _name_of_current(index)
        embedded = 0
        if not _is_intact(index / name):
            known = _known_vectors(index, current, encoder)
            vectors, embedded = embed(index, passages, known, encoder, reports.embedded)
            store.publish(index, name, passages, articles, vectors, encoder, SPLIT_PARAMETERS)
        keep_asked(index, asked)
        keep_seen(index, gathered.seen)
        store.make_current(index, name)
        forget(index)
    if gathered.vanished:
        reports.vanished(gathered.vanished)
    unchanged = name == current and not embedded
    languages = Counter(article.language for article in articles if article.language)
    counts = len(articles), len(passages), embedded
    return Built(name, *counts, unchanged, languages, gathered.changes)


def _read(
    index: Path,
    asked: Asked,
    last: Collection[str],
    reports: Reports,
    allowed: frozenset[str],
    again: Callable[[str], bool] | None,
) -> Reading:
    """What the sources have now; `last` are those that the build before had."""
    due = [s for s in asked.sources if again is None or again(s) or s not in last]
    found: dict[str, list[Read]] = {source: [] for source in due}

    def failed(source: str, error: SourceError) -> None:
        if source not in last or not (again or isinstance(error, Gone)):
            raise error
        if isinstance(error, Gone):
            reports.skipped(error)
        else:
            reports.unread(error)
            del found[source]

    everything = len(due) == len(asked.sources)
    for read in source_reader.read(
        due, reports.skipped, index, allowed, asked.choice, failed=failed, whole=everything
    ):
        found[read.source].append(read)
    return {source: found.get(source) for source in asked.sources}


def _last_sources(index: Path) -> tuple[str, ...]:
    """What the build before was made from, as far as that is known."""
    try:
        last = last_asked(index)
    except DamagedIndex:
        return ()
    return last.sources if last else ()


def _seen_in_build(index: Path) -> dict[str, Seen]:
    """What the build before says where more was lost, so that none that is kept goes with it."""
    name = _name_of_current(index)
    if name is None or not _is_intact(index / name):
        return {}
    made = store.built_at(index, name).replace(microsecond=0)
    articles = store.load_articles(index / name)
    return {article.id: Seen(None, digest_of(article), made) for article in articles}


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
