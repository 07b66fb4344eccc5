"""Somebody takes the database, reads and writes it as they like, has no key, and gets nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app import audit
from embedded_app.errors import SignInRefused, SourceRefused
from embedded_app.ids import CompanyId
from embedded_app.installations.flows import challenge_of
from embedded_app.principals import ProofKind
from embedded_app.services import services
from embedded_app.simulator.sample_erp import build_sample_erp
from embedded_app.storage import company_scope, db, new_id
from tests.databases import SECOND_IN_DEPTH
from tests.fakes.simulator_process import SimulatorProcess
from tests.system import setting_up
from tests.system.world import DANA, HOLLIS, MARCUS, RIVERSIDE, World, running_world

COMPANY = CompanyId(HOLLIS)
FAR = "2099-01-01 00:00:00+00:00"


@pytest.fixture(params=SECOND_IN_DEPTH)
def database(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def world(database_url: str, simulator: SimulatorProcess, tmp_path: Path) -> Iterator[World]:
    """A company that is set up, with an administrator, a project manager and a source with a password."""
    with running_world(simulator, tmp_path, database_url) as running:
        yield _set_up(running)


def _set_up(world: World) -> World:
    build_sample_erp(world.sources / str(HOLLIS) / "sample-erp.db")
    dana = world.walker(DANA)
    picker = dana.choose_company_to_install()
    dana.submit(picker.forms[0], {"company_id": str(HOLLIS)}, at="/install/company")
    setting_up.add_erp(dana, "Sage ERP", "sample-erp.db")
    world.walker(MARCUS).open_frame(HOLLIS)
    return world


def write(app: Flask, statement: str, **values: Any) -> int:
    """As the writer does, on a connection of their own, past every rule of the app; how many rows."""
    with app.app_context(), db.engine.begin() as connection:
        return connection.execute(text(statement), values).rowcount


def read(app: Flask, statement: str, **values: Any) -> list[Any]:
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(text(statement), values))


def as_stored(world: World, new: Any) -> Any:
    with world.app.app_context():
        return new.hex if db.engine.dialect.name == "sqlite" else new


def find(world: World, proof: str, kind: ProofKind) -> object:
    with world.app.app_context():
        return services().principals.sessions.find(proof, kind)


def test_a_session_that_they_insert_signs_nobody_in(world: World) -> None:
    """In an administrator's name, with a copy of everything that a real one holds."""
    proof = f"{HOLLIS}.{'A' * 43}"
    session_id, proof_id = (as_stored(world, new_id()) for _ in range(2))
    assert write(
        world.app,
        "INSERT INTO sessions (id, company_id, principal_id, kind, created_at, expires_at) "
        "SELECT :id, company_id, id, 'tab', signed_in_at, :far FROM principals WHERE login = :login",
        id=session_id, far=FAR, login=DANA,
    ) == 1  # fmt: skip
    assert write(
        world.app,
        "INSERT INTO session_proofs (id, company_id, session_id, kind, hash, expires_at, replaced, mac) "
        "SELECT :id, company_id, :session, 'tab', :hash, :far, false, mac FROM session_proofs "
        "WHERE kind = 'tab' LIMIT 1",
        id=proof_id, session=session_id, far=FAR, hash=hashlib.sha256(proof.encode()).hexdigest(),
    ) == 1  # fmt: skip
    assert find(world, proof, ProofKind.TAB) is None


def test_a_session_that_they_prolong_ends(world: World) -> None:
    marcus = world.walker(MARCUS)
    marcus.open_frame(HOLLIS)
    look = {"company_id": HOLLIS, "project_id": RIVERSIDE}
    assert marcus.fetch("/frame/project/view", **look).status_code == 200
    assert write(world.app, "UPDATE sessions SET expires_at = :far", far=FAR)
    assert write(world.app, "UPDATE session_proofs SET expires_at = :far", far=FAR)
    assert marcus.fetch("/frame/project/view", **look).status_code == 401
    world.advance(9 * 3600)
    assert marcus.fetch("/frame/project/view", **look).status_code == 401


def test_a_sign_in_that_they_finish_gives_no_session(world: World) -> None:
    """One of their own frame, in an administrator's name, with the MAC of a real one."""
    verifier, flow_id = "v" * 43, new_id()
    assert write(
        world.app,
        "INSERT INTO sign_in_flows (id, kind, state_hash, cookie_hash, challenge, company_claim, created_at, "
        "outcome, outcome_at, principal_id, wrong_tries, mac) "
        "SELECT :id, 'frame', 'x', cookie_hash, :challenge, :company, created_at, 'ready', outcome_at, "
        "(SELECT id FROM principals WHERE login = :login), 0, mac "
        "FROM sign_in_flows WHERE kind = 'frame' AND outcome = 'ready' LIMIT 1",
        id=as_stored(world, flow_id), challenge=challenge_of(verifier), company=HOLLIS, login=DANA,
    ) == 1  # fmt: skip
    with world.app.app_context(), pytest.raises(SignInRefused):
        services().sign_ins.redeem(flow_id, verifier)


@pytest.mark.parametrize(
    "settings",
    [
        {
            "dialect": "postgresql",
            "host": "127.0.0.1",
            "port": "9",
            "database": "x",
            "user": "x",
            "table": "t",
        },
        {"dialect": "sqlite", "database": "sample-erp.db", "table": "sqlite_master", "encryption": "require"},
    ],
    ids=["another-host", "another-table"],
)
def test_a_source_that_they_point_elsewhere_sends_nothing_there(
    world: World, settings: dict[str, str]
) -> None:
    assert write(world.app, "UPDATE sources SET settings = :settings", settings=json.dumps(settings)) == 1
    with world.app.app_context(), company_scope(COMPANY):
        [source] = services().sources.list_()
        source_id = source.id
        with pytest.raises(SourceRefused, match="changed outside the app"):
            services().sources.read(source_id, refresh=True)
    dana = world.walker(DANA)
    dana.sign_in_tab(HOLLIS)
    assert "changed outside the app" in dana.get(f"/settings/sources/{source_id}").text


def test_a_token_that_they_give_to_themselves_does_not_open(world: World) -> None:
    marcus = world.walker(MARCUS)
    marcus.open_frame(HOLLIS)
    look = {"company_id": HOLLIS, "project_id": RIVERSIDE, "refresh": 1}
    assert marcus.fetch("/frame/project/view", **look).status_code == 200
    [(mine,)] = read(world.app, "SELECT id FROM principals WHERE login = :login", login=MARCUS)
    [(dana,)] = read(world.app, "SELECT id FROM principals WHERE login = :login", login=DANA)
    assert write(world.app, "DELETE FROM grants WHERE principal_id = :mine", mine=mine) == 1
    assert (
        write(world.app, "UPDATE grants SET principal_id = :m WHERE principal_id = :d", m=mine, d=dana) == 1
    )
    world.advance(600)
    begun = len(world.simulator.requests())
    assert marcus.fetch("/frame/project/view", **look).status_code >= 400
    assert [r for r in world.simulator.requests()[begun:] if r["path"].startswith("/rest/")] == []


@pytest.mark.parametrize("act", ["erase", "change", "cut", "restart"])
def test_what_they_did_to_the_audit_log_is_noticed(world: World, act: str) -> None:
    """With everything hashed again that needs no key, and although the app goes on writing."""
    count = read(world.app, "SELECT count(*) FROM audit_events")[0][0]
    assert count > 3
    with world.app.app_context(), company_scope(COMPANY):
        assert audit.verify() is None
        logged = audit.find_head()
    if act == "erase":
        write(world.app, "DELETE FROM audit_events WHERE sequence = 2")
        write(world.app, "UPDATE audit_events SET sequence = sequence - 1 WHERE sequence > 2")
        write(world.app, "UPDATE companies SET audit_sequence = audit_sequence - 1")
    elif act == "change":
        write(world.app, "UPDATE audit_events SET actor_id = 'system' WHERE sequence = 2")
    elif act == "cut":
        write(world.app, "DELETE FROM audit_events WHERE sequence = :count", count=count)
        write(
            world.app,
            "UPDATE companies SET audit_sequence = :left, "
            "audit_head = (SELECT hash FROM audit_events WHERE sequence = :left)",
            left=count - 1,
        )
    else:
        write(world.app, "DELETE FROM audit_events")
        write(world.app, "UPDATE companies SET audit_sequence = 0, audit_head = ''")
    with world.app.app_context(), company_scope(COMPANY):
        assert audit.verify(logged) is not None
        audit.record("source.created", actor=audit.SYSTEM)
        db.session.commit()
        assert audit.verify(logged) is not None
        assert (audit.verify() is None) is (act == "restart"), "only the log tells of a chain begun again"
    assert logged is not None
    assert f'"hash":"{logged.hash}"' in world.log.getvalue()
