"""The arithmetic of an invoice: its lines (G703) and its summary (G702), which always tie (section 5.7).

What was billed in a period is spread over the lines of the contract and its approved change orders by their share
of the contract, the last one taking the cents, except where somebody set a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import Contract, Requisition
from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.values.formats import money
from embedded_app.simulator.rest.values.kinds import MONEY, TEXT, one_of
from embedded_app.simulator.rest.values.references import WBS_CODE, cost_code_id_of
from embedded_app.simulator.state import simulator

LINE, CHANGE = "contract_item", "change_order_item"
_CENT = Decimal("0.01")
_SETTABLE = {
    "work_completed_this_period": MONEY.parse,
    "status": one_of("approved", "rejected", "no_action").parse,
    "comment": TEXT.parse,
}


def _share(total: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    whole = sum(values, ZERO)
    if not whole:
        return [ZERO for _ in values]
    parts = [(total * value / whole).quantize(_CENT, ROUND_HALF_UP) for value in values[:-1]]
    return [*parts, total - sum(parts, ZERO)]


def _billed_lines(contract: Contract) -> list[tuple[str, Any, Decimal]]:
    lines = [(LINE, line, line.amount) for line in contract.lines]
    changes = [
        each for each in contract.change_orders if each.status == "approved" and each.deleted_at is None
    ]
    return [*lines, *((CHANGE, change, change.grand_total) for change in changes)]


def _period(requisition: Requisition, contract: Contract) -> list[Decimal]:
    """What is completed in this period, line by line."""
    lines = _billed_lines(contract)
    if not requisition.item_values:
        return _share(requisition.completed_this_period, [value for _, _, value in lines])
    set_values = [requisition.item_values.get((kind, line.id), {}) for kind, line, _ in lines]
    return [each.get("work_completed_this_period", ZERO) for each in set_values]


def items(requisition: Requisition, contract: Contract, kind: str | None = None) -> list[dict[str, object]]:
    """The lines of an invoice, of one kind or all."""
    earlier = [
        each for each in contract.requisitions if each.number < requisition.number and each.status != "draft"
    ]
    before = [
        sum(column, ZERO) for column in zip(*(_period(each, contract) for each in earlier), strict=True)
    ]
    now = _period(requisition, contract)
    percent = contract.retainage_percent or ZERO
    found = []
    for index, (of_kind, line, scheduled) in enumerate(_billed_lines(contract)):
        if kind not in (None, of_kind):
            continue
        previous = before[index] if before else ZERO
        done = previous + now[index]
        retained = (now[index] * percent / 100).quantize(_CENT, ROUND_HALF_UP)
        change = requisition.item_values.get((of_kind, line.id), {})
        wbs_code_id = line.get("wbs_code_id")
        found.append(
            {
                "id": requisition.id * 100 + index + 1,
                "item_type": of_kind,
                "line_item_id": line.id,
                "cost_code_id": None if wbs_code_id is None else cost_code_id_of(line),
                "wbs_code": None if wbs_code_id is None else WBS_CODE.write(wbs_code_id),
                "description_of_work": getattr(line, "title", None) or line.description,
                "scheduled_value": money(scheduled),
                "work_completed_from_previous_application": money(previous),
                "work_completed_this_period": money(now[index]),
                "materials_presently_stored": money(ZERO),
                "total_completed_and_stored_to_date": money(done),
                "total_completed_and_stored_to_date_percent": f"{done / scheduled * 100:.2f}"
                if scheduled
                else "0.00",
                "work_completed_retainage_from_previous_application": money(
                    (previous * percent / 100).quantize(_CENT, ROUND_HALF_UP)
                ),
                "work_completed_retainage_retained_this_period": money(retained),
                "work_completed_retainage_percent_this_period": f"{percent:.2f}",
                "work_completed_retainage_released_this_period": money(ZERO),
                "materials_stored_retainage_currently_retained": money(ZERO),
                "materials_stored_retainage_percent_this_period": "0.00",
                "materials_stored_retainage_released_this_period": money(ZERO),
                "subcontractor_claimed_amount": money(now[index]),
                "status": change.get(
                    "status", "approved" if requisition.status == "approved" else "no_action"
                ),
                "comment": change.get("comment"),
            }
        )
    return found


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.2f}" if whole else "0.00"


def set_lines(requisition: Any, sent: Sequence[Any]) -> None:
    """Set what was completed in single lines, and with it what the invoice comes to.

    A line is named by its `id` in the invoice, or as `line_item_id`.
    """
    if not sent:
        return
    contract = simulator().world.contracts[requisition["commitment_id"]]
    known = items(requisition, contract)
    lines = {key: dict(values) for key, values in requisition["item_values"].items()}
    for each in sent:
        wanted = {str(each.get("id")), str(each.get("line_item_id"))} if isinstance(each, dict) else set()
        line = next((one for one in known if {str(one["id"]), str(one["line_item_id"])} & wanted), None)
        if line is None:
            raise Refusal(422, "has no such line", field="items")
        values = lines.setdefault((line["item_type"], line["line_item_id"]), {})
        values |= {name: parse(each[name]) for name, parse in _SETTABLE.items() if name in each}
    requisition["item_values"] = lines
    requisition["completed_this_period"] = sum(_period(requisition, contract), ZERO)
    percent = contract.retainage_percent or ZERO
    retained = requisition["completed_this_period"] * percent / 100
    requisition["retained_this_period"] = retained.quantize(_CENT, ROUND_HALF_UP)


def _to_date(requisition: Requisition, contract: Contract) -> list[Requisition]:
    handed_in = [each for each in contract.invoiced if each.number < requisition.number]
    return [*handed_in, requisition]


def percent_complete(requisition: Requisition) -> Decimal:
    """How much of the revised contract is completed with this invoice, in percent."""
    contract = simulator().world.contracts[requisition.commitment_id]
    done = sum((each.completed_this_period for each in _to_date(requisition, contract)), ZERO)
    return done / contract.revised_contract * 100 if contract.revised_contract else ZERO


def summary(requisition: Requisition, contract: Contract) -> dict[str, object]:
    """The totals of an invoice."""
    to_date = _to_date(requisition, contract)
    done = sum((each.completed_this_period for each in to_date), ZERO)
    retained = sum((each.retained_this_period for each in to_date), ZERO)
    earlier = sum((each.current_payment_due for each in to_date[:-1]), ZERO)
    revised = contract.revised_contract
    return {
        "original_contract_sum": money(contract.grand_total),
        "net_change_by_change_orders": money(contract.approved_change_orders),
        "contract_sum_to_date": money(revised),
        "total_completed_and_stored_to_date": money(done),
        "completed_work_retainage_percent": f"{contract.retainage_percent or ZERO:.2f}",
        "completed_work_retainage_amount": money(retained),
        "stored_materials_retainage_percent": "0.00",
        "stored_materials_retainage_amount": money(ZERO),
        "total_retainage": money(retained),
        "total_earned_less_retainage": money(done - retained),
        "less_previous_certificates_for_payment": money(earlier),
        "current_payment_due": money(requisition.current_payment_due),
        "balance_to_finish_including_retainage": money(revised - done + retained),
        "tax_applicable_to_this_payment": money(ZERO),
    }
