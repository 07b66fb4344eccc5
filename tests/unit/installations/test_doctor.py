"""Every state of an installation has its evidence and its fix."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from embedded_app.installations.doctor import Answer, Condition, Evidence, diagnose
from embedded_app.storage import CompanyState

CONNECTED = CompanyState.CONNECTED
CASES = {
    Condition.HEALTHY: Evidence(CONNECTED, answer=Answer.GIVEN),
    Condition.NEVER_CONNECTED: Evidence(None),
    Condition.DISCONNECTED: Evidence(CompanyState.DISCONNECTED, "asked"),
    Condition.UNINSTALLED: Evidence(CompanyState.DISCONNECTED, "app_not_connected"),
    Condition.SUSPENDED: Evidence(CompanyState.SUSPENDED),
    Condition.KEY_DESTROYED: Evidence(CONNECTED, has_key=False),
    Condition.GRANT_LOST: Evidence(CONNECTED, grant_loss="answer_lost"),
    Condition.NOT_CONNECTED_IN_PROCORE: Evidence(CONNECTED, answer=Answer.NOT_CONNECTED),
    Condition.REFUSED: Evidence(CONNECTED, answer=Answer.REFUSED),
    Condition.PROCORE_UNREACHABLE: Evidence(CONNECTED, answer=Answer.NONE),
    Condition.WRONG_REGION: Evidence(CONNECTED, stored_web_base="https://a", web_base="https://b"),
    Condition.NO_CONFIGURATION: Evidence(CONNECTED, configurations=0),
    Condition.NOT_IN_PROJECT: Evidence(CONNECTED, is_in_project=False),
    Condition.TOOL_OFF: Evidence(CONNECTED, is_in_project=True, has_tool=False),
}


@pytest.mark.parametrize("condition", Condition)
def test_each_state_is_found_by_its_evidence(condition: Condition) -> None:
    (found,) = diagnose(CASES[condition])
    assert found.condition is condition
    assert found.evidence.endswith(".")
    assert bool(found.fix) is (condition is not Condition.HEALTHY)


def test_the_cause_of_a_loss_is_said() -> None:
    (found,) = diagnose(CASES[Condition.GRANT_LOST])
    assert "answer lost" in found.evidence


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.NOT_CONNECTED])
def test_that_nothing_is_asked_for_a_while_is_said(answer: Answer) -> None:
    until = datetime(2026, 11, 20, 14, 32, 5, tzinfo=UTC)
    (found,) = diagnose(Evidence(CONNECTED, answer=answer, paused_until=until))
    assert "nothing is asked before 14:32:05 UTC." in found.evidence


def test_what_holds_together_is_listed_together() -> None:
    evidence = Evidence(
        CONNECTED,
        answer=Answer.GIVEN,
        stored_web_base="https://a",
        web_base="https://b",
        configurations=0,
        is_in_project=False,
        has_tool=False,
    )
    assert [each.condition for each in diagnose(evidence)] == [
        Condition.WRONG_REGION,
        Condition.NO_CONFIGURATION,
        Condition.NOT_IN_PROJECT,
    ]


def test_what_was_not_asked_proves_nothing() -> None:
    assert [each.condition for each in diagnose(Evidence(CONNECTED))] == [Condition.HEALTHY]


@pytest.mark.parametrize("state", [None, CompanyState.DISCONNECTED, CompanyState.SUSPENDED])
def test_nothing_is_said_of_procore_for_a_company_that_is_not_connected(state: CompanyState | None) -> None:
    (found,) = diagnose(Evidence(state, has_key=False, configurations=0, answer=Answer.NONE))
    assert found.condition in {Condition.NEVER_CONNECTED, Condition.DISCONNECTED, Condition.SUSPENDED}
