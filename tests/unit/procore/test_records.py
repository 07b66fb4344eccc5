"""The decoders: a typed record, or `UnexpectedPayload`, whatever the wire brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import ProjectId
from embedded_app.procore import (
    AccessLevel,
    AppInstallation,
    ChangeOrder,
    Commitment,
    CommitmentKind,
    Company,
    LineItem,
    Me,
    Permissions,
    Project,
    TokenInfo,
    TokenSet,
    Vendor,
    WireResponse,
)
from embedded_app.procore.app_installations import decode_app_installation
from embedded_app.procore.change_orders import decode_change_order
from embedded_app.procore.commitments import decode_commitment, decode_line_item
from embedded_app.procore.companies import WebBase, decode_company, decode_me, decode_web_base
from embedded_app.procore.decoding import Fields, decoded, one
from embedded_app.procore.permissions import decode_permissions
from embedded_app.procore.projects import decode_project
from embedded_app.procore.tokens import decode_token_info, decode_token_set
from embedded_app.procore.vendors import decode_vendor

_NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)

_SUBCONTRACT: dict[str, Any] = {
    "id": 562949953600014,
    "number": "SC-014",
    "title": "Structural steel",
    "status": "Approved",
    "description": "<p>ignored</p>",
    "executed": True,
    "private": False,
    "vendor": {"id": 562949953700003, "company": "Ironline Erectors", "origin_id": None},
    "grand_total": "4100000.00",
    "approved_change_orders": "248250.00",
    "pending_change_orders": "0.00",
    "revised_contract": "4348250.00",
    "total_requisitions_amount": "1200000.5",
    "total_payments": "900000.00",
    "retainage_percent": "10.00",
    "currency_configuration": {"currency_iso_code": "USD"},
    "contract_date": "2026-02-03",
    "origin_id": "21-0417-S014",
    "created_at": "2026-02-01T09:00:00Z",
    "updated_at": "2026-11-19T17:30:00Z",
    "a_field_of_next_year": {"x": 1},
}


def test_a_commitment() -> None:
    assert decode_commitment(CommitmentKind.SUBCONTRACT, Fields(_SUBCONTRACT)) == Commitment(
        id=562949953600014,  # type: ignore[arg-type]
        kind=CommitmentKind.SUBCONTRACT,
        number="SC-014",
        title="Structural steel",
        status="Approved",
        vendor_id=562949953700003,  # type: ignore[arg-type]
        vendor_name="Ironline Erectors",
        executed=True,
        private=False,
        original_amount=Decimal("4100000.00"),
        approved_change_orders=Decimal("248250.00"),
        pending_change_orders=Decimal("0.00"),
        revised_contract=Decimal("4348250.00"),
        invoiced=Decimal("1200000.5"),
        paid=Decimal("900000.00"),
        retainage_percent=Decimal("10.00"),
        currency="USD",
        contract_date=date(2026, 2, 3),
        origin_id="21-0417-S014",
        created_at=datetime(2026, 2, 1, 9, tzinfo=UTC),
        updated_at=datetime(2026, 11, 19, 17, 30, tzinfo=UTC),
    )


def test_a_commitment_with_nothing_but_its_id() -> None:
    commitment = decode_commitment(CommitmentKind.PURCHASE_ORDER, Fields({"id": 5}))
    given = {name for name in Commitment.__slots__ if getattr(commitment, name) is not None}
    assert given == {"id", "kind"}


def test_a_vendors_name_in_the_thin_form() -> None:
    thin = {"id": 5, "vendor": {"id": 6, "name": "Ironline"}}
    assert decode_commitment(CommitmentKind.SUBCONTRACT, Fields(thin)).vendor_name == "Ironline"


def test_a_line_item() -> None:
    line = decode_line_item(
        Fields(
            {
                "id": 9,
                "position": 1,
                "amount": "100.00",
                "quantity": "2.0",
                "unit_cost": "50.00",
                "uom": "ton",
                "description": "Columns",
                "wbs_code": {"flat_code": "05-100.S"},
                "cost_code": {"full_code": "05-100"},
                "line_item_type": {"name": "Subcontract"},
            }
        )
    )
    assert (line.amount, line.wbs_code, line.cost_code, line.type, line.position) == (
        Decimal("100.00"),
        "05-100.S",
        "05-100",
        "Subcontract",
        Decimal(1),
    )


def _tools(*tools: tuple[str, str | None], project_id: ProjectId | None = None) -> Permissions:
    listed = [
        {"id": 1, "name": name, "user_access_level": {"id": 4, "name": level} if level else None}
        for name, level in tools
    ]
    return decode_permissions(Fields({"tools": listed}), project_id)


def test_levels_are_found_whatever_the_case() -> None:
    permissions = _tools(("Commitments", "read only"), ("RFI", "STANDARD"), ("documents", None))
    assert permissions.level("commitments") is AccessLevel.READ_ONLY
    assert permissions.level("rfi") is AccessLevel.STANDARD
    assert permissions.level("documents") is AccessLevel.NONE
    assert permissions.level("unlisted") is AccessLevel.NONE
    assert AccessLevel.NONE < AccessLevel.READ_ONLY < AccessLevel.STANDARD < AccessLevel.ADMIN


def test_a_level_that_we_do_not_know_counts_as_none() -> None:
    assert _tools(("commitments", "Owner")).level("commitments") is AccessLevel.NONE


def test_of_two_tools_with_one_name_the_lesser_right_counts() -> None:
    assert _tools(("admin", "Admin"), ("Admin", "None")).level("admin") is AccessLevel.NONE


@pytest.mark.parametrize("tool", ["admin", "Directory"])
def test_an_administrator_of_the_company(tool: str) -> None:
    assert _tools((tool, "Admin"), ("documents", "None")).is_company_admin()


def test_whoever_is_less_is_none() -> None:
    assert not _tools(
        ("admin", "Standard"), ("directory", "Read Only"), ("documents", "Admin")
    ).is_company_admin()


def test_an_administrator_of_a_project_is_none() -> None:
    assert not _tools(("admin", "Admin"), project_id=ProjectId(7)).is_company_admin()


_DECODERS: list[tuple[Callable[[Fields], object], type]] = [
    (decode_me, Me),
    (decode_company, Company),
    (decode_web_base, WebBase),
    (decode_project, Project),
    (partial(decode_commitment, CommitmentKind.SUBCONTRACT), Commitment),
    (decode_line_item, LineItem),
    (decode_change_order, ChangeOrder),
    (decode_vendor, Vendor),
    (decode_app_installation, AppInstallation),
    (partial(decode_permissions, project_id=None), Permissions),
    (decode_token_info, TokenInfo),
    (partial(decode_token_set, now=_NOW, refreshable=True), TokenSet),
]

_VALID: dict[str, Any] = {
    **_SUBCONTRACT,
    "login": "dana@hollisgrant.example",
    "name": "Riverside",
    "is_active": True,
    "web_base_url": "https://us02.procore.example",
    "project_number": "21-0417",
    "amount": "1.00",
    "wbs_code": {"flat_code": "05-100.S"},
    "contract_id": 9,
    "due_date": "2026-11-20",
    "tools": [{"name": "admin", "user_access_level": {"id": 4, "name": "Admin"}}],
    "access_token": "a",
    "refresh_token": "r",
    "expires_in": 5400,
    "resource_owner_id": 160586,
    "expires_in_seconds": 4200,
    "application": {"uid": "client-1"},
}
del _VALID["created_at"]  # a text in records, a number in token answers
_LIKELY = st.sampled_from(
    [
        None,
        "",
        " ",
        "1.00",
        "5%",
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
        5,
        -1,
        "5",
    ]
)
_JSON = st.recursive(
    _LIKELY | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "name", "company", "user_access_level"]), inner, max_size=2)
    ),
    max_leaves=6,
)
_CHANGED = st.dictionaries(st.sampled_from(["created_at", *_VALID]), _JSON, max_size=4).map(
    lambda changes: {**_VALID, **changes}
)


@pytest.mark.parametrize(("decode", "kind"), _DECODERS, ids=lambda part: getattr(part, "__name__", None))
def test_a_whole_document_is_a_record(decode: Callable[[Fields], object], kind: type) -> None:
    assert type(decode(Fields(_VALID))) is kind


@pytest.mark.parametrize(("decode", "kind"), _DECODERS, ids=lambda part: getattr(part, "__name__", None))
@settings(deadline=None)  # a busy machine is no failure
@given(document=_CHANGED | _JSON)
def test_a_record_or_unexpected_payload_and_nothing_else(
    decode: Callable[[Fields], object], kind: type, document: Any
) -> None:
    response = WireResponse(200, body=orjson.dumps(document))
    try:
        found = decoded(response, "GET /x", one(decode))
    except UnexpectedPayload:
        return
    assert type(found) is kind
