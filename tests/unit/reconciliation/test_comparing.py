"""What each kind of comparison says about two values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.reconciliation import (
    Comparison,
    FieldKind,
    Finding,
    FindingKind,
    Item,
    KeyPair,
    KeyRule,
    Normalizer,
    Rules,
    Value,
    Verdict,
    reconcile,
)

_TOTAL = Comparison("total", "Total", "total", "total", FieldKind.MONEY)
_NAME = (Normalizer.CASE, Normalizer.PUNCTUATION, Normalizer.COMPANY_SUFFIX)
COMPARISONS = {
    FieldKind.MONEY: Comparison("field", "Field", "field", "field", FieldKind.MONEY, Decimal("1.00")),
    FieldKind.NUMBER: Comparison("field", "Field", "field", "field", FieldKind.NUMBER),
    FieldKind.DATE: Comparison("field", "Field", "field", "field", FieldKind.DATE, 3),
    FieldKind.TEXT: Comparison("field", "Field", "field", "field", FieldKind.TEXT, normalizers=_NAME),
    FieldKind.STATUS: Comparison(
        "field",
        "Field",
        "field",
        "field",
        FieldKind.STATUS,
        status_map={"Approved": frozenset({"Open", "Active"}), "Complete": frozenset({"Closed"})},
    ),
}


def pair(kind: FieldKind, record_value: Value, row_value: Value) -> Finding:
    rules = Rules((KeyRule("key", (KeyPair("key", "key"),)),), (_TOTAL, COMPARISONS[kind]), "total")
    record = Item("a", {"key": "1", "total": Decimal(1), "field": record_value})
    row = Item("x", {"key": "1", "total": Decimal(1), "field": row_value})
    (finding,) = reconcile([record], [row], rules).findings
    return finding


@pytest.mark.parametrize(
    ("kind", "record_value", "row_value", "verdict", "difference"),
    [
        (FieldKind.MONEY, Decimal("5.00"), Decimal(5), Verdict.SAME, Decimal(0)),
        (FieldKind.MONEY, Decimal("5.00"), Decimal("6.00"), Verdict.WITHIN_TOLERANCE, Decimal("1.00")),
        (FieldKind.MONEY, Decimal("5.00"), Decimal("4.00"), Verdict.WITHIN_TOLERANCE, Decimal("-1.00")),
        (FieldKind.MONEY, Decimal("5.00"), Decimal("3.99"), Verdict.DIFFERENT, Decimal("-1.01")),
        (FieldKind.MONEY, Decimal(0), None, Verdict.MISSING_OUTSIDE, None),
        (FieldKind.MONEY, " ", Decimal(0), Verdict.MISSING_IN_PROCORE, None),
        (FieldKind.MONEY, None, "", Verdict.SAME, None),
        (FieldKind.MONEY, Decimal(1), "1", Verdict.NOT_COMPARABLE, None),
        (FieldKind.MONEY, Decimal(1), True, Verdict.NOT_COMPARABLE, None),
        (FieldKind.MONEY, Decimal("NaN"), Decimal("NaN"), Verdict.NOT_COMPARABLE, None),
        (FieldKind.NUMBER, Decimal("1E+30"), Decimal("1E+30") + 1, Verdict.SAME, Decimal(0)),
        (FieldKind.NUMBER, Decimal(7), Decimal(8), Verdict.DIFFERENT, Decimal(1)),
        (FieldKind.DATE, date(2026, 11, 9), date(2026, 11, 12), Verdict.WITHIN_TOLERANCE, 3),
        (FieldKind.DATE, date(2026, 11, 9), date(2026, 11, 5), Verdict.DIFFERENT, -4),
        (FieldKind.DATE, date(2026, 11, 9), datetime(2026, 11, 9, 23, 59, tzinfo=UTC), Verdict.SAME, 0),
        (FieldKind.DATE, date(2026, 11, 9), "Nov 9", Verdict.NOT_COMPARABLE, None),
        (FieldKind.TEXT, "Steel", "Steel", Verdict.SAME, None),
        (
            FieldKind.TEXT,
            "Cascade Steel Erectors, Inc.",
            "CASCADE STEEL ERECTORS INC",
            Verdict.SAME_AFTER_NORMALISING,
            None,
        ),
        (FieldKind.TEXT, "Cascade Steel", "Cascade Glass", Verdict.DIFFERENT, None),
        (FieldKind.TEXT, "---", "...", Verdict.NOT_COMPARABLE, None),
        (FieldKind.TEXT, "---", "---", Verdict.SAME, None),
        (FieldKind.TEXT, "Steel", None, Verdict.MISSING_OUTSIDE, None),
        (FieldKind.STATUS, "Approved", "Open", Verdict.SAME_AFTER_NORMALISING, None),
        (FieldKind.STATUS, "approved ", "ACTIVE", Verdict.SAME_AFTER_NORMALISING, None),
        (FieldKind.STATUS, "Complete", "Open", Verdict.DIFFERENT, None),
        (FieldKind.STATUS, "Draft", "draft", Verdict.SAME_AFTER_NORMALISING, None),
        (FieldKind.STATUS, "Draft", "Draft", Verdict.SAME, None),
        (FieldKind.STATUS, "Draft", "", Verdict.MISSING_OUTSIDE, None),
    ],
)
def test_verdicts(
    kind: FieldKind,
    record_value: Value,
    row_value: Value,
    verdict: Verdict,
    difference: Decimal | int | None,
) -> None:
    compared = pair(kind, record_value, row_value).compared[1]

    assert (compared.verdict, compared.difference) == (verdict, difference)


def test_what_is_remembered_tells_types_apart() -> None:
    rules = Rules((KeyRule("key", (KeyPair("key", "key"),)),), (_TOTAL, COMPARISONS[FieldKind.TEXT]), "total")
    yes_and_one: tuple[Value, ...] = (True, Decimal(1))
    records = [Item(str(n), {"key": str(n), "field": value}) for n, value in enumerate(yes_and_one)]
    rows = [Item(str(n), {"key": str(n), "field": "1"}) for n in range(2)]

    findings = reconcile(records, rows, rules).findings

    assert [finding.kind for finding in findings] == [FindingKind.VARIANCE, FindingKind.MATCH]


def test_a_difference_keeps_every_digit() -> None:
    huge = Decimal("123456789012345678901234567890.01")

    compared = pair(FieldKind.MONEY, Decimal("0.00000000001"), huge).compared[1]

    assert compared.difference == Decimal("123456789012345678901234567890.00999999999")


_VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["", "  ", "---", "Open", "open", "Approved", "Acme", "ACME, Inc.", "1"]),
    st.sampled_from([Decimal(0), Decimal(1), Decimal("1.00"), Decimal("NaN"), Decimal("Infinity")]),
    st.decimals(allow_nan=False),
    st.dates(date(2026, 1, 1), date(2026, 1, 8)),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 8)),  # noqa: DTZ001 # sources also send naive times
)


@given(st.sampled_from(FieldKind), _VALUES, _VALUES)
def test_a_finding_is_a_match_exactly_if_all_its_comparisons_agree(
    kind: FieldKind, record_value: Value, row_value: Value
) -> None:
    finding = pair(kind, record_value, row_value)

    agree = all(compared.verdict.agrees for compared in finding.compared)
    assert finding.kind is (FindingKind.MATCH if agree else FindingKind.VARIANCE)


@given(st.sampled_from(FieldKind), _VALUES, _VALUES)
def test_one_missing_side_never_agrees(kind: FieldKind, record_value: Value, row_value: Value) -> None:
    verdict = pair(kind, record_value, row_value).compared[1].verdict

    missing = [
        value is None or (isinstance(value, str) and not value.strip()) for value in (record_value, row_value)
    ]
    expected = {(True, False): Verdict.MISSING_IN_PROCORE, (False, True): Verdict.MISSING_OUTSIDE}
    if (which := (missing[0], missing[1])) in expected:
        assert verdict is expected[which]
    else:
        assert verdict not in expected.values()
