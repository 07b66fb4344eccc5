"""Commitments of both kinds with their lines, in version 2 (docs/platform-reference.md, section 5.5).

Which fields a list has is not documented (section 9, number 15): a switch chooses between those that one can send
and all of version 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug import Response

from embedded_app.simulator.rest.access import Refusal, blueprint
from embedded_app.simulator.rest.answers import data
from embedded_app.simulator.rest.families import commitments
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CUSTOM_FIELDS,
    LINE_KEYS,
    Field,
    Path,
    Write,
    each,
    ranges,
    same,
    words,
)
from embedded_app.simulator.rest.serving import find_as, serve
from embedded_app.simulator.rest.values.formats import balances
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, IDS, PLAIN, TEXT, WHOLE, Kind, one_of
from embedded_app.simulator.rest.values.references import VENDOR
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import ContractFields

_PATH = "/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts"
_EXTENDED = "extended"


def _when_all(field: Field) -> Field:
    """The field, unless the switch leaves only those that one can send."""

    def read(contract: Any) -> Any:
        is_sent = simulator().switches.commitment_contract_fields is ContractFields.SENT
        return None if is_sent else field.read(contract)

    return Field(field.name, field.kind, of=read, optional=True)


def _vendor_name(contract: Any) -> str | None:
    vendor = simulator().world.vendor_of(contract)
    return None if vendor is None else vendor.name


def _rules(write: Write) -> None:
    contract, before = write.record, write.before
    if before is not None and contract["type"] != before["type"]:
        raise Refusal(422, "cannot be changed", field="type")
    possible = commitments.STATUSES[commitments.BY_TYPE[contract["type"]]]
    if contract["status"] not in possible:
        raise Refusal(400, f"must be one of {', '.join(possible)}", field="status")
    commitments.rules(write)


FAMILY = serve(
    replace(
        commitments.FAMILY,
        paths=(Path(_PATH, "list show create update delete"),),
        fields=(
            *commitments.SENT,
            Field("type", one_of(*commitments.BY_TYPE), required=True),
            Field("status", one_of(*dict.fromkeys(sum(commitments.STATUSES.values(), ()))), default="Draft"),
            Field("vendor_id", Kind(lambda value: value, VENDOR.parse)),
            Field("signature_required", FLAG, default=False),
            Field("delivery_date", DAY),
            *each(FLAG, "enable_ssov", default=False),
            *each(FLAG, "allow_payments", default=True),
            Field("assignee_id", WHOLE),
            Field("payment_terms", TEXT),
            *each(IDS, "accessor_ids bill_recipient_ids", default=[]),
            *map(
                _when_all,
                (*commitments.ANSWERED, Field("vendor", VENDOR, key="vendor_id"), Field("origin_id", CODE)),
            ),
            Field("vendor_name", TEXT, of=_vendor_name, shown=_EXTENDED),
            replace(CUSTOM_FIELDS, shown=_EXTENDED),
            ATTACHMENTS,
        ),
        filters={
            **same(
                "type", "status", "vendor_id", "id", "accounting_method", "executed", "signature_required"
            ),
            **ranges("created_at", "updated_at", "deleted_at"),
            "search": words("number", "title"),
        },
        views={},
        resource=lambda contract: contract.kind.resource,
        kept=commitments.of_project,
        store=commitments.store,
        rules=_rules,
    )
)

serve(
    replace(
        commitments.LINES,
        paths=(Path(f"{_PATH}/<int:parent_id>/line_items", "list show create update delete"),),
        fields=(
            *BASICS,
            *LINE_KEYS,
            *each(WHOLE, "prime_line_item_id funding_rule_id", of=lambda _line: None),
            Field("change_event_line_item", PLAIN, of=lambda _line: None, shown=_EXTENDED),
            Field("external_data", PLAIN, of=lambda line: {"origin_id": line["origin_id"]}, shown=_EXTENDED),
        ),
        filters={**same("id"), **ranges("updated_at")},
        parent=FAMILY,
    )
)


@blueprint.get(f"{_PATH}/<int:contract_id>/summary")
def commitment_summary(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """Balances of a commitment."""
    found = find_as(FAMILY, contract_id, project_id)
    return data(
        balances(
            approved=found.approved_change_orders,
            pending=found.pending_change_orders,
            draft=found.draft_change_orders_amount,
            invoiced=found.total_requisitions_amount,
            paid=found.paid,
        )
    )
