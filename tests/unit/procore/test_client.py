"""The families, each against the calls it may make."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from embedded_app.errors import ConnectFailed, Forbidden, ServerFailed, UnexpectedPayload
from embedded_app.ids import CompanyId, ProjectId, RecordId
from embedded_app.procore import (
    CommitmentKind,
    Company,
    CompanyApi,
    Environment,
    Event,
    Me,
    Procore,
    WireRequest,
    WireResponse,
)
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.records.companies import AppInstallation
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import ScriptedTransport, json_answer

_COMPANY = CompanyId(562949953443325)
_PROJECT = ProjectId(562949953500001)
_WORK_ORDERS = "GET /rest/v1.0/work_order_contracts"
_PURCHASE_ORDERS = "GET /rest/v1.0/purchase_order_contracts"


@pytest.fixture
def company(procore: Procore, grant: FakeGrant) -> CompanyApi:
    return procore.company(_COMPANY, grant)


def _query(request: WireRequest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def _list(*items: dict[str, object]) -> WireResponse:
    return json_answer(list(items), Total=str(len(items)), Per_Page="1000")


def test_the_viewer_and_their_companies(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant
) -> None:
    transport.answer("GET /rest/v1.0/me", json_answer({"id": 160586, "login": "d@h.example", "name": None}))
    transport.answer("GET /rest/v1.0/companies", _list({"id": 55188, "name": "Cascadia", "is_active": True}))
    viewer = procore.viewer(grant)
    assert viewer.me() == Me(160586, "d@h.example", None)  # type: ignore[arg-type]
    assert viewer.companies() == (Company(CompanyId(55188), "Cascadia", is_active=True),)
    assert all("Procore-Company-Id" not in request.headers for request in transport.requests)


def test_me_in_a_company_has_a_name_and_the_header(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer("GET /rest/v1.0/me", json_answer({"id": 1, "login": "d@h.example", "name": "Dana"}))
    assert company.me().name == "Dana"
    [request] = transport.requests
    assert request.headers["Procore-Company-Id"] == str(_COMPANY)
    assert _query(request) == {"company_id": str(_COMPANY)}


def test_commitments_are_two_calls_and_none_for_a_second_look(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1, "number": "SC-014", "grand_total": "4100000.00"}))
    transport.answer(_PURCHASE_ORDERS, _list({"id": 1, "number": "PO-003", "grand_total": "12.50"}))
    for _ in range(2):
        read = company.commitments.list(_PROJECT)
        assert [(c.kind, c.number, c.original_amount) for c in read.value] == [
            (CommitmentKind.SUBCONTRACT, "SC-014", Decimal("4100000.00")),
            (CommitmentKind.PURCHASE_ORDER, "PO-003", Decimal("12.50")),
        ]
    assert len(transport.requests) == 2
    for request in transport.requests:
        assert request.headers["Procore-Company-Id"] == str(_COMPANY)
        assert _query(request) == {"project_id": str(_PROJECT), "page": "1", "per_page": "1000"}


def test_one_kind_that_cannot_be_read_is_shown_from_before(
    company: CompanyApi, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1}))
    transport.answer(_PURCHASE_ORDERS, _list({"id": 2}), WireResponse(500))
    first = company.commitments.list(_PROJECT)
    clock.advance(30)
    second = company.commitments.list(_PROJECT)
    assert [record.id for record in second.value] == [1, 2]
    assert second.stale
    assert second.read_at == first.read_at


def test_one_kind_that_was_never_read_is_not_left_out(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1}))
    transport.answer(_PURCHASE_ORDERS, WireResponse(500))
    with pytest.raises(ServerFailed):
        company.commitments.list(_PROJECT)


def test_a_list_in_several_pages(company: CompanyApi, transport: ScriptedTransport) -> None:
    def page(request: WireRequest) -> WireResponse:
        start = (int(_query(request)["page"]) - 1) * 1000
        items = [{"id": start + number} for number in range(1, min(1000, 2345 - start) + 1)]
        return json_answer(items, Total="2345", Per_Page="1000")

    transport.answer(_WORK_ORDERS, page)
    transport.answer(_PURCHASE_ORDERS, _list())
    assert [record.id for record in company.commitments.list(_PROJECT).value] == list(range(1, 2346))
    assert len(transport.sent(_WORK_ORDERS)) == 3


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (CommitmentKind.SUBCONTRACT, "work_order_contracts"),
        (CommitmentKind.PURCHASE_ORDER, "purchase_order_contracts"),
    ],
)
def test_one_commitment_and_its_lines(
    company: CompanyApi, transport: ScriptedTransport, kind: CommitmentKind, path: str
) -> None:
    transport.answer(f"GET /rest/v1.0/{path}/{{id}}", json_answer({"id": 9, "number": "X-1"}))
    transport.answer(f"GET /rest/v1.0/{path}/{{contract}}/line_items", _list({"id": 3, "amount": "1.10"}))
    found = company.commitments.get(kind, _PROJECT, RecordId(9))
    lines = company.commitments.line_items(kind, _PROJECT, RecordId(9))
    assert (found.value.kind, found.value.number) == (kind, "X-1")
    assert [line.amount for line in lines.value] == [Decimal("1.10")]
    assert [urlsplit(request.url).path for request in transport.requests] == [
        f"/rest/v1.0/{path}/9",
        f"/rest/v1.0/{path}/9/line_items",
    ]
    assert {_query(request)["project_id"] for request in transport.requests} == {str(_PROJECT)}


def test_change_orders_of_one_commitment(company: CompanyApi, transport: ScriptedTransport) -> None:
    route = "GET /rest/v1.0/projects/{p}/commitment_change_orders"
    transport.answer(route, _list({"id": 4, "number": "003", "contract_id": 9, "grand_total": "248250.00"}))
    [change_order] = company.change_orders.list(_PROJECT, RecordId(9)).value
    assert (change_order.contract_id, change_order.grand_total) == (9, Decimal("248250.00"))
    assert _query(transport.requests[0])["filters[contract_id]"] == "9"


def test_projects_and_vendors(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer(
        "GET /rest/v1.1/projects", _list({"id": _PROJECT, "name": "Riverside", "project_number": "21-0417"})
    )
    transport.answer("GET /rest/v1.1/projects/{p}/vendors", _list({"id": 6, "name": "Ironline"}))
    assert [project.number for project in company.projects.list().value] == ["21-0417"]
    assert [vendor.name for vendor in company.vendors.list(_PROJECT).value] == ["Ironline"]
    assert _query(transport.requests[0])["per_page"] == "300", "the most that this list gives"


def test_permissions_of_the_company_or_of_a_project(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    tool = {"name": "admin", "user_access_level": {"id": 4, "name": "Admin"}}
    transport.answer("GET /rest/v1.0/settings/permissions", json_answer({"tools": [tool]}))
    assert company.permissions().is_company_admin()
    assert not company.permissions(_PROJECT).is_company_admin()
    assert [_query(request) for request in transport.requests] == [
        {"company_id": str(_COMPANY)},
        {"project_id": str(_PROJECT)},
    ]
    company.permissions()
    assert len(transport.requests) == 2
    company.permissions(refresh=True)
    assert len(transport.requests) == 3


def test_the_web_host_of_a_company(
    company: CompanyApi, transport: ScriptedTransport, clock: FakeClock
) -> None:
    answer = {"zone": "us02", "web_base_url": "https://us02.procore.example/"}
    transport.answer("GET /rest/v1.0/company_base_url", json_answer(answer))
    for seconds, asked in ((0, 1), (3599, 1), (1, 2)):
        clock.advance(seconds)
        assert company.web_base_url() == "https://us02.procore.example"
        assert len(transport.requests) == asked
    transport.answer("GET /rest/v1.0/company_base_url", ConnectFailed("No connection."))
    clock.advance(24 * 3600 - 1)
    assert company.web_base_url() == "https://us02.procore.example", "it hardly ever changes"
    clock.advance(1)
    with pytest.raises(ConnectFailed):
        company.web_base_url()


def test_a_web_host_that_may_not_frame_us_is_not_believed(
    company: CompanyApi, transport: ScriptedTransport
) -> None:
    answer = {"zone": "us02", "web_base_url": "https://procore.example.evil.example"}
    transport.answer("GET /rest/v1.0/company_base_url", json_answer(answer))
    with pytest.raises(UnexpectedPayload):
        company.web_base_url()


def test_installed_apps(company: CompanyApi, transport: ScriptedTransport) -> None:
    transport.answer(
        "GET /rest/v1.0/app_installations",
        _list({"id": 3, "app_uid": "client-1", "status": "installed"}, {"id": 4, "status": "uninstalled"}),
    )
    assert company.app_installations().value == (
        AppInstallation(RecordId(3), "installed", "client-1"),
        AppInstallation(RecordId(4), "uninstalled", None),
    )


def test_nobody_is_shown_what_another_may_see(procore: Procore, transport: ScriptedTransport) -> None:
    route = "GET /rest/v1.0/projects/{p}"
    transport.answer(route, json_answer({"id": _PROJECT, "name": "Riverside"}), WireResponse(403))
    procore.company(_COMPANY, FakeGrant(grant_id="dana")).projects.get(_PROJECT)
    with pytest.raises(Forbidden):
        procore.company(_COMPANY, FakeGrant(grant_id="sean")).projects.get(_PROJECT)


def test_what_was_read_can_be_forgotten(
    procore: Procore, company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1}))
    transport.answer(_PURCHASE_ORDERS, _list())
    company.commitments.list(_PROJECT)
    procore.invalidate(company_id=CompanyId(1))
    company.commitments.list(_PROJECT)
    assert len(transport.sent(_WORK_ORDERS)) == 1
    procore.invalidate(company_id=_COMPANY)
    company.commitments.list(_PROJECT)
    assert len(transport.sent(_WORK_ORDERS)) == 2


def _told(resource: str, project_id: ProjectId = _PROJECT) -> Event:
    return Event("01J", _COMPANY, project_id, resource, RecordId(1), "update", None, None)


def test_an_event_has_only_that_read_again_which_it_makes_old(
    procore: Procore, company: CompanyApi, transport: ScriptedTransport
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1}))
    transport.answer(_PURCHASE_ORDERS, _list())
    company.commitments.list(_PROJECT)
    for event in (_told("RFIs"), _told("Unheard Of"), _told("Work Order Contracts", ProjectId(8))):
        procore.heard(event)
    company.commitments.list(_PROJECT)
    assert (len(transport.sent(_WORK_ORDERS)), len(transport.sent(_PURCHASE_ORDERS))) == (1, 1)
    procore.heard(_told("work_order_contract"))  # however version 4 spells it
    company.commitments.list(_PROJECT)
    assert (len(transport.sent(_WORK_ORDERS)), len(transport.sent(_PURCHASE_ORDERS))) == (2, 1)
    procore.heard(_told("Contract Payments"))
    company.commitments.list(_PROJECT)
    assert (len(transport.sent(_WORK_ORDERS)), len(transport.sent(_PURCHASE_ORDERS))) == (3, 2)


def test_a_family_is_held_for_minutes_when_all_that_it_depends_on_is_watched(
    procore: Procore, company: CompanyApi, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_WORK_ORDERS, _list({"id": 1}))
    transport.answer(_PURCHASE_ORDERS, _list())
    procore.watch(_COMPANY, {"Work Order Contracts", "Work Order Contract Line Items"}, seconds=3600)
    company.commitments.list(_PROJECT)
    clock.advance(10)
    company.commitments.list(_PROJECT)
    assert len(transport.sent(_WORK_ORDERS)) == 2  # what was invoiced and paid could change without a word
    procore.watch(_COMPANY, CompanyRoute.WORK_ORDER_CONTRACTS.resources, seconds=3600)
    clock.advance(10)
    company.commitments.list(_PROJECT)
    clock.advance(299)
    company.commitments.list(_PROJECT)
    assert (len(transport.sent(_WORK_ORDERS)), len(transport.sent(_PURCHASE_ORDERS))) == (3, 4)


def test_a_grant_is_asked_within_the_context_of_its_thread(
    environment: Environment, transport: ScriptedTransport, clock: FakeClock, grant: FakeGrant
) -> None:
    entered: list[bool] = []

    @contextmanager
    def context() -> Iterator[None]:
        entered.append(True)
        yield

    procore = Procore(
        environment, "client-1", Secret("s"), clock=clock, transport=transport, thread_context=context
    )
    transport.answer("GET /rest/v1.0/me", json_answer({"id": 1, "login": "dana@hollisgrant.example"}))
    procore.viewer(grant).me()  # the very first request goes alone
    together = threading.Barrier(2)  # holds each of the two lists in a thread of its own

    def answer(_request: WireRequest) -> WireResponse:
        together.wait(10)
        return _list()

    transport.answer(_WORK_ORDERS, answer)
    transport.answer(_PURCHASE_ORDERS, answer)
    procore.company(_COMPANY, grant).commitments.list(_PROJECT)
    assert entered == [True]
