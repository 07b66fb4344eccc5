"""Prime contracts, their change orders, the owner's invoices (docs/platform-reference.md, sections 5.6, 5.8)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from werkzeug import Response

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.rest.access import Refusal, blueprint
from embedded_app.simulator.rest.answers import data
from embedded_app.simulator.rest.families.change_orders import COMMITMENT, FILTERS, at_most_two_tiers
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CUSTOM_FIELDS,
    DETAIL,
    LINE_KEYS,
    ORIGIN,
    Family,
    Field,
    Path,
    Write,
    each,
    ranges,
    same,
)
from embedded_app.simulator.rest.named import seen_by_named
from embedded_app.simulator.rest.serving import find_as, serve
from embedded_app.simulator.rest.values.formats import balances, money
from embedded_app.simulator.rest.values.kinds import (
    CODE,
    DAY,
    FLAG,
    IDS,
    MONEY,
    PERCENT,
    PERCENT_SIGN,
    PLAIN,
    TEXT,
    WHOLE,
    one_of,
)
from embedded_app.simulator.rest.values.references import VENDOR, of_same_project, project_of, record
from embedded_app.simulator.state import simulator

TOOL = "prime_contracts"
_V2 = "/v2.0/companies/<int:company_id>/projects/<int:project_id>/prime_contracts"
_STATUSES = ("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated")
_LOCKED = frozenset({"Approved", "Complete"})
_CONTRACT = record("prime_contracts", "number", "title")
_PENDING = frozenset({"pending", "pricing", "revised", "proceeding"})


def _sum(records: list[Any], key: str) -> Decimal:
    return sum((each[key] or ZERO for each in records), ZERO)


def _total(contract: Any) -> Decimal:
    return _sum(LINES.below(simulator().world, contract), "amount")


def _changes(*statuses: str) -> Callable[[Any], Decimal]:
    def total(contract: Any) -> Decimal:
        changes = CHANGE_ORDERS.below(simulator().world, contract)
        return _sum([each for each in changes if each["status"] in statuses], "grand_total")

    return total


_approved, _pending, _draft = _changes("approved"), _changes(*_PENDING), _changes("draft")


def _revised(contract: Any) -> Decimal:
    return _total(contract) + _approved(contract)


def _invoiced(contract: Any) -> Decimal:
    return _sum(PAYMENT_APPLICATIONS.below(simulator().world, contract), "amount")


def _received(contract: Any) -> list[dict[str, object]]:
    """The payments of the owner, one for each approved invoice but the latest."""
    invoices = PAYMENT_APPLICATIONS.below(simulator().world, contract)
    approved = [each for each in invoices if each["status"] == "approved"]
    return [
        {
            "id": each["id"],
            "amount": money(each["amount"]),
            "date": DAY.write(each["billing_date"]),
            "number": each["number"],
        }
        for each in approved[:-1]
    ]


def _paid(contract: Any) -> Decimal:
    return sum((Decimal(str(each["amount"])) for each in _received(contract)), ZERO)


def _percent_paid(contract: Any) -> Decimal:
    revised = _revised(contract)
    return _paid(contract) / revised * 100 if revised else ZERO


def _rules(write: Write) -> None:
    before, after = write.before, write.record
    if before is None or before["status"] not in _LOCKED:
        return
    if any(before[party] != after[party] for party in ("vendor_id", "contractor_id")):
        raise Refusal(422, "Its parties are locked once it is approved.")


FAMILY: Family = serve(
    Family(
        name="prime_contracts",
        singular="prime_contract",
        tool=TOOL,
        resource="Prime Contracts",
        paths=(
            Path("/v1.0/prime_contracts", "list"),
            Path("/v1.0/prime_contract", "list show create update"),
            Path(_V2),
        ),
        fields=(
            *BASICS,
            Field("number", CODE),
            Field("title", TEXT),
            Field("status", one_of(*_STATUSES), default="Draft"),
            *each(FLAG, "executed private", default=False),
            Field("description", TEXT),
            *each(TEXT, "inclusions exclusions", shown=DETAIL, optional=True),
            Field("vendor", VENDOR, key="vendor_id"),
            Field("contractor", VENDOR, key="contractor_id"),
            Field("architect", VENDOR, key="architect_id"),
            Field("project", PLAIN, of=project_of),
            *each(DAY, "contract_date contract_start_date contract_estimated_completion_date"),
            *each(DAY, "actual_completion_date execution_date signed_contract_received_date"),
            Field("substantial_completion_date", DAY),
            Field("accounting_method", one_of("amount", "unit"), default="amount"),
            Field("retainage_percent", PERCENT),
            Field("accessor_ids", IDS, default=[], shown=DETAIL),
            Field("grand_total", MONEY, of=_total),
            Field("approved_change_orders", MONEY, of=_approved),
            Field("pending_change_orders", MONEY, of=_pending),
            Field("draft_change_orders_amount", MONEY, of=_draft),
            Field("revised_contract_amount", MONEY, of=_revised),
            Field("pending_revised_contract_amount", MONEY, of=lambda each: _revised(each) + _pending(each)),
            Field("owner_invoices_amount", MONEY, of=_invoiced),
            Field("total_payments", MONEY, of=_paid),
            Field("percentage_paid", PERCENT_SIGN, of=_percent_paid),
            Field("outstanding_balance", MONEY, of=lambda each: _revised(each) - _paid(each)),
            Field("payments_received", PLAIN, of=_received, shown=DETAIL),
            CUSTOM_FIELDS,
            ATTACHMENTS,
            *ORIGIN,
            Field("origin_code", CODE),
        ),
        filters={**same("id", "status", "origin_id", "executed"), **ranges("created_at", "updated_at")},
        sorts="number created_at updated_at",
        visible=seen_by_named(TOOL, "accessor_ids"),
        rules=_rules,
    )
)

LINES: Family = serve(
    Family(
        name="prime_contract_lines",
        singular="line_item",
        tool=TOOL,
        resource="Prime Contract Line Items",
        paths=(
            Path("/v1.0/prime_contracts/<int:parent_id>/line_items", "list show create update sync"),
            Path(f"{_V2}/<int:parent_id>/line_items", "list show"),
        ),
        fields=(*BASICS, *LINE_KEYS, *ORIGIN),
        filters={**same("id", "wbs_code_id", "origin_id"), **ranges("updated_at")},
        parent=FAMILY,
        parent_key="contract_id",
    )
)


@blueprint.get(f"{_V2}/<int:contract_id>/summary")
def prime_contract_summary(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """Balances of a prime contract."""
    found = find_as(FAMILY, contract_id, project_id)
    return data(
        balances(
            approved=_approved(found),
            pending=_pending(found),
            draft=_draft(found),
            invoiced=_invoiced(found),
            paid=_paid(found),
        )
    )


def _name_contract(change: Any) -> None:
    of_same_project(simulator().world.records[FAMILY.name], change, "contract_id")


CHANGE_ORDERS: Family = serve(
    Family(
        name="prime_change_orders",
        singular="change_order",
        tool=TOOL,
        resource="Change Order Packages",
        paths=(Path("/v1.0/projects/<int:project_id>/prime_change_orders", "list show create"),),
        fields=COMMITMENT,
        filters=FILTERS,
        parent=FAMILY,
        parent_key="contract_id",
        present=at_most_two_tiers,
        prepare=_name_contract,
    )
)

PAYMENT_APPLICATIONS: Family = serve(
    Family(
        name="payment_applications",
        singular="payment_application",
        tool=TOOL,
        resource="Payment Applications",
        paths=(
            Path("/v1.0/payment_applications"),
            Path("/v1.0/prime_contracts/<int:parent_id>/payment_applications", "list"),
        ),
        fields=(
            *BASICS,
            Field("contract_id", WHOLE),
            Field("prime_contract", _CONTRACT, of=lambda each: each["contract_id"]),
            *each(WHOLE, "number period_id"),
            Field("invoice_number", CODE),
            Field("status", one_of("draft", "under_review", "revise_and_resubmit", "approved")),
            *each(DAY, "billing_date period_start period_end"),
            Field("total_amount", MONEY, of=lambda each: each["amount"]),
            *ORIGIN,
        ),
        filters={**same("id", "status", "period_id"), **ranges("updated_at")},
        parent=FAMILY,
        parent_key="contract_id",
        locked_by_origin=True,
    )
)
