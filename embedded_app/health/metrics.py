"""Numbers for operators, as Prometheus reads them: calls to Procore, grants, companies, and what Procore allows.

What is counted is counted in each process. Where ``PROMETHEUS_MULTIPROC_DIR`` names a folder, the processes that
share it are added up, whichever of them is asked; `embedded-app serve` gives its own processes one. What is known
to all, in the database or in the shared state, is read when somebody asks.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
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
from embedded_app.procore import CallRecord, Procore
from embedded_app.services import services
from embedded_app.storage import Company, CompanyState, db, system_scope
from embedded_app.web import access
from embedded_app.web.access import operator
from embedded_app.web.headers import Kind

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus-client when it is imported."""
_SCHEME = "Bearer "
_EXTENSION = "metrics"
_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_BY_STATUS = {401: "refused", 403: "refused", 404: "not_found", 429: "rate_limited"}
_BY_CLASS = {4: "invalid", 5: "failed"}
_OUTCOMES = ("done", "no_answer", *_BY_STATUS.values(), *_BY_CLASS.values())

blueprint = Blueprint("metrics", __name__)


class Metrics:
    """What one process has counted."""

    def __init__(self) -> None:
        if folder := os.environ.get(FOLDER_VARIABLE):
            Path(folder).mkdir(parents=True, exist_ok=True)
        self.registry = CollectorRegistry()
        self._calls = Counter(
            "tieback_procore_calls",
            "Calls that were sent to Procore, by what came of them.",
            ["outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "tieback_procore_call_seconds",
            "How long Procore took, by route.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        for outcome in _OUTCOMES:  # so that an alert on the first of a kind sees the step from 0 to 1
            self._calls.labels(outcome)

    def on_call(self, record: CallRecord) -> None:
        """Count one exchange with Procore."""
        self._calls.labels(_outcome(record.status_code)).inc()
        self._seconds.labels(record.route).observe(record.seconds)


def _outcome(status: int | None) -> str:
    if status is None:
        return "no_answer"
    return _BY_STATUS.get(status) or _BY_CLASS.get(status // 100, "done")


class _Known(Collector):
    """What all processes know alike, read at each scrape."""

    def __init__(self, procore: Procore) -> None:
        self._procore = procore

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Every series is there from the start, but for windows that no answer has told of yet."""
        with system_scope("metrics"):
            yield _gauge("tieback_grants", "Grants by state.", "state", GrantState, _counts(Grant.state))
            causes = _counts(Grant.lost_cause)
            yield _gauge("tieback_grants_lost", "Lost grants by cause.", "cause", LossCause, causes)
            states = _counts(Company.state)
            yield _gauge("tieback_companies", "Companies by state.", "state", CompanyState, states)
            revocations = sum(
                db.session.scalar(select(func.count()).select_from(model).where(which)) or 0
                for model, which in ((Revocation, is_due()), (SignInFlow, is_unwanted()))
            )
        yield GaugeMetricFamily(
            "tieback_revocations_pending", "Token pairs that Procore has yet to end.", revocations
        )
        report = self._procore.pacing()
        limits = {name: window.limit for name, window in report.windows.items()}
        remaining = {name: window.remaining for name, window in report.windows.items()}
        yield _gauge("tieback_procore_rate_limit", "Requests in a window.", "window", limits, limits)
        yield _gauge("tieback_procore_rate_remaining", "Requests left in it.", "window", remaining, remaining)
        yield GaugeMetricFamily(
            "tieback_procore_people_waiting",
            "People who wait for room in the rate limit.",
            report.people_waiting,
        )
        yield GaugeMetricFamily(
            "tieback_procore_companies_paused",
            "Companies not asked, after refusals in a row.",
            len(report.paused),
        )
        yield GaugeMetricFamily(
            "tieback_procore_pacing_shared",
            "Whether the processes share the rate limit; 0 without their store.",
            int(report.is_shared),
        )


def init_app(app: Flask, config: Config, metrics: Metrics) -> None:
    """Register the page. Reads METRICS_TOKEN; without it there is no page."""
    if config.metrics_token is None:
        return
    app.extensions[_EXTENSION] = metrics
    access.enforce(app, operator, _check_operator)
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
@operator
@Kind.API
def page() -> Response:
    """All numbers, those of the other processes too where they share a folder."""
    found = CollectorRegistry()
    if os.environ.get(FOLDER_VARIABLE):
        MultiProcessCollector(found)  # type: ignore[no-untyped-call] # it has no annotations
        counted = generate_latest(found)
    else:
        counted = generate_latest(_metrics().registry)
    known = CollectorRegistry()
    known.register(_Known(services().procore))
    return Response(counted + generate_latest(known), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _metrics() -> Metrics:
    found: Metrics = current_app.extensions[_EXTENSION]
    return found


def _counts(column: object) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload] # a mapped column
    return {str(name): count for name, count in rows if name is not None}


def _gauge(
    name: str, text: str, label: str, values: Iterable[str], counts: Mapping[str, int]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value in values:
        family.add_metric([str(value)], counts.get(str(value), 0))
    return family


def _check_operator() -> None:
    header = request.headers.get("Authorization", "")
    expected = services().config.metrics_token
    given = header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""
    if expected is None or not hmac.compare_digest(given.encode(), expected.reveal().encode()):
        raise SessionExpired("This page is for operators, with METRICS_TOKEN as the bearer.")
