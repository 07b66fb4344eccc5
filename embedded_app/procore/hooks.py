"""What Procore tells by webhooks: the events, and which reads each of them makes old.

Facts are from docs/platform-reference.md, sections 7.2 to 7.5. An event says that something changed and not what
it is now: the record is read again, with the rights of whoever looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.procore.calls.decoding import Fields, decoded_body, one
from embedded_app.procore.calls.routes import CompanyRoute


@dataclass(frozen=True, slots=True)
class Event:
    """One event, whichever version of the payload told it.

    Attributes:
        id: the same in every copy: `ulid` of the versions 2 and 3, `id` of version 4.
        project_id: `None` for what is the company's.
        resource: the kind of record as Procore names it; how version 4 spells it is not documented.
        action: `event_type` or `reason`: create, update, delete, and perhaps others.
        user_id: who did it.
        application_id: the client id of the app that did it; version 4 never says.
    """

    id: str
    company_id: CompanyId
    project_id: ProjectId | None
    resource: str
    record_id: RecordId
    action: str
    user_id: UserId | None
    application_id: str | None


def read_event(body: bytes) -> Event:
    """The event in the body of a delivery, of the payload versions 2, 3 or 4 (section 7.2).

    Raises:
        UnexpectedPayload: it is none.
    """
    return decoded_body(body, "delivery", one(decode_event))


def decode_event(fields: Fields) -> Event:
    """An event. A deletion has the id of what is gone."""
    is_v4 = fields.optional_text("ulid") is None
    project_id, user_id = fields.optional_id("project_id"), fields.optional_id("user_id")
    metadata = None if is_v4 else fields.inner("metadata")
    return Event(
        id=fields.text("id" if is_v4 else "ulid"),
        company_id=CompanyId(fields.id("company_id")),
        project_id=None if project_id is None else ProjectId(project_id),
        resource=fields.text("resource_type" if is_v4 else "resource_name"),
        record_id=fields.record_id("resource_id"),
        action=fields.text("reason" if is_v4 else "event_type"),
        user_id=None if user_id is None else UserId(user_id),
        application_id=metadata.optional_text("source_application_id") if metadata else None,
    )


_SUBCONTRACTS = frozenset({"Work Order Contracts", "Work Order Contract Line Items"})
_PURCHASE_ORDERS = frozenset({"Purchase Order Contracts", "Purchase Order Contract Line Items"})
_CHANGE_ORDERS = frozenset(
    {
        "Change Order Packages",
        "Change Order Requests",
        "Potential Change Orders",
        "Potential Change Order Line Items",
    }
)
_BILLED = frozenset({"Contract Payments", "Requisitions"})
_COMMITMENTS = _SUBCONTRACTS | _PURCHASE_ORDERS
_PRIME_CONTRACTS = _CHANGE_ORDERS | {"Prime Contracts", "Prime Contract Line Items", "Payment Applications"}
_PEOPLE = frozenset({"Company Users", "Project Users"})  # updates are told for the company only: section 7.4
_FIRMS = frozenset({"Company Vendors", "Project Vendors"})

RESOURCES: Mapping[CompanyRoute, frozenset[str]] = {
    CompanyRoute.ME: _PEOPLE,
    CompanyRoute.PERMISSIONS: _PEOPLE,
    CompanyRoute.COMPANY_USERS: _PEOPLE,
    CompanyRoute.PROJECT_USERS: _PEOPLE,
    CompanyRoute.COMPANY_VENDORS: _FIRMS,
    CompanyRoute.PROJECT_VENDORS: _FIRMS,
    CompanyRoute.COMPANY_INSURANCES: frozenset({"Company Insurances"}),
    CompanyRoute.VENDOR_INSURANCES: frozenset({"Company Insurances"}),
    CompanyRoute.PROJECTS: frozenset({"Projects"}),
    CompanyRoute.RFIS: frozenset({"RFIs", "RFI Replies"}),
    CompanyRoute.RFI: frozenset({"RFIs", "RFI Replies"}),
    CompanyRoute.SUBMITTALS: frozenset({"Submittals"}),
    CompanyRoute.SUBMITTALS_V2: frozenset({"Submittals"}),
    CompanyRoute.SUBMITTAL: frozenset({"Submittals"}),
    CompanyRoute.WORK_ORDER_CONTRACTS: _SUBCONTRACTS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.WORK_ORDER_CONTRACT: _SUBCONTRACTS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.WORK_ORDER_LINE_ITEMS: _SUBCONTRACTS,
    CompanyRoute.PURCHASE_ORDER_CONTRACTS: _PURCHASE_ORDERS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.PURCHASE_ORDER_CONTRACT: _PURCHASE_ORDERS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.PURCHASE_ORDER_LINE_ITEMS: _PURCHASE_ORDERS,
    CompanyRoute.COMMITMENT_CONTRACTS: _COMMITMENTS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.COMMITMENT_CONTRACT: _COMMITMENTS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.COMMITMENT_LINE_ITEMS: _COMMITMENTS,
    CompanyRoute.COMMITMENT_SUMMARY: _COMMITMENTS | _CHANGE_ORDERS | _BILLED,
    CompanyRoute.CONTRACT_PAYMENTS: frozenset({"Contract Payments"}),
    CompanyRoute.COMMITMENT_CHANGE_ORDERS: _CHANGE_ORDERS,
    CompanyRoute.COMMITMENT_CHANGE_ORDER: _CHANGE_ORDERS,
    CompanyRoute.COMMITMENT_CHANGE_ORDER_LINES: _CHANGE_ORDERS,
    CompanyRoute.CHANGE_ORDER_PACKAGES: _CHANGE_ORDERS,
    CompanyRoute.REQUISITIONS: frozenset({"Requisitions"}),
    CompanyRoute.REQUISITION: frozenset({"Requisitions"}),
    CompanyRoute.PRIME_CONTRACTS: _PRIME_CONTRACTS,
    CompanyRoute.PRIME_CONTRACTS_V2: _PRIME_CONTRACTS,
    CompanyRoute.PRIME_CONTRACT: _PRIME_CONTRACTS,
    CompanyRoute.PRIME_CONTRACT_V2: _PRIME_CONTRACTS,
    CompanyRoute.DIRECT_COSTS: frozenset({"Direct Costs", "Direct Cost Line Items"}),
    CompanyRoute.DIRECT_COST: frozenset({"Direct Costs", "Direct Cost Line Items"}),
    CompanyRoute.OBSERVATIONS: frozenset({"Observation Items"}),
    CompanyRoute.OBSERVATION: frozenset({"Observation Items"}),
    CompanyRoute.PUNCH_ITEMS: frozenset({"Punch Items"}),
    CompanyRoute.PUNCH_ITEM: frozenset({"Punch Items"}),
}
"""The resources whose events may change what a route gives; the names are those of section 7.5.

A route that is missing may change without an event: a budget, a commitment's compliance, the counts of daily logs,
and a project, because who may see it is no event of its own. "Requisitions" is not in section 7.5, but a company
may have it: what depends on it is held only where a hook was really given that name. No event of a record tells
that a person or a firm in it has a new name.
"""

_KNOWN = frozenset[str]().union(*RESOURCES.values())


def resource_named(claim: str) -> str | None:
    """The resource that an event means, however it is spelled; `None` for one on which nothing here depends."""
    return _SPELLED.get(_plain(claim))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower()).removesuffix("s")


_SPELLED = {_plain(name): name for name in _KNOWN}
