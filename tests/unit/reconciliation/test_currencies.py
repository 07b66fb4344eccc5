"""Amounts in different currencies are neither subtracted nor added, and what is not known to differ is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.reconciliation import (
    UNKNOWN,
    Comparison,
    FieldKind,
    FindingKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Omission,
    Proposer,
    ReasonKind,
    Reconciliation,
    Rules,
    Verdict,
    agree,
    currency_named,
    narrowed,
    reconcile,
)

RULES = Rules(
    (KeyRule("number", (KeyPair("number", "number"),)),),
    (
        Comparison("total", "Total", "total", "total", FieldKind.MONEY, Decimal("1.00")),
        Comparison("paid", "Paid", "paid", "paid", FieldKind.MONEY),
        Comparison("hours", "Hours", "hours", "hours", FieldKind.NUMBER),
    ),
    "total",
)


def item(id_: str, number: str, total: str | None, currency: str | None = None, **paid: str) -> Item:
    values = {"number": number, "total": None if total is None else Decimal(total), "paid": Decimal(5)}
    return Item(id_, values, currency, paid)


def omissions(result: Reconciliation) -> dict[str, Omission | None]:
    return {
        (entry.record or entry.rows[0]).id: entry.omission
        for finding in result.findings
        for entry in finding.entries
    }


def test_equal_digits_in_two_currencies_are_no_match_and_in_no_total() -> None:
    result = reconcile([item("a", "1", "100.00", "USD")], [item("x", "1", "100.00", "CAD")], RULES)

    [finding] = result.findings
    assert finding.kind is FindingKind.VARIANCE
    assert {each.name: each.verdict for each in finding.compared} == {
        "total": Verdict.OTHER_CURRENCY,
        "paid": Verdict.OTHER_CURRENCY,
        "hours": Verdict.SAME,
    }
    assert [each.difference for each in finding.compared] == [None, None, None]
    assert result.totals.procore == result.totals.outside == Decimal(0)
    assert result.totals.omitted == {Omission.OTHER_CURRENCY: 1}


def test_a_row_alone_is_judged_by_the_currency_of_the_totals() -> None:
    rows = [item("x", "8", "5", "CAD"), item("y", "9", "6", "USD"), item("z", "7", "7", None)]
    result = reconcile([item("a", "1", "1", "USD")], rows, RULES)

    assert result.currency == "USD"
    assert omissions(result) == {"a": None, "x": Omission.OTHER_CURRENCY, "y": None, "z": None}
    assert result.totals.outside == Decimal(13)


@pytest.mark.parametrize(
    ("of_rows", "currency", "omission"),
    [
        (["CAD", None], "CAD", None),
        ([None, None], None, None),
        (["CAD", "USD"], UNKNOWN, Omission.OTHER_CURRENCY),
        (["$", "CAD"], UNKNOWN, Omission.OTHER_CURRENCY),
    ],
)
def test_records_that_state_none_are_in_the_only_currency_that_rows_state(
    of_rows: list[str | None], currency: str | None, omission: Omission | None
) -> None:
    rows = [item(f"x{n}", str(n), "5", each) for n, each in enumerate(of_rows)]
    result = reconcile([item("a", "0", "5")], rows, RULES)

    assert result.currency == currency
    assert omissions(result)["a"] is omission


def test_rows_that_are_not_wanted_decide_no_currency() -> None:
    rows = [item("x", "1", "5", "USD"), item("y", "2", "5", "CAD")]
    result = reconcile([item("a", "1", "5")], rows, RULES, with_unpaired_rows=False)

    assert result.currency == "USD"
    assert omissions(result) == {"a": None}


def test_records_in_several_currencies_are_compared_each_in_its_own() -> None:
    result = reconcile(
        [item("a", "1", "5", "USD"), item("b", "2", "7", "CAD")],
        [item("x", "1", "5", "USD"), item("y", "2", "5", "USD")],
        RULES,
    )

    assert result.currency == UNKNOWN
    assert omissions(result) == {"a": None, "b": Omission.OTHER_CURRENCY}


def test_one_field_may_be_in_another_currency_than_its_row() -> None:
    result = reconcile([item("a", "1", "5", "USD")], [item("x", "1", "5", "USD", paid="EUR")], RULES)

    [finding] = result.findings
    assert [each.verdict for each in finding.compared[:2]] == [Verdict.SAME, Verdict.OTHER_CURRENCY]
    assert omissions(result) == {"a": None}


@pytest.mark.parametrize(("second", "sum_"), [("CAD", Decimal(12)), ("EUR", None)])
def test_several_rows_of_a_record_have_a_sum_only_in_one_currency(second: str, sum_: Decimal | None) -> None:
    result = reconcile(
        [item("a", "1", "12", "USD")],
        [item("x", "1", "5", "CAD"), item("y", "2", "7", second)],
        RULES,
        links=[Link("a", "x"), Link("a", "y")],
    )

    [entry] = result.findings[0].entries
    assert (entry.outside, entry.omission) == (sum_, Omission.OTHER_CURRENCY)
    assert result.findings[0].compared[0].row_value == sum_


def test_a_missing_amount_is_missing_in_any_currency() -> None:
    result = reconcile([item("a", "1", "5", "USD")], [item("x", "1", None, "CAD")], RULES)

    assert result.findings[0].compared[0].verdict is Verdict.MISSING_OUTSIDE
    assert omissions(result) == {"a": Omission.NO_AMOUNT_OUTSIDE}


@pytest.mark.parametrize(("currency", "is_evidence"), [("USD", True), (None, True), ("CAD", False)])
def test_equal_digits_in_another_currency_are_no_evidence(currency: str | None, *, is_evidence: bool) -> None:
    [*found] = Proposer([item("x", "9", "500", currency)], RULES).candidates(item("a", "1", "500", "USD"))

    kinds = {reason.kind for candidate in found for reason in candidate.reasons_for}
    assert (ReasonKind.SAME_AMOUNT in kinds) is is_evidence


@pytest.mark.parametrize(
    ("text", "currency"),
    [("cad", "CAD"), (" CA$ ", "CAD"), ("c$", "CAD"), ("US$", "USD"), ("€", "EUR"), ("$", "$"), ("", None)],
)
def test_a_currency_has_one_name(text: str, currency: str | None) -> None:
    assert currency_named(text) == currency


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        ("USD", "USD", True),
        ("USD", "CAD", False),
        ("$", "CAD", True),
        ("$", "EUR", False),
        ("¥", "JPY", True),
        (None, "EUR", True),
        (UNKNOWN, "USD", False),
        ("$", UNKNOWN, False),
    ],
)
def test_what_may_be_one_currency_agrees(one: str | None, other: str | None, *, do: bool) -> None:
    assert (agree(one, other), agree(other, one)) == (do, do)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (None, "CAD", "CAD"),
        ("$", "CAD", "CAD"),
        ("CAD", "$", "CAD"),
        ("USD", "CAD", "USD and CAD"),
        (None, None, None),
    ],
)
def test_statements_about_one_amount_hold_together(
    one: str | None, other: str | None, together: str | None
) -> None:
    assert narrowed(one, other) == together
