"""Points discord.py at the loopback server, from outside the bot's own code.

Python imports this module by its name at every start when its folder is on PYTHONPATH. Without
the two addresses in the environment, or in a process that never imports discord, nothing happens.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType


def _patch_http(module: ModuleType) -> None:
    """Sends every REST call to LOOPBACK_REST."""
    module.Route.BASE = os.environ["LOOPBACK_REST"]
    # The original would set Route.BASE back to discord.com.
    module._set_api_version = lambda value: None  # type: ignore[attr-defined]


def _patch_gateway(module: ModuleType) -> None:
    """Opens every first websocket at LOOPBACK_GATEWAY."""
    from yarl import URL

    module.DiscordWebSocket.DEFAULT_GATEWAY = URL(os.environ["LOOPBACK_GATEWAY"])


PATCHES: dict[str, Callable[[ModuleType], None]] = {
    "discord.http": _patch_http,
    "discord.gateway": _patch_gateway,
}


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules to patch as usual and patches each right after it has run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns the ordinary spec of a module to patch, None for any other."""
        if fullname not in PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            PATCHES[fullname](module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if "LOOPBACK_REST" in os.environ and "LOOPBACK_GATEWAY" in os.environ:
    sys.meta_path.insert(0, _Finder())
