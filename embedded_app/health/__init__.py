"""Whether the process lives, and whether it can work: what a load balancer asks."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from embedded_app.config import Config
from embedded_app.crypto import SealContext, Vault
from embedded_app.jobs import jobs
from embedded_app.storage import db
from embedded_app.web.access import public
from embedded_app.web.headers import Kind

blueprint = Blueprint("health", __name__)
_PROBE = SealContext("health.probe", 0, "probe")


def init_app(app: Flask, config: Config, *, vault: Vault) -> None:
    """Register the pages; `vault` is asked to seal and open a value."""
    del config
    app.extensions["health"] = vault
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@public
@Kind.API
def alive() -> Response:
    """200 as long as the process answers; nothing else is asked, so that a slow database restarts nothing."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public
@Kind.API
def ready() -> tuple[Response, int]:
    """200 when database, queue and master keys work; 503 with which of them does not."""
    checks = {"database": _database_answers(), "queue": jobs().is_reachable(), "keys": _keys_work()}
    return jsonify(checks), 200 if all(checks.values()) else 503


def _database_answers() -> bool:
    try:
        return db.session.execute(select(literal(1))).scalar_one() == 1
    except SQLAlchemyError:
        return False


def _keys_work() -> bool:
    vault: Vault = current_app.extensions["health"]
    return vault.open_apart(_PROBE, *vault.seal_apart(_PROBE, b"probe")) == b"probe"
