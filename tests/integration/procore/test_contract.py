"""What the client expects of Procore, held against the simulator over HTTP.

The unit tests with the scripted transport (tests/unit/procore) say how the client treats each answer; these say
that such answers come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    RateLimited,
    ServerFailed,
    TimedOut,
    TokenRefused,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.ids import CompanyId, ProjectId, RecordId
from embedded_app.procore import AccessLevel, Commitment, CommitmentKind, CompanyApi, Procore
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import CLIENT_ID, REDIRECT_URI, SimulatorProcess

DANA = "dana.whitfield@hollisgrant.example"
SEAN = "sean.omalley@hollisgrant.example"
TOM = "tom.achterberg@northgate.example"
HOLLIS, HARBOR, NORTHGATE = CompanyId(562949953443325), CompanyId(60274), CompanyId(71001)
RIVERSIDE = ProjectId(562949953500001)
CONTRACTS = "/rest/v1.0/work_order_contracts"


@pytest.fixture(autouse=True)
def _no_rule_is_broken(simulator: SimulatorProcess) -> Iterator[None]:
    """No call of the client, whatever its outcome, may break a rule that is the caller's to keep."""
    yield
    provoked = {"app_not_connected", "unauthenticated", "over_limit"}  # by the tests themselves
    broken = {rule for request in simulator.requests() for rule in request["breaches"]}
    assert broken <= provoked


def _grant(simulator: SimulatorProcess, login: str = DANA) -> FakeGrant:
    return FakeGrant(simulator.access_token(login), grant_id=login)


@pytest.fixture
def hollis(procore: Procore, simulator: SimulatorProcess) -> CompanyApi:
    return procore.company(HOLLIS, _grant(simulator))


def _subcontract(company: CompanyApi, number: str) -> Commitment:
    [found] = [record for record in company.commitments.list(RIVERSIDE).value if record.number == number]
    return found


def test_who_is_looking_and_where(procore: Procore, simulator: SimulatorProcess) -> None:
    viewer = procore.viewer(_grant(simulator))
    assert viewer.me().id == 160586
    assert {company.id for company in viewer.companies()} == {HOLLIS, CompanyId(55188), HARBOR}
    assert [request["company_header"] for request in simulator.requests("/rest")] == [None, None]


def test_me_in_a_company_has_a_name(hollis: CompanyApi) -> None:
    assert hollis.me().name == "Dana Whitfield"


def test_commitments_of_both_kinds_in_two_calls(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    read = hollis.commitments.list(RIVERSIDE)
    assert {record.kind for record in read.value} == set(CommitmentKind)
    requests = simulator.requests("/rest")
    assert len(requests) == 2
    assert {request["company_header"] for request in requests} == {str(HOLLIS)}
    assert hollis.commitments.list(RIVERSIDE) == read
    assert len(simulator.requests("/rest")) == 2


def test_structural_steel_to_the_cent(hollis: CompanyApi) -> None:
    steel = _subcontract(hollis, "SC-014")
    assert (steel.title, steel.status, steel.kind) == (
        "Structural steel",
        "Approved",
        CommitmentKind.SUBCONTRACT,
    )
    assert steel.original_amount == Decimal("6480000.00")
    assert steel.approved_change_orders == Decimal("362500.00")
    assert steel.revised_contract == Decimal("6842500.00")
    assert (steel.retainage_percent, steel.invoiced) == (Decimal(10), Decimal("4105500.00"))
    assert steel.vendor_name == "Cascade Steel Erectors, Inc."
    assert steel.updated_at is not None


def test_one_commitment_its_lines_and_its_change_orders(hollis: CompanyApi) -> None:
    steel = _subcontract(hollis, "SC-014")
    one = hollis.commitments.get(steel.kind, RIVERSIDE, steel.id).value
    assert one == steel
    lines = hollis.commitments.line_items(steel.kind, RIVERSIDE, steel.id).value
    assert sum(line.amount or 0 for line in lines) == steel.original_amount
    changes = hollis.change_orders.list(RIVERSIDE, steel.id).value
    assert {change.contract_id for change in changes} == {steel.id}
    approved = [change.grand_total or 0 for change in changes if change.status == "approved"]
    assert sum(approved) == steel.approved_change_orders
    assert len(hollis.change_orders.list(RIVERSIDE).value) > len(changes)


def test_a_list_in_pages_is_the_same_list(
    hollis: CompanyApi, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = hollis._access
    call = access.call(CompanyRoute.WORK_ORDER_CONTRACTS).asking(project_id=RIVERSIDE)
    decode = each(Commitment, kind=CommitmentKind.SUBCONTRACT)
    whole = access.read_list(call, decode).value
    monkeypatch.setattr(call.route, "most_per_page", 4)
    paged = access.read_list(call.asking(sort="number"), decode).value
    assert len(simulator.requests(CONTRACTS)) == 1 + -(-len(whole) // 4)
    assert {record.id for record in paged} == {record.id for record in whole}
    assert len(paged) == len(whole) > 4


def test_projects_and_vendors(hollis: CompanyApi) -> None:
    project = hollis.projects.get(RIVERSIDE).value
    assert (project.number, project.active) == ("21-0417", True)
    assert project.name.startswith("Riverside Medical Center")
    assert project.id in {each.id for each in hollis.projects.list().value}
    vendor_ids = {vendor.id for vendor in hollis.vendors.list(RIVERSIDE).value}
    assert _subcontract(hollis, "SC-014").vendor_id in vendor_ids


def test_permissions(procore: Procore, simulator: SimulatorProcess, hollis: CompanyApi) -> None:
    assert hollis.permissions().is_company_admin()
    assert hollis.permissions(RIVERSIDE).level("Commitments") is AccessLevel.ADMIN
    assert not procore.company(HARBOR, _grant(simulator)).permissions().is_company_admin()
    sean = procore.company(HOLLIS, _grant(simulator, SEAN))
    assert sean.permissions(RIVERSIDE).level("commitments") is AccessLevel.NONE
    with pytest.raises(Forbidden):
        sean.commitments.list(RIVERSIDE)


def test_the_web_host_of_a_region(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    assert hollis.web_base_url() == f"http://us02.procore.localhost:{simulator.port}"


def test_our_app_is_installed(hollis: CompanyApi) -> None:
    [installation] = hollis.app_installations().value
    assert installation.is_installed


def test_a_company_without_the_app(procore: Procore, simulator: SimulatorProcess) -> None:
    with pytest.raises(AppNotConnected):
        procore.company(NORTHGATE, _grant(simulator, TOM)).projects.list()


def test_a_record_that_is_not_there(hollis: CompanyApi) -> None:
    with pytest.raises(NotFound):
        hollis.commitments.get(CommitmentKind.SUBCONTRACT, RIVERSIDE, RecordId(1))


def test_an_expired_token_is_renewed_once(procore: Procore, simulator: SimulatorProcess) -> None:
    grant = FakeGrant("not a token", simulator.access_token(DANA))
    assert procore.company(HOLLIS, grant).projects.get(RIVERSIDE).value.id == RIVERSIDE
    assert [request["status"] for request in simulator.requests("/rest")] == [401, 200]


def test_a_throttled_client_says_when(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    simulator.rate(hour_remaining=0)
    for _ in range(3):
        with pytest.raises(RateLimited):
            hollis.projects.get(RIVERSIDE)
    assert len(simulator.requests("/rest")) == 1, "after one 429 nothing more is sent"


def test_the_last_request_of_a_window_is_the_last_one_sent(
    hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    simulator.rate(hour_limit=100, hour_remaining=2)
    hollis.projects.get(RIVERSIDE)
    hollis.web_base_url()
    with pytest.raises(RateLimited) as caught:
        hollis.projects.list()
    assert caught.value.retry_at > clock.now() + timedelta(minutes=50)
    assert [request["status"] for request in simulator.requests("/rest")] == [200, 200]


def test_heavy_load_is_waited_for(hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock) -> None:
    simulator.fault("/rest/v1.0/projects/*", status=503, headers={"Retry-After": "2"}, times=1)
    assert hollis.projects.get(RIVERSIDE).value.id == RIVERSIDE
    [pause] = clock.slept
    assert 2 < pause < 3


def test_an_answer_cut_in_the_middle_is_asked_for_again(
    hollis: CompanyApi, simulator: SimulatorProcess
) -> None:
    simulator.fault(f"{CONTRACTS}*", truncate=True, times=1)
    assert _subcontract(hollis, "SC-014").title == "Structural steel"
    assert len(simulator.requests(CONTRACTS)) == 2


def test_while_procore_is_down_the_last_read_is_shown(
    hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    first = hollis.commitments.list(RIVERSIDE)
    clock.advance(30)
    simulator.fault("/rest/*", status=500)
    second = hollis.commitments.list(RIVERSIDE)
    assert second.stale
    assert (second.value, second.read_at) == (first.value, first.read_at)
    with pytest.raises(ServerFailed):
        hollis.vendors.list(RIVERSIDE)


def test_a_page_of_html_is_no_record(hollis: CompanyApi, simulator: SimulatorProcess) -> None:
    simulator.fault("/rest/v1.0/projects/*", status=200, body="<html>Maintenance</html>")
    with pytest.raises(UnexpectedPayload):
        hollis.projects.get(RIVERSIDE)


def _authorize(procore: Procore, simulator: SimulatorProcess) -> str:
    """Walk Procore's own pages as Dana; the code that comes back."""
    target = urlsplit(procore.authorization.authorize_url(REDIRECT_URI, "state-1"))
    answer = simulator.send(
        "POST",
        f"{target.path}?{target.query}",
        headers={"Cookie": simulator.portal_cookie(DANA)},
        form={"decision": "allow"},
    )
    result = parse_qs(urlsplit(answer.headers["location"]).query)
    assert result["state"] == ["state-1"]
    return result["code"][0]


def test_from_authorization_to_revocation(procore: Procore, simulator: SimulatorProcess) -> None:
    login = procore.authorization
    code = _authorize(procore, simulator)
    first = login.exchange(code, REDIRECT_URI)
    assert first.refresh_token is not None
    assert first.expires_at - first.created_at == timedelta(seconds=5400)
    assert login.token_info(first.access_token).user_id == 160586
    with pytest.raises(TokenRefused, match="Sign in again") as caught:
        login.exchange(code, REDIRECT_URI)
    assert caught.value.error == "invalid_grant"

    # A code that is used twice may cost the tokens that it gave, so go on with another.
    first = login.exchange(_authorize(procore, simulator), REDIRECT_URI)
    assert first.refresh_token is not None
    second = login.refresh(first.refresh_token, REDIRECT_URI)
    assert second.refresh_token is not None
    assert second.refresh_token != first.refresh_token
    with pytest.raises(TokenRefused):
        login.refresh(first.refresh_token, REDIRECT_URI)
    assert procore.viewer(FakeGrant(second.access_token.reveal())).me().id == 160586

    login.revoke(second.refresh_token)
    with pytest.raises(Unauthorized):
        login.token_info(second.access_token)
    with pytest.raises(TokenRefused):
        login.refresh(second.refresh_token, REDIRECT_URI)
    login.revoke(Secret("never was one"))


def test_the_service_account(procore: Procore) -> None:
    tokens = procore.authorization.client_credentials()
    assert tokens.refresh_token is None
    assert procore.authorization.token_info(tokens.access_token).user_id is None


def test_wrong_credentials_are_refused(
    simulator: SimulatorProcess, procore: Procore, clock: FakeClock
) -> None:
    stranger = Procore(procore.environment, CLIENT_ID, Secret("wrong"), clock=clock)
    with pytest.raises(TokenRefused) as caught:
        stranger.authorization.refresh(Secret(simulator.tokens(DANA)["refresh_token"]), REDIRECT_URI)
    assert caught.value.error == "invalid_client"


def test_a_lost_answer_to_a_refresh_is_an_unknown_outcome(
    procore: Procore, simulator: SimulatorProcess
) -> None:
    refresh_token = Secret(simulator.tokens(DANA)["refresh_token"])
    simulator.fault("/oauth/token", drop="after", times=1)
    with pytest.raises(TimedOut):
        procore.authorization.refresh(refresh_token, REDIRECT_URI)
    assert len(simulator.requests("/oauth/token")) == 1, "it must not be sent again by itself"
    with pytest.raises(TokenRefused):  # and indeed it was used up
        procore.authorization.refresh(refresh_token, REDIRECT_URI)
