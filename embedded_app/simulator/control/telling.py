"""As what a change from outside is told: somebody in the company's pages, not the app, has made it."""

from __future__ import annotations

from embedded_app.simulator.control.editing import find
from embedded_app.simulator.events import Change
from embedded_app.simulator.model.commitments import ChangeOrder, Contract, LineItem
from embedded_app.simulator.model.people import Person
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.vendors import Vendor
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.families import FAMILIES


def changes(world: World, family: str, record_id: int, event_type: str) -> list[Change]:
    """What is told of this record, by the first administrator of its company; nothing of what has no resource.

    A person is told of once for each company.

    Raises:
        LookupError: there is no such family or record.
    """
    record = find(world, family, record_id)
    return [
        Change(company_id, project_id, resource, record_id, event_type, _administrator(world, company_id))
        for company_id, project_id, resource in _places(world, family, record)
        if resource is not None
    ]


def _places(  # noqa: PLR0911 # one for each kind of record
    world: World, family: str, record: object
) -> list[tuple[int, int | None, str | None]]:
    """Company, project and resource of the record; of a person, for each company."""
    match record:
        case Record():
            return [(record["company_id"], record["project_id"], FAMILIES[family].told_as(record))]
        case Person():
            return [(each.id, None, "Company Users") for each in world.companies_of(record.id)]
        case Project():
            return [(record.company_id, record.id, "Projects")]
        case Vendor():
            return [(record.company_id, None, "Company Vendors")]
        case Contract():
            return [(record.company_id, record.project_id, record.kind.resource)]
        case ChangeOrder() | LineItem():
            contract = world.contracts[record.contract_id]
            is_line = isinstance(record, LineItem)
            resource = contract.kind.line_resource if is_line else "Change Order Packages"
            return [(contract.company_id, contract.project_id, resource)]
        case _:
            return []


def _administrator(world: World, company_id: int) -> int | None:
    members = (each for each in world.memberships.values() if each.company_id == company_id)
    return next((each.user_id for each in members if each.is_company_admin), None)
