"""The world: all records by id, and who may see them (docs/platform-reference.md, section 6)."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from embedded_app.simulator.model.apps import AppConfiguration, AppInstallation, InstallationRequest
from embedded_app.simulator.model.commitments import Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Company, Membership, Person
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.vendors import Vendor


@dataclass(slots=True)
class World:
    """Everything there is, by id. Iteration order is the order of creation."""

    companies: dict[int, Company] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    memberships: dict[tuple[int, int], Membership] = field(default_factory=dict)
    """Keyed by user id and company id."""
    projects: dict[int, Project] = field(default_factory=dict)
    vendors: dict[int, Vendor] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)
    installations: dict[int, AppInstallation] = field(default_factory=dict)
    configurations: dict[int, AppConfiguration] = field(default_factory=dict)
    installation_requests: list[InstallationRequest] = field(default_factory=list)
    records: dict[str, dict[int, Record]] = field(default_factory=dict)
    """The families that need no arithmetic, by family and id."""

    def keep(self) -> bytes:
        """All of it as it is now, for `brought_back`."""
        return pickle.dumps(self)

    @classmethod
    def brought_back(cls, kept: bytes) -> Self:
        """A world as it was kept, of records of its own."""
        collects = gc.isenabled()
        gc.disable()  # it would look through the new records again and again, which takes as long as making them
        try:
            world: Self = pickle.loads(kept)  # noqa: S301 # made by `keep`
            return world
        finally:
            if collects:
                gc.enable()

    def membership(self, user_id: int, company_id: int) -> Membership | None:
        return self.memberships.get((user_id, company_id))

    def companies_of(self, user_id: int) -> Iterator[Company]:
        """The companies this person is a member of."""
        return (company for company in self.companies.values() if (user_id, company.id) in self.memberships)

    def projects_of(self, company_id: int) -> Iterator[Project]:
        return (project for project in self.projects.values() if project.company_id == company_id)

    def vendors_of(self, company_id: int) -> Iterator[Vendor]:
        return (vendor for vendor in self.vendors.values() if vendor.company_id == company_id)

    def contracts_of(self, project_id: int) -> Iterator[Contract]:
        """The commitments of a project that were not deleted."""
        live = (each for each in self.contracts.values() if each.deleted_at is None)
        return (contract for contract in live if contract.project_id == project_id)

    def vendor_of(self, contract: Contract) -> Vendor | None:
        """The firm of a commitment; None where it names none, or one that was removed."""
        return None if contract.vendor_id is None else self.vendors.get(contract.vendor_id)

    def installation(self, company_id: int) -> AppInstallation | None:
        """The app's installation in this company, also an uninstalled one; None if it never was."""
        return next((each for each in self.installations.values() if each.company_id == company_id), None)

    def configurations_of(self, company_id: int) -> Iterator[AppConfiguration]:
        return (each for each in self.configurations.values() if each.company_id == company_id)

    def level(self, user_id: int, company_id: int, tool: str, project_id: int | None = None) -> Level:
        """What the person may do in a tool of the company, or of a project when its id is given.

        NONE also for people outside the company, projects they are not in, and tools that are switched off.
        """
        membership = self.membership(user_id, company_id)
        if membership is None:
            return Level.NONE
        if project_id is None:
            return membership.company_levels.get(tool, Level.NONE)
        project = self.projects.get(project_id)
        if project is None or project.company_id != company_id or tool in project.tools_off:
            return Level.NONE
        return membership.project_levels.get(tool, Level.NONE) if membership.sees(project_id) else Level.NONE

    def can_read(self, user_id: int, contract: Contract) -> bool:
        """Whether the person may see this commitment: private ones are for Admins and those named on it."""
        level = self.level(user_id, contract.company_id, "commitments", contract.project_id)
        if level < Level.READ_ONLY:
            return False
        return not contract.private or level is Level.ADMIN or user_id in contract.accessor_ids
