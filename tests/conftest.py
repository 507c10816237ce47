"""What tests share: the default model, loaded once, and indexes built with it."""

from pathlib import Path

import pytest

from index.build import build
from index.encoder import SentenceEncoder, find_encoder
from index.search import PassageIndex, open_index
from index.sources import SAMPLE

VOA_ARTICLES = Path(__file__).parent / "quality" / "voa_articles.jsonl"


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The default model; its first use takes some 8 seconds, the others none."""
    return find_encoder()


@pytest.fixture(scope="session")
def voa_index(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> PassageIndex:
    """The thirty articles of the labelled questions, embedded with the default model."""
    return _built(tmp_path_factory.mktemp("voa"), str(VOA_ARTICLES), encoder)


@pytest.fixture(scope="session")
def sample_index(
    tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder
) -> PassageIndex:
    """The sample article, embedded with the default model."""
    return _built(tmp_path_factory.mktemp("sample"), SAMPLE, encoder)


def _built(folder: Path, source: str, encoder: SentenceEncoder) -> PassageIndex:
    build(folder, [source], encoder)
    return open_index(folder, encoder)
