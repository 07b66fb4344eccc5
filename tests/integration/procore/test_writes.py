"""What the client writes, held against the simulator: records, files, and what never happens twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from embedded_app.errors import Forbidden, OutcomeUnknown, Rejected, ServerFailed
from embedded_app.ids import CompanyId, ProjectId, UserId
from embedded_app.procore import CommitmentKind, CompanyApi, Procore
from embedded_app.procore.files import uploads
from embedded_app.procore.records.observations import Observation
from embedded_app.procore.records.punch_items import PunchItem
from embedded_app.procore.records.rfis import Rfi
from embedded_app.procore.records.submittals import Submittal
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import SimulatorProcess

HOLLIS, RIVERSIDE = CompanyId(562949953443325), ProjectId(562949953500001)
DANA, SEAN = UserId(160586), UserId(160633)
RFIS = f"/rest/v1.0/projects/{RIVERSIDE}/rfis"
UPLOADS = f"/rest/v1.1/projects/{RIVERSIDE}/uploads"
PART = 1000
OPEN = {"draft", "under_review", "revise_and_resubmit"}


@pytest.fixture(autouse=True)
def _no_rule_is_broken(simulator: SimulatorProcess) -> Iterator[None]:
    yield
    assert [request for request in simulator.requests() if request["breaches"]] == []


@pytest.fixture
def hollis(procore: Procore, simulator: SimulatorProcess) -> CompanyApi:
    return procore.company(HOLLIS, FakeGrant(simulator.access_token("dana.whitfield@hollisgrant.example")))


def _ask(company: CompanyApi, *assignees: UserId) -> Rfi:
    return company.rfis.create(
        RIVERSIDE,
        subject="Anchor bolts",
        question="Which grade?",
        rfi_manager_id=DANA,
        assignee_ids=assignees,
        due_date=date(2026, 12, 1),
    )


def _posts(simulator: SimulatorProcess, path: str) -> int:
    return sum(request["method"] == "POST" for request in simulator.requests(path))


def test_an_rfi_is_created_and_listed(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    before = {rfi.id for rfi in hollis.rfis.list(RIVERSIDE).value}
    made = _ask(hollis, DANA)
    assert (made.subject, made.status, made.due_date) == ("Anchor bolts", "open", date(2026, 12, 1))
    assert [assignee.name for assignee in made.assignees] == ["Dana Whitfield"]
    assert {rfi.id for rfi in hollis.rfis.list(RIVERSIDE).value} - before == {made.id}
    assert _posts(simulator, RFIS) == 1


def test_what_procore_refuses_names_its_field(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    with pytest.raises(Rejected) as caught:
        _ask(hollis)
    assert caught.value.messages == ("assignees: required",)
    assert caught.value.route == "POST /rest/v1.0/projects/{p}/rfis"
    assert _posts(simulator, RFIS) == 1


def test_who_may_not_write_is_told_so(procore: Procore, simulator: SimulatorProcess) -> None:
    simulator.membership("dana.whitfield@hollisgrant.example", HOLLIS, project_levels={"rfi": "Read Only"})
    company = procore.company(HOLLIS, FakeGrant(simulator.access_token("dana.whitfield@hollisgrant.example")))
    with pytest.raises(Forbidden):
        _ask(company, DANA)


@pytest.mark.parametrize(
    "fault",
    [{"drop": "before"}, {"drop": "after"}, {"truncate": True}, {"status": 500}, {"status": 503}],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_lost_answer_never_makes_a_second_record(
    hollis: CompanyApi, simulator: SimulatorProcess, fault: dict[str, object]
) -> None:
    before = len(hollis.rfis.list(RIVERSIDE).value)
    simulator.fault(RFIS, method="POST", times=1, **fault)
    with pytest.raises(OutcomeUnknown):
        _ask(hollis, DANA)
    assert _posts(simulator, RFIS) == 1
    made = len(hollis.rfis.list(RIVERSIDE).value) - before
    assert made == (1 if "after" in fault.values() or "truncate" in fault else 0)


def test_a_throttled_write_is_made_once(
    procore: Procore, hollis: CompanyApi, simulator: SimulatorProcess
) -> None:
    before = len(hollis.rfis.list(RIVERSIDE).value)
    simulator.fault(RFIS, method="POST", times=1, status=429, headers={"Retry-After": "1"})
    with procore.within(3600, background=True):  # a person would rather be told
        _ask(hollis, DANA)
    assert len(hollis.rfis.list(RIVERSIDE).value) == before + 1


def test_what_else_people_create(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    submittal = hollis.submittals.create(
        RIVERSIDE, number="900", title="Shop drawings", due_date=date(2026, 12, 4)
    )
    assert hollis.submittals.get(RIVERSIDE, submittal.id).value == submittal
    assert (submittal.title, submittal.due_date) == ("Shop drawings", date(2026, 12, 4))

    kind = hollis.observations.types(RIVERSIDE).value[0]
    observation = hollis.observations.create(
        RIVERSIDE, name="Loose rail", type_id=kind.id, priority="High", assignee_id=DANA
    )
    assert hollis.observations.get(RIVERSIDE, observation.id).value == observation
    assert (observation.type, observation.priority, observation.status) == (kind.name, "High", "initiated")

    item = hollis.punch_items.create(RIVERSIDE, name="Paint the door", due_date=date(2026, 12, 4))
    assert hollis.punch_items.get(RIVERSIDE, item.id).value == item
    assert item.name == "Paint the door"
    assert sum(request["method"] == "POST" for request in simulator.requests("/rest")) == 3


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch, simulator: SimulatorProcess) -> bytes:
    """A file of three parts, the last one longer; small, because the simulator lets parts be small."""
    simulator.switch(smallest_part=PART)
    monkeypatch.setattr(uploads, "PART_BYTES", PART)
    return bytes(range(256)) * 14


@pytest.mark.parametrize("size", [0, 1, PART, 2 * PART, 3 * PART + 500])
def test_files_of_every_size_arrive(
    hollis: CompanyApi, simulator: SimulatorProcess, content: bytes, size: int
) -> None:
    file = io.BytesIO(content[:size])
    told: list[int] = []
    upload = hollis.uploads.begin(RIVERSIDE, file, "Ünvoice 7.pdf", "application/pdf")
    assert hollis.uploads.send(upload, file, lambda sent, _size: told.append(sent)) == upload.id
    assert told[-1] == size
    sent = simulator.requests("/storage")
    assert len(sent) == len(upload.parts)
    assert {request["status"] for request in sent} <= {200, 204}


def test_an_upload_that_was_interrupted_goes_on(
    hollis: CompanyApi, simulator: SimulatorProcess, content: bytes
) -> None:
    file = io.BytesIO(content)
    upload = hollis.uploads.begin(RIVERSIDE, file, "plan.pdf", "application/pdf")
    simulator.fault("/storage/uploads/*/1", status=500)  # the second part
    with pytest.raises(ServerFailed):
        hollis.uploads.send(upload, file)
    assert upload.arrived == PART
    simulator.clear_faults()
    simulator.forget_requests()
    hollis.uploads.send(upload, file)
    assert len(simulator.requests("/storage")) == 2
    assert simulator.requests(UPLOADS)[-1]["status"] == 200


def test_bytes_that_changed_on_their_way_are_refused(hollis: CompanyApi, content: bytes) -> None:
    upload = hollis.uploads.begin(RIVERSIDE, io.BytesIO(content), "plan.pdf", "application/pdf")
    with pytest.raises(Rejected):
        hollis.uploads.send(upload, io.BytesIO(content[::-1]))
    assert upload.arrived == 0


def _file(company: CompanyApi) -> str:
    """The id of a file that has arrived."""
    file = io.BytesIO(b"%PDF-1.7")
    return company.uploads.send(company.uploads.begin(RIVERSIDE, file, "photo.pdf", "application/pdf"), file)


CREATED: dict[str, Callable[[CompanyApi, list[str]], Rfi | Submittal | Observation | PunchItem]] = {
    "rfi": lambda company, files: company.rfis.create(
        RIVERSIDE,
        subject="Anchor bolts",
        question="Which grade?",
        rfi_manager_id=DANA,
        assignee_ids=[DANA],
        upload_ids=files,
    ),
    "submittal": lambda company, files: company.submittals.create(
        RIVERSIDE, number="901", title="Shop drawings", upload_ids=files
    ),
    "observation": lambda company, files: company.observations.create(
        RIVERSIDE,
        name="Loose rail",
        type_id=company.observations.types(RIVERSIDE).value[0].id,
        upload_ids=files,
    ),
    "punch item": lambda company, files: company.punch_items.create(
        RIVERSIDE, name="Paint the door", upload_ids=files
    ),
}


@pytest.mark.parametrize("kind", CREATED)
def test_a_record_says_how_many_of_its_files_it_has(hollis: CompanyApi, kind: str) -> None:
    assert CREATED[kind](hollis, [_file(hollis), _file(hollis)]).attachments == 2


@pytest.mark.parametrize("kind", CREATED)
def test_where_files_are_left_out_nobody_believes_them_there(
    hollis: CompanyApi, simulator: SimulatorProcess, kind: str
) -> None:
    simulator.switch(uploads_everywhere=False)
    assert CREATED[kind](hollis, [_file(hollis)]).attachments == 0


@pytest.mark.parametrize("kind", CREATED)
def test_where_files_are_refused_nothing_was_created(
    hollis: CompanyApi, simulator: SimulatorProcess, kind: str
) -> None:
    simulator.switch(uploads_everywhere=False, unknown_fields="refuse")
    simulator.forget_requests()
    with pytest.raises(Rejected) as caught:
        CREATED[kind](hollis, [_file(hollis)])
    assert "upload_ids" in caught.value.messages[0]
    created = [each for each in simulator.requests("/rest") if each["method"] == "POST"]
    assert [each["status"] for each in created if "/uploads" not in each["path"]] == [406]


def test_an_invoice_with_its_file(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    pending = {
        record.commitment_id for record in hollis.requisitions.list(RIVERSIDE).value if record.status in OPEN
    }
    subcontract = next(
        record
        for record in hollis.commitments.list(RIVERSIDE, status="Approved").value
        if record.kind is CommitmentKind.SUBCONTRACT and record.id not in pending
    )
    file = io.BytesIO(b"%PDF-1.7")
    upload_id = hollis.uploads.send(
        hollis.uploads.begin(RIVERSIDE, file, "inv-9.pdf", "application/pdf"), file
    )
    made = hollis.requisitions.create(
        RIVERSIDE,
        subcontract.id,
        invoice_number="INV-9",
        period_start=date(2026, 11, 1),
        period_end=date(2026, 11, 30),
        billing_date=date(2026, 11, 30),
        upload_ids=[upload_id],
    )
    assert (made.invoice_number, made.commitment_id, made.status) == ("INV-9", subcontract.id, "draft")
    assert made.attachments == 1
    [listed] = hollis.requisitions.list(RIVERSIDE, commitment_id=subcontract.id, status="draft").value
    assert listed.id == made.id
    assert _posts(simulator, "/rest/v1.1/requisitions") == 1
    with pytest.raises(Rejected) as caught:
        hollis.requisitions.create(RIVERSIDE, subcontract.id, upload_ids=[upload_id])
    assert caught.value.messages
