"""The files of a build, and how a build becomes the current one without ever being half there.

INDEX/CURRENT          the name of the current build
INDEX/sources.json     what the last build was made from
INDEX/lock             held by the build that is under way
INDEX/3f9c2a71d0be/    a build, named by its content and never changed
    manifest.json  articles.jsonl  passages.npy  vectors.faiss  words/
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import faiss
import filelock
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from index.corpus import Article, Passage
from index.encoder import Vectors
from index.errors import DamagedIndex, NoIndex
from index.words import Words

FORMAT = 1

_BUILDS_KEPT = 3
"""The current build and the two before it, for readers that have just opened one of them."""

_CURRENT, _SOURCES, _LOCK = "CURRENT", "sources.json", "lock"
_MANIFEST, _ARTICLES, _PASSAGES = "manifest.json", "articles.jsonl", "passages.npy"
_VECTORS, _WORDS = "vectors.faiss", "words"
_UNFINISHED = ".unfinished-"
_ARTICLE = TypeAdapter(Article)


class Manifest(BaseModel):
    """What a build holds and how it was made.

    Attributes:
        format: version of the layout of the files.
        encoder, encoder_sha256: name and fingerprint of the encoder of the vectors.
        dimensions: length of a vector.
        articles, paragraphs, passages: how many there are.
        split: parameters of the split into passages.
        files: sha256 of each file of the build but this one, by its path inside the build.
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
    files: dict[str, str]


def build_name(
    articles: Sequence[Article], encoder_sha256: str, split_parameters: dict[str, int]
) -> str:
    """The name of the build of these articles: 12 hexadecimal digits of their sha256."""
    digest = hashlib.sha256()
    digest.update(json.dumps([FORMAT, encoder_sha256, split_parameters], sort_keys=True).encode())
    for article in articles:
        digest.update(_ARTICLE.dump_json(article) + b"\n")
    return digest.hexdigest()[:12]


def current_build(index: Path) -> str:
    """The name of the current build.

    Raises:
        NoIndex: nothing was built in this folder yet.
        DamagedIndex: CURRENT does not name a build.
    """
    try:
        name = (index / _CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        raise NoIndex(
            f"There is no index in {index}: run `pilcrow build`, or name its folder with --index."
        ) from None
    except UnicodeDecodeError:
        name = ""
    if not name.isalnum() or not (index / name).is_dir():
        raise DamagedIndex(
            f"{index / _CURRENT} names no build that is there (“{name}”): run `pilcrow build`."
        )
    return name


def built_at(index: Path, name: str) -> datetime:
    """When a build was made, in UTC."""
    return datetime.fromtimestamp((index / name / _MANIFEST).stat().st_mtime, UTC)


def last_sources(index: Path) -> list[str] | None:
    """The sources of the last build, or None where there was none.

    Raises:
        DamagedIndex: the file that lists them is not what was written.
    """
    file = index / _SOURCES
    try:
        return TypeAdapter(list[str]).validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise DamagedIndex(
            f"{file} is not a list of sources: run `pilcrow build SOURCE ...`, naming them."
        ) from None


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
        for left in index.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


def publish(
    index: Path,
    name: str,
    passages: Sequence[Passage],
    articles: Sequence[Article],
    vectors: Vectors,
    made_by: dict[str, str],
    split_parameters: dict[str, int],
) -> None:
    """Writes a build's files, complete and on the disk, under the build's name.

    It is not the current one yet: see `make_current`. What is left of an older, damaged build of
    the same name is replaced.
    """
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=index))
    _write_articles(unfinished / _ARTICLES, articles)
    np.save(unfinished / _PASSAGES, _passage_rows(passages, articles), allow_pickle=False)
    vector_index = faiss.IndexFlatIP(vectors.shape[1])
    vector_index.add(vectors)
    faiss.write_index(vector_index, str(unfinished / _VECTORS))
    Words.of([passage.text for passage in passages]).save(unfinished / _WORDS)
    manifest = Manifest(
        format=FORMAT,
        encoder=made_by["name"],
        encoder_sha256=made_by["sha256"],
        dimensions=vectors.shape[1],
        articles=len(articles),
        paragraphs=sum(len(article.paragraphs) for article in articles),
        passages=len(passages),
        split=split_parameters,
        files=_hashes(unfinished),
    )
    (unfinished / _MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    unfinished.chmod(0o755)
    _sync_tree(unfinished)
    if (index / name).exists():
        (index / name).rename(Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=index)) / name)
    unfinished.rename(index / name)
    _sync(index)


def make_current(index: Path, name: str, sources: Sequence[str]) -> None:
    """Makes a build the one that is read from now on, and removes builds long superseded."""
    _replace(index / _SOURCES, json.dumps(list(sources), ensure_ascii=False, indent=2) + "\n")
    _replace(index / _CURRENT, f"{name}\n")
    builds = [path.parent for path in index.glob(f"*/{_MANIFEST}") if path.parent.name != name]
    builds.sort(key=lambda build: (build / _MANIFEST).stat().st_mtime, reverse=True)
    for superseded in builds[_BUILDS_KEPT - 1 :]:
        if not superseded.name.startswith("."):
            shutil.rmtree(superseded, ignore_errors=True)


def read_manifest(build: Path) -> Manifest:
    """The manifest of a build.

    Raises:
        DamagedIndex: it is missing, is no manifest, or is of another format.
    """
    try:
        manifest = Manifest.model_validate_json((build / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise DamagedIndex(
            f"{build / _MANIFEST} is missing or is no manifest: run `pilcrow build`."
        ) from None
    if manifest.format != FORMAT:
        raise DamagedIndex(
            f"{build} has format {manifest.format}, and this version reads format {FORMAT}: "
            "run `pilcrow build`."
        )
    return manifest


def problems(build: Path, manifest: Manifest) -> list[str]:
    """One sentence for each file of the build that is not what its manifest says; else empty."""
    there = _hashes(build)
    return [
        *(f"{name} is missing." for name in manifest.files if name not in there),
        *(f"{name} does not belong to it." for name in there if name not in manifest.files),
        *(
            f"{name} is not what was built (its sha256 is {there[name][:12]}…, "
            f"the manifest says {digest[:12]}…)."
            for name, digest in manifest.files.items()
            if name in there and there[name] != digest
        ),
    ]


def verified_manifest(build: Path) -> Manifest:
    """The manifest of a build whose files are all what it says.

    Raises:
        DamagedIndex: a file is missing, changed, or too many.
    """
    manifest = read_manifest(build)
    if wrong := problems(build, manifest):
        raise DamagedIndex(f"The build {build} is damaged: {wrong[0]} Run `pilcrow build`.")
    return manifest


def load_articles(build: Path) -> list[Article]:
    """The articles of a build, in order."""
    with (build / _ARTICLES).open("rb") as lines:
        return [_ARTICLE.validate_json(line) for line in lines]


def load_passages(build: Path) -> NDArray[np.int64]:
    """An array of shape (passages, 4): article's place in order, paragraph, start, end."""
    rows: NDArray[np.int64] = np.load(build / _PASSAGES, allow_pickle=False)
    return rows


def load_vectors(build: Path) -> faiss.Index:
    """The vectors of the passages, in order, as a FAISS index."""
    return faiss.read_index(str(build / _VECTORS))


def load_words(build: Path) -> Words:
    """The words of the passages, in order."""
    return Words.load(build / _WORDS)


def _passage_rows(passages: Sequence[Passage], articles: Sequence[Article]) -> NDArray[np.int64]:
    places = {article.id: place for place, article in enumerate(articles)}
    rows = [(places[p.article.id], p.paragraph, p.start, p.end) for p in passages]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _write_articles(file: Path, articles: Sequence[Article]) -> None:
    with file.open("wb") as lines:
        lines.writelines(_ARTICLE.dump_json(article) + b"\n" for article in articles)


def _hashes(build: Path) -> dict[str, str]:
    files = sorted(path for path in build.rglob("*") if path.is_file())
    return {
        path.relative_to(build).as_posix(): _sha256(path)
        for path in files
        if path != build / _MANIFEST
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(file: Path, text: str) -> None:
    """Puts a text in a file's place, whole or not at all, and on the disk when this returns."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as unfinished:
        unfinished.write(text)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    os.chmod(name, 0o644)
    os.replace(name, file)
    _sync(file.parent)


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
