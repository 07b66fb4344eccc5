"""Installing, from the consent to the settings, with the simulated Procore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from embedded_app import installations, principals
from embedded_app.audit import list_events
from embedded_app.errors import AppNotConnected, PermissionMissing, SessionExpired, UnknownOption
from embedded_app.ids import CompanyId
from embedded_app.installations import GrantState
from embedded_app.installations.models import Grant
from embedded_app.principals import SignedIn
from embedded_app.services import services
from embedded_app.storage import Company, CompanyState, company_scope, db
from embedded_app.web import cookies
from tests.fakes.person import Person
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.world import CASCADIA, DANA, HARBOR, HOLLIS, INGRID, NORTHGATE

OF_PERSONS = db.select(Grant).where(Grant.principal_id.is_not(None))


def begin(app: Flask, person: Person) -> str:
    """Consent, login and callback; the value of the cookie that holds the sign-in together."""
    with app.app_context():
        begun = services().sign_ins.begin_install(None)
    with app.test_request_context():
        name = cookies.LOGIN.name
    person.client.set_cookie(name, begun.cookie, domain="app.tieback.localhost")
    response = person.get(person.at_login(begun.authorize_url))
    assert response.headers["Location"] == "/install/company"
    return begun.cookie


def complete(app: Flask, cookie: str, company_id: CompanyId) -> SignedIn:
    with app.app_context():
        return services().sign_ins.complete_install(cookie, company_id)


def test_an_administrator_connects_the_company_they_choose(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    simulator.install(CASCADIA)
    simulator.forget_requests()
    cookie = begin(app, person(DANA))
    with app.app_context():
        pending = services().sign_ins.pending_install(cookie)
    assert pending is not None
    assert [company.name for company in pending.companies] == [
        "Cascadia Civil Group",
        "Harbor JV",
        "Hollis & Grant Builders",
    ]
    asked = {request["path"] for request in simulator.requests("/rest")}
    assert asked == {"/rest/v1.0/me", "/rest/v1.0/companies"}, "a company was asked before it was chosen"

    signed_in = complete(app, cookie, CASCADIA)

    assert signed_in.viewer.name == "Dana Whitfield"
    assert signed_in.viewer.company_id == CASCADIA
    with app.app_context(), company_scope(CASCADIA):
        company = db.session.get_one(Company, CASCADIA)
        assert company.state == CompanyState.CONNECTED
        assert (company.name, company.consent_by) == ("Cascadia Civil Group", "Dana Whitfield")
        assert company.consent_version == installations.CONSENT_VERSION
        assert company.web_base_url == f"http://app.procore.localhost:{simulator.port}"
        assert [event.event for event in list_events()] == ["installation.connected", "principal.signed_in"]
        grant = db.session.scalars(OF_PERSONS).one()
        assert (grant.state, grant.version, grant.is_installer) == (GrantState.GOOD, 1, True)
        service_account = db.session.scalars(db.select(Grant).where(Grant.principal_id.is_(None))).one()
        assert service_account.state == GrantState.GOOD


def test_an_app_version_without_a_service_account_connects_as_well(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    cookie = begin(app, person(DANA))
    simulator.fault("/oauth/token", status=401, body={"error": "unauthorized_client"}, times=1)
    assert complete(app, cookie, HOLLIS).viewer.company_id == HOLLIS
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.scalars(db.select(Grant)).one().principal_id is not None
        assert services().installations.grants.for_background(HOLLIS).company_id == HOLLIS


def test_the_choice_is_good_once(app: Flask, person: MakePerson) -> None:
    cookie = begin(app, person(DANA))
    complete(app, cookie, HOLLIS)
    with pytest.raises(SessionExpired):
        complete(app, cookie, HOLLIS)


def test_connecting_again_is_the_same_path_and_wins(app: Flask, person: MakePerson) -> None:
    dana = person(DANA)
    first = complete(app, begin(app, dana), HOLLIS)
    with app.app_context():
        services().installations.notice_uninstalled(HOLLIS, None)
    second = complete(app, begin(app, dana), HOLLIS)
    assert first.viewer.principal_id == second.viewer.principal_id
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.get_one(Company, HOLLIS).state == CompanyState.CONNECTED
        assert db.session.scalars(OF_PERSONS).one().version == 2


@pytest.mark.parametrize(
    ("company_id", "error"),
    [
        (HARBOR, PermissionMissing),
        (NORTHGATE, UnknownOption),
        (CASCADIA, AppNotConnected),
    ],
    ids=["no administrator", "foreign company", "app not connected"],
)
def test_what_cannot_be_connected_leaves_nothing_behind(
    app: Flask, person: MakePerson, company_id: CompanyId, error: type[Exception]
) -> None:
    cookie = begin(app, person(DANA))
    with pytest.raises(error):
        complete(app, cookie, company_id)
    with app.app_context(), company_scope(company_id):
        assert db.session.get(Company, company_id) is None
    assert complete(app, cookie, HOLLIS).viewer.company_id == HOLLIS, "the person may choose again"


def test_two_people_of_one_company_have_a_grant_each(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    simulator.install(CASCADIA)
    complete(app, begin(app, person(DANA)), CASCADIA)
    complete(app, begin(app, person(INGRID)), CASCADIA)
    with app.app_context(), company_scope(CASCADIA):
        assert len(db.session.scalars(OF_PERSONS).all()) == 2


def test_disconnecting_revokes_at_procore_and_wipes_here(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    viewer = complete(app, begin(app, person(DANA)), HOLLIS).viewer
    with app.app_context(), company_scope(HOLLIS):
        token = services().principals.grant(viewer).access_token()
        assert simulator.get("/rest/v1.0/me", token.reveal()).status == 200
        revoked = services().installations.disconnect(principals.actor_of(viewer))
        assert (revoked.ended, revoked.waiting) == (2, 0), "the person and the service account"
        assert simulator.get("/rest/v1.0/me", token.reveal()).status == 401
        assert db.session.scalars(OF_PERSONS).one().sealed_tokens is None
        assert db.session.get_one(Company, HOLLIS).state == CompanyState.DISCONNECTED
        assert list_events()[0].event == "installation.disconnected"


def test_what_is_ended_already_is_not_recorded_again(app: Flask, person: MakePerson) -> None:
    viewer = complete(app, begin(app, person(DANA)), HOLLIS).viewer
    actor = principals.actor_of(viewer)
    with app.app_context(), company_scope(HOLLIS):
        service = services().installations
        for _ in range(2):
            service.sign_out_everywhere(viewer.principal_id, actor, actor)
        assert [event.event for event in list_events()].count("grant.revoked") == 1
        for _ in range(2):
            service.disconnect(actor)
        assert [event.event for event in list_events()].count("installation.disconnected") == 1


def test_of_two_who_disconnect_at_once_one_is_recorded(app: Flask, person: MakePerson) -> None:
    actor = principals.actor_of(complete(app, begin(app, person(DANA)), HOLLIS).viewer)

    def disconnect(_: int) -> None:
        with app.app_context(), company_scope(HOLLIS):
            services().installations.disconnect(actor)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(disconnect, range(4)))
    with app.app_context(), company_scope(HOLLIS):
        assert [event.event for event in list_events()].count("installation.disconnected") == 1


def test_nothing_of_the_tokens_is_left_in_the_flow(app: Flask, person: MakePerson) -> None:
    complete(app, begin(app, person(DANA)), HOLLIS)
    with app.app_context():
        flow = db.session.scalars(db.select(installations.SignInFlow)).one()
        assert (flow.sealed_sign_in, flow.wrapped_key) == (None, None)
