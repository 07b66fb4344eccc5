"""Pages of the record families: a list and a record each, at the platform's addresses (reference 3.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from werkzeug.exceptions import NotFound

from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.portal.blueprint import blueprint, person, project
from embedded_app.simulator.portal.pages import dock_of, project_frame
from embedded_app.simulator.rest.access import Caller
from embedded_app.simulator.rest.families import budget, field_quality, requisitions, rfis, submittals
from embedded_app.simulator.rest.family import Family
from embedded_app.simulator.rest.serving import written
from embedded_app.simulator.state import simulator
from embedded_app.simulator.words import plain

_BASE = "/<int:project_id>/project"
_LONG = frozenset({"description", "question"})


@dataclass(frozen=True, slots=True)
class Page:
    """Where a family is shown: `columns` are keys of its records, the first one linking to the record.

    `one` is the address of a record, with `record_id`, None where it has none; `view` its panel's view key.
    """

    name: str
    title: str
    family: Family
    columns: str
    many: str
    one: str | None = None
    view: str = ""


PAGES = (
    Page(
        *("rfis", "RFIs", rfis.FAMILY, "number subject status due_date rfi_manager ball_in_court"),
        *(f"{_BASE}/rfi", f"{_BASE}/rfi/show/<int:record_id>", "rfi.detail"),
    ),
    Page(
        *("submittals", "Submittals", submittals.FAMILY),
        "formatted_number title status type due_date responsible_contractor",
        *(f"{_BASE}/submittal_logs", f"{_BASE}/submittal_logs/<int:record_id>", "submittal_logs.detail"),
    ),
    Page(
        *(
            "observations",
            "Observations",
            field_quality.OBSERVATIONS,
            "number name status priority due_date assignee",
        ),
        *(
            f"{_BASE}/observations/items",
            f"{_BASE}/observations/items/<int:record_id>/edit",
            "observations.edit",
        ),
    ),
    Page(
        *("invoices", "Invoices", requisitions.FAMILY),
        "invoice_number contract_name vendor_name status billing_date total_claimed_amount percent_complete",
        f"{_BASE}/commitments/requisitions",
        f"{_BASE}/commitments/work_order_contracts/<int:contract_id>/requisitions/<int:record_id>",
        "commitments.requisitions.detail",
    ),
    Page(
        *("budget", "Budget", budget.FAMILY, "wbs_code cost_code original_budget_amount quantity uom"),
        "/projects/<int:project_id>/budgeting",
    ),
)


def _visible(page: Page, place: Project) -> list[Any]:
    who = Caller(person().id, place.company_id)
    return [
        record
        for record in page.family.records(simulator().world, place.id)
        if record.get("deleted_at") is None
        and (page.family.visible is None or page.family.visible(record, who))
    ]


def _words(key: str, value: Any) -> str:
    """A value of an answer, as people read it."""
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        names = ("label", "flat_code", "full_code", "name", "status")
        return str(next((value[name] for name in names if value.get(name)), "—"))
    if isinstance(value, list):
        return ", ".join(_words(key, each) for each in value if isinstance(each, dict)) or str(len(value))
    return plain(str(value)) if key in _LONG else str(value)


def _address(page: Page, place: Project, record: Any) -> str | None:
    if page.one is None:
        return None
    ids = {"project_id": place.id, "record_id": record["id"]}
    if "contract_id" in page.one:
        ids["contract_id"] = record["commitment_id"]
    return url_for(f"portal.{page.name}_record", **ids)


def _list_view(page: Page) -> Callable[..., str]:
    def view(project_id: int) -> str:
        place = project(project_id, page.family.tool)
        rows = []
        for record in _visible(page, place):
            body = written(page.family, record, "normal")
            cells = [_words(key, body[key]) for key in page.columns.split()]
            rows.append((_address(page, place, record), cells))
        heads = [key.replace("_", " ").capitalize() for key in page.columns.split()]
        return render_template(
            "portal/records.html", **project_frame(place), tool=page.name, page=page, heads=heads, rows=rows
        )

    return view


def _record_view(page: Page) -> Callable[..., str]:
    def view(project_id: int, record_id: int, contract_id: int | None = None) -> str:
        place = project(project_id, page.family.tool)
        found = next((each for each in _visible(page, place) if each["id"] == record_id), None)
        if found is None or (contract_id is not None and found["commitment_id"] != contract_id):
            raise NotFound
        body = written(page.family, found, "show")
        first, second = (_words(key, body[key]) for key in page.columns.split()[:2])
        facts = [
            (key.replace("_", " ").capitalize(), _words(key, value))
            for key, value in body.items()
            if key not in {"custom_fields", "summary", "questions"}
        ]
        return render_template(
            "portal/record.html",
            **project_frame(place),
            **dock_of(place, page.view, record_id),
            tool=page.name,
            page=page,
            title=f"{first} {second}",
            facts=facts,
        )

    return view


for _page in PAGES:
    blueprint.add_url_rule(_page.many, f"{_page.name}_list", _list_view(_page))
    if _page.one is not None:
        blueprint.add_url_rule(_page.one, f"{_page.name}_record", _record_view(_page))
