from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import RecordId
from embedded_app.procore import WireResponse
from embedded_app.procore.calls.decoding import Fields, Malformed, Ref, decoded, each, enveloped, one
from tests.fakes.scripted_transport import json_answer


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1022452.5", "1022452.5"),
        ("-248250.00", "-248250.00"),
        ("0.1", "0.1"),
        ("123456789012345678901234567890.12", "123456789012345678901234567890.12"),
        (12, "12"),
        (0.1, "0.1"),
        (1022452.55, "1022452.55"),
        (-0.07, "-0.07"),
    ],
)
def test_money_is_exact_however_it_is_written(value: object, number: str) -> None:
    found = Fields({"amount": value}).number("amount")
    assert (found, str(found)) == (Decimal(number), number)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_json_number_with_cents_survives_the_wire(amount: Decimal) -> None:
    body = f'{{"amount": {amount:f}}}'.encode()
    assert decoded(WireResponse(200, body=body), "GET /x", one(lambda f: f.number("amount"))) == amount


@pytest.mark.parametrize(
    "value", ["1,000.00", "$5", "1e3", "NaN", "Infinity", " 5", "٣", "5%", True, [], {}, 1e300, "9" * 31]
)
def test_what_is_no_plain_number_is_refused(value: object) -> None:
    with pytest.raises(Malformed, match=r"^amount$"):
        Fields({"amount": value}).number("amount")


@pytest.mark.parametrize("fields", [{}, {"amount": None}, {"amount": ""}])
def test_a_missing_number_is_none_and_never_zero(fields: dict[str, object]) -> None:
    assert Fields(fields).number("amount") is None


@pytest.mark.parametrize(
    ("value", "percent"), [("10.00", "10.00"), ("96.36%", "96.36"), (5, "5"), (None, None)]
)
def test_percentages_come_with_and_without_their_sign(value: object, percent: str | None) -> None:
    found = Fields({"retainage": value}).number("retainage", percent=True)
    assert found == (None if percent is None else Decimal(percent))


@pytest.mark.parametrize(
    ("value", "found"),
    [("S-12", "S-12"), (12, "12"), (None, None), (" ", None), (2**60, "1152921504606846976")],
)
def test_a_number_as_people_see_it(value: object, found: str | None) -> None:
    assert Fields({"number": value}).label("number") == found


@pytest.mark.parametrize("value", [True, 1.5, [], {}])
def test_what_is_no_such_number(value: object) -> None:
    with pytest.raises(Malformed, match=r"^number$"):
        Fields({"number": value}).label("number")


def test_what_a_record_names() -> None:
    fields = Fields(
        {"a": {"id": "5", "name": "Dana"}, "b": {"name": "nobody"}, "c": [{"id": 6}, {}], "d": None}
    )
    assert fields.ref("a") == Ref(RecordId(5), "Dana")
    assert fields.ref("b") is fields.ref("d") is None
    assert fields.refs("c") == (Ref(RecordId(6), None),)
    assert fields.refs("d") == fields.refs("e") == ()


def test_an_envelope_is_opened() -> None:
    assert enveloped(each(lambda f: f.id()))({"data": [{"id": "7"}]}) == (7,)


@pytest.mark.parametrize("value", [[], {}, {"items": []}, None])
def test_what_is_in_no_envelope_is_refused(value: object) -> None:
    with pytest.raises(Malformed, match="data"):
        enveloped(each(lambda f: f.id()))(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T08:00:00Z", date(2026, 11, 20)),
        (None, None),
        ("", None),
    ],
)
def test_days(value: object, found: date | None) -> None:
    assert Fields({"due": value}).day("due") == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-11-20T08:00:00Z", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20T08:00:00-08:00", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20T08:00:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (None, None),
    ],
)
def test_moments_are_utc(value: object, found: datetime | None) -> None:
    assert Fields({"at": value}).moment("at") == found


_READS: list[Callable[[Fields], Any]] = [
    lambda f: f.id("x"),
    lambda f: f.optional_id("x"),
    lambda f: f.text("x"),
    lambda f: f.optional_text("x"),
    lambda f: f.flag("x"),
    lambda f: f.day("x"),
    lambda f: f.moment("x"),
    lambda f: f.inner("x"),
    lambda f: f.items("x"),
]


@pytest.mark.parametrize("read", _READS)
@pytest.mark.parametrize("value", [1.5, [1]])
def test_another_type_is_refused_with_the_fields_name(read: Callable[[Fields], Any], value: object) -> None:
    with pytest.raises(Malformed, match=r"^x$"):
        read(Fields({"x": value}))


@pytest.mark.parametrize("value", [0, -1, "01", "0x1", "", 2**63, 1.0, True])
def test_an_id_is_a_positive_64_bit_number(value: object) -> None:
    with pytest.raises(Malformed):
        Fields({"id": value}).id()


@pytest.mark.parametrize("value", [562949953443325, "562949953443325", 2**63 - 1])
def test_an_id_may_come_as_text(value: int | str) -> None:
    assert Fields({"id": value}).id() == int(value)


@pytest.mark.parametrize("name", ["id", "text"])
def test_what_must_be_there_and_is_not(name: str) -> None:
    with pytest.raises(Malformed):
        getattr(Fields({}), name)("x")


def test_a_field_is_named_with_what_surrounds_it() -> None:
    vendor = Fields({"vendor": {"company": 5}}).inner("vendor")
    assert vendor is not None
    with pytest.raises(Malformed, match=r"^vendor\.company$"):
        vendor.text("company")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":', b"\xff", b"[" * 2000])
def test_no_json_is_unexpected(body: bytes) -> None:
    response = WireResponse(200, {"X-Request-Id": "req-1"}, body)
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(response, "GET /x", one(lambda fields: fields.id()))
    assert (caught.value.route, caught.value.request_id, caught.value.messages) == (
        "GET /x",
        "req-1",
        ("not JSON",),
    )


def test_an_unexpected_value_is_named_and_not_shown() -> None:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer({"id": "canary"}), "GET /x", one(lambda fields: fields.id()))
    assert caught.value.messages == ("field id",)
    assert "canary" not in repr(caught.value) + repr(caught.value.__cause__)


def test_no_document_is_kept_with_the_error() -> None:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(WireResponse(200, body=b'{"canary": '), "GET /x", one(lambda fields: fields.id()))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", [{}, {"data": []}, [1], [[]], "text", None])
def test_a_list_is_a_list_of_objects(value: object) -> None:
    with pytest.raises(UnexpectedPayload):
        decoded(json_answer(value), "GET /x", each(lambda fields: fields.id()))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("xyz"), inner),
        max_leaves=8,
    )
)
def test_each_read_gives_a_value_or_names_the_field(value: Any) -> None:
    document = orjson.loads(orjson.dumps({"x": value}))
    numbers: list[Callable[[Fields], Any]] = [
        lambda f: f.number("x"),
        lambda f: f.number("x", percent=True),
    ]
    for read in _READS + numbers:
        try:
            read(Fields(document))
        except Malformed as error:
            assert str(error).startswith("x")  # noqa: PT017 # either outcome is right; this holds for one
