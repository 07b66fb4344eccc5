from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import RecordId
from embedded_app.procore import WireResponse
from embedded_app.procore.calls.decoding import converted, decoded, each, one, shaped
from embedded_app.procore.calls.fields import (
    AllNamed,
    Count,
    Day,
    Id,
    Label,
    Malformed,
    Moment,
    Named,
    Number,
    Percent,
    Ref,
    RequiredText,
    Text,
    Wire,
    at,
    items,
)
from tests.fakes.scripted_transport import json_answer


class _Values(msgspec.Struct, frozen=True):
    """A field of every type; two stand in other places."""

    identity: Id[RecordId] | None = None
    text: Text | None = None
    label: Label | None = None
    number: Number | None = None
    percent: Percent | None = None
    flag: bool | None = None
    day: Day | None = None
    moment: Moment | None = None
    count: Count | None = None
    named: Named | None = None
    all_named: AllNamed = ()
    inner: Text | None = at("outer.inner", "old_inner")
    deep: Number | None = at("outer.deep.number", "deepest")


class _Needed(msgspec.Struct, frozen=True):
    id: Id[RecordId]
    name: RequiredText


_FIELDS = ("identity", "text", "label", "number", "percent", "flag", "day", "moment", "count", "named")


def _read(**values: object) -> _Values:
    body = json.dumps(values, ensure_ascii=False).encode()
    return decoded(WireResponse(200, body=body), "GET /x", one(_Values))


def _refusal(kind: type, document: object) -> str:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer(document), "GET /x", one(kind))
    [message] = caught.value.messages
    return message


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
        (10**25 + 1, "10000000000000000000000001"),
    ],
)
def test_money_is_exact_however_it_is_written(value: object, number: str) -> None:
    found = _read(number=value).number
    assert (found, str(found)) == (Decimal(number), number)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_json_number_with_cents_survives_the_wire(amount: Decimal) -> None:
    body = f'{{"number": {amount:f}}}'.encode()
    assert decoded(WireResponse(200, body=body), "GET /x", one(_Values)).number == amount


@pytest.mark.parametrize("number", [b"0.1000000000000000055", b"0.10", b"1e-1"])
def test_a_json_number_is_taken_by_its_shortest_form(number: bytes) -> None:
    body = b'{"number": ' + number + b"}"
    assert str(decoded(WireResponse(200, body=body), "GET /x", one(_Values)).number) == "0.1"


@pytest.mark.parametrize(
    "value",
    ["1,000.00", "$5", "1e3", "NaN", "Infinity", " 5", "٣", "5%", True, [], {}, 1e300, 10**30, "9" * 31],
)
def test_what_is_no_plain_number_is_refused(value: object) -> None:
    assert _refusal(_Values, {"number": value} if value != 10**30 else json.loads('{"number": 1e30}')) == (
        "field number"
    )


@pytest.mark.parametrize("fields", [{}, {"number": None}, {"number": ""}])
def test_a_missing_number_is_none_and_never_zero(fields: dict[str, object]) -> None:
    assert _read(**fields).number is None


@pytest.mark.parametrize(
    ("value", "percent"), [("10.00", "10.00"), ("96.36%", "96.36"), (5, "5"), (None, None), ("", None)]
)
def test_percentages_come_with_and_without_their_sign(value: object, percent: str | None) -> None:
    assert _read(percent=value).percent == (None if percent is None else Decimal(percent))


def test_a_percent_sign_alone_is_no_number() -> None:
    assert _refusal(_Values, {"percent": "%"}) == "field percent"


@pytest.mark.parametrize(
    ("value", "found"),
    [("S-12", "S-12"), (12, "12"), (None, None), (" ", None), (2**60, "1152921504606846976")],
)
def test_a_number_as_people_see_it(value: object, found: str | None) -> None:
    assert _read(label=value).label == found


@pytest.mark.parametrize("value", [True, 1.5, [], {}])
def test_what_is_no_such_number(value: object) -> None:
    assert _refusal(_Values, {"label": value}) == "field label"


@pytest.mark.parametrize(("value", "found"), [("x", "x"), ("", None), (" \t", None), (None, None)])
def test_a_blank_text_is_none(value: object, found: str | None) -> None:
    assert _read(text=value).text == found


def test_what_a_record_names() -> None:
    found = _read(named={"id": "5", "name": "Dana"}, all_named=[{"id": 6}, {}])
    assert (found.named, found.all_named) == (Ref(RecordId(5), "Dana"), (Ref(RecordId(6), None),))
    assert _read(named={"name": "nobody"}).named is _read(named=None).named is None
    assert _read(all_named=None).all_named == _read().all_named == ()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"named": {"id": "x"}}, "named.id"),
        ({"named": {"id": 5, "name": 5}}, "named.name"),
        ({"named": [5]}, "named"),
        ({"all_named": {}}, "all_named"),
        ({"all_named": [{"id": 1}, {"id": "canary"}]}, "all_named.id"),
        ({"outer": {"inner": 5}}, "outer.inner"),
        ({"outer": {"deep": {"number": "canary"}}}, "outer.deep.number"),
        ({"outer": {"deep": 5}}, "outer.deep"),
        ({"outer": ["canary"]}, "outer"),
        ({"old_inner": 5}, "old_inner"),
        ([], "{}"),
        ("canary", "{}"),
    ],
)
def test_a_field_is_named_with_what_surrounds_it_and_its_value_is_not_shown(
    document: object, field: str
) -> None:
    assert _refusal(_Values, document) == f"field {field}"


def test_a_field_in_another_place() -> None:
    assert _read(outer={"inner": "a", "deep": {"number": 1}}, old_inner="b").inner == "a"
    assert _read(outer={"inner": " "}, old_inner="b").inner == "b"
    for outer in (None, {}, {"inner": None, "deep": None}):
        found = _read(outer=outer, old_inner="b", deepest="7")
        assert (found.inner, found.deep) == ("b", Decimal(7))
    assert _read(outer={"deep": {"number": 0}}, deepest="7").deep == 0, "zero is something"
    assert (_read().inner, _read(outer=None).deep) == (None, None)


class _Given(msgspec.Struct, frozen=True):
    id: Id[RecordId]
    color: Text | None


def test_what_is_known_before_is_given_and_an_answer_that_says_something_else_is_refused() -> None:
    decode = one(_Given, color="red")
    for document in ({"id": 1}, {"id": 1, "color": None}, {"id": 1, "color": "red"}):
        assert decoded(json_answer(document), "GET /x", decode) == _Given(RecordId(1), "red")
        assert decoded(json_answer([document]), "GET /x", each(_Given, color="red")) == (
            _Given(RecordId(1), "red"),
        )
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer({"id": 1, "color": "canary"}), "GET /x", decode)
    assert caught.value.messages == ("field color",)
    assert decoded(json_answer({"id": 1}), "GET /x", one(_Given, color=None)).color is None


def test_an_envelope_is_opened() -> None:
    answer = json_answer({"data": [{"identity": "7"}]})
    assert decoded(answer, "GET /x", each(_Values), in_envelope=True) == (_Values(identity=RecordId(7)),)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "data"),
        ({}, "data"),
        ({"items": []}, "data"),
        (None, "data"),
        ({"data": {}}, "[]"),
        ({"data": None}, "[]"),
        ({"data": [5]}, "{}"),
        ({"data": [{"number": "canary"}]}, "number"),
        ({"data": [{"named": {"id": 0}}]}, "named.id"),
    ],
)
def test_what_is_wrong_with_an_envelope_is_named_as_without_one(value: object, field: str) -> None:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer(value), "GET /x", each(_Values), in_envelope=True)
    assert caught.value.messages == (f"field {field}",)


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
    assert _read(day=value).day == found


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
    assert _read(moment=value).moment == found


@pytest.mark.parametrize(("field", "value"), [("day", "2026-02-30"), ("moment", "9999-12-31T23:59:59-23:59")])
def test_what_is_no_time_is_refused(field: str, value: str) -> None:
    assert _refusal(_Values, {field: value}) == f"field {field}"


@pytest.mark.parametrize(("value", "found"), [([], 0), ([{}, {"a": 1}], 2), (None, None)])
def test_objects_are_counted(value: object, found: int | None) -> None:
    assert _read(count=value).count == found


@pytest.mark.parametrize("field", _FIELDS)
@pytest.mark.parametrize("value", [[1], {"id": 1.5}, [[]]])
def test_another_type_is_refused_with_the_fields_name(field: str, value: object) -> None:
    expected = {f"field {field}", f"field {field}.id"} if field == "named" else {f"field {field}"}
    assert _refusal(_Values, {field: value}) in expected


@pytest.mark.parametrize("value", [0, -1, "01", "0x1", "", 2**63, 1.0, True, None])
def test_an_id_is_a_positive_64_bit_number(value: object) -> None:
    assert _refusal(_Needed, {"id": value, "name": "x"}) == "field id"


@pytest.mark.parametrize("value", [562949953443325, "562949953443325", 2**63 - 1])
def test_an_id_may_come_as_text(value: int | str) -> None:
    assert _read(identity=value).identity == int(value)


@pytest.mark.parametrize("value", [None, "", " "])
def test_what_must_say_something(value: object) -> None:
    assert _refusal(_Needed, {"id": 1, "name": value}) == "field name"


@pytest.mark.parametrize("name", ["id", "name"])
def test_what_must_be_there_and_is_not(name: str) -> None:
    whole = {"id": 1, "name": "x"}
    assert _refusal(_Needed, {key: value for key, value in whole.items() if key != name}) == f"field {name}"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":', b"\xff", b"[" * 2000, b'{"x":' * 200_000])
def test_no_json_is_unexpected(body: bytes) -> None:
    response = WireResponse(200, {"X-Request-Id": "req-1"}, body)
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(response, "GET /x", one(_Values))
    assert (caught.value.route, caught.value.request_id) == ("GET /x", "req-1")
    assert caught.value.messages in {("not JSON",), ("field {}",)}


@pytest.mark.parametrize(
    "body",
    [
        b'{"canary": ',
        b'{"identity": "canary"}',
        b'{"day": "canary"}',
        b'{"moment": "canary"}',
        b'{"named": {"id": "canary"}}',
        b'{"outer": {"inner": {"canary": 1}}}',
        b'["canary"]',
    ],
)
def test_nothing_of_the_document_is_kept_with_the_error(body: bytes) -> None:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(WireResponse(200, body=body), "GET /x", one(_Values))
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "canary" not in repr(caught.value) + str(caught.value.messages)


@pytest.mark.parametrize(
    ("value", "field"), [({}, "[]"), ({"data": []}, "[]"), ([1], "{}"), ([[]], "{}"), (None, "[]")]
)
def test_a_list_is_a_list_of_objects(value: object, field: str) -> None:
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer(value), "GET /x", each(_Values))
    assert caught.value.messages == (f"field {field}",)


def _parts(value: object) -> tuple[_Needed, ...]:
    return tuple(converted(item, _Needed) for item in items(value))


class _Whole(msgspec.Struct, frozen=True):
    parts: Wire[tuple[_Needed, ...], _parts] = ()


def test_records_within_a_record() -> None:
    answer = json_answer({"parts": [{"id": "1", "name": "a"}]})
    assert decoded(answer, "GET /x", one(_Whole)).parts == (_Needed(RecordId(1), "a"),)
    assert _refusal(_Whole, {"parts": [{"id": 1, "name": "a"}, {"id": 1}]}) == "field parts.name"
    assert _refusal(_Whole, {"parts": [{"id": 1, "name": ["canary"]}]}) == "field parts.name"
    assert _refusal(_Whole, {"parts": 5}) == "field parts"


def test_a_record_that_does_not_hold_together_is_refused() -> None:
    def check(found: _Needed) -> str:
        if found.name == "canary":
            raise Malformed("name")
        return found.name

    assert decoded(json_answer({"id": 1, "name": "x"}), "GET /x", shaped(_Needed, check)) == "x"
    with pytest.raises(UnexpectedPayload) as caught:
        decoded(json_answer({"id": 1, "name": "canary"}), "GET /x", shaped(_Needed, check))
    assert caught.value.messages == ("field name",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "name", "inner"]), inner),
        max_leaves=8,
    )
)
def test_each_type_gives_a_value_or_names_the_field(value: Any) -> None:
    sent = orjson.loads(orjson.dumps(value))
    for field in (*_FIELDS, "all_named", "outer"):
        try:
            decoded(json_answer({field: sent}), "GET /x", one(_Values))
        except UnexpectedPayload as error:
            [message] = error.messages
            assert message.startswith(f"field {field}")  # either outcome is right; this holds for one
