"""Whether the current build is what it says it is."""

from pathlib import Path

import numpy as np

from index import store
from index.corpus import Article
from index.encoder import Encoder
from index.errors import DamagedIndex, WrongEncoder
from index.search import wrong_encoder


def check(index: Path, encoder: Encoder) -> store.Manifest:
    """The manifest of the current build, once everything it says was found to be so.

    Checked are the sha256 of every file, the counts, the offsets of every passage, the shape of
    the vectors, the list of sources, and the encoder.

    Raises:
        NoIndex: there is no build.
        DamagedIndex: something is not as it should be; the text names all that was found.
        WrongEncoder: the build was made with another encoder.
    """
    name = store.current_build(index)
    store.last_sources(index)
    manifest = store.read_manifest(index / name)
    wrong = store.problems(index / name, manifest) or _miscounts(index / name, manifest)
    if not wrong:
        wrong = _wrong_name(index / name, manifest)
    if wrong:
        raise DamagedIndex(
            f"The build {name} in {index} is damaged: {' '.join(wrong)} Run `pilcrow build`."
        )
    if manifest.encoder_sha256 != encoder.fingerprint:
        raise WrongEncoder(wrong_encoder(index, manifest, encoder))
    return manifest


def _miscounts(build: Path, manifest: store.Manifest) -> list[str]:
    articles, rows = store.load_articles(build), store.load_passages(build)
    vectors = store.load_vectors(build)
    counted = {
        "articles": (manifest.articles, len(articles)),
        "paragraphs": (manifest.paragraphs, sum(len(a.paragraphs) for a in articles)),
        "passages": (manifest.passages, len(rows)),
        "vectors": (manifest.passages, vectors.ntotal),
        "dimensions": (manifest.dimensions, vectors.d),
    }
    return [
        f"It says {said} {what} and has {has}."
        for what, (said, has) in counted.items()
        if said != has
    ] + _misplaced(articles, rows)


def _misplaced(articles: list[Article], rows: np.ndarray) -> list[str]:
    for place, number, start, end in rows.tolist():
        paragraphs = articles[place].paragraphs if 0 <= place < len(articles) else []
        inside = 0 < number <= len(paragraphs) and (
            paragraphs[number - 1][0] <= start < end <= paragraphs[number - 1][1]
        )
        if not inside:
            return [f"A passage is at {start} to {end}, outside of its ¶ {number}."]
    return []


def _wrong_name(build: Path, manifest: store.Manifest) -> list[str]:
    named = store.build_name(store.load_articles(build), manifest.encoder_sha256, manifest.split)
    return [] if named == build.name else [f"Its content has the name {named}."]
