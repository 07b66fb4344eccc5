"""The section of the connection page that says what is wrong, and what to click."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.installations import Condition, LossCause
from embedded_app.principals import current_viewer
from embedded_app.services import services

_WHY = {
    LossCause.ABSENT: "The grant is not there any more.",
    LossCause.REFUSED: "Procore refused it: somebody revoked it, or it was used elsewhere.",
    LossCause.ANSWER_LOST: "An answer of Procore got lost on its way, and with it the new token.",
    LossCause.NO_ANSWER: "Procore’s login did not answer for a long time.",
    LossCause.INTERRUPTED: "This app was stopped in the middle of a renewal.",
    LossCause.NO_REFRESH_TOKEN: "It ended, and could not be renewed.",
    LossCause.KEY_DESTROYED: "The key that protected it was destroyed.",
}


@dataclass(frozen=True, slots=True)
class Symptom:
    """One state of the connection. `fix` is empty when there is nothing to do."""

    evidence: str
    fix: str
    is_healthy: bool


@dataclass(frozen=True, slots=True)
class LossLine:
    """People who have to sign in again. `count` is how many, for the reason `why`."""

    count: int
    why: str


@dataclass(frozen=True, slots=True)
class DoctorSection:
    """What the doctor found, as the viewer sees the company; and which grants are lost."""

    symptoms: tuple[Symptom, ...]
    losses: tuple[LossLine, ...]


def doctor_section() -> DoctorSection:
    """Ask Procore with the viewer's own grant."""
    viewer = current_viewer()
    service = services().installations
    losses = tuple(
        LossLine(loss.count, _WHY.get(loss.cause, str(loss.cause))) for loss in service.grants.list_losses()
    )
    found = service.examine(viewer.company_id, services().principals.grant(viewer))
    return DoctorSection(
        tuple(Symptom(each.evidence, each.fix, each.condition is Condition.HEALTHY) for each in found),
        losses,
    )
