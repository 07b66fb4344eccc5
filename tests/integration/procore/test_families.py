"""One contract for every family of records, in each environment and each of Procore's two forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from embedded_app.errors import NotFound, UnexpectedPayload
from embedded_app.ids import CompanyId, ProjectId, RecordId
from embedded_app.procore import (
    ApiVersion,
    Commitment,
    CommitmentKind,
    CompanyApi,
    Environment,
    Period,
    Procore,
    Read,
)
from embedded_app.secret import Secret
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.relayed_transport import RelayedTransport
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, SimulatorProcess

DANA = "dana.whitfield@hollisgrant.example"
HOLLIS, RIVERSIDE = CompanyId(562949953443325), ProjectId(562949953500001)
NEVER = Period(datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 2, tzinfo=UTC))

Records = Read[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Family:
    """How a family is read: a list of at most so many, one by id, a list of what was updated in a period.

    `in_both` says that Procore has its list in both versions.
    """

    name: str
    list: Callable[[CompanyApi, int | None], Records]
    get: Callable[[CompanyApi, Any], Read[Any]] | None = None
    updated: Callable[[CompanyApi, Period], Records] | None = None
    in_both: bool = False

    def __str__(self) -> str:
        return self.name


def _steel(company: CompanyApi) -> Commitment:
    [found] = [record for record in company.commitments.list(RIVERSIDE).value if record.number == "SC-014"]
    return found


def _budget_view(company: CompanyApi) -> RecordId:
    return company.budget.views(RIVERSIDE).value[0].id


FAMILIES = [
    Family(
        "projects",
        lambda company, most: company.projects.list(most=most),
        lambda company, record: company.projects.get(record.id),
        lambda company, period: company.projects.list(updated=period),
    ),
    Family(
        "vendors of the company",
        lambda company, most: company.vendors.list(most=most),
        updated=lambda company, period: company.vendors.list(updated=period),
    ),
    Family(
        "vendors of a project",
        lambda company, most: company.vendors.list(RIVERSIDE, most=most),
        updated=lambda company, period: company.vendors.list(RIVERSIDE, updated=period),
    ),
    Family(
        "commitments",
        lambda company, most: company.commitments.list(RIVERSIDE, most=most),
        lambda company, record: company.commitments.get(record.kind, RIVERSIDE, record.id),
        lambda company, period: company.commitments.list(RIVERSIDE, updated=period),
        in_both=True,
    ),
    Family("insurances", lambda company, most: company.insurances.list(most=most)),
    Family(
        "change orders",
        lambda company, most: company.change_orders.list(RIVERSIDE, most=most),
        lambda company, record: company.change_orders.get(RIVERSIDE, record.id),
        lambda company, period: company.change_orders.list(RIVERSIDE, updated=period),
    ),
    Family(
        "change order packages", lambda company, most: company.change_orders.packages(RIVERSIDE, most=most)
    ),
    Family(
        "requisitions",
        lambda company, most: company.requisitions.list(RIVERSIDE, most=most),
        lambda company, record: company.requisitions.get(RIVERSIDE, record.id),
        lambda company, period: company.requisitions.list(RIVERSIDE, updated=period),
    ),
    Family("payments", lambda company, most: company.payments.list(RIVERSIDE, _steel(company).id, most=most)),
    Family(
        "prime contracts",
        lambda company, most: company.prime_contracts.list(RIVERSIDE, most=most),
        lambda company, record: company.prime_contracts.get(RIVERSIDE, record.id),
        in_both=True,
    ),
    Family("budget views", lambda company, most: company.budget.views(RIVERSIDE, most=most)),
    Family(
        "budget lines",
        lambda company, most: company.budget.lines(RIVERSIDE, _budget_view(company), most=most),
    ),
    Family(
        "direct costs",
        lambda company, most: company.direct_costs.list(RIVERSIDE, most=most),
        lambda company, record: company.direct_costs.get(RIVERSIDE, record.id),
    ),
    Family(
        "WBS codes",
        lambda company, most: company.wbs_codes.list(RIVERSIDE, most=most),
        updated=lambda company, period: company.wbs_codes.list(RIVERSIDE, updated=period),
        in_both=True,
    ),
    Family(
        "people of the company",
        lambda company, most: company.directory.users(most=most),
        updated=lambda company, period: company.directory.users(updated=period),
    ),
    Family(
        "people of a project",
        lambda company, most: company.directory.users(RIVERSIDE, most=most),
        updated=lambda company, period: company.directory.users(RIVERSIDE, updated=period),
    ),
    Family(
        "submittals",
        lambda company, most: company.submittals.list(RIVERSIDE, most=most),
        lambda company, record: company.submittals.get(RIVERSIDE, record.id),
        lambda company, period: company.submittals.list(RIVERSIDE, updated=period),
        in_both=True,
    ),
    Family(
        "observations",
        lambda company, most: company.observations.list(RIVERSIDE, most=most),
        lambda company, record: company.observations.get(RIVERSIDE, record.id),
        lambda company, period: company.observations.list(RIVERSIDE, updated=period),
    ),
    Family(
        "punch items",
        lambda company, most: company.punch_items.list(RIVERSIDE, most=most),
        lambda company, record: company.punch_items.get(RIVERSIDE, record.id),
    ),
    Family(
        "RFIs",
        lambda company, most: company.rfis.list(RIVERSIDE, most=most),
        lambda company, record: company.rfis.get(RIVERSIDE, record.id),
        lambda company, period: company.rfis.list(RIVERSIDE, updated=period),
    ),
]
IN_BOTH = [family for family in FAMILIES if family.in_both]
EMPTY = {
    *("origin_id", "currency", "accounting_number", "code", "legal_name", "origin_code"),
    *("contractor", "cost_code_origin_id", "employee_id", "vendor"),
    "attachments",  # one record alone shows them
}
"""Fields that may have a value in no record of a list of this company's seed."""
ENVIRONMENTS = ("production", "sandbox", "monthly", "federal")


@pytest.fixture
def token(simulator: SimulatorProcess) -> str:
    return simulator.access_token(DANA)


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> Environment:
    return Environment.from_config(config(PROCORE_ENVIRONMENT=request.param))


@pytest.fixture(scope="module")
def wire(environment: Environment, running_simulator: SimulatorProcess) -> Iterator[RelayedTransport]:
    transport = RelayedTransport(environment, running_simulator.port)
    yield transport
    transport.close()


@pytest.fixture(params=list(ApiVersion))
def company(
    request: pytest.FixtureRequest,
    environment: Environment,
    wire: RelayedTransport,
    simulator: SimulatorProcess,
    token: str,
) -> Iterator[CompanyApi]:
    """Nothing of it is cached yet; in the end its calls have broken no rule that is the caller's to keep."""
    procore = Procore(
        environment,
        CLIENT_ID,
        Secret(CLIENT_SECRET),
        clock=FakeClock(),
        transport=wire,
        version=request.param,
    )
    simulator.forget_requests()
    yield procore.company(HOLLIS, FakeGrant(token))
    logged = simulator.requests("/rest")
    assert logged
    assert [request["path"] for request in logged if request["breaches"]] == []
    assert {request["company_header"] for request in logged} == {str(HOLLIS)}


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_the_contract_of_a_family(family: Family, company: CompanyApi, simulator: SimulatorProcess) -> None:
    whole = family.list(company, None).value
    assert whole, "the seed has some"
    assert len({(record.id, getattr(record, "kind", None)) for record in whole}) == len(whole)
    _uses_its_fields(whole)

    simulator.forget_requests()
    first = family.list(company, 1).value[0]
    assert first == whole[0]
    asked = [parse_qs(request["query"]) for request in simulator.requests("/rest")]
    assert {(*query["page"], *query["per_page"]) for query in asked} == {("1", "1")}

    if family.get is not None:
        one = family.get(company, first).value
        assert one.id == first.id
        assert getattr(one, "attachments", 0) is not None  # lists do not show them
        for name in first.__struct_fields__:
            listed = getattr(first, name)
            assert listed in (None, ()) or getattr(one, name) == listed
        with pytest.raises(NotFound):
            family.get(company, msgspec.structs.replace(first, id=RecordId(1)))
    if family.updated is not None:
        assert family.updated(company, NEVER).value == ()


def _uses_its_fields(records: tuple[Any, ...]) -> None:
    """Each field that we read is there in some record: a name that Procore does not have would be None in all."""
    names = records[0].__struct_fields__
    empty = {name for name in names if all(getattr(record, name) in (None, ()) for record in records)}
    assert empty <= EMPTY


def test_the_parts_of_a_commitment_tie(company: CompanyApi) -> None:
    steel = _steel(company)
    lines = company.commitments.line_items(steel.kind, RIVERSIDE, steel.id).value
    assert sum(line.amount or 0 for line in lines) == steel.original_amount
    balances = company.commitments.balances(RIVERSIDE, steel.id).value
    assert balances.approved_change_orders == steel.approved_change_orders
    assert balances.pending_change_orders == steel.pending_change_orders
    assert (balances.invoiced, balances.paid) == (steel.invoiced, steel.paid)
    payments = company.payments.list(RIVERSIDE, steel.id).value
    assert sum(payment.amount or 0 for payment in payments) == steel.paid
    changes = company.change_orders.list(RIVERSIDE, steel.id).value
    assert len(changes) == 3
    for change in changes:
        changed = company.change_orders.line_items(RIVERSIDE, change.id).value
        assert sum(line.amount or 0 for line in changed) == change.grand_total != 0


def test_the_certificates_of_one_vendor(company: CompanyApi) -> None:
    every = company.insurances.list().value
    vendor_id = next(record.vendor_id for record in every if record.vendor_id is not None)
    of_vendor = company.insurances.of_vendor(vendor_id).value
    assert {record.id for record in of_vendor} == {rec.id for rec in every if rec.vendor_id == vendor_id}


def test_whether_a_commitment_may_be_paid(company: CompanyApi) -> None:
    steel = _steel(company)
    compliance = company.commitments.compliance(steel.kind, RIVERSIDE, steel.id).value
    assert compliance.status in {"compliant", "not_compliant", "not_required"}


@pytest.mark.parametrize("shape", ["by_kind", "list"])
def test_daily_logs_are_counted_in_either_shape(
    procore: Procore, simulator: SimulatorProcess, shape: str
) -> None:
    simulator.switch(daily_log_counts=shape)
    company = procore.company(HOLLIS, FakeGrant(simulator.access_token(DANA)))
    counts = company.daily_logs.counts(RIVERSIDE, date(2026, 1, 1), date(2026, 12, 31)).value
    assert counts.total > 0
    assert counts.by_type["manpower"] > 0


@pytest.mark.parametrize("family", IN_BOTH, ids=str)
def test_both_forms_say_the_same(family: Family, procore: Procore, simulator: SimulatorProcess) -> None:
    """`procore` reads version 1; another client reads version 2 of the same records."""
    grant = FakeGrant(simulator.access_token(DANA))
    other = Procore(
        procore.environment, CLIENT_ID, Secret(CLIENT_SECRET), clock=FakeClock(), version=ApiVersion.V2
    )
    first, second = (family.list(each.company(HOLLIS, grant), None).value for each in (procore, other))
    assert {record.id: record for record in first} == {record.id: record for record in second}
    paths = {request["path"].split("/")[2] for request in simulator.requests("/rest")}
    assert {version.split(".")[0] for version in paths} == {"v1", "v2"}


@pytest.mark.parametrize("fields", ["all", "sent"])
def test_commitments_of_version_2_are_the_same_with_whatever_fields(
    procore: Procore, simulator: SimulatorProcess, fields: str
) -> None:
    """What is not given is `None`, and never zero or a guess (platform reference, section 9, number 15)."""
    simulator.switch(commitment_contract_fields=fields)
    grant = FakeGrant(simulator.access_token(DANA))
    other = Procore(
        procore.environment, CLIENT_ID, Secret(CLIENT_SECRET), clock=FakeClock(), version=ApiVersion.V2
    )
    company = other.company(HOLLIS, grant)
    first = _steel(procore.company(HOLLIS, grant))
    second = company.commitments.get(first.kind, RIVERSIDE, first.id).value
    assert second == _steel(company)
    known = ("kind", "number", "title", "status", "vendor_id", "vendor_name", "executed", "contract_date")
    assert [getattr(second, name) for name in known] == [getattr(first, name) for name in known]
    amounts = ("original_amount", "approved_change_orders", "invoiced", "paid")
    assert {getattr(second, name) for name in amounts} == (
        {getattr(first, name) for name in amounts} if fields == "all" else {None}
    )
    lines = company.commitments.line_items(first.kind, RIVERSIDE, first.id).value
    assert sum(line.amount or 0 for line in lines) == first.original_amount
    other_kind = next(kind for kind in CommitmentKind if kind is not first.kind)
    with pytest.raises(UnexpectedPayload):
        company.commitments.get(other_kind, RIVERSIDE, first.id)
    assert company.commitments.list(RIVERSIDE, origin_id="none").value == ()
    assert simulator.requests("/rest")[-1]["path"].startswith("/rest/v1.0/")


def test_amounts_name_their_currency_where_there_are_several(
    procore: Procore, simulator: SimulatorProcess
) -> None:
    joint_venture = procore.company(CompanyId(60274), FakeGrant(simulator.access_token(DANA)))
    [project, *_] = joint_venture.projects.list().value
    commitments = joint_venture.commitments.list(project.id).value
    assert {record.currency for record in commitments} == {"USD", "CAD"}
