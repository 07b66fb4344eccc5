from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.rest.family import ranges, same, words

RFIS = FAMILIES["rfis"]


@pytest.mark.parametrize("filters", [same("colour"), ranges("seen_at"), {"search": words("subject", "text")}])
def test_a_filter_on_what_no_field_keeps_is_a_mistake(filters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^rfis has no field that keeps (colour|seen_at|text)\.$"):
        replace(RFIS, filters=filters)


def test_so_is_an_order_by_it() -> None:
    with pytest.raises(ValueError, match="colour, mood"):
        replace(RFIS, sorts="number mood colour")
