"""What operators see of the audit chains on the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from embedded_app import audit
from embedded_app.ids import CompanyId
from embedded_app.storage import company_scope, db
from tests.integration.commands.test_key_commands import commanded, run
from tests.integration.keys.conftest import MakeWorld, make_world, old
from tests.integration.keys.world import World

__all__ = ["MakeWorld", "make_world", "old"]  # fixtures


@pytest.fixture
def world(old: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two companies, each with two events."""
    for number in (1, 2):
        with old.app.app_context(), company_scope(old.add_company(number)):
            for subject in ("ERP", "Certificates"):
                audit.record("source.created", actor=audit.SYSTEM, subject=subject)
            db.session.commit()
    return commanded(old, monkeypatch)


def test_verify_names_the_newest_event_and_takes_it_again(world: World) -> None:
    del world
    result = run("audit", "verify")
    first, second = (line.split("\t") for line in result.output.splitlines())
    assert (result.exit_code, first[:2], second[:2]) == (0, ["1", "holds"], ["2", "holds"])
    assert first[2].startswith("2:")
    assert run("audit", "verify", "1", "--head", first[2]).exit_code == 0
    assert "broken at event 2" in run("audit", "verify", "2", "--head", first[2]).output
    assert "broken at event 3" in run("audit", "verify", "1", "--head", "3:00").output


def test_verify_fails_when_an_event_is_gone(world: World) -> None:
    with world.app.app_context(), company_scope(CompanyId(2)):
        db.session.execute(delete(audit.AuditEvent).where(audit.AuditEvent.sequence == 1))
        db.session.commit()
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "2\tbroken at event 1" in result.output
    assert "1 of 2 chains do not hold" in result.output


@pytest.mark.parametrize("arguments", [("--head", "1:0"), ("1", "--head", "1"), ("1", "--head", "x:0")])
def test_a_head_is_of_one_company_and_well_formed(world: World, arguments: tuple[str, ...]) -> None:
    del world
    assert run("audit", "verify", *arguments).exit_code == 2
