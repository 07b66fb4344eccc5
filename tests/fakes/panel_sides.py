"""The two sides of a panel, as tests say they are: Procore, the viewer's rights, and a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from embedded_app.errors import EmbeddedAppError
from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.principals import Viewer
from embedded_app.principals.proofs import Proofs
from embedded_app.procore import AccessLevel, Commitment, CommitmentKind, Permissions, Project, Read, Silence
from embedded_app.reconciliation import FieldKind, Item, text_of
from embedded_app.sources import Column, Reject, SourceRead, Where
from embedded_app.storage import current_company_id
from tests.fakes.fake_grant import FakeGrant

COMPANY = CompanyId(562949953443325)
PROJECT = ProjectId(562949953500001)
SOURCE = UUID("01930000-0000-7000-8000-000000000001")
READ_AT = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
VIEWER = Viewer(
    UUID("01930000-0000-7000-8000-0000000000aa"),
    UserId(160586),
    "Dana O'Whitfield",
    "dana@hollisgrant.example",
    COMPANY,
    UUID("01930000-0000-7000-8000-0000000000bb"),
    READ_AT + timedelta(hours=8),
)
COLUMNS = (
    Column("job_no", FieldKind.TEXT),
    Column("commitment_no", FieldKind.TEXT),
    Column("title", FieldKind.TEXT),
    Column("vendor_name", FieldKind.TEXT),
    Column("status", FieldKind.TEXT),
    Column("original_amount", FieldKind.MONEY),
    Column("approved_changes", FieldKind.MONEY),
    Column("revised_amount", FieldKind.MONEY),
    Column("invoiced", FieldKind.MONEY),
    Column("paid", FieldKind.MONEY),
    Column("retainage", FieldKind.MONEY),
    Column("updated_on", FieldKind.DATE),
)


def commitment(position: int, original: str = "100.00", **changes: Any) -> Commitment:
    """SC-<position>, as Procore gives it; approved changes are 0 and nothing is invoiced unless said."""
    approved = Decimal(changes.pop("approved", "0.00"))
    values: dict[str, Any] = {
        "id": RecordId(9_000_000_000_000 + position),
        "kind": CommitmentKind.SUBCONTRACT,
        "number": f"SC-{position:03}",
        "title": f"Work {position}",
        "status": "Approved",
        "vendor_id": RecordId(5),
        "vendor_name": "Pioneer Concrete Group, Inc.",
        "executed": True,
        "private": False,
        "original_amount": Decimal(original),
        "approved_change_orders": approved,
        "pending_change_orders": Decimal("0.00"),
        "revised_contract": Decimal(original) + approved,
        "invoiced": Decimal("0.00"),
        "paid": Decimal("0.00"),
        "retainage_percent": Decimal(10),
        "currency": "USD",
        "contract_date": date(2026, 1, 5),
        "origin_id": None,
        "created_at": READ_AT,
        "updated_at": READ_AT,
    }
    return Commitment(**(values | changes))


def row(number: int | str, original: str = "100.00", **changes: Any) -> Item:
    """The ERP's row of SC-<number>."""
    approved = Decimal(changes.pop("approved", "0.00"))
    reference = f"21-0417-{number:03}" if isinstance(number, int) else number
    values: dict[str, Any] = {
        "job_no": "21-0417",
        "commitment_no": reference,
        "title": f"Work {number}",
        "vendor_name": "PIONEER CONCRETE GROUP INC",
        "status": "Approved",
        "original_amount": Decimal(original),
        "approved_changes": approved,
        "revised_amount": Decimal(original) + approved,
        "invoiced": Decimal("0.00"),
        "paid": Decimal("0.00"),
        "retainage": Decimal("0.00"),
        "updated_on": date(2026, 11, 1),
    }
    return Item(reference, values | changes)


class FakeCommitments:
    def __init__(self, procore: FakeProcore) -> None:
        self._procore = procore

    def list(self, project_id: ProjectId) -> Read[tuple[Commitment, ...]]:
        assert current_company_id() == COMPANY  # read in another thread, in the same scope
        self._procore.asked.append(project_id)
        if self._procore.failure is not None:
            raise self._procore.failure
        return Read(tuple(self._procore.commitments), READ_AT, self._procore.silence)


class FakeCompanyApi:
    def __init__(self, procore: FakeProcore) -> None:
        self.commitments = FakeCommitments(procore)
        self.projects = self
        self._procore = procore

    def list(self) -> Read[tuple[Project, ...]]:
        return Read(tuple(self._procore.projects), READ_AT)

    def permissions(self, project_id: ProjectId | None = None) -> Permissions:
        if self._procore.levels_failure is not None:
            raise self._procore.levels_failure
        if project_id is None:
            level = AccessLevel.ADMIN if self._procore.administers else AccessLevel.READ_ONLY
            return Permissions(None, {"admin": level})
        return Permissions(project_id, {"commitments": self._procore.level})


@dataclass
class FakeProcore:
    """Gives what it holds, or fails."""

    commitments: list[Commitment] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    failure: EmbeddedAppError | None = None
    silence: Silence | None = None
    insists: bool = False
    asked: list[ProjectId] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    level: AccessLevel = AccessLevel.STANDARD
    """In the tool, on the project."""
    administers: bool = False
    """Whether the viewer is Admin of the company."""
    levels_failure: EmbeddedAppError | None = None

    def company(self, company_id: CompanyId, grant: object) -> FakeCompanyApi:
        del grant
        assert company_id == COMPANY
        return FakeCompanyApi(self)

    @contextmanager
    def within(self, *, insists: bool = False, may_lag: bool = False) -> Iterator[None]:
        self.insists, self.may_lag = insists, may_lag
        yield

    def expire(self, grant_id: str, company_id: CompanyId) -> None:
        assert company_id == COMPANY
        self.expired.append(grant_id)


@dataclass
class FakePrincipals:
    """Lets the viewer into one project."""

    procore: FakeProcore
    proofs: Proofs
    explanation: tuple[str, ...] = ()
    project: Project = field(
        default_factory=lambda: Project(
            PROJECT,
            "Riverside <Medical> Center — Phase 2",
            "21-0417",
            accounting_number=None,
            code=None,
            origin_id=None,
            active=True,
        )
    )

    def grant(self, viewer: Viewer) -> FakeGrant:
        del viewer
        return FakeGrant()

    def company_api(self, viewer: Viewer) -> FakeCompanyApi:
        del viewer
        return FakeCompanyApi(self.procore)

    def verify_project(
        self,
        viewer: Viewer,
        claim: object,
        *,
        meanwhile: Callable[[], None] | None = None,
        for_write: bool = False,
    ) -> Project:
        del viewer, meanwhile, for_write  # verified lately, so nothing is asked
        assert claim == self.project.id
        return self.project

    def explain_no_access(self, viewer: Viewer, claim: object) -> tuple[str, ...]:
        del viewer, claim
        return self.explanation

    def verify_company(self, viewer: Viewer, claim: object) -> CompanyId:
        assert str(claim) == str(viewer.company_id)
        return viewer.company_id


@dataclass
class FakeSource:
    """What `SourceService.get_` gives, as far as panels look at it."""

    name: str
    columns: list[dict[str, str]]
    kind: str = "sql"
    key_column: str | None = "commitment_no"


@dataclass
class FakeSources:
    """One source, whose rows are filtered as a real one filters them."""

    rows: list[Item] = field(default_factory=list)
    columns: Sequence[Column] = COLUMNS
    rejects: int = 0
    failure: EmbeddedAppError | None = None
    stale_because: EmbeddedAppError | None = None
    name: str = "Sage ERP"
    asked: list[Where | None] = field(default_factory=list)
    refreshed: int = 0

    def get_(self, source_id: UUID) -> FakeSource:
        assert source_id == SOURCE
        return FakeSource(self.name, [{"name": c.name, "kind": c.kind.value} for c in self.columns])

    def read(self, source_id: UUID, where: Where | None = None, *, refresh: bool = False) -> SourceRead:
        assert source_id == SOURCE
        self.refreshed += refresh
        assert current_company_id() == COMPANY
        self.asked.append(where)
        if self.failure is not None:
            raise self.failure
        rows = self.rows
        if where is not None:
            rows = [each for each in rows if text_of(each.values[where[0]]) in where[1]]
        return SourceRead(
            tuple(rows),
            tuple(self.columns),
            tuple(Reject(line, "broken") for line in range(self.rejects)),
            READ_AT,
            self.stale_because is not None,
            self.stale_because,  # type: ignore[arg-type] # a test may be stale for any reason
        )
