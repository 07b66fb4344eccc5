"""What a load balancer is told when a part the app needs does not work."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.crypto import Vault
from embedded_app.errors import UnknownKey
from embedded_app.services import services
from embedded_app.storage import db
from tests.factories.settings import config
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import ONE, Keeper
from tests.integration.keys.world import key


def checks_of(app: Flask, status: int) -> tuple[bool, bool, bool]:
    """What /readyz says of database, queue and keys."""
    answer = app.test_client().get("/readyz")
    assert answer.status_code == status
    found = answer.json
    assert found is not None
    return found["database"], found["queue"], found["keys"]


def problems_of(app: Flask, status: int) -> list[str]:
    answer = app.test_client().get("/readyz")
    found = answer.json
    assert found is not None
    assert (answer.status_code, found["keys"]) == (status, status == 200)
    return list(found["problems"])


def test_a_working_app_is_alive_and_ready(app: Flask) -> None:
    assert app.test_client().get("/healthz").json == {"status": "alive"}
    assert checks_of(app, 200) == (True, True, True)


def down(*_arguments: object, **_options: object) -> None:
    raise OperationalError("SELECT 1", {}, OSError("refused"))


def test_without_the_database_it_lives_but_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "execute", down)
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    assert checks_of(app, 503)[:2] == (False, True)
    assert "refused" not in client.get("/readyz").text


def test_without_the_queue_it_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        monkeypatch.setattr(type(services().jobs), "is_reachable", lambda _self: False)
    assert checks_of(app, 503) == (True, False, True)


def test_without_the_master_keys_it_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object) -> None:
        raise UnknownKey

    monkeypatch.setattr(Vault, "seal_apart", unknown)
    assert checks_of(app, 503) == (True, True, False)


@pytest.mark.parametrize(
    ("master_keys", "sentence"),
    [
        (key("new"), "MASTER_KEYS does not hold the key 'k1', which the database uses."),
        (key("k1"), "MASTER_KEYS holds another key under the id 'k1' than the one that the database uses."),
    ],
)
def test_what_is_wrong_with_the_keys_is_said_as_a_start_would_say_it(
    app: Flask, database_url: str, tmp_path: Path, master_keys: str, sentence: str
) -> None:
    Keeper(app, TokenHost(), SystemClock()).add_company(ONE)
    assert problems_of(app, 200) == []
    wrong = create_app(config(DATABASE_URL=database_url, MASTER_KEYS=master_keys), instance_path=tmp_path)
    [problem] = problems_of(wrong, 503)
    assert problem.startswith(sentence)
    assert "keys give-up k1" in problem
    with wrong.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_says_nothing_about_anybody_and_is_not_kept(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert app.test_client().post(path).status_code == 405
