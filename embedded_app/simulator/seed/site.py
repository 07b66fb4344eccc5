"""One project as the seed of a record family sees it: who and what there is to make records of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from embedded_app.simulator.model.commitments import Contract
from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.vendors import Vendor
from embedded_app.simulator.seed.catalog import draw
from embedded_app.simulator.seed.plan import AS_OF, at

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """A project with its people (ids, the administrator first), vendors, commitments and cost codes.

    `first_id` is where the ids of its records begin, in every family.
    """

    project: Project
    first_id: int
    people: tuple[int, ...]
    vendors: tuple[Vendor, ...]
    contracts: tuple[Contract, ...]

    @property
    def cost_codes(self) -> tuple[CostCode, ...]:
        return self.project.cost_codes

    def draw(self, key: str, low: int, high: int) -> int:
        """A whole number in [low, high] that depends on the project and `key` alone."""
        return draw(f"{self.project.id}/{key}", low, high)

    def pick(self, key: str, among: Sequence[T]) -> T:
        """One of these, which depends on the project and `key` alone."""
        return among[self.draw(key, 0, len(among) - 1)]

    def ago(self, key: str, least: int, most: int) -> date:
        """A day between so many days before the seed's day."""
        return AS_OF - timedelta(days=self.draw(key, least, most))

    def record(self, step: int, made_on: date, by: int | None, **values: Any) -> Record:
        """The record number `step` (from 1) of a family, made on that day by this person."""
        basics: dict[str, Any] = {
            "id": self.first_id + step,
            "company_id": self.project.company_id,
            "project_id": self.project.id,
            "created_at": at(made_on, 15),
            "updated_at": at(made_on, 18),
            "created_by_id": by,
            "deleted_at": None,
            "origin_id": None,
            "origin_data": None,
            "attachments": [],
        }
        return Record(basics | values)
