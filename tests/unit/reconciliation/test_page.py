"""docs/reconciliation.md tells the truth about the normalizers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedded_app.reconciliation import Normalizer, chain

PAGE = Path(__file__).parents[3] / "docs" / "reconciliation.md"
ROWS = re.findall(r"^\| `(\w+)` \|.*\| `([^`|]+)` \| `([^`|]+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_normalizer_is_on_the_page() -> None:
    assert [name for name, _, _ in ROWS] == [normalizer.value for normalizer in Normalizer]


@pytest.mark.parametrize(("name", "before", "after"), ROWS)
def test_every_example_is_right(name: str, before: str, after: str) -> None:
    assert chain((Normalizer(name),))(before.replace("␣", " ")) == after
