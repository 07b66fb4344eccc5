"""The commitments of every project but Riverside: drawn from its firms, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.seed.catalog import Firm, draw
from embedded_app.simulator.seed.plan import AS_OF, Change, Plan

_SUBCONTRACT = (
    *("Approved",) * 6,
    "Complete",
    "Complete",
    "Out For Signature",
    "Draft",
    "Terminated",
    "Void",
)
_ORDER = (*("Approved",) * 3, "Closed", "Received", "Partially Received", "Submitted", "Draft")
_CHANGES = ("Owner's finish selection", "Unforeseen obstruction", "Revised detail at expansion joint")
_CHANGE_PERCENT = (-2, 1, 2, 3, 4, 6)
_ALWAYS_LIVE = 3
"""The stories of the sample ERP need approved commitments; the first of each kind are."""
_NOT_STARTED = frozenset({"Draft", "Out For Bid", "Out For Signature", "Void", "Submitted"})
_PERCENT_BILLED = (0, 10, 25, 40, 60, 85)


def plans(project: Project, firms: Sequence[Firm], count: int) -> tuple[Plan, ...]:
    """`count` commitments (at most one per scope), numbered SC-001 … and PO-101 … in the firms' order."""
    scopes = [
        (firm, scope) for round_ in range(2) for firm in firms for scope in firm.scopes[round_ : round_ + 1]
    ]
    chosen = sorted(scopes[:count], key=lambda each: (each[0].supplies, scopes.index(each)))
    result: list[Plan] = []
    for firm, scope in chosen:
        number = 1 + sum(plan.number.startswith("PO-") == firm.supplies for plan in result)
        result.append(
            _plan(project, firm, scope, f"PO-{100 + number}" if firm.supplies else f"SC-{number:03d}")
        )
    return tuple(result)


def _plan(project: Project, firm: Firm, scope: str, number: str) -> Plan:
    key = f"{project.id}/{number}"
    statuses = _ORDER if firm.supplies else _SUBCONTRACT
    status = (
        "Approved"
        if int(number[3:]) % 100 <= _ALWAYS_LIVE
        else statuses[draw(f"{key}/status", 0, len(statuses) - 1)]
    )
    original = Decimal(firm.typical * draw(f"{key}/amount", 55, 170) // 100)
    if draw(f"{key}/cents", 0, 3) == 0:
        original += Decimal(draw(f"{key}/cent", 1, 99)) / 100
    changes = _changes(key, original) if status in {"Approved", "Complete"} else ()
    revised = original + sum((change.amount for change in changes), ZERO)
    percent = _PERCENT_BILLED[draw(f"{key}/billed", 0, len(_PERCENT_BILLED) - 1)]
    if status in {"Complete", "Closed", "Received"}:
        percent = 100
    if status in _NOT_STARTED:
        percent = 0
    return Plan(
        number=number,
        title=scope,
        vendor=firm.name,
        status=status,
        original=original.quantize(Decimal("0.01")),
        invoiced=(revised * percent / 100).quantize(Decimal("0.01")),
        retainage=ZERO if firm.supplies else Decimal(10 if draw(f"{key}/keep", 0, 2) else 5),
        changes=changes,
        private=draw(f"{key}/private", 0, 11) == 0,
    )


def _changes(key: str, original: Decimal) -> tuple[Change, ...]:
    """Up to three approved change orders of some percent each."""
    count = draw(f"{key}/changes", 0, 3)
    return tuple(
        Change(
            number=f"{index:02d}",
            title=_CHANGES[index - 1],
            status="approved",
            amount=(original * _CHANGE_PERCENT[draw(f"{key}/change/{index}", 0, 5)] / 100).quantize(
                Decimal("0.01")
            ),
            approved_on=AS_OF - timedelta(days=15 * (4 - index)),
        )
        for index in range(1, count + 1)
    )
