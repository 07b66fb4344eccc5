"""How long the engine takes to match and compare generated commitments with the rows of an ERP.

One key rule and six comparisons, with the mess of life: each of 427 vendors is spelled differently on both
sides, every status has to be mapped, one pair in ten has a variance, and one in fifty lacks its other side.
"""

from __future__ import annotations

import statistics
import time
from datetime import date
from decimal import Decimal

from embedded_app.reconciliation import (
    Comparison,
    FieldKind,
    Item,
    KeyPair,
    KeyRule,
    Normalizer,
    Proposer,
    Rules,
    Value,
    reconcile,
)

SIZES = (100, 1_000, 10_000)
RUNS = 7
_NUMBER = (Normalizer.TRIM, Normalizer.CASE, Normalizer.LAST_SEGMENT, Normalizer.LEADING_ZEROS)
_NAME = (Normalizer.CASE, Normalizer.PUNCTUATION, Normalizer.COMPANY_SUFFIX)
_TRADES = ("Steel Erectors", "Mechanical", "Electric", "Glass Systems", "Excavation", "Concrete", "Roofing")

RULES = Rules(
    key_rules=(KeyRule("number", (KeyPair("number", "reference", _NUMBER, _NUMBER),)),),
    comparisons=(
        Comparison("vendor", "Vendor", "vendor", "vendor", FieldKind.TEXT, normalizers=_NAME),
        Comparison("original", "Original amount", "original", "original", FieldKind.MONEY),
        Comparison("revised", "Revised commitment", "revised", "revised", FieldKind.MONEY, Decimal("1.00")),
        Comparison("invoiced", "Invoiced", "invoiced", "invoiced", FieldKind.MONEY),
        Comparison("dated", "Contract date", "dated", "dated", FieldKind.DATE, 3),
        Comparison(
            "status",
            "Status",
            "status",
            "status",
            FieldKind.STATUS,
            status_map={"Approved": frozenset({"Open"}), "Complete": frozenset({"Closed"})},
        ),
    ),
    total="revised",
)


def pairs(count: int) -> tuple[list[Item], list[Item]]:
    """`count` records and as many rows."""
    records, rows = [], []
    for n in range(count):
        original = Decimal(100_000_00 + n * 7_919 % 900_000_00) / 100
        vendor = f"{_TRADES[n % 7]} {n % 61}"
        record: dict[str, Value] = {
            "number": f"SC-{n:05}",
            "vendor": f"{vendor}, Inc.",
            "original": original,
            "revised": original + Decimal("1250.00"),
            "invoiced": original / 4,
            "dated": date(2026, 1 + n % 12, 1 + n % 28),
            "status": "Complete" if n % 4 == 0 else "Approved",
        }
        row: dict[str, Value] = {
            "reference": f"21-0417-{n:06}" if n % 50 else f"21-0417-P{n:06}",
            "vendor": f"{vendor} INC".upper(),
            "original": Decimal(str(original)),
            "revised": original + (Decimal("1250.00") if n % 10 else Decimal("0.00")),
            "invoiced": original / 4,
            "dated": date(2026, 1 + n % 12, 1 + n % 28),
            "status": "Closed" if n % 4 == 0 else "Open",
        }
        records.append(Item(f"r{n}", record))
        rows.append(Item(f"w{n}", row))
    return records, rows


def milliseconds(count: int) -> float:
    """The median of `RUNS` reconciliations of `count` pairs."""
    records, rows = pairs(count)
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        reconcile(records, rows, RULES)
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    print(
        f"reconciliation: 1 key rule, {len(RULES.comparisons)} comparisons; processor time, median of {RUNS}"
    )
    taken = {count: milliseconds(count) for count in SIZES}
    for count, each in taken.items():
        print(f"  {count:>6} pairs  {each:8.2f} ms  {1000 * each / count:6.2f} µs a pair")
    print(f"  10,000 against 1,000 pairs: {taken[10_000] / taken[1_000]:.1f} times as long")
    records, rows = pairs(500)
    start = time.process_time()
    proposer = Proposer(rows, RULES)
    for record in records:
        proposer.candidates(record)
    print(f"  candidates for 500 records among 500 rows: {(time.process_time() - start) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
