"""Whether the current build is what it says it is."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import store
from index.articles import Articles
from index.asked import last_asked
from index.encoder import Encoder
from index.errors import DamagedIndex, WrongEncoder
from index.search import wrong_encoder
from index.served import is_damaged


def check(index: Path, encoder: Encoder) -> store.Manifest:
    """The manifest of the current build, once everything it says was found to be so.

    Checked are the sha256 of every file, the counts, the offsets of every passage, the shape of
    the vectors, the list of sources, and the encoder with its export.

    Raises:
        NoIndex: there is no build.
        DamagedIndex: something is not as it should be; the text names all that was found.
        WrongEncoder: the build was made with another encoder.
    """
    name = store.current_build(index)
    last_asked(index)
    manifest = store.read_manifest(index / name)
    if wrong := faults(index / name, manifest):
        raise DamagedIndex(
            f"The build {name} in {index} is damaged: {' '.join(wrong)} Run `pilcrow build`."
        )
    if manifest.encoder_sha256 != encoder.fingerprint:
        raise WrongEncoder(wrong_encoder(index, manifest, encoder))
    if is_damaged(index, encoder):
        raise DamagedIndex(
            f"The export of {encoder.name} in {index} is damaged: run `pilcrow build`."
        )
    return manifest


def faults(build: Path, manifest: store.Manifest) -> list[str]:
    """One sentence for each thing in a build that is not what its manifest or its name says."""
    return (
        store.problems(build, manifest)
        or _miscounts(build, manifest)
        or _wrong_name(build, manifest)
    )


def _miscounts(build: Path, manifest: store.Manifest) -> list[str]:
    articles, rows = store.load_articles(build), store.load_passages(build)
    vectors = store.load_vectors(build)
    counted = {
        "articles": (manifest.articles, len(articles)),
        "paragraphs": (manifest.paragraphs, sum(len(a.paragraphs) for a in articles)),
        "passages": (manifest.passages, len(rows)),
        "vectors": (manifest.passages, vectors.count),
        "dimensions": (manifest.dimensions, vectors.dimensions),
        "rows of likeness": (manifest.passages, len(store.load_likeness(build))),
    }
    return [
        f"Its manifest.json says {said} {what}, and it has {has}."
        for what, (said, has) in counted.items()
        if said != has
    ] + _misplaced(articles, rows)


def _misplaced(articles: Articles, rows: NDArray[np.int64]) -> list[str]:
    for place, article in enumerate(articles):
        paragraphs = article.paragraphs
        own = articles.rows(place)
        for of, number, start, end in rows[own.start : own.stop].tolist():
            inside = 0 < number <= len(paragraphs) and (
                paragraphs[number - 1][0] <= start < end <= paragraphs[number - 1][1]
            )
            if of != place or not inside:
                return [f"A passage is at {start} to {end}, outside of its ¶ {number}."]
    return []


def _wrong_name(build: Path, manifest: store.Manifest) -> list[str]:
    made_by = {"name": manifest.encoder, "sha256": manifest.encoder_sha256}
    named = store.build_name(store.load_articles(build), made_by, manifest.split)
    if named == build.name:
        return []
    return [f"What its manifest.json and articles.jsonl say has the name {named}."]
