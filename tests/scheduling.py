"""Which tests run together, and which first, where several processes share them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

_TESTS = Path(__file__).parent

_SLOW_FIRST = ("browser", "system", "integration", "unit")
_OF_THE_WALK = {f"tests/system/test_{name}.py" for name in ("calls", "canary", "pages", "secrets")}


class ByFile(LoadFileScheduling):  # type: ignore[misc] # xdist says nothing of its types
    """A process takes a file at a time, in the order in which they were collected.

    The files that look at what `tests.system.the_walk` left count as one, so that the walk is gone once.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # the number of a file's tests says nothing of their time

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "the walk" if file in _OF_THE_WALK else file


def slow_first(item: pytest.Item) -> int:
    """A key to sort by: what takes long begins first, so that no process ends long after the others."""
    folder = item.path.relative_to(_TESTS).parts[0]
    return _SLOW_FIRST.index(folder)
