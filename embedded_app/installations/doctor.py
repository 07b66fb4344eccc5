"""What is wrong with a company's connection, from evidence alone, and what repairs it. Pure.

What ends everything else is found first; after it, everything that holds at the same time is listed. See
docs/platform-reference.md, sections 3.6 and 6, for the facts behind each state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from embedded_app.storage import CompanyState


class Condition(StrEnum):
    """A state that an installation can be in; stable, for operators' scripts."""

    HEALTHY = "healthy"
    NEVER_CONNECTED = "never_connected"
    DISCONNECTED = "disconnected"
    UNINSTALLED = "uninstalled"
    SUSPENDED = "suspended"
    KEY_DESTROYED = "key_destroyed"
    GRANT_LOST = "grant_lost"
    NOT_CONNECTED_IN_PROCORE = "not_connected_in_procore"
    REFUSED = "refused"
    PROCORE_UNREACHABLE = "procore_unreachable"
    WRONG_REGION = "wrong_region"
    NO_CONFIGURATION = "no_configuration"
    NOT_IN_PROJECT = "not_in_project"
    TOOL_OFF = "tool_off"


class Answer(StrEnum):
    """How Procore took a first call for the company."""

    GIVEN = "given"
    NOT_CONNECTED = "not_connected"
    """403 "App is not connected to this company"."""
    REFUSED = "refused"
    """401 or 403 otherwise."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known. What was not asked, or could not be told, is `None` and proves nothing.

    Attributes:
        state: of the company with us; `None` when it never connected.
        state_reason: why it is disconnected.
        has_key: whether the company's data key exists.
        grant_loss: why the grant that was to be used is lost; `None` while it is good.
        answer: of Procore, to a call for the company.
        paused_until: when the company is asked again (UTC), if it is not asked now.
        stored_web_base: Procore's address of the company as it was at the installation.
        web_base: the same as it is now.
        configurations: how many app configurations apply, to the project when one was named.
        is_in_project: whether the person can read the project.
        has_tool: whether the person has any right in the commitments of the project.
    """

    state: CompanyState | None
    state_reason: str | None = None
    has_key: bool = True
    grant_loss: str | None = None
    answer: Answer | None = None
    paused_until: datetime | None = None
    stored_web_base: str | None = None
    web_base: str | None = None
    configurations: int | None = None
    is_in_project: bool | None = None
    has_tool: bool | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One state, what proves it, and what to click to end it; `fix` is empty when there is nothing to do."""

    condition: Condition
    evidence: str
    fix: str


_INSTALL = "In Procore: Company Admin → App Management → Install App. Then open this app’s install page."
_RECONNECT = "Settings → Connection → Reconnect, as an administrator of the company."

_STATES = {
    Condition.HEALTHY: ("Procore answers for this company.", ""),
    Condition.NEVER_CONNECTED: ("No administrator of this company has connected it here.", _INSTALL),
    Condition.DISCONNECTED: ("An administrator disconnected this company here.", _RECONNECT),
    Condition.UNINSTALLED: ("Procore said that the app is no longer connected to this company.", _INSTALL),
    Condition.SUSPENDED: ("The operator has suspended this company.", "Write to support."),
    Condition.KEY_DESTROYED: (
        "The key of this company’s data was destroyed; what was sealed with it cannot be read any more.",
        _RECONNECT,
    ),
    Condition.NOT_CONNECTED_IN_PROCORE: (
        "Procore answers: App is not connected to this company.",
        (
            "In Procore: Company Admin → App Management. Not listed: Install App. Listed: update the app to a "
            "version with a data connector; without one every call is refused."
        ),
    ),
    Condition.REFUSED: (
        "Procore refuses what is asked for this company.",
        (
            "In Procore: Directory → the person who connected → Permissions; and App Management → update the app. "
            "Then: " + _RECONNECT
        ),
    ),
    Condition.PROCORE_UNREACHABLE: ("Procore did not answer.", "Try again in a few minutes."),
    Condition.NO_CONFIGURATION: (
        "No app configuration applies, so the app is in no menu.",
        "In Procore: Company Admin → App Management → this app → Configurations → Create; choose the projects.",
    ),
    Condition.NOT_IN_PROJECT: (
        "The project does not exist for this person.",
        "In Procore: the project → Directory → Users → Add.",
    ),
    Condition.TOOL_OFF: (
        "Commitments is off in this project, or this person has no right in it.",
        "In Procore: the project → Admin → Tool Settings → Commitments; and Directory → the person → Permissions.",
    ),
}


def diagnose(evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Every state that `evidence` proves, the gravest first; `HEALTHY` alone when it proves none."""
    ending = _ending(evidence)
    if ending is not None:
        return (ending,)
    found = [
        _known(condition)
        for condition, holds in (
            (Condition.NO_CONFIGURATION, evidence.configurations == 0),
            (Condition.NOT_IN_PROJECT, evidence.is_in_project is False),
            (Condition.TOOL_OFF, evidence.is_in_project is not False and evidence.has_tool is False),
        )
        if holds
    ]
    if evidence.web_base and evidence.stored_web_base and evidence.web_base != evidence.stored_web_base:
        moved = (
            f"The company is at {evidence.web_base}, and was at {evidence.stored_web_base} when it connected."
        )
        found.insert(0, Diagnosis(Condition.WRONG_REGION, moved, _RECONNECT))
    return tuple(found) or (_known(Condition.HEALTHY),)


def _ending(evidence: Evidence) -> Diagnosis | None:
    """What makes it pointless to look further."""
    if evidence.state is not CompanyState.CONNECTED:
        return _known(_without_connection(evidence))
    if not evidence.has_key:
        return _known(Condition.KEY_DESTROYED)
    if evidence.grant_loss is not None:
        why = f"The grant is lost: {evidence.grant_loss.replace('_', ' ')}."
        return Diagnosis(Condition.GRANT_LOST, why, "Sign in again. " + _RECONNECT)
    if evidence.answer is Answer.NOT_CONNECTED:
        return _refusing(Condition.NOT_CONNECTED_IN_PROCORE, evidence)
    if evidence.answer is Answer.REFUSED:
        return _refusing(Condition.REFUSED, evidence)
    return _known(Condition.PROCORE_UNREACHABLE) if evidence.answer is Answer.NONE else None


def _refusing(condition: Condition, evidence: Evidence) -> Diagnosis:
    found = _known(condition)
    if evidence.paused_until is None:
        return found
    pause = f" After refusals in a row nothing is asked before {evidence.paused_until:%H:%M:%S} UTC."
    return replace(found, evidence=found.evidence + pause)


def _without_connection(evidence: Evidence) -> Condition:
    if evidence.state is None:
        return Condition.NEVER_CONNECTED
    if evidence.state is CompanyState.SUSPENDED:
        return Condition.SUSPENDED
    by_procore = evidence.state_reason == "app_not_connected"
    return Condition.UNINSTALLED if by_procore else Condition.DISCONNECTED


def _known(condition: Condition) -> Diagnosis:
    return Diagnosis(condition, *_STATES[condition])
