"""Claims become ids only when they are plain decimals of 64 bits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.errors import InvalidField
from embedded_app.ids import parse_company_id, parse_id


@pytest.mark.parametrize("claim", ["1", "562949953443325", str(2**63 - 1), 42])
def test_a_decimal_of_64_bits_is_an_id(claim: str | int) -> None:
    assert parse_id(claim) == int(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "01",
        "1e3",
        "1.0",
        "٣",
        "0x10",
        str(2**63),
        "9" * 40,
        None,
        True,
        1.0,
        b"1",
        Decimal(1),
        "1\n",
        "{{procore.company.id}}",
        "1 OR 1=1",
    ],
)
def test_anything_else_is_refused(claim: object) -> None:
    with pytest.raises(InvalidField):
        parse_id(claim)


def test_the_field_is_named() -> None:
    with pytest.raises(InvalidField) as raised:
        parse_company_id("x")
    assert raised.value.field == "company_id"
