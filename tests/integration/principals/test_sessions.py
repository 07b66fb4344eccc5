"""Sessions of frames and full tabs: how long they last, how they go on, what ends them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from embedded_app import installations, principals
from embedded_app.principals.models import Principal, Proof, ProofKind, Session, SessionKind
from embedded_app.services import services
from embedded_app.storage import company_scope, database_now, db, new_id, system_scope
from embedded_app.storage.app_key import AppKey
from embedded_app.web import csrf
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN, Person
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.test_frame_sign_in import install
from tests.integration.principals.world import CASCADIA, DANA, HARBOR, HOLLIS, MARCUS

HOST = "app.tieback.localhost"
FAR = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _installed(app: Flask, person: MakePerson) -> None:
    install(app, person(DANA), HOLLIS)


@pytest.fixture
def marcus(person: MakePerson) -> Person:
    return person(MARCUS)


@pytest.fixture(autouse=True)
def _no_secret_is_kept(app: Flask) -> Iterator[None]:
    """After each test: what proves a session is in the database as a hash only."""
    yield
    with app.app_context(), system_scope("check"):
        assert all(len(proof.hash) == 64 for proof in db.session.scalars(db.select(Proof)))


def granted(person: Person, company_id: int = HOLLIS) -> dict[str, Any]:
    body: dict[str, Any] | None = person.sign_in_frame(company_id).json
    assert body is not None
    return body


def opens(person: Person, token: str) -> bool:
    return person.get("/test/frame_bearer", Authorization=f"Bearer {token}").status_code == 200


def resume(person: Person, company_id: int = HOLLIS) -> str | None:
    """The new bearer, or `None` when nobody is signed in."""
    response = person.ask("resume", {"company_id": str(company_id)})
    assert response.status_code in {200, 401}
    return response.json["token"] if response.status_code == 200 and response.json else None


def resume_cookie(person: Person) -> str:
    cookie = person.client.get_cookie("ea_resume", HOST)
    assert cookie is not None
    return cookie.value


def test_a_bearer_lasts_15_minutes(marcus: Person, clock: FakeClock) -> None:
    token = granted(marcus)["token"]
    clock.advance(899)
    assert opens(marcus, token)
    clock.advance(1)
    assert not opens(marcus, token)


def test_renewing_goes_on_for_8_hours_and_no_longer(marcus: Person, clock: FakeClock) -> None:
    token = granted(marcus)["token"]
    for _ in range(47):
        clock.advance(600)
        answer = marcus.ask("renew", {}, token)
        assert answer.status_code == 200
        assert answer.json is not None
        token = answer.json["token"]
        last_seconds = answer.json["expires_in_seconds"]
    assert last_seconds == 600, "the last one ends with the session"
    clock.advance(600)
    assert marcus.ask("renew", {}, token).status_code == 401
    assert resume(marcus) is None


def test_two_frames_renew_side_by_side(marcus: Person, clock: FakeClock) -> None:
    first = granted(marcus)["token"]
    clock.advance(600)
    answers = [marcus.ask("renew", {}, first).json for _ in range(2)]
    assert [opens(marcus, answer["token"]) for answer in answers if answer] == [True, True]
    assert opens(marcus, first), "what is on its way still arrives"


def test_a_reloaded_frame_resumes(marcus: Person, clock: FakeClock) -> None:
    granted(marcus)
    clock.advance(3600)
    token = resume(marcus)
    assert token is not None
    assert opens(marcus, token)


def test_a_resume_cookie_that_was_replaced_is_good_for_a_minute(
    marcus: Person, person: MakePerson, clock: FakeClock
) -> None:
    granted(marcus)
    stolen = resume_cookie(marcus)
    assert resume(marcus) is not None
    current = resume_cookie(marcus)
    assert current != stolen

    thief = person(MARCUS)
    thief.client.set_cookie("ea_resume", stolen, domain=HOST)
    clock.advance(59)
    assert resume(thief) is not None, "two requests of one browser may cross"
    assert resume_cookie(thief) == stolen, "but the replaced one gets no successor"
    clock.advance(2)
    assert resume(thief) is None
    assert resume(marcus) is not None


def test_the_resume_cookie_is_no_bearer_and_no_tab_session(marcus: Person) -> None:
    granted(marcus)
    assert not opens(marcus, resume_cookie(marcus))
    marcus.client.set_cookie("sid", resume_cookie(marcus), domain=HOST)
    assert marcus.get("/test/full_tab").status_code == 303


def test_resuming_needs_the_company_of_the_session(marcus: Person) -> None:
    granted(marcus)
    assert resume(marcus, CASCADIA) is None


def test_logging_out_ends_bearer_and_resume(marcus: Person) -> None:
    token = granted(marcus)["token"]
    assert marcus.ask("logout", {"company_id": str(HOLLIS)}, token).status_code == 204
    assert not opens(marcus, token)
    assert marcus.client.get_cookie("ea_resume", HOST) is None


def test_logging_out_without_a_bearer_ends_what_the_cookie_proves(marcus: Person) -> None:
    token = granted(marcus)["token"]
    assert marcus.ask("logout", {"company_id": str(HOLLIS)}).status_code == 204
    assert not opens(marcus, token)


def test_one_person_in_two_companies_works_side_by_side(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    dana = person(DANA)
    simulator.install(CASCADIA)
    install(app, dana, CASCADIA)
    first, second = granted(dana, HOLLIS), granted(dana, CASCADIA)
    assert opens(dana, first["token"])
    assert opens(dana, second["token"])
    assert resume(dana, HOLLIS) is not None
    assert resume(dana, CASCADIA) is not None
    dana.ask("logout", {"company_id": str(HOLLIS)}, first["token"])
    assert resume(dana, HOLLIS) is None
    assert resume(dana, CASCADIA) is not None


def test_a_token_that_procore_takes_back_ends_the_session(
    app: Flask, marcus: Person, simulator: SimulatorProcess
) -> None:
    token = granted(marcus)["token"]
    with app.app_context():
        viewer = services().principals.sessions.find(token, principals.ProofKind.BEARER)
        assert viewer is not None
        grant = services().principals.grant(viewer)
        form = {
            "token": grant.access_token().reveal(),
            "client_id": "tieback-demo",
            "client_secret": "demo-secret",
        }
        simulator.send("POST", "/oauth/revoke", form=form)
    answer = marcus.get(f"/test/company/{HOLLIS}", Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json and answer.json["error"]["code"]) == (401, "session_expired")
    assert not opens(marcus, token)
    with app.app_context(), company_scope(HOLLIS):
        condition = services().installations.grants.condition(viewer.principal_id)
        assert (condition.is_good, condition.cause) == (False, "refused")
    assert opens(marcus, granted(marcus)["token"]), "signing in again repairs it"


@pytest.mark.parametrize("cause", ["refused", "answer_lost", "interrupted"])
def test_a_lost_grant_ends_the_session_with_the_answer_of_the_sign_in_card(
    app: Flask, marcus: Person, simulator: SimulatorProcess, cause: str
) -> None:
    token = granted(marcus)["token"]
    with app.app_context(), company_scope(HOLLIS):
        db.session.execute(
            db.update(installations.Grant)
            .where(installations.Grant.principal_id.is_not(None))
            .values(state="lost", lost_cause=cause, lost_at=database_now())
        )
        db.session.commit()
    simulator.forget_requests()
    answer = marcus.get(f"/test/company/{HOLLIS}", Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert answer.json is not None
    assert answer.json["error"]["code"] == "session_expired"
    assert cause not in answer.text, "why it is lost is for administrators"
    assert not opens(marcus, token)
    assert resume(marcus) is None, "a reload comes to the same card"
    assert simulator.requests() == [], "a lost grant is not tried"
    assert opens(marcus, granted(marcus)["token"]), "its one button repairs it"


def test_an_uninstall_ends_the_work_of_everybody(marcus: Person, simulator: SimulatorProcess) -> None:
    token = granted(marcus)["token"]
    simulator.uninstall(HOLLIS)
    answer = marcus.get(f"/test/company/{HOLLIS}", Authorization=f"Bearer {token}")
    assert answer.status_code == 409
    simulator.forget_requests()
    assert not opens(marcus, token), "now it is known without asking"
    assert simulator.requests("/rest") == []


def test_a_full_tab_signs_in_first_and_comes_back(person: MakePerson) -> None:
    dana = person(DANA)
    response = dana.get("/test/full_tab?x=1")
    assert response.status_code == 303
    login = dana.get(response.headers["Location"]).headers["Location"]
    back = dana.get(dana.at_login(login))
    assert (back.status_code, back.headers["Location"]) == (303, "/test/full_tab?x=1")
    assert dana.get("/test/full_tab?x=1").text == f"Dana Whitfield {HOLLIS}"
    cookie = dana.client.get_cookie("sid", HOST)
    assert cookie is not None
    assert cookie.http_only


def test_a_full_tab_of_somebody_without_a_connected_company(person: MakePerson) -> None:
    ingrid = person("ingrid.solberg@cascadiacivil.example")
    page = ingrid.get(ingrid.at_login(ingrid.get("/auth/tab").headers["Location"]))
    assert (page.status_code, "This company is not connected" in page.text) == (403, True)
    assert 'href="/install"' in page.text


def test_a_full_tab_asks_which_company_when_there_are_several(
    app: Flask, person: MakePerson, simulator: SimulatorProcess
) -> None:
    dana = person(DANA)
    simulator.install(CASCADIA)
    install(app, dana, CASCADIA)
    back = dana.get(dana.at_login(dana.get("/auth/tab?next=/test/full_tab").headers["Location"]))
    assert back.headers["Location"] == "/auth/company"
    page = dana.get("/auth/company").text
    assert all(name in page for name in ("Cascadia Civil Group", "Hollis &amp; Grant Builders"))
    assert "Harbor JV" not in page
    assert dana.post_form("/auth/company", company_id=str(HARBOR)).status_code == 422
    assert dana.post_form("/auth/company", company_id="x").status_code == 422
    assert dana.post_form("/auth/company", company_id=str(CASCADIA)).headers["Location"] == "/test/full_tab"
    assert dana.get("/test/full_tab").text == f"Dana Whitfield {CASCADIA}"
    hinted = dana.get(dana.at_login(dana.get(f"/auth/tab?company_id={HOLLIS}").headers["Location"]))
    assert hinted.headers["Location"] == "/settings"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\/evil", "/a\nb", "/" + "x" * 255],
)
def test_signing_in_leads_to_no_page_but_ours(person: MakePerson, address: str) -> None:
    dana = person(DANA)
    begun = dana.client.get("/auth/tab", base_url=ORIGIN, query_string={"next": address})
    assert dana.get(dana.at_login(begun.headers["Location"])).headers["Location"] == "/settings"


def test_signing_in_leads_to_the_longest_path_of_ours(person: MakePerson) -> None:
    dana = person(DANA)
    path = "/test/full_tab?x=".ljust(255, "x")
    begun = dana.client.get("/auth/tab", base_url=ORIGIN, query_string={"next": path})
    assert dana.get(dana.at_login(begun.headers["Location"])).headers["Location"] == path


def test_administrators_pages_are_for_administrators(person: MakePerson, simulator: SimulatorProcess) -> None:
    def status(person_: Person, method: str = "get") -> int:
        call = person_.client.get if method == "get" else person_.client.post
        return call("/test/administrator", base_url=ORIGIN).status_code

    dana, marcus = person(DANA), person(MARCUS)
    for each in (dana, marcus):
        each.get(each.at_login(each.get("/auth/tab").headers["Location"]))
    assert status(dana) == 200
    assert status(marcus) == 403
    assert status(dana, "post") == 403, "a write needs the token of the form"
    simulator.membership(DANA, HOLLIS, company_levels={"admin": "None", "directory": "None"})
    assert status(dana) == 200, "a read believes an answer of the last minute"
    simulator.forget_requests()
    assert status(dana, "post") == 403
    assert len(simulator.requests("/rest/v1.0/settings/permissions")) == 1, "a write asks anew"


def test_signing_out_of_a_full_tab(app: Flask, person: MakePerson) -> None:
    dana = person(DANA)
    dana.get(dana.at_login(dana.get("/auth/tab").headers["Location"]))
    assert dana.post_form("/auth/tab/logout").status_code == 403
    with app.app_context(), company_scope(HOLLIS):
        session = db.session.scalars(
            db.select(Session)
            .where(Session.kind == "tab")
            .order_by(Session.created_at.desc(), Session.id.desc())
        ).first()
        assert session is not None
    with app.test_request_context():
        csrf.bind(str(session.id))
        token = csrf.token()
    page = dana.post_form("/auth/tab/logout", csrf_token=token)
    assert "You are signed out" in page.text
    assert dana.get("/test/full_tab").status_code == 303


def _longer(table: type[Proof | Session]) -> Any:
    return update(table).values(expires_at=FAR)


def _of_an_administrator() -> Any:
    dana = select(Principal.id).where(Principal.login == DANA).scalar_subquery()
    return update(Session).values(principal_id=dana)


@pytest.mark.parametrize(
    "changes",
    [
        lambda: [_longer(Session), _longer(Proof)],
        lambda: [_longer(Session)],
        lambda: [_longer(Proof)],
        lambda: [_of_an_administrator()],
        lambda: [update(Principal).where(Principal.login == MARCUS).values(user_id=1)],
        lambda: [update(Proof).values(mac="0" * 64)],
        lambda: [delete(AppKey)],
    ],
    ids=["longer", "longer-session", "longer-proof", "principal", "user", "mac", "app-key"],
)
def test_a_session_that_was_changed_in_the_database_proves_nothing(
    app: Flask, marcus: Person, changes: Callable[[], list[Any]]
) -> None:
    bearer = granted(marcus)["token"]
    assert opens(marcus, bearer)
    with app.app_context(), system_scope("test"):
        for change in changes():
            db.session.execute(change.execution_options(synchronize_session=False))
        db.session.commit()
    assert not opens(marcus, bearer)
    assert resume(marcus) is None


@pytest.mark.parametrize("kind", list(ProofKind))
def test_a_session_that_was_inserted_in_the_database_proves_nothing(
    app: Flask, marcus: Person, kind: ProofKind
) -> None:
    """With a text of the writer's own, in the name of an administrator, valid for years; with any MAC there is."""
    granted(marcus)
    text = f"{HOLLIS}.{'A' * 43}"
    with app.app_context(), company_scope(HOLLIS):
        sessions = services().principals.sessions
        dana = db.session.scalars(select(Principal).where(Principal.login == DANA)).one()
        macs = {"", *db.session.scalars(select(Proof.mac))}
        assert len(macs) > 2
        for mac in macs:
            session = Session(
                id=new_id(),
                principal_id=dana.id,
                kind=SessionKind.TAB,
                created_at=database_now(),
                expires_at=FAR,
            )
            db.session.add(session)
            db.session.flush()
            digest = hashlib.sha256(text.encode()).hexdigest()
            proof = Proof(session_id=session.id, kind=kind, hash=digest, expires_at=FAR, mac=mac)
            db.session.add(proof)
            db.session.commit()
            assert sessions.find(text, kind) is None
            db.session.delete(proof)
            db.session.commit()


def test_a_replaced_resume_cookie_stays_replaced(app: Flask, marcus: Person) -> None:
    granted(marcus)
    before = resume_cookie(marcus)
    assert resume(marcus)
    with app.app_context(), system_scope("test"):
        db.session.execute(
            update(Proof)
            .where(Proof.replaced)
            .values(replaced=False, expires_at=FAR)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
    marcus.client.set_cookie("ea_resume", before, domain=HOST)
    assert resume(marcus) is None
