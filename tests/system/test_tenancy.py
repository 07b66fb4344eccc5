"""A user of one company gets nothing of another one, whichever id is changed in whichever call.

The company scope is the same on both databases, so one of them is enough.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from embedded_app.simulator.sample_erp import build_sample_erp
from tests.fakes.html_page import HtmlPage
from tests.fakes.person import ORIGIN, SCRIPT_HEADERS, challenge_of, new_verifier
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.walker import Walker
from tests.system import setting_up
from tests.system.tenancy_calls import CALLS, Call
from tests.system.world import (
    CASCADIA,
    DANA,
    HOLLIS,
    INGRID,
    OF_CASCADIA,
    RIVERSIDE,
    Row,
    World,
    rows_of,
    running_world,
)

MARK = "ZEBRA"
"""In every name of the other company that can be chosen, here, in Procore and in its books."""


@dataclass(frozen=True)
class Tenant:
    """A company with everything that the product can keep for it.

    Attributes:
        ids: by the names of `tenancy_calls`.
        spares: what an attack may take from its own company, when one of its ids is one's own.
        forms: the fields of one's own forms.
    """

    company_id: int
    walker: Walker
    ids: dict[str, str]
    spares: dict[str, str]
    forms: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Home:
    """A company before it has anything here; `name` begins the name of everything that is made in it."""

    company_id: int
    project_id: int
    job: str
    books: str
    name: str


@dataclass(frozen=True)
class Tenants:
    world: World
    own: Tenant
    other: Tenant


@pytest.fixture(scope="module")
def tenants(simulator: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    with running_world(simulator, tmp_path_factory.mktemp("tenancy")) as world:
        simulator.rate(
            hour_limit=1_000_000, spike_limit=1_000_000
        )  # all these calls are one moment of the app
        simulator.install(CASCADIA)
        _mark_procore(world)
        build_sample_erp(world.sources / str(CASCADIA) / "own.db")
        build_sample_erp(world.sources / str(HOLLIS) / "other.db")
        _mark_books(world.sources / str(HOLLIS) / "other.db")
        own = _settle(world, INGRID, Home(CASCADIA, OF_CASCADIA, "C-1187", "own.db", "Own"))
        other = _settle(world, DANA, Home(HOLLIS, RIVERSIDE, "21-0417", "other.db", MARK))
        yield Tenants(world, own, other)


def test_every_route_is_in_the_table(tenants: Tenants) -> None:
    """A new route says here how it is called, and which of the things it is told are ids."""
    app = tenants.world.app
    called = {(call.endpoint, call.method) for call in CALLS}
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert called == routes
    for rule in app.url_map.iter_rules():
        for call in (call for call in CALLS if call.endpoint == rule.endpoint):
            assert set(call.path) == set(rule.arguments), call


def test_the_other_company_sees_what_is_marked(tenants: Tenants) -> None:
    """Otherwise the marks could not be missed."""
    seen = {
        call.endpoint
        for call in CALLS
        if call.method == "GET" and MARK in _send(tenants, tenants.other, call, tenants.other.ids).text
    }
    assert seen >= {
        "frames.project_view",
        "frames.line",
        "frames.export",
        "frames.panel_view",
        "frames.company_view",
        "settings.overview",
        "settings.source",
        "settings.panel",
        "settings.panels",
        "settings.projects",
        "settings.audit_log",
        "settings.sources",
    }


def test_changed_ids_give_nothing_and_change_nothing(tenants: Tenants) -> None:
    before = _rows_of(tenants, HOLLIS)
    for call in CALLS:
        for ids in _attacks(call, tenants):
            if call.prepare is not None:
                call.prepare(tenants.own.walker, CASCADIA)
            response = _send(tenants, tenants.own, call, ids)
            assert MARK not in response.text, (call, ids)
            assert response.status_code < 500, (call, ids, response.text)
            assert _rows_of(tenants, HOLLIS) == before, (call, ids)
    foreign = set(tenants.other.ids.values())
    kept = [
        (table, column)
        for table, rows in _rows_of(tenants, CASCADIA).items()
        for row in rows
        for column, value in row.items()
        if str(value) in foreign
    ]
    assert kept == []


def test_an_administrator_of_both_is_in_one_at_a_time(tenants: Tenants) -> None:
    """Dana may see both companies, but not one of them in a session of the other."""
    dana = tenants.world.walker(DANA)
    dana.sign_in_tab(CASCADIA)
    dana.open_frame(CASCADIA)
    attacker = replace(tenants.own, walker=dana)
    before = _rows_of(tenants, HOLLIS)
    for call in CALLS:
        if call.endpoint.startswith(("frames.", "settings.")) and call.prepare is None:
            for ids in _attacks(call, tenants):
                response = _send(tenants, attacker, call, ids)
                assert MARK not in response.text, (call, ids)
                assert response.status_code < 500, (call, ids, response.text)
                assert _rows_of(tenants, HOLLIS) == before, (call, ids)


def test_own_ids_work_and_a_claim_on_top_of_them_does_not_matter(tenants: Tenants) -> None:
    """So the refusals above were for the ids and for nothing else. The last test: it takes everything apart."""
    before = _rows_of(tenants, HOLLIS)
    refused = []
    for call in CALLS:
        if call.prepare is not None:
            call.prepare(tenants.own.walker, CASCADIA)
        response = _send(tenants, tenants.own, call, tenants.own.ids, claim=HOLLIS)
        assert MARK not in response.text, call
        if response.status_code >= 400:
            refused.append((call.endpoint, response.status_code, HtmlPage.of(response).said))
    assert refused == []
    assert _rows_of(tenants, HOLLIS) == before


def _attacks(call: Call, tenants: Tenants) -> Iterator[dict[str, str]]:
    """One's own ids with each of those that the call names taken from the other company, then with all of them."""
    named = [name for text in call.values for _, name, _, _ in Formatter().parse(text) if name]
    ids = [name for name in dict.fromkeys(named) if not name.startswith("own_")]
    swaps = [[name] for name in ids] + ([ids] if len(ids) > 1 else [])
    for swap in swaps:
        yield tenants.own.ids | tenants.own.spares | {name: tenants.other.ids[name] for name in swap}


def _send(
    tenants: Tenants, who: Tenant, call: Call, ids: dict[str, str], *, claim: int | None = None
) -> TestResponse:
    """`claim` is a company that the call is told of although it does not ask."""
    path, query, form, json = (
        {name: text.format_map(ids) for name, text in texts.items()}
        for texts in (call.path, call.query, call.form, call.json)
    )
    if claim is not None:
        query.setdefault("company_id", str(claim))
    walker = who.walker
    address = _address(tenants.world.app, call.endpoint, path)
    bearer = {"Authorization": f"Bearer {walker.bearer}"}
    if call.json:
        return walker.client.post(
            address, base_url=ORIGIN, query_string=query, json=json, headers=SCRIPT_HEADERS | bearer
        )
    if call.method == "GET":
        return walker.client.get(address, base_url=ORIGIN, query_string=query, headers=bearer)
    data = who.forms.get(call.base, {}) | form
    if call.endpoint.startswith(("settings.", "signing_in.sign_out")):
        data |= {"csrf_token": _csrf_token(walker)}
    return walker.client.post(
        address, base_url=ORIGIN, query_string=query, data=data, headers=SCRIPT_HEADERS | bearer
    )


def _csrf_token(walker: Walker) -> str:
    """Of the tab's session, or empty where nobody is signed in."""
    page = HtmlPage.of(walker.get("/settings/sources"))
    return next((form.value("csrf_token") for form in page.forms if "csrf_token" in dict(form.fields)), "")


def _address(app: Flask, endpoint: str, path: dict[str, str]) -> str:
    with app.test_request_context(base_url=ORIGIN):
        return url_for(endpoint, _external=False, **path)


def _rows_of(tenants: Tenants, company_id: int) -> dict[str, list[Row]]:
    """Every row of one company."""
    return {
        table: [row for row in rows if company_id in {row.get("company_id"), row.get("id")}]
        for table, rows in rows_of(tenants.world.app).items()
    }


def _mark_procore(world: World) -> None:
    simulator = world.simulator
    simulator.edit("companies", HOLLIS, name=f"{MARK} Builders")
    simulator.edit("projects", RIVERSIDE, name=f"{MARK} Center")
    for record_id in world.record_ids(DANA, HOLLIS, RIVERSIDE, "work_order_contracts").values():
        simulator.edit("contracts", record_id, title=f"{MARK} work")


def _mark_books(path: Path) -> None:
    with closing(sqlite3.connect(path)) as books, books:
        books.execute("UPDATE commitments SET title = title || ?", (f" {MARK}",))
        books.execute("UPDATE vendors SET name = ?", (f"{MARK} INC",))


def _settle(world: World, login: str, home: Home) -> Tenant:
    """Install, set up, look and link; afterwards signed in both in a tab and in a frame."""
    walker = world.walker(login)
    walker.install(home.company_id)
    source_id = setting_up.add_erp(walker, f"{home.name} ERP", home.books)
    spare_id = setting_up.add_erp(walker, f"{home.name} spare", home.books)
    assignment_id = setting_up.assign_job(walker, home.project_id, home.job)
    panel_id = setting_up.publish_panel(walker, source_id, home.project_id, f"{home.name} panel")
    rid, own_verifier = _finished_sign_in(walker, home.company_id)
    state, code = _callback(walker, home.company_id)
    verifier_of_code, typed_code = walker.read_code(home.company_id)
    walker.open_frame(home.company_id)
    proposal = _proposal(walker, home)
    records = world.record_ids(login, home.company_id, home.project_id, "work_order_contracts")
    ids = {
        "company": str(home.company_id),
        "project": str(home.project_id),
        "source": source_id,
        "spare_source": spare_id,
        "panel": panel_id,
        "assignment": assignment_id,
        "file": _drafted_file(walker, home),
        "record": proposal["record"],
        "record_id": str(next(iter(records.values()))),
        "row": proposal["row_id"],
        "session": _newest(world, "sessions", home.company_id),
        "principal": _newest(world, "principals", home.company_id),
        "rid": rid,
        "state": state,
        "own_code": code,
        "own_verifier": own_verifier,
        "own_verifier_of_code": verifier_of_code,
        "own_typed_code": typed_code,
        "own_challenge": challenge_of(new_verifier()),
    }
    forms = {
        "source": dict(walker.visit(f"/settings/sources/{source_id}").form("/settings/sources/save").fields),
        "panel": dict(walker.visit(f"/settings/panels/{panel_id}").form("/settings/panels/save").fields),
    }
    spares = {"assignment": setting_up.assign_job(walker, home.project_id, "Spare")}
    return Tenant(home.company_id, walker, ids, spares, forms)


def _newest(world: World, table: str, company_id: int) -> str:
    """The id of a row; of the sessions, the frame's."""
    of_company = [row for row in rows_of(world.app)[table] if row["company_id"] == company_id]
    return str(UUID(max(str(row["id"]) for row in of_company)))


def _drafted_file(walker: Walker, home: Home) -> str:
    """A file that was uploaded and belongs to no source yet."""
    content = f"Insured,Limit\n{home.name} one,100.00\n{home.name} two,200.00\n".encode()
    form = walker.visit("/settings/sources/new?kind=spreadsheet").form("/settings/sources/save")
    tested = walker.submit(form, {"act": "test", "name": "Drafted"}, file=(f"{home.name}.csv", content))
    return tested.form("/settings/sources/save").value("file")


def _callback(walker: Walker, company_id: int) -> tuple[str, str]:
    """State and code of a sign-in that the browser has not come back from."""
    begun = walker.get(f"/auth/tab?company_id={company_id}")
    query = parse_qs(urlsplit(walker.at_login(begun.headers["Location"])).query)
    return query["state"][0], query["code"][0]


def _finished_sign_in(walker: Walker, company_id: int) -> tuple[str, str]:
    """A frame's sign-in that only waits for its frame: the `rid` and the verifier."""
    verifier = new_verifier()
    begun = walker.ask("begin", {"challenge": challenge_of(verifier), "company_id": str(company_id)}).json
    assert begun is not None
    walker.get(walker.at_login(begun["authorize_url"]))
    return begun["rid"], verifier


def _proposal(walker: Walker, home: Home) -> dict[str, str]:
    """The fields of the first pair that the project's page proposes."""
    ids = {"company_id": home.company_id, "project_id": home.project_id}
    page = HtmlPage.of(walker.fetch("/frame/project/view", **ids, show="only_in_procore"))
    for address in page.fragment_addresses():
        if "open=" in address:
            for form in HtmlPage.of(walker.fetch(address)).forms:
                if form.action.endswith("/frame/links"):
                    return dict(form.fields)
    raise AssertionError("The page proposes no pair.")
