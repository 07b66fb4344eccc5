"""Direct costs and their lines (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    DETAIL,
    LINE_KEYS,
    NEVER,
    ORIGIN,
    Family,
    Field,
    Path,
    Write,
    each,
    ranges,
    same,
)
from embedded_app.simulator.rest.serving import put, serve, written
from embedded_app.simulator.rest.values.kinds import CODE, DAY, MONEY, PLAIN, ROWS, TEXT, WHOLE, one_of
from embedded_app.simulator.rest.values.references import COST_CODE, PERSON, VENDOR, cost_code_id_of
from embedded_app.simulator.state import simulator

TOOL = "direct_costs"
_MOST_LINES = 100
_TYPES = ("invoice", "expense", "payroll", "subcontractor_invoice")


def _lines(cost: Any) -> list[object]:
    return [written(LINES, line, "normal") for line in LINES.below(simulator().world, cost)]


def _total(cost: Any) -> Decimal:
    return sum((line["amount"] or ZERO for line in LINES.below(simulator().world, cost)), ZERO)


def _vendor_name(cost: Any) -> str | None:
    vendor = simulator().world.vendors.get(cost["vendor_id"] or 0)
    return None if vendor is None else vendor.name


def _rules(write: Write) -> None:
    """The lines of a new cost are made before the cost is there: one that is refused refuses all."""
    cost, sent = write.record, write.record["line_items"] or ()
    if len(sent) > _MOST_LINES:
        raise Refusal(422, "at most 100 lines", field="line_items")
    lines: list[Record] = []
    if write.before is None:
        for values in sent:
            parent = {LINES.parent_key: cost["id"]}
            lines.append(writing.new(LINES, cost["project_id"], values, write.level, parent, beside=lines))
    cost["line_items"] = lines


def _put_lines(cost: Any) -> None:
    for line in cost.pop("line_items"):
        put(LINES, cost["project_id"], line)


FAMILY: Family = serve(
    Family(
        name="direct_costs",
        singular="direct_cost",
        tool=TOOL,
        resource="Direct Costs",
        paths=(
            Path("/v1.1/projects/<int:project_id>/direct_costs", "list show create"),
            Path("/v1.0/projects/<int:project_id>/direct_costs", "sync"),
        ),
        fields=(
            *BASICS,
            Field("invoice_number", CODE, required=True),
            Field("direct_cost_type", one_of(*_TYPES), required=True),
            Field("status", one_of("draft", "pending", "revise_and_resubmit", "approved"), default="draft"),
            Field("vendor_id", VENDOR, required=True, shown=NEVER),
            Field("vendor_id", WHOLE, of=lambda cost: cost["vendor_id"]),
            Field("vendor_name", TEXT, of=_vendor_name),
            Field("employee", PERSON, key="employee_id"),
            Field("description", TEXT),
            *each(DAY, "direct_cost_date received_date payment_date"),
            Field("terms", TEXT),
            Field("grand_total", MONEY, of=_total),
            Field("line_items", ROWS, shown=NEVER),
            Field("line_items", PLAIN, of=_lines, shown=DETAIL),
            *ORIGIN,
            ATTACHMENTS,
        ),
        filters={
            **same("id", "origin_id", "invoice_number", "vendor_id", "status", "direct_cost_type"),
            **ranges("direct_cost_date", "received_date", "payment_date", "created_at", "updated_at"),
        },
        sorts="direct_cost_date invoice_number created_at",
        locked_by_origin=True,
        rules=_rules,
        made=_put_lines,
    )
)

LINES: Family = serve(
    Family(
        name="direct_cost_lines",
        singular="line_item",
        tool=TOOL,
        resource="Direct Cost Line Items",
        paths=(Path("/v1.0/projects/<int:project_id>/direct_costs/line_items", "list"),),
        fields=(
            *BASICS,
            Field("direct_cost_id", WHOLE, read_only=True),
            *LINE_KEYS,
            Field("cost_code", COST_CODE, of=cost_code_id_of),
            *ORIGIN,
        ),
        filters={**same("id", "direct_cost_id", "wbs_code_id"), **ranges("updated_at")},
        parent=FAMILY,
        parent_key="direct_cost_id",
    )
)
