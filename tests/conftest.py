"""What tests share: the default model, loaded once, and indexes built with it."""

from pathlib import Path

import pytest

from index.build import build
from index.encoder import Encoder, SentenceEncoder, find_encoder
from index.exporting import ExportingEncoder, export_encoder
from index.search import PassageIndex, open_index
from index.served import serving
from index.sources import SAMPLE

VOA_ARTICLES = Path(__file__).parent / "quality" / "voa_articles.jsonl"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Counts as slow what needs the thirty articles, which take five seconds to embed."""
    for item in items:
        if "voa_index" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The default model; its first use takes some 8 seconds, the others none."""
    return find_encoder()


@pytest.fixture(scope="session")
def voa_index(
    tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder, sample_folder: Path
) -> PassageIndex:
    """The thirty articles of the labelled questions, opened as they are served."""
    return built(tmp_path_factory.mktemp("voa"), VOA_ARTICLES, serving(sample_folder, encoder))


@pytest.fixture(scope="session")
def stories_index(
    tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder, sample_folder: Path
) -> PassageIndex:
    """The invented stories of the labelled questions, opened as they are served."""
    stories = VOA_ARTICLES.with_name("stories.jsonl")
    return built(tmp_path_factory.mktemp("stories"), stories, serving(sample_folder, encoder))


def built(folder: Path, source: Path, served: Encoder) -> PassageIndex:
    """The articles of a file, built into a folder with an encoder and opened with it."""
    build(folder, [str(source)], served)
    return open_index(folder, served)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Path:
    """The folder of an index of the sample article, as `pilcrow build` leaves it."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    build(folder, [SAMPLE], ExportingEncoder(folder, encoder))
    assert export_encoder(folder, encoder) is None
    return folder


@pytest.fixture(scope="session")
def sample_index(sample_folder: Path, encoder: SentenceEncoder) -> PassageIndex:
    """The sample article, embedded with the default model."""
    return open_index(sample_folder, serving(sample_folder, encoder))
