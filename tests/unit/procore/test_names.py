"""The package offers what others use, and no room in it has more modules than one can look through."""

from __future__ import annotations

import re
import types
from pathlib import Path

from embedded_app import procore

_ROOT = Path(__file__).parents[3]
_PACKAGE = _ROOT / "embedded_app" / "procore"
_IMPORT = re.compile(r"from embedded_app\.procore import (?:\(([^)]*)\)|([^\n(]*))")


def test_every_imported_name_is_offered() -> None:
    imported = {
        name
        for name, value in vars(procore).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
    }
    assert imported == set(procore.__all__)


def test_every_offered_name_is_used_by_somebody_else() -> None:
    used = set()
    for folder in ("embedded_app", "tests", "bench"):
        for path in (_ROOT / folder).rglob("*.py"):
            if _PACKAGE not in path.parents:
                for several, single in _IMPORT.findall(path.read_text()):
                    used |= {name.split()[0] for name in (several or single).split(",") if name.strip()}
    assert set(procore.__all__) == used


def test_no_room_has_more_than_twenty_modules() -> None:
    for room in (_PACKAGE, *(path for path in _PACKAGE.iterdir() if path.is_dir())):
        assert len(list(room.glob("*.py"))) <= 20, room.name
