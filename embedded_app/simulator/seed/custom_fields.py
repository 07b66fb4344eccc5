"""The fields that customers added to their records."""

from __future__ import annotations

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


def empty(company_id: int, family: str) -> dict[str, object]:
    """The custom fields of a record that nobody filled in."""
    return {
        f"custom_field_{each.id}": {"data_type": each.data_type, "value": None}
        for each in of(company_id, family)
    }
