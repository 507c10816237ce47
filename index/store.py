"""The files of a build, and how a build becomes the current one without ever being half there.

INDEX/CURRENT          the name of the current build
INDEX/sources.json     what the last build was asked for: see asked.py
INDEX/seen.json        when each article was seen and changed: see seen.py
INDEX/lock             held by the build that is under way
INDEX/3f9c2a71d0be/    a build, named by its content and never changed
    manifest.json  passages.npy  likeness.npy   and what these describe:
    articles.jsonl  articles.npy  ids.npy  catalogue.jsonl  vocabulary.txt      index.articles
    vectors.faiss  nearest.faiss                                                index.nearest
    words/                                                                      index.words
"""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from index.articles import Articles, Files, line_of, write_articles
from index.corpus import Article, Passage
from index.duplicates import likeness
from index.encoder import Encoder, Vectors
from index.errors import DamagedIndex, NoIndex
from index.files import UNFINISHED, mapped, sha256_of, sync, write_whole
from index.nearest import Approximation, Nearest, write_lists, write_vectors
from index.words import Words

FORMAT = 2

_BUILDS_KEPT = 3
"""The current build and the two before it, for readers that have just opened one of them."""

SOURCES, SEEN = "sources.json", "seen.json"
_CURRENT, _LOCK = "CURRENT", "lock"
_MANIFEST, _PASSAGES = "manifest.json", "passages.npy"
_LIKENESS, _WORDS = "likeness.npy", "words"
_NAME = re.compile(r"[0-9a-f]{12}")

_READ_WHOLE = 256 * 1024 * 1024
"""Bytes up to which a build is read whole before it serves, which takes a quarter of a second."""


class Manifest(BaseModel):
    """What a build holds and how it was made.

    Attributes:
        format: version of the layout of the files.
        encoder, encoder_sha256: name and fingerprint of the encoder of the vectors.
        dimensions: length of a vector.
        articles, paragraphs, passages: how many there are.
        split: parameters of the split into passages.
        approximation: how vectors are searched where they are too many to look at each.
        files: sha256 of each file of the build but this one, by its path inside the build.
        sizes: how many bytes each of them has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int
    encoder: str
    encoder_sha256: str
    dimensions: int
    articles: int
    paragraphs: int
    passages: int
    split: dict[str, int]
    approximation: Approximation | None
    files: dict[str, str]
    sizes: dict[str, int]


class _Format(BaseModel):
    """What the manifest of any version says of itself."""

    model_config = ConfigDict(frozen=True, strict=True)

    format: int


def build_name(
    articles: Iterable[Article], made_by: dict[str, str], split_parameters: dict[str, int]
) -> str:
    """The name of the build of these articles: 12 hexadecimal digits of a sha256.

    Everything else in a build follows from what is digested here: the articles, the name and the
    fingerprint of the encoder, the parameters of the split.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps([FORMAT, made_by, split_parameters], sort_keys=True).encode())
    for article in articles:
        digest.update(line_of(article))
    return digest.hexdigest()[:12]


def current_build(index: Path) -> str:
    """The name of the current build.

    Raises:
        NoIndex: nothing was built in this folder yet.
        DamagedIndex: CURRENT does not name a build.
    """
    try:
        named = (index / _CURRENT).read_bytes()
    except FileNotFoundError:
        raise NoIndex(
            f"There is no index in {index}: run `pilcrow build`, or name its folder with --index."
        ) from None
    name = named.decode("utf-8", "replace").removesuffix("\n")
    if not _NAME.fullmatch(name) or not (index / name).is_dir():
        raise DamagedIndex(
            f"{index / _CURRENT} names no build that is there (“{name[:20]}”): run `pilcrow build`."
        )
    return name


def built_at(index: Path, name: str) -> datetime:
    """When a build was made, in UTC."""
    return datetime.fromtimestamp((index / name / _MANIFEST).stat().st_mtime, UTC)


def has_current(index: Path) -> bool:
    """Whether a build was ever made current in this folder, in whatever state it is now."""
    return (index / _CURRENT).exists()


def builds(index: Path) -> list[Path]:
    """The folders of the builds, sound or not: the current one first, then the last ones."""
    try:
        name = current_build(index)
    except (NoIndex, DamagedIndex):
        return _builds_before(index, None)
    return [index / name, *_builds_before(index, name)]


@contextmanager
def building(index: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the index for one build; a second build waits for the first, after `waiting()`."""
    index.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(index / _LOCK)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        waiting()
        lock.acquire()
    try:
        _remove_unfinished(index)
        yield
    finally:
        _remove_unfinished(index)
        lock.release()


def publish(
    index: Path,
    name: str,
    passages: Sequence[Passage],
    articles: Sequence[Article],
    vectors: Iterable[Vectors],
    encoder: Encoder,
    split_parameters: dict[str, int],
) -> None:
    """Writes a build's files, complete and on the disk, under the build's name.

    It is not the current one yet: see `make_current`. What is left of an older, damaged build of
    the same name is replaced.

    Args:
        vectors: those of the passages, in order, in blocks.
        encoder: what made them.
    """
    unfinished = unfinished_folder(index)
    rows = _passage_rows(passages, articles)
    np.save(unfinished / _PASSAGES, rows, allow_pickle=False)
    np.save(unfinished / _LIKENESS, likeness([p.text for p in passages]), allow_pickle=False)
    first_rows = np.searchsorted(rows[:, 0], np.arange(len(articles) + 1))
    write_articles(unfinished, articles, first_rows)
    write_vectors(unfinished, vectors)
    approximation = write_lists(unfinished, passages, encoder)
    Words.of(passage.text for passage in passages).save(unfinished / _WORDS)
    manifest = Manifest(
        format=FORMAT,
        encoder=encoder.name,
        encoder_sha256=encoder.fingerprint,
        dimensions=load_vectors(unfinished).dimensions,
        articles=len(articles),
        paragraphs=sum(len(article.paragraphs) for article in articles),
        passages=len(passages),
        split=split_parameters,
        approximation=approximation,
        files=_hashes(unfinished),
        sizes=_sizes(unfinished),
    )
    (unfinished / _MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    sync_tree(unfinished)
    if (index / name).exists():
        _discard(index / name)
    unfinished.rename(index / name)
    sync(index)


def make_current(index: Path, name: str) -> None:
    """Makes a build the one that is read from now on, and removes builds long superseded."""
    write_whole(index / _CURRENT, f"{name}\n")
    for superseded in _builds_before(index, name)[_BUILDS_KEPT - 1 :]:
        _discard(superseded)


def keep_only(index: Path, name: str | None) -> None:
    """Removes all builds but the current one; with None that too, so that there is no index."""
    if name is None:
        for file in (_CURRENT, SOURCES, SEEN):
            (index / file).unlink(missing_ok=True)
    for build in _builds_before(index, name):
        _discard(build)


def read_manifest(build: Path) -> Manifest:
    """The manifest of a build.

    Raises:
        DamagedIndex: it is missing, is no manifest, or is of another format.
    """
    try:
        content = (build / _MANIFEST).read_bytes()
        # Before all else, for another version's has other fields.
        made_as = _Format.model_validate_json(content).format
        if made_as != FORMAT:
            raise DamagedIndex(
                f"{build} has format {made_as}, and this version reads format {FORMAT}: "
                "run `pilcrow build`."
            )
        return Manifest.model_validate_json(content)
    except (OSError, ValidationError):
        raise DamagedIndex(
            f"{build / _MANIFEST} is missing or is no manifest: run `pilcrow build`."
        ) from None


def problems(build: Path, manifest: Manifest, whole: bool = True) -> list[str]:
    """One sentence for each file of the build that is not what its manifest says; else empty.

    Args:
        whole: whether each is read from its beginning to its end; else only its size is looked at.
    """
    there = _sizes(build)
    return [
        *(f"{name} is missing." for name in manifest.files if name not in there),
        *(f"{name} does not belong to it." for name in there if name not in manifest.files),
        *(
            f"{name} is not what was built (its {there[name]:,} bytes are not the "
            f"{manifest.sizes.get(name, 0):,} that the manifest says)."
            for name in manifest.files
            if name in there and there[name] != manifest.sizes.get(name)
        ),
        *(
            f"{name} is not what was built (its sha256 is {has[:12]}…, "
            f"the manifest says {digest[:12]}…)."
            for name, digest in manifest.files.items()
            if whole and name in there and (has := sha256_of(build / name)) != digest
        ),
    ]


def verified_manifest(build: Path) -> Manifest:
    """The manifest of a build whose files are all what it says.

    Of a build of more than 256 MiB only the names and sizes of the files are compared, for reading
    them all would take longer than answering: `pilcrow check` and each `pilcrow build` do that.

    Raises:
        DamagedIndex: a file is missing, changed, or too many.
    """
    manifest = read_manifest(build)
    if wrong := problems(build, manifest, sum(manifest.sizes.values()) <= _READ_WHOLE):
        raise DamagedIndex(f"The build {build} is damaged: {wrong[0]} Run `pilcrow build`.")
    return manifest


def load_articles(build: Path) -> Articles:
    """The articles of a build, in order."""
    return Articles(Files(build))


def load_passages(build: Path) -> NDArray[np.int64]:
    """An array of shape (passages, 4): article's place in order, paragraph, start, end."""
    rows: NDArray[np.int64] = mapped(build / _PASSAGES)
    return rows


def load_likeness(build: Path) -> NDArray[np.int32]:
    """For each passage the row of the first that says nearly the same, its own where none does."""
    first: NDArray[np.int32] = mapped(build / _LIKENESS)
    return first


def load_vectors(build: Path, approximation: Approximation | None = None) -> Nearest:
    """The vectors of the passages, in order; where they are approximated, searched so."""
    return Nearest(build, approximation)


def load_words(build: Path) -> Words:
    """The words of the passages, in order."""
    return Words.load(build / _WORDS)


def _passage_rows(passages: Sequence[Passage], articles: Sequence[Article]) -> NDArray[np.int64]:
    places = {article.id: place for place, article in enumerate(articles)}
    rows = [(places[p.article.id], p.paragraph, p.start, p.end) for p in passages]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _hashes(build: Path) -> dict[str, str]:
    return {name: sha256_of(build / name) for name in _sizes(build)}


def _sizes(build: Path) -> dict[str, int]:
    """How many bytes each file of a build but its manifest has, by its path inside the build."""
    files = sorted(path for path in build.rglob("*") if path.is_file())
    return {
        path.relative_to(build).as_posix(): path.stat().st_size
        for path in files
        if path != build / _MANIFEST
    }


def unfinished_folder(index: Path) -> Path:
    """A new folder inside the index; `building` removes it if it has that name at the end."""
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=index))
    folder.chmod(0o755)
    return folder


def _builds_before(index: Path, name: str | None) -> list[Path]:
    """The builds but that of the name, the last one first."""
    # A folder of somebody's own that lies here is no build, whatever it holds.
    builds = [path for path in index.iterdir() if _NAME.fullmatch(path.name) and path.name != name]
    return sorted(builds, key=lambda build: build.stat().st_mtime, reverse=True)


def _discard(build: Path) -> None:
    """Takes a build away at once, and whole, to where `building` removes what is left over."""
    build.rename(unfinished_folder(build.parent) / build.name)


def _remove_unfinished(index: Path) -> None:
    """Removes what a build that was cut short left behind, files and folders."""
    for left in index.glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sync_tree(folder: Path) -> None:
    """Returns once a folder and all in it are on the disk."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
