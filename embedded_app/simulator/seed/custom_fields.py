"""The fields that customers added to their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embedded_app.simulator.seed.people import HOLLIS


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field of one company's records of one family.

    `data_type` is `string`, `decimal`, `boolean`, `lov_entry` or `lov_entries`. `required` counts only where a
    write asks for the company's validations.
    """

    id: int
    company_id: int
    family: str
    data_type: str
    required: bool = False


DEFINITIONS = (
    CustomField(562949953700101, HOLLIS, "rfis", "string", required=True),
    CustomField(562949953700102, HOLLIS, "rfis", "boolean"),
    CustomField(562949953700103, HOLLIS, "submittals", "lov_entry"),
    CustomField(562949953700104, HOLLIS, "prime_contracts", "decimal"),
    CustomField(562949953700105, HOLLIS, "observations", "lov_entries"),
)


def of(company_id: int, family: str) -> list[CustomField]:
    """The custom fields of a family in this company."""
    return [each for each in DEFINITIONS if (each.company_id, each.family) == (company_id, family)]


_VALUES: Mapping[str, object] = {
    "string": "Level 2, east wing",
    "decimal": "1250.5",
    "boolean": True,
    "lov_entry": 562949953710001,
    "lov_entries": [562949953710011, 562949953710012],
}


def filled(company_id: int, family: str, step: int) -> dict[str, object]:
    """The custom fields of a family's record, whose place is `step`: of every third one nobody filled them in."""
    return {
        f"custom_field_{each.id}": {
            "data_type": each.data_type,
            "value": _VALUES[each.data_type] if step % 3 else None,
        }
        for each in of(company_id, family)
    }
