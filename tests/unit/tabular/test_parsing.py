"""Amounts and dates as people and ERP systems write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from embedded_app.tabular.parsing import amount_of, date_of, date_order, reads_both_ways

AMOUNTS = {
    "0": "0",
    "12": "12",
    "1234.5": "1234.5",
    "1,234.50": "1234.50",
    "1,234,567,890.12": "1234567890.12",
    ".5": "0.5",
    "12.": "12",
    "-1,234.50": "-1234.50",
    "\u22121,234,567,890.12": "-1234567890.12",
    "+7": "7",
    "(1,234.50)": "-1234.50",
    "($1,234.50)": "-1234.50",
    "$(1,234.50)": "-1234.50",
    "-$1,234.50": "-1234.50",
    "$-1,234.50": "-1234.50",
    "1,234.50-": "-1234.50",
    "$ 1,234.50": "1234.50",
    "US$1,234.50": "1234.50",
    "1,234.50 USD": "1234.50",
    "cad 9": "9",
    "€5": "5",
    "1 234 567.89": "1234567.89",
    "1\u00a0234.5": "1234.5",
    "1'234.50": "1234.50",
    " 42 ": "42",
    "5 %": "5",
    "0.00": "0.00",
    "-0.00": "0.00",
}


@pytest.mark.parametrize(("text", "value"), AMOUNTS.items())
def test_amounts(text: str, value: str) -> None:
    found = amount_of(text)
    assert found is not None
    assert str(found.value) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12a",
        "1,23",
        "1,2345",
        "12,34,567",
        "1.234.567",
        "1,234.5.6",
        "(5",
        "5)",
        "(-5)",
        "--5",
        "-5-",
        "$5 USD",
        "$",
        "()",
        "-",
        "12E3",
        "1e5",
        "21-0417",
        "٣",
        "²",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "9" * 41,
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert amount_of(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,50", "1234.50"), ("12,5", "12.5"), ("-1.234.567,89 €", "-1234567.89"), ("1 234,5", "1234.5")],
)
def test_amounts_with_a_decimal_comma(text: str, value: str) -> None:
    found = amount_of(text, decimal_comma=True)
    assert found is not None
    assert found.value == Decimal(value)


def test_nothing_is_rounded() -> None:
    found = amount_of("123456789012345678901234567890.123456789")
    assert found is not None
    assert str(found.value) == "123456789012345678901234567890.123456789"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("5", None),
        ("5%", None),
        ("$5", "$"),
        ("(US$ 5.00)", "USD"),
        ("CA$5", "CAD"),
        ("C$ 5", "CAD"),
        ("-A$5", "AUD"),
        ("€ 5.00", "EUR"),
        ("5.00 €", "EUR"),
        ("£5", "GBP"),
        ("¥500", "¥"),
        ("USD 5", "USD"),
        ("5 chf", "CHF"),
    ],
)
def test_a_currency_stays_with_its_amount(text: str, currency: str | None) -> None:
    found = amount_of(text)
    assert found is not None
    assert found.currency == currency


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2026/11/20",
        "2026-11-20T13:26:00Z",
        "2026-11-20 13:26:00.123",
        "2026-11-20 00:00:00+00:00",
        "11/20/2026",
        "11/20/26",
        "11-20-2026",
        "11/20/2026 1:26 PM",
        "20.11.2026",
        "20. 11. 2026",
        "Nov 20, 2026",
        "November 20 2026",
        "Nov. 20th, 2026",
        "20 Nov 2026",
        "20-Nov-26",
        "20-NOV-2026",
        " 2026-11-20 ",
    ],
)
def test_dates(text: str) -> None:
    assert date_of(text) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-01",
        "2026-02-30",
        "13/13/2026",
        "20/11/2026",
        "2026",
        "20261120",
        "01-02-03",
        "21-0417",
        "Foo 20, 2026",
        "11/20",
        "2026-11/20",
        "0000-01-01",
        "next Friday",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert date_of(text) is None


def test_two_digit_years_follow_posix() -> None:
    assert date_of("1/2/68") == date(2068, 1, 2)
    assert date_of("1/2/69") == date(1969, 1, 2)


def test_day_first() -> None:
    assert date_of("20/11/2026", day_first=True) == date(2026, 11, 20)
    assert date_of("03/04/2026", day_first=True) == date(2026, 4, 3)
    assert date_of("03/04/2026") == date(2026, 3, 4)


def test_which_order_a_date_proves() -> None:
    assert date_order("20/11/2026") is True
    assert date_order("11/20/2026") is False
    assert date_order("03/04/2026") is None
    assert date_order("2026-11-20") is None
    assert reads_both_ways("03/04/2026")
    assert not reads_both_ways("04/04/2026")
    assert not reads_both_ways("11/20/2026")
