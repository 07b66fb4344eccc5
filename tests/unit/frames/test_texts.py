"""How values are written: exactly, and the same everywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.frames.presenters.texts import (
    days_text,
    difference_text,
    money_text,
    percent_text,
    procore_address,
    sum_of,
    value_text,
)
from embedded_app.reconciliation import FieldKind, Value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("6842500", "6,842,500.00"),
        ("-1234567890.12", "−1,234,567,890.12"),
        ("0.005", "0.005"),
        ("1E+3", "1,000.00"),
        ("12345678901234567890123456789012.34", "12,345,678,901,234,567,890,123,456,789,012.34"),
    ],
)
def test_an_amount_is_written_exactly(value: str, text: str) -> None:
    assert money_text(Decimal(value)) == text


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=20))
def test_what_is_written_adds_up_to_the_sum_that_is_written(values: list[Decimal]) -> None:
    written = [Decimal(money_text(value).replace(",", "").replace("−", "-")) for value in values]
    assert written == values
    total = sum_of(values)
    assert total is None if not values else total == sum_of(written)


def test_a_difference_above_zero_has_its_sign() -> None:
    texts = [difference_text(Decimal(value)) for value in ("0.02", "0.00", "-0.02")]
    assert texts == ["+0.02", "0.00", "−0.02"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("0.555", "56 %"),
        ("0.996", "99 %"),
        ("1", "100 %"),
        ("1.05", "105 %"),
        ("-0.5", "−50 %"),
        ("1E+1", "1,000 %"),
        ("0", "0 %"),
    ],
)
def test_a_share_is_called_whole_only_when_it_is(share: str, text: str) -> None:
    assert percent_text(Decimal(share)) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, FieldKind.MONEY, "—"),
        ("  ", FieldKind.TEXT, "—"),
        (Decimal(5), FieldKind.MONEY, "5.00"),
        (Decimal("-10.0"), FieldKind.NUMBER, "−10"),
        ("n/a", FieldKind.MONEY, "n/a"),
        (True, FieldKind.TEXT, "Yes"),
        (date(2026, 11, 9), FieldKind.DATE, "Nov 9, 2026"),
        (Decimal("NaN"), FieldKind.MONEY, "NaN"),
    ],
)
def test_a_value_is_written_by_its_kind_and_a_strange_one_as_it_is(
    value: Value, kind: FieldKind, text: str
) -> None:
    assert value_text(value, kind) == text


def test_days_are_told_from_the_records_side() -> None:
    assert [days_text(days) for days in (3, 1, 0, -2)] == [
        "3 days later",
        "1 day later",
        "Same day",
        "2 days earlier",
    ]


@pytest.mark.parametrize("base", [None, "", "javascript:alert(1)", "us02.procore.com"])
def test_a_link_without_a_web_address_is_none(base: str | None) -> None:
    assert procore_address(base, "/x") == ""
