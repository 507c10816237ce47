"""Tests of what is made to harm whoever reads it: each ends in its sentence, in little time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import parse as parse_module
from index import web as web_module
from tests.index.attacks import ATTACKS, said
from tests.index.site import Site, running_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site that means ill."""
    with running_site() as running:
        yield running


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_ends_in_its_sentence(
    name: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said to an attack is exactly what is written beside it."""
    for module in (parse_module, web_module):
        monkeypatch.setattr(module, "MOST_SECONDS", 4)
    attack, sentence = ATTACKS[name]
    assert said(attack, site, tmp_path) == sentence
