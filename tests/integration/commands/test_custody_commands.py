"""What operators see of grants and of a company's connection on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from embedded_app import commands
from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.commands import environment
from embedded_app.installations import GrantState
from embedded_app.storage import Company, CompanyOwned, CompanyState, Model, company_scope, db, system_scope
from tests.factories.settings import config
from tests.fakes.saved_state import close
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import EXPIRED, ONE, TWO, Keeper


@pytest.fixture
def keeper(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """Procore is at an address where nobody listens."""
    app = create_app(
        config(
            DATABASE_URL=database_url,
            PUBLIC_URL="http://app.tieback.localhost:5000",
            PROCORE_ENVIRONMENT="custom",
            PROCORE_LOGIN_URL="http://127.0.0.1:9",
            PROCORE_API_URL="http://127.0.0.1:9",
            PROCORE_FRAME_ANCESTORS="http://app.procore.localhost:9",
        ),
        instance_path=tmp_path,
    )
    monkeypatch.setattr(environment, "configured_app", lambda: app)
    keeper = Keeper(app, TokenHost(), SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    keeper.grant_id = keeper.store(token_set(1, age=EXPIRED + timedelta(days=90)))
    yield keeper
    close(app)


def run(keeper: Keeper, *arguments: str, typed: str = "") -> Result:
    result = CliRunner().invoke(commands.cli, arguments, input=typed)
    with keeper.app.app_context():
        db.session.remove()
        db.engine.dispose()
    return result


def test_dormant_grants_are_revoked_and_kept_until_procore_confirms(keeper: Keeper) -> None:
    keeper.store(token_set(1), TWO, keeper.add_company(TWO))
    overtaken = "revocations\tuntil the access token has run out\t0\n"
    assert run(keeper, "grants", "status").output == (
        "good\t\t2\nrevocations\twaiting for Procore\t0\n" + overtaken
    )
    assert run(keeper, "grants", "revoke-dormant").output == (
        "1 grant was given up. 0 of 1 connection was ended at Procore. "
        "1 is tried again until Procore confirms it.\n"
    )
    assert run(keeper, "grants", "status").output == (
        "good\t\t1\nlost\tdormant\t1\nrevocations\twaiting for Procore\t1\n" + overtaken
    )
    assert run(keeper, "grants", "revoke-dormant").output == (
        "0 grants were given up. There was no connection left to end at Procore.\n"
    )


def test_the_doctor_names_the_state_and_the_fix(keeper: Keeper) -> None:
    assert run(keeper, "companies", "doctor", "77").output.startswith("never_connected\t")
    with keeper.app.app_context(), company_scope(ONE):
        company = db.session.get_one(Company, ONE)
        company.state, company.state_reason = CompanyState.DISCONNECTED, "app_not_connected"
        db.session.commit()
    result = run(keeper, "companies", "doctor", str(ONE))
    assert result.exit_code == 1
    state, fix = result.output.splitlines()
    assert state.startswith("uninstalled\t")
    assert "App Management" in fix


def rows_left(keeper: Keeper) -> set[str]:
    with keeper.app.app_context(), system_scope("test"):
        owned = [m for m in Model.registry.mappers if issubclass(m.class_, CompanyOwned | Company)]
        return {
            str(mapper.local_table)
            for mapper in owned
            if db.session.scalar(select(func.count()).select_from(mapper.class_))
        }


def test_a_company_is_deleted_when_asked_twice_and_its_tokens_have_ended(keeper: Keeper) -> None:
    for typed in ("n\n", "y\n2\n"):
        assert run(keeper, "companies", "delete", str(ONE), typed=typed).exit_code == 1
    assert keeper.row().state == GrantState.GOOD, "nothing was done yet"
    keeper.leave_aside(token_set(2))
    typed = f"y\n{ONE}\n"
    result = run(keeper, "companies", "delete", str(ONE), typed=typed)
    assert result.exit_code == 1
    assert (
        "disconnected and not deleted yet: Procore has to confirm the end of 1 connection." in result.output
    )
    assert rows_left(keeper) >= {"companies", "grants", "revocations", "audit_events"}
    result = run(keeper, "companies", "delete", str(ONE), "--without-procore", typed=typed)
    assert "The company was deleted with 1 connection that Procore has not ended" in result.output
    assert rows_left(keeper) == set()
    keeper.grants.take_all_from_aside()
    assert list(Path(keeper.app.instance_path, "pairs").iterdir()) == []
    assert "not here" in str(run(keeper, "companies", "delete", str(ONE), typed=typed).exception)


def test_a_person_is_deleted_when_asked_twice(keeper: Keeper) -> None:
    for typed in ("n\n", "y\n8\n"):
        assert run(keeper, "companies", "delete-person", "1", "7", typed=typed).exit_code == 1
    assert "principals" in rows_left(keeper)
    result = run(keeper, "companies", "delete-person", "1", "7", typed="y\n7\n")
    assert result.output.endswith("1 is tried again until Procore confirms it.\nThe person was deleted.\n"), (
        result.output
    )
    assert rows_left(keeper) & {"principals", "grants", "revocations"} == {"revocations"}
    gone = run(keeper, "companies", "delete-person", "1", "7", typed="y\n7\n")
    assert "Nobody with this id" in str(gone.exception)


def test_a_person_is_not_deleted_while_a_refresh_may_bring_a_pair(keeper: Keeper) -> None:
    held = keeper.custody.look(ONE, keeper.grant_id)
    assert keeper.custody.announce(ONE, keeper.grant_id, held)
    result = run(keeper, "companies", "delete-person", "1", "7", typed="y\n7\n")
    assert "a connection is being refreshed" in str(result.exception)
    assert rows_left(keeper) >= {"principals", "grants"}
