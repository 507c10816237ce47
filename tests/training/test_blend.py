"""The blend of two readers."""

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bot.training.blend import main


def test_a_blend_is_so_much_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the later model and three of the earlier one make each weight of the blend."""
    for name, value in (("earlier", 1.0), ("later", 3.0)):
        (tmp_path / name).mkdir()
        save_file({"w": torch.full((2, 2), value)}, tmp_path / name / "model.safetensors")
    (tmp_path / "later" / "config.json").write_text("{}")
    folders = [str(tmp_path / name) for name in ("earlier", "later")]
    monkeypatch.setattr(sys, "argv", ["blend", *folders, "0.25", str(tmp_path / "blend")])
    main()
    assert load_file(tmp_path / "blend" / "model.safetensors")["w"].tolist() == [[1.5, 1.5]] * 2
    assert (tmp_path / "blend" / "config.json").read_text() == "{}"
