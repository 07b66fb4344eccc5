"""Numbers for operators, as Prometheus reads them: grants, companies, and what Procore allows just now."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from flask import Blueprint, Flask, Response, request
from sqlalchemy import func, select

from embedded_app.config import Config
from embedded_app.errors import SessionExpired
from embedded_app.installations import (
    Grant,
    GrantState,
    LossCause,
    Revocation,
    SignInFlow,
    is_due,
    is_unwanted,
)
from embedded_app.services import services
from embedded_app.storage import Company, CompanyState, db, system_scope
from embedded_app.web import access
from embedded_app.web.access import operator
from embedded_app.web.headers import Kind

blueprint = Blueprint("metrics", __name__)
_SCHEME = "Bearer "
_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def init_app(app: Flask, config: Config) -> None:
    """Register the page. Reads METRICS_TOKEN; without it there is no page."""
    if config.metrics_token is None:
        return
    access.enforce(app, operator, _check_operator)
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
@operator
@Kind.API
def metrics() -> Response:
    """Every series is there from the start, so that an alert on a first loss sees the step from 0 to 1."""
    with system_scope("metrics"):
        states = _counts(Grant.state)
        causes = _counts(Grant.lost_cause)
        companies = _counts(Company.state)
        revocations = sum(
            db.session.scalar(select(func.count()).select_from(model).where(which)) or 0
            for model, which in ((Revocation, is_due()), (SignInFlow, is_unwanted()))
        )
    lines = [
        *_gauge("tieback_grants", "Grants by state.", "state", GrantState, states),
        *_gauge("tieback_grants_lost", "Lost grants by cause.", "cause", LossCause, causes),
        *_gauge("tieback_companies", "Companies by state.", "state", CompanyState, companies),
        "# HELP tieback_revocations_pending Token pairs that Procore has yet to end.",
        "# TYPE tieback_revocations_pending gauge",
        f"tieback_revocations_pending {revocations}",
        *_pacing(),
    ]
    return Response("\n".join(lines) + "\n", content_type=_MEDIA_TYPE)


def _pacing() -> list[str]:
    """A window that no answer has told of yet has no line."""
    report = services().procore.pacing()
    limits = {name: window.limit for name, window in report.windows.items()}
    remaining = {name: window.remaining for name, window in report.windows.items()}
    return [
        *_gauge("tieback_procore_rate_limit", "Requests in a window.", "window", limits, limits),
        *_gauge("tieback_procore_rate_remaining", "Requests left in it.", "window", remaining, remaining),
        "# HELP tieback_procore_people_waiting People who wait for room in the rate limit.",
        "# TYPE tieback_procore_people_waiting gauge",
        f"tieback_procore_people_waiting {report.people_waiting}",
        "# HELP tieback_procore_companies_paused Companies not asked, after refusals in a row.",
        "# TYPE tieback_procore_companies_paused gauge",
        f"tieback_procore_companies_paused {len(report.paused)}",
        "# HELP tieback_procore_pacing_shared Whether the processes share the rate limit; 0 without their store.",
        "# TYPE tieback_procore_pacing_shared gauge",
        f"tieback_procore_pacing_shared {int(report.is_shared)}",
    ]


def _counts(column: object) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload] # a mapped column
    return {str(name): count for name, count in rows if name is not None}


def _gauge(name: str, text: str, label: str, values: Iterable[str], counts: dict[str, int]) -> list[str]:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    return lines + [f'{name}{{{label}="{value}"}} {counts.get(str(value), 0)}' for value in values]


def _check_operator() -> None:
    header = request.headers.get("Authorization", "")
    expected = services().config.metrics_token
    given = header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""
    if expected is None or not hmac.compare_digest(given.encode(), expected.reveal().encode()):
        raise SessionExpired("This page is for operators, with METRICS_TOKEN as the bearer.")
