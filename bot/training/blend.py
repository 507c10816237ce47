"""Blends two readers: `python -m bot.training.blend EARLIER LATER SHARE FOLDER`.

Each weight is SHARE of the later model's and the rest of the earlier one's, of which the later was
trained on. A blend is often better than either, above all on what is unlike the training rows
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_WEIGHTS = "model.safetensors"


def main() -> None:
    """Writes the blend into a folder that is not there yet."""
    options = _options()
    shutil.copytree(options.later, options.folder)
    blended = blend(
        load_file(options.earlier / _WEIGHTS), load_file(options.later / _WEIGHTS), options.share
    )
    save_file(blended, options.folder / _WEIGHTS, metadata={"format": "pt"})


def blend(
    earlier: dict[str, torch.Tensor], later: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Each tensor of `later` moved towards that of `earlier`: 0 gives the earlier, 1 the later."""
    return {name: torch.lerp(earlier[name], tensor, share) for name, tensor in later.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("earlier", type=Path, help="folder of the model that was gone on from")
    parser.add_argument("later", type=Path, help="folder of what came of it")
    parser.add_argument("share", type=float, help="of the later one, 0 to 1")
    parser.add_argument("folder", type=Path, help="where to write the blend")
    return parser.parse_args()


if __name__ == "__main__":
    main()
