"""Whether the process lives, and whether it can work: what a load balancer asks."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from embedded_app.config import Config
from embedded_app.errors import CredentialError
from embedded_app.health import metrics
from embedded_app.health.metrics import Metrics
from embedded_app.services import services
from embedded_app.storage import db
from embedded_app.web.access import public
from embedded_app.web.headers import Kind

blueprint = Blueprint("health", __name__)


def init_app(app: Flask, config: Config, counted: Metrics) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
    metrics.init_app(app, config, counted)


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
    """200 when database, queue and master keys work; 503 with which of them does not.

    What is wrong with the keys is said in the sentence that a start would be refused with. It names a variable
    and the id of a key, never a key.
    """
    checks = {"database": _database_answers(), "queue": services().jobs.is_reachable()}
    problem = _problem_with_keys() if checks["database"] else None
    checks["keys"] = checks["database"] and problem is None
    problems = [problem] if problem else []
    return jsonify(**checks, problems=problems), 200 if all(checks.values()) else 503


def _database_answers() -> bool:
    try:
        return db.session.execute(select(literal(1))).scalar_one() == 1
    except SQLAlchemyError:
        return False


def _problem_with_keys() -> str | None:
    try:
        services().keys.check()
    except CredentialError as error:
        return error.sentence
    except SQLAlchemyError:
        return "The tables cannot be read. Run `embedded-app db upgrade`."
    return None
