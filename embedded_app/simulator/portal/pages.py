"""Sign-in, companies, projects, commitments and vendors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from flask import redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.exceptions import NotFound

from embedded_app.simulator.login.sessions import sign_in, sign_out
from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.portal.blueprint import (
    administers,
    apps_menu,
    blueprint,
    company,
    configurations,
    frame_address,
    person,
    project,
)
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import ContextIds

KIND_NAMES = {
    CommitmentKind.SUBCONTRACT: "Subcontract",
    CommitmentKind.PURCHASE_ORDER: "Purchase order",
}
_PATH = re.compile(r"/(?![/\\])[^\s\\]*")
LIST_VIEW = "commitments.contracts.list"


@blueprint.get("/sign-in")
def sign_in_page() -> str:
    """Choose who you are."""
    world = simulator().world
    people = [
        (each, " · ".join(company.name for company in world.companies_of(each.id)))
        for each in world.people.values()
    ]
    return render_template("portal/sign_in.html", people=people, next=_local(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in_as() -> Response:
    """Begin a session as the chosen person; the simulator knows no passwords."""
    chosen = simulator().world.people.get(request.form.get("user_id", 0, type=int))
    if chosen is None:
        return redirect(url_for("portal.sign_in_page"), code=303)
    return sign_in(redirect(_local(request.form.get("next", "")), code=303), chosen)


@blueprint.post("/sign-out")
def sign_out_here() -> Response:
    """End the session and let somebody else choose."""
    return sign_out(redirect(url_for("portal.sign_in_page"), code=303))


@blueprint.get("/")
@blueprint.get("/companies")
def companies() -> str:
    """The companies of the person."""
    running = simulator()
    found = [
        (each, sum(1 for _ in _projects(each.id)), running.is_connected(each.id))
        for each in running.world.companies_of(person().id)
    ]
    return render_template("portal/companies.html", person=person(), companies=found)


@blueprint.get("/<int:company_id>/company/home/list")
def company_home(company_id: int) -> str:
    """The projects of a company that the person is in."""
    return render_template(
        "portal/company.html", **_company_frame(company_id), projects=list(_projects(company_id)), tool="home"
    )


@blueprint.get("/<int:company_id>/company/directory")
def company_directory(company_id: int) -> str:
    """All vendors of a company."""
    frame = _company_frame(company_id)
    return render_template(
        "portal/directory.html",
        **frame,
        vendors=list(simulator().world.vendors_of(company_id)),
        tool="directory",
    )


@blueprint.get("/<int:project_id>/project/home")
def project_home(project_id: int) -> str:
    """What is known about a project."""
    place = project(project_id)
    visible = _readable(place)
    level = simulator().world.level(person().id, place.company_id, "commitments", place.id)
    return render_template(
        "portal/project.html",
        **project_frame(place),
        tool="home",
        reads_commitments=level >= Level.READ_ONLY,
        count=len(visible),
        committed=sum((each.revised_contract for each in visible), ZERO),
    )


@blueprint.get("/<int:project_id>/project/commitments")
def commitments(project_id: int) -> str:
    """Subcontracts and purchase orders of a project."""
    place = project(project_id, "commitments")
    found = _readable(place)
    totals: dict[str, Decimal] = {
        name: sum((getattr(each, name) for each in found), ZERO)
        for name in ("grand_total", "approved_change_orders", "revised_contract", "total_requisitions_amount")
    }
    return render_template(
        "portal/commitments.html",
        **project_frame(place),
        **dock_of(place, LIST_VIEW),
        tool="commitments",
        contracts=found,
        vendor_names=_vendor_names(found),
        totals=totals,
        kinds=KIND_NAMES,
    )


@blueprint.get(
    "/<int:project_id>/project/commitments/<any(work_order_contracts,purchase_order_contracts):kind>/<int:contract_id>"
)
def commitment(project_id: int, kind: str, contract_id: int) -> str:
    """One commitment, and beside it the others of the same vendor or kind."""
    place = project(project_id, "commitments")
    readable = _readable(place)
    found = next((each for each in readable if each.id == contract_id and each.kind == kind), None)
    if found is None:
        raise NotFound
    related = _related(found, readable)
    return render_template(
        "portal/commitment.html",
        **project_frame(place),
        **dock_of(place, f"commitments.{kind}.detail", found.id),
        tool="commitments",
        contract=found,
        related=related,
        vendor_names=_vendor_names([found, *related]),
        budget_codes=_budget_codes(found),
        kinds=KIND_NAMES,
    )


@blueprint.get("/<int:project_id>/project/directory")
def project_directory(project_id: int) -> str:
    """The vendors of a project."""
    place = project(project_id, "directory")
    vendors = [
        each for each in simulator().world.vendors_of(place.company_id) if place.id in each.project_ids
    ]
    return render_template("portal/directory.html", **project_frame(place), vendors=vendors, tool="directory")


def _company_frame(company_id: int) -> dict[str, object]:
    place = company(company_id)
    return {
        "person": person(),
        "company": place,
        "menu": apps_menu(company_id),
        "is_administrator": administers(company_id),
    }


def project_frame(place: Project) -> dict[str, object]:
    """What every page of a project shows around its content."""
    return {
        "person": person(),
        "company": company(place.company_id),
        "project": place,
        "menu": apps_menu(place.company_id, place.id),
    }


def dock_of(place: Project, view: str, record_id: int | None = None) -> dict[str, object]:
    """What the right edge needs to open the app's side panel; nothing where the app is not offered."""
    running = simulator()
    app, switches = running.app, running.switches
    here = configurations(place.company_id, place.id) if running.is_installed(place.company_id) else []
    if not here or "sidepanel" not in app.components or not _is_supported(view):
        return {"dock": None}
    owner = company(place.company_id)
    by_region = ContextIds.NUMBER if owner.region == "us01" else ContextIds.STRING
    return {
        "dock": {
            "app": app.name,
            "address": frame_address(app.panel_url, owner, place, here[0]),
            "id_type": by_region if switches.context_ids is ContextIds.BY_REGION else switches.context_ids,
            "id_on_lists": switches.context_id_on_lists,
            "on_move": switches.setup_on_move,
            "sandbox": switches.frame_sandbox,
            "allow": switches.frame_allow,
            "view": view,
            "id": record_id,
        }
    }


def _is_supported(view: str) -> bool:
    """Whether the app's panel was registered for this view, or for all of its resource."""
    running = simulator()
    every = f"{view.rpartition('.')[0]}.all"
    views = running.app.panel_views
    return view in views or (running.switches.all_views and every in views)


def _projects(company_id: int) -> list[Project]:
    world = simulator().world
    membership = world.membership(person().id, company_id)
    return [each for each in world.projects_of(company_id) if membership and membership.sees(each.id)]


def _readable(place: Project) -> list[Contract]:
    world = simulator().world
    return [each for each in world.contracts_of(place.id) if world.can_read(person().id, each)]


def _vendor_names(contracts: Iterable[Contract]) -> dict[int, str]:
    """The names of their vendors, by id; those without one are missing."""
    vendors = (simulator().world.vendor_of(each) for each in contracts)
    return {vendor.id: vendor.name for vendor in vendors if vendor is not None}


def _budget_codes(contract: Contract) -> dict[int, str]:
    """The budget codes of its lines, by id."""
    codes = simulator().world.records["wbs_codes"]
    return {line.wbs_code_id: codes[line.wbs_code_id]["flat_code"] for line in contract.lines}


def _related(contract: Contract, others: list[Contract]) -> list[Contract]:
    """Up to six: the vendor's other commitments, then the neighbours by number."""
    rest = [each for each in others if each.id != contract.id]
    at = others.index(contract)
    near = sorted(rest, key=lambda each: abs(others.index(each) - at))
    same = [each for each in rest if contract.vendor_id is not None and each.vendor_id == contract.vendor_id]
    return list({each.id: each for each in (*same, *near)}.values())[:6]


def _local(path: str) -> str:
    """A path on this host; anything that could lead elsewhere becomes the start page."""
    return path if _PATH.fullmatch(path) else url_for("portal.companies")
