"""Each decoder on a whole answer, and on one with nothing but what must be there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import ProjectId, RecordId, UserId
from embedded_app.procore import AccessLevel, Commitment, CommitmentKind, Permissions, Project
from embedded_app.procore.calls.decoding import Decode, decoded, one
from embedded_app.procore.calls.fields import Malformed, Ref
from embedded_app.procore.records.budget import BudgetLine, WbsCode
from embedded_app.procore.records.change_orders import ChangeOrder
from embedded_app.procore.records.commitments import (
    Balances,
    Compliance,
    ComplianceDocument,
    LineItem,
    Payment,
)
from embedded_app.procore.records.daily_logs import counts_in
from embedded_app.procore.records.direct_costs import DirectCost
from embedded_app.procore.records.directory import User
from embedded_app.procore.records.observations import Observation
from embedded_app.procore.records.prime_contracts import PrimeContract
from embedded_app.procore.records.punch_items import PunchItem
from embedded_app.procore.records.requisitions import Requisition
from embedded_app.procore.records.rfis import Rfi
from embedded_app.procore.records.submittals import Submittal
from embedded_app.procore.records.vendors import Insurance, Vendor
from tests.fakes.scripted_transport import json_answer
from tests.unit.procore.documents import DOCUMENTS, Document

T = TypeVar("T")

_CREATED = datetime(2026, 2, 1, 9, tzinfo=UTC)
_UPDATED = datetime(2026, 11, 19, 17, 30, tzinfo=UTC)
_DANA = Ref(RecordId(160586), "Dana Whitfield")
_IRONLINE = Ref(RecordId(5), "Ironline Erectors")

_RECORDS: list[Any] = [
    Project(ProjectId(562949953500001), "Riverside", "21-0417", "417", "RMC", None, active=True),
    Vendor(
        id=RecordId(5),
        name="Ironline",
        legal_name="Ironline Erectors, Inc.",
        is_active=True,
        origin_id="V-5",
        origin_code="1005",
    ),
    User(
        id=UserId(160586),
        name="Dana Whitfield",
        email_address="dana@hollisgrant.example",
        job_title="Project executive",
        employee_id="E-12",
        is_active=True,
        is_employee=True,
        vendor=Ref(RecordId(5), "Hollis & Grant"),
        origin_id=None,
    ),
    Insurance(
        id=RecordId(8),
        vendor_id=RecordId(5),
        type="General Liability",
        provider="Zenith",
        policy_number="GL-77",
        limit=Decimal("2000000.0"),
        effective_date=date(2026, 1, 1),
        expiration_date=date(2026, 12, 31),
        status="compliant",
        exempt=False,
        origin_id=None,
    ),
    Commitment(
        id=RecordId(562949953600014),
        kind=CommitmentKind.SUBCONTRACT,
        number="SC-014",
        title="Structural steel",
        status="Approved",
        vendor_id=RecordId(562949953700003),
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
        created_at=_CREATED,
        updated_at=_UPDATED,
    ),
    LineItem(
        id=RecordId(9),
        position=Decimal(1),
        description="Columns",
        amount=Decimal("100.00"),
        quantity=Decimal("2.0"),
        unit_cost=Decimal("50.00"),
        uom="ton",
        wbs_code="05-100.S",
        cost_code="05-100",
        type="Subcontract",
        origin_id=None,
    ),
    Balances(
        approved_change_orders=Decimal("248250.0"),
        pending_change_orders=Decimal("10.0"),
        draft_change_orders=Decimal("5.0"),
        invoiced=Decimal("1200000.5"),
        paid=Decimal("900000.0"),
        currency="USD",
    ),
    Compliance(
        status="compliant",
        derived_status="not_compliant",
        insurance_status="compliant",
        derived_insurance_status="compliant",
        insurance_documents=(
            ComplianceDocument(
                "Certificate",
                "General Liability",
                "company",
                "compliant",
                date(2026, 1, 1),
                date(2026, 12, 31),
            ),
        ),
        documents=(ComplianceDocument("Lien waiver", "Waiver", None, "expired", None, None),),
        updated_at=_UPDATED,
    ),
    ChangeOrder(
        id=RecordId(4),
        contract_id=RecordId(9),
        number="003",
        title="Added beams",
        status="approved",
        grand_total=Decimal("248250.00"),
        executed=True,
        due_date=date(2026, 11, 20),
        created_at=_CREATED,
        updated_at=_UPDATED,
    ),
    Requisition(
        id=RecordId(11),
        number="3",
        invoice_number="INV-7731",
        commitment_id=RecordId(9),
        vendor_id=RecordId(5),
        vendor_name="Ironline Erectors",
        status="approved_as_noted",
        final=False,
        period_start=date(2026, 10, 1),
        period_end=date(2026, 10, 31),
        billing_date=date(2026, 10, 31),
        payment_date=None,
        percent_complete=Decimal("96.36"),
        claimed=Decimal("300000.0"),
        completed=Decimal("1200000.5"),
        retainage=Decimal("120000.05"),
        payment_due=Decimal("270000.0"),
        currency="USD",
        origin_id=None,
        attachments=2,
    ),
    Payment(
        id=RecordId(12),
        amount=Decimal("270000.0"),
        date=date(2026, 11, 15),
        status="paid",
        payment_number="P-3",
        check_number="10442",
        invoice_number="INV-7731",
        requisition_id=RecordId(11),
        origin_id=None,
    ),
    PrimeContract(
        id=RecordId(562949953800001),
        number="1",
        title="Prime contract",
        status="Approved",
        executed=True,
        private=False,
        contractor=Ref(RecordId(6), "Hollis & Grant"),
        original_amount=Decimal("90000000.0"),
        approved_change_orders=Decimal("1250000.0"),
        pending_change_orders=Decimal("0.0"),
        revised_contract=Decimal("91250000.0"),
        invoiced=Decimal("40000000.0"),
        outstanding=Decimal("51250000.0"),
        retainage_percent=Decimal("5.00"),
        currency="USD",
        contract_date=date(2025, 6, 1),
        origin_id=None,
        created_at=_CREATED,
        updated_at=_UPDATED,
    ),
    BudgetLine(
        id=RecordId(21),
        wbs_code_id=RecordId(51),
        cost_code="05-100 - Structural steel",
        cost_code_origin_id="05100",
        category="Subcontract",
        original=Decimal("4000000.0"),
        modifications=Decimal("150000.0"),
        forecast=Decimal("4348250.0"),
    ),
    WbsCode(RecordId(51), "05-100.S", "Structural steel", "active"),
    DirectCost(
        id=RecordId(31),
        type="invoice",
        status="approved",
        invoice_number="88-12",
        vendor_id=RecordId(5),
        vendor_name="Ironline Erectors",
        amount=Decimal("1250.75"),
        cost_date=date(2026, 11, 2),
        received_date=date(2026, 11, 3),
        payment_date=None,
        origin_id="AP-9",
    ),
    Rfi(
        id=RecordId(41),
        number="S-12",
        subject="Anchor bolts",
        status="open",
        due_date=date(2026, 11, 25),
        initiated_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
        closed_at=None,
        rfi_manager=_DANA,
        assignees=(_DANA,),
        ball_in_court=_DANA,
        responsible_contractor=_IRONLINE,
        cost_impact=Decimal("1500.5"),
        cost_impact_status="yes_known",
        private=False,
        created_at=_CREATED,
        updated_at=_UPDATED,
        attachments=1,
    ),
    Submittal(
        id=RecordId(42),
        number="05 12 00-7",
        title="Shop drawings",
        revision="1",
        status="In review",
        state="Open",
        type="Shop Drawing",
        due_date=date(2026, 12, 1),
        received_date=date(2026, 11, 5),
        required_on_site_date=date(2027, 1, 15),
        responsible_contractor=_IRONLINE,
        ball_in_court=(_DANA,),
        specification_section="05 12 00",
        private=False,
        created_at=_CREATED,
        updated_at=_UPDATED,
        attachments=None,
    ),
    Observation(
        id=RecordId(43),
        number="17",
        name="Loose rail",
        status="initiated",
        priority="High",
        type="Fall protection",
        category="Safety",
        due_date=date(2026, 11, 22),
        closed_at=None,
        assignee=_DANA,
        created_at=_CREATED,
        updated_at=_UPDATED,
        attachments=1,
    ),
    PunchItem(
        id=RecordId(44),
        number="3",
        name="Paint",
        status="Open",
        workflow_status="work_required",
        priority="Low",
        due_date=date(2026, 11, 30),
        ball_in_court=(_DANA,),
        manager=_DANA,
        created_at=_CREATED,
        updated_at=_UPDATED,
        attachments=None,
    ),
]


_SUBCONTRACT = one(Commitment, kind=CommitmentKind.SUBCONTRACT)


def _made(decode: Decode[T], body: object) -> T:
    return decoded(json_answer(body), "GET /x", decode)


def _document(kind: type) -> Document:
    [found] = [document for document in DOCUMENTS if document.kind is kind]
    return found


@pytest.mark.parametrize("record", _RECORDS, ids=lambda record: type(record).__name__)
def test_a_whole_answer(record: Any) -> None:
    document = _document(type(record))
    assert _made(document.one, document.body) == record


@pytest.mark.parametrize("record", _RECORDS, ids=lambda record: type(record).__name__)
def test_what_is_missing_or_null_is_none(record: Any) -> None:
    """Never zero, never empty text; lists are empty."""
    document = _document(type(record))
    needed = {name: document.body[name] for name in ("id", "name") if name in document.body}
    nulls: dict[str, Any] = dict.fromkeys(document.body)
    for body in (needed, nulls | needed):
        found = _made(document.one, body)
        given = {name for name in record.__struct_fields__ if getattr(found, name) not in (None, ())}
        assert given == {"kind", *needed} & set(record.__struct_fields__)


def test_a_vendors_name_in_the_thin_form() -> None:
    thin = {"id": 5, "vendor": {"id": 6, "name": "Ironline"}}
    assert _made(_SUBCONTRACT, thin).vendor_name == "Ironline"


def test_a_vendor_in_the_flat_form() -> None:
    found = _made(_SUBCONTRACT, {"id": 5, "vendor": None, "vendor_id": "6", "vendor_name": "Ironline"})
    assert (found.vendor_id, found.vendor_name) == (6, "Ironline")


def test_a_commitment_of_another_kind_is_refused() -> None:
    assert _made(_SUBCONTRACT, {"id": 5, "type": "WorkOrderContract"}).kind is CommitmentKind.SUBCONTRACT
    for kind in ("PurchaseOrderContract", "canary", 5):
        with pytest.raises(UnexpectedPayload) as caught:
            _made(_SUBCONTRACT, {"id": 5, "type": kind})
        assert caught.value.messages == ("field type",)


def test_files_of_an_rfi_are_those_of_its_questions() -> None:
    questions: list[dict[str, Any]] = [{"attachments": [{}, {}]}, {}, {"attachments": [{}]}]
    assert _made(one(Rfi), {"id": 1, "questions": questions}).attachments == 3
    assert _made(one(Rfi), {"id": 1, "questions": [{}]}).attachments is None
    with pytest.raises(UnexpectedPayload) as caught:
        _made(one(Rfi), {"id": 1, "questions": [{"attachments": ["canary"]}]})
    assert caught.value.messages == ("field questions.attachments",)


def test_the_older_name_of_an_invoices_summary() -> None:
    body = {"id": 5, "g702": {"current_payment_due": "10.0"}}
    assert _made(one(Requisition), body).payment_due == Decimal("10.0")


def test_the_names_of_version_2() -> None:
    assert _made(one(WbsCode), {"id": "51", "code": "05-100.S"}).code == "05-100.S"
    contract = _made(one(PrimeContract), {"id": "1", "revised_contract": "7.5"})
    assert contract.revised_contract == Decimal("7.5")


@pytest.mark.parametrize(
    "answer",
    [
        {"manpower_logs": 3, "weather_logs": 1, "date": "2026-11-20", "project_id": 7},
        [{"type": "manpower_logs", "count": 3, "id": 9}, {"name": "weather_log", "count": 1}],
        [{"date": "2026-11-19", "manpower": 2, "weather": 1}, {"date": "2026-11-20", "manpower": 1}],
    ],
)
def test_counts_of_daily_logs_in_each_plausible_shape(answer: object) -> None:
    counts = counts_in(answer)
    assert (counts.by_type, counts.total) == ({"manpower": 3, "weather": 1}, 4)


@pytest.mark.parametrize("answer", [{}, []])
def test_no_daily_logs(answer: object) -> None:
    assert counts_in(answer).total == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"x": 1},
        [1],
        "text",
        5,
        {"manpower": "3"},
        {"manpower": True},
        {"manpower": -1},
        [{"type": "manpower"}],
    ],
)
def test_what_counts_nothing_is_refused(answer: object) -> None:
    with pytest.raises(Malformed):
        counts_in(answer)


def _tools(*tools: tuple[str, str | None], project_id: ProjectId | None = None) -> Permissions:
    listed = [
        {"id": 1, "name": name, "user_access_level": {"id": 4, "name": level} if level else None}
        for name, level in tools
    ]
    return _made(one(Permissions, project_id=project_id), {"tools": listed})


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
