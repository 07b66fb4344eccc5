from __future__ import annotations

import json
import re

import pytest

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.procore import Event, read_event
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.hooks import resource_named
from tests.unit.procore.reference_paths import section

_V2 = {
    "id": 9,
    "ulid": "01J8Z",
    "timestamp": "2026-11-20T13:26:00Z",
    "metadata": {"source_user_id": 160586, "source_project_id": None, "source_application_id": "client-1"},
    "user_id": 160586,
    "company_id": 562949953443325,
    "project_id": 562949953500001,
    "api_version": "v2.0",
    "event_type": "update",
    "resource_name": "RFIs",
    "resource_id": 41,
}
_V4 = {
    "id": "01J8Z",
    "timestamp": "2026-11-20T13:26:00Z",
    "reason": "update",
    "company_id": "562949953443325",
    "project_id": "562949953500001",
    "user_id": "160586",
    "resource_type": "RFIs",
    "resource_id": "41",
}
_EVENT = Event(
    "01J8Z",
    CompanyId(562949953443325),
    ProjectId(562949953500001),
    "RFIs",
    RecordId(41),
    "update",
    UserId(160586),
    "client-1",
)


def _read(document: object) -> Event:
    return read_event(json.dumps(document).encode())


def test_version_4_says_the_same_as_the_others_but_for_the_app() -> None:
    assert _read(_V2) == _EVENT
    assert _read({**_V2, "api_version": "v3.0", "related_resources": [{"id": 1, "name": "x"}]}) == _EVENT
    v4 = _read(_V4)
    assert v4.application_id is None
    assert [
        getattr(v4, name) for name in ("id", "company_id", "project_id", "resource", "record_id", "action")
    ] == [
        getattr(_EVENT, name)
        for name in ("id", "company_id", "project_id", "resource", "record_id", "action")
    ]


def test_what_belongs_to_a_company_has_no_project() -> None:
    document = {**_V2, "project_id": None, "user_id": None, "metadata": None}
    event = _read(document)
    assert (event.project_id, event.user_id, event.application_id) == (None, None, None)


@pytest.mark.parametrize("missing", ["company_id", "resource_type", "resource_id", "reason", "id"])
def test_without_what_identifies_it_there_is_no_event(missing: str) -> None:
    with pytest.raises(UnexpectedPayload):
        _read({name: value for name, value in _V4.items() if name != missing})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"RFIs", b"\xff"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(UnexpectedPayload):
        read_event(body)


def test_every_resource_that_makes_a_read_stale_is_one_that_procore_names() -> None:
    named = {name.strip() for name in re.split(r"[,:;.]", re.sub(r"\([^)]*\)|\*\*", "", section("7.5")))}
    assert {"RFIs", "Contract Payments"} <= named
    assert {name for route in CompanyRoute for name in route.resources} - named == {"Requisitions"}
    assert 'No "Requisitions" name appeared' in section("7.5")


def test_a_resource_is_recognised_however_it_is_spelled() -> None:
    for claim in ("Work Order Contracts", "work_order_contracts", "WorkOrderContract", "work-order-contract"):
        assert resource_named(claim) == "Work Order Contracts"
    assert resource_named("Weather Logs") is None


def test_whatever_may_change_unheard_is_held_for_no_hook() -> None:
    for route in (
        CompanyRoute.PROJECT,
        CompanyRoute.BUDGET_ROWS,
        CompanyRoute.WORK_ORDER_COMPLIANCE,
        CompanyRoute.DAILY_LOG_COUNTS,
    ):
        assert route.resources == frozenset()
