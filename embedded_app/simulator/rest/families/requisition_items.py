"""The lines of requisitions, their payment details and compliance documents (section 5.7)."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.commitments import Requisition
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest import billing, writing
from embedded_app.simulator.rest.access import blueprint, query_id
from embedded_app.simulator.rest.answers import data, json, listing
from embedded_app.simulator.rest.families.requisitions import FAMILY, TOOL, contract_of
from embedded_app.simulator.rest.family import BASICS, Family, Field, Path, each
from embedded_app.simulator.rest.serving import find_as, serve, tell, update
from embedded_app.simulator.rest.values.kinds import CODE, DAY, TEXT

_ITEMS = {"contract_items": billing.LINE, "change_order_items": billing.CHANGE}


@blueprint.get("/v1.0/requisitions/<int:requisition_id>/<any(contract_items, change_order_items):kind>")
def items(requisition_id: int, kind: str) -> Response:
    """The lines of the contract, or of its change orders."""
    requisition = _requisition(requisition_id, query_id("project_id"))
    return listing(billing.items(requisition, contract_of(requisition), _ITEMS[kind]), lambda item: item)


@blueprint.get("/v1.0/requisitions/<int:requisition_id>/contract_detail_items")
def detail_items(requisition_id: int) -> Response:
    """The subcontractor's own lines; nobody gave any here."""
    _requisition(requisition_id, query_id("project_id"))
    return json([])


@blueprint.get("/v1.0/requisitions/<int:requisition_id>/detail")
def detail(requisition_id: int) -> Response:
    """Summary and lines at once."""
    requisition = _requisition(requisition_id, query_id("project_id"))
    contract = contract_of(requisition)
    lines = {name: billing.items(requisition, contract, kind) for name, kind in _ITEMS.items()}
    return json({"id": requisition.id, "summary": billing.summary(requisition, contract), **lines})


@blueprint.patch("/v1.0/requisitions/<int:requisition_id>/bulk_item_update")
def update_items(requisition_id: int) -> Response:
    """Set what was completed in several lines, their status and comments."""
    sent = writing.sent()
    project_id = writing.whole(sent.get("project_id", request.args.get("project_id")), "project_id")
    requisition = _requisition(requisition_id, project_id, Level.STANDARD)
    update(FAMILY, project_id, requisition, {"items": writing.a_list_of(sent, "requisition_items")})
    return json({"requisition_items": billing.items(requisition, contract_of(requisition))})


@blueprint.patch(
    "/v2.0/companies/<int:company_id>/projects/<int:project_id>/requisitions/<int:requisition_id>/payment_details"
)
def payment_details(company_id: int, project_id: int, requisition_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """When the invoice is to be paid."""
    requisition = _requisition(requisition_id, project_id, Level.ADMIN)
    value = writing.sent().get("due_date")
    requisition.due_date = None if value is None else DAY.parse(value)  # type: ignore[assignment]
    tell(FAMILY, project_id, requisition, "update")
    return data({"id": str(requisition.id), "due_date": DAY.write(requisition.due_date)})


DOCUMENTS = serve(
    Family(
        name="invoice_compliance_documents",
        singular="document",
        tool=TOOL,
        paths=(
            Path(
                "/v2.0/companies/<int:company_id>/projects/<int:project_id>"
                "/compliance/invoices/<int:parent_id>/documents"
            ),
        ),
        fields=(
            *BASICS,
            Field("name", TEXT),
            *each(CODE, "type status"),
            *each(DAY, "effective_at expires_at"),
        ),
        parent=FAMILY,
        parent_key="invoice_id",
    )
)


def _requisition(requisition_id: int, project_id: int, at_least: Level = Level.READ_ONLY) -> Requisition:
    found: Requisition = find_as(FAMILY, requisition_id, project_id, at_least)
    return found
