"""Numbers as people type them: one reading, or a sentence that names both."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.errors import InvalidField
from embedded_app.web.typed_numbers import number_text, typed_number


def read(typed: str, *, whole: bool = False) -> Decimal:
    return typed_number(typed, "field", "Write a number.", whole=whole)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,50", "1.50"),
        ("1.50", "1.50"),
        ("1,5", "1.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("1234,567", "1234.567"),
        ("1,2345", "1.2345"),
        ("1.500,00", "1500.00"),
        ("1,500.00", "1500.00"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("1 500", "1500"),
        ("1 500,00", "1500.00"),
        ("1\u00a0500.25", "1500.25"),
        ("1\u202f500,25", "1500.25"),
        ("1'500.00", "1500.00"),
        ("1’500", "1500"),
        ("1 234 567,125", "1234567.125"),
        ("  7 ", "7"),
        ("0", "0"),
        ("007", "7"),
    ],
)
def test_a_number_is_read_as_it_is_meant(typed: str, number: str) -> None:
    assert read(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "both"),
    [("1,500", "1500 or as 1.50"), ("1.500", "1500 or as 1.50"), ("12,345", "12345 or as 12.3450")],
)
def test_a_number_of_two_readings_is_refused_and_both_are_named(typed: str, both: str) -> None:
    with pytest.raises(InvalidField, match=f"“{typed}” can be read as {both}") as caught:
        read(typed)
    assert caught.value.field == "field"


NO_NUMBERS = [
    "", " ", "-5", "+5", "1 %", "$1", "1e9", "NaN", "a lot", "1,", "1.", "1,50,00", "1.50.00", "1,00,000", "1 50",
    "1'50", "1,500 000", "1.5,5", "15,00.00", "1 500 00", "\u0661", "\uff11", "0x10", "1_000", "1" * 41,
]  # fmt: skip


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidField, match=r"Write a number\."):
        read(typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("5,432", 5432), ("5.432", 5432), ("60", 60), ("1,000", 1000), ("5 432", 5432)]
)
def test_where_only_whole_numbers_are_meant_thousands_are_clear(typed: str, number: int) -> None:
    assert read(typed, whole=True) == number


@pytest.mark.parametrize("typed", ["1.5", "1,50", "0,500", "1,0"])
def test_a_part_is_no_whole_number(typed: str) -> None:
    with pytest.raises(InvalidField, match=r"Write a number\."):
        read(typed, whole=True)


@pytest.mark.parametrize(
    "number", ["1.00", "150", "1.500", "1.125", "0.125", "1500.125", "0", "999.990", "1E+3"]
)
def test_what_a_form_shows_is_read_again_as_the_same(number: str) -> None:
    assert read(number_text(Decimal(number))) == Decimal(number)
