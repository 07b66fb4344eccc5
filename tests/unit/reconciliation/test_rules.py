"""Rules that contradict themselves are refused when they are made."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.reconciliation import BY_LINK, Comparison, FieldKind, KeyPair, KeyRule, Rules

_MONEY = Comparison("amount", "Amount", "a", "b", FieldKind.MONEY)
_TEXT = Comparison("title", "Title", "a", "b", FieldKind.TEXT)


def test_a_key_rule_has_pairs_and_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="has no pair"):
        KeyRule("number", ())
    with pytest.raises(ValueError, match="may be named"):
        KeyRule(BY_LINK, (KeyPair("a", "b"),))


@pytest.mark.parametrize("tolerance", [-1, Decimal("-0.01"), Decimal("NaN"), Decimal("Infinity")])
def test_a_tolerance_is_zero_or_more(tolerance: Decimal | int) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Comparison("amount", "Amount", "a", "b", FieldKind.MONEY, tolerance)


def test_names_are_unique() -> None:
    rule = KeyRule("number", (KeyPair("a", "b"),))
    with pytest.raises(ValueError, match="Two of the key rules are named 'number'"):
        Rules((rule, rule), (_MONEY,), "amount")
    with pytest.raises(ValueError, match="Two of the comparisons are named 'amount'"):
        Rules((rule,), (_MONEY, _MONEY), "amount")


@pytest.mark.parametrize("total", ["nothing", "title"])
def test_the_total_is_a_comparison_of_money(total: str) -> None:
    with pytest.raises(ValueError, match="no comparison of money"):
        Rules((), (_MONEY, _TEXT), total)
