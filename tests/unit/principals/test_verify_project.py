"""What goes on while Procore is asked about a project."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from embedded_app.clock import SystemClock
from embedded_app.errors import PermissionMissing
from embedded_app.ids import CompanyId, UserId
from embedded_app.principals import Viewer
from embedded_app.principals.service import PrincipalService
from embedded_app.procore import Environment, Procore, WireRequest, WireResponse
from embedded_app.secret import Secret
from embedded_app.storage import new_id
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import ScriptedTransport, json_answer

ROUTE = "GET /rest/v1.0/projects/{p}"
VIEWER = Viewer(
    new_id(),
    UserId(160601),
    "Marcus Oyelaran",
    "marcus",
    CompanyId(1),
    new_id(),
    datetime.max.replace(tzinfo=UTC),
)


@pytest.fixture
def wire() -> ScriptedTransport:
    return ScriptedTransport()


@pytest.fixture
def principals(wire: ScriptedTransport) -> PrincipalService:
    clock = SystemClock()
    environment = Environment("custom", "https://login.example", "https://api.example", ())
    grants = SimpleNamespace(for_principal=lambda *_: FakeGrant())
    return PrincipalService(
        procore=Procore(environment, "id", Secret("s"), clock=clock, transport=wire),
        clock=clock,
        installations=cast("Any", SimpleNamespace(grants=grants)),
        sessions=cast("Any", None),
    )


def test_what_can_go_on_meanwhile_begins_before_the_question(
    principals: PrincipalService, wire: ScriptedTransport
) -> None:
    events: list[str] = []

    def project(_request: WireRequest) -> WireResponse:
        events.append("asked")
        return json_answer({"id": 7, "name": "Riverside"})

    wire.answer(ROUTE, project)
    principals.verify_project(VIEWER, "7", meanwhile=lambda: events.append("begun"))
    assert events == ["begun", "asked"]


@pytest.mark.parametrize(
    "answer",
    [
        {"id": 8, "name": "Harbor"},
        {"id": 7, "name": "Riverside", "company": {"id": 2, "name": "Another"}},
    ],
    ids=["another project", "another company"],
)
def test_an_answer_about_something_else_opens_nothing(
    principals: PrincipalService, wire: ScriptedTransport, answer: dict[str, Any]
) -> None:
    wire.answer(ROUTE, json_answer(answer))
    with pytest.raises(PermissionMissing):
        principals.verify_project(VIEWER, "7")


def test_nothing_begins_when_the_answer_is_known(
    principals: PrincipalService, wire: ScriptedTransport
) -> None:
    wire.answer(ROUTE, json_answer({"id": 7, "name": "Riverside"}))
    principals.verify_project(VIEWER, "7")
    begun: list[str] = []
    principals.verify_project(VIEWER, "7", meanwhile=lambda: begun.append("begun"))
    assert begun == []


def test_nothing_begins_for_a_viewer_who_was_refused_lately(
    principals: PrincipalService, wire: ScriptedTransport
) -> None:
    wire.answer(ROUTE, json_answer({"errors": ["Forbidden"]}, 403))
    begun: list[str] = []
    for _ in range(2):
        with pytest.raises(PermissionMissing):
            principals.verify_project(VIEWER, "7", meanwhile=lambda: begun.append("begun"))
    assert begun == ["begun"]
