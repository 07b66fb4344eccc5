"""What becomes of records and rows: matches, variances, what stands alone, what nobody may guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.reconciliation import (
    BY_LINK,
    Basis,
    Comparison,
    FieldKind,
    FindingKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Normalizer,
    Reconciliation,
    Rules,
    Value,
    Verdict,
    reconcile,
)

_NUMBER = (Normalizer.LAST_SEGMENT, Normalizer.LEADING_ZEROS)
RULES = Rules(
    key_rules=(
        KeyRule("number", (KeyPair("number", "ref", _NUMBER, _NUMBER),)),
        KeyRule("name", (KeyPair("title", "title", (Normalizer.CASE,), (Normalizer.CASE,)),)),
    ),
    comparisons=(
        Comparison("committed", "Committed", "revised", "total", FieldKind.MONEY),
        Comparison("title", "Title", "title", "title", FieldKind.TEXT, normalizers=(Normalizer.CASE,)),
    ),
    total="committed",
)


def record(id_: str, number: str | None = None, amount: str | None = None, title: str | None = None) -> Item:
    return Item(id_, {"number": number, "revised": None if amount is None else Decimal(amount), "title": title})


def row(id_: str, ref: str | None = None, amount: str | None = None, title: str | None = None) -> Item:
    return Item(id_, {"ref": ref, "total": None if amount is None else Decimal(amount), "title": title})


def shape(result: Reconciliation) -> set[tuple[str, tuple[str, ...], tuple[str, ...], str | None]]:
    """Each finding as kind, ids of the records, ids of the rows, matched by."""
    return {
        (
            finding.kind.value,
            tuple(each.id for each in finding.records),
            tuple(each.id for each in finding.rows),
            finding.matched_by,
        )
        for finding in result.findings
    }


def test_a_key_pairs_what_says_the_same_and_what_does_not() -> None:
    result = reconcile(
        [record("a", "SC-011", "100.00"), record("b", "SC-014", "6842500.00"), record("c", "SC-031", "5")],
        [row("x", "21-0417-011", "100"), row("y", "21-0417-014", "6594250.00"), row("z", "21-0417-P118", "7")],
        RULES,
    )

    assert shape(result) == {
        ("match", ("a",), ("x",), "number"),
        ("variance", ("b",), ("y",), "number"),
        ("only_in_procore", ("c",), (), None),
        ("only_outside", (), ("z",), None),
    }
    variances = {finding.kind: finding.variance for finding in result.findings}
    assert variances == {
        FindingKind.MATCH: Decimal(0),
        FindingKind.VARIANCE: Decimal("-248250.00"),
        FindingKind.ONLY_IN_PROCORE: Decimal(-5),
        FindingKind.ONLY_OUTSIDE: Decimal(7),
    }
