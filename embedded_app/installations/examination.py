"""Collects the doctor's evidence: our own rows first, then the documented calls, none more than needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select

from embedded_app.errors import (
    AppNotConnected,
    CompanyPaused,
    Forbidden,
    GrantLost,
    NotFound,
    ProcoreError,
    Unauthorized,
)
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.installations.doctor import Answer, Diagnosis, Evidence, diagnose
from embedded_app.procore import AccessLevel, CompanyApi, Grant, Procore
from embedded_app.storage import Company, CompanyState, company_scope, db, give_connection_back

T = TypeVar("T")
_TOOL = "commitments"


def examine(
    procore: Procore, company_id: CompanyId, grant: Callable[[], Grant], project_id: ProjectId | None = None
) -> tuple[Diagnosis, ...]:
    """What holds for the company, and for the project when one is named, as the owner of `grant` sees it.

    Changes nothing: a 403 that means an uninstall is said, and noticed by the next real call.
    """
    evidence = _own(company_id)
    if evidence.state is CompanyState.CONNECTED and evidence.has_key:
        try:
            with procore.within(insists=True):
                evidence = _asked(evidence, procore.company(company_id, grant()), project_id)
        except GrantLost as lost:
            evidence = replace(evidence, grant_loss=lost.cause)
        except AppNotConnected:
            evidence = replace(evidence, answer=Answer.NOT_CONNECTED)
        except (Unauthorized, Forbidden, CompanyPaused):
            evidence = replace(evidence, answer=Answer.REFUSED)
        except ProcoreError:
            evidence = replace(evidence, answer=Answer.NONE)
        evidence = replace(evidence, paused_until=procore.pacing().paused.get(company_id))
    return diagnose(evidence)


def _own(company_id: CompanyId) -> Evidence:
    with company_scope(company_id):
        company = db.session.scalars(select(Company)).one_or_none()
        evidence = (
            Evidence(None)
            if company is None
            else Evidence(
                CompanyState(company.state),
                company.state_reason,
                has_key=company.wrapped_key is not None,
                stored_web_base=company.web_base_url,
            )
        )
        give_connection_back()  # Procore is asked next
    return evidence


def _asked(evidence: Evidence, company: CompanyApi, project_id: ProjectId | None) -> Evidence:
    company.me(refresh=True)
    evidence = replace(evidence, answer=Answer.GIVEN, web_base=company.web_base_url())
    configurations = _unless_forbidden(lambda: len(company.app_configurations(project_id).value))
    evidence = replace(evidence, configurations=configurations)
    if project_id is None:
        return evidence
    try:
        company.projects.get(project_id)
    except (NotFound, Forbidden):
        return replace(evidence, is_in_project=False)
    level = _unless_forbidden(lambda: company.permissions(project_id, refresh=True).level(_TOOL))
    has_tool = None if level is None else level is not AccessLevel.NONE
    return replace(evidence, is_in_project=True, has_tool=has_tool)


def _unless_forbidden(ask: Callable[[], T]) -> T | None:
    """Which right these reads need is not documented, so a refusal proves nothing."""
    try:
        return ask()
    except AppNotConnected:
        raise
    except (Forbidden, NotFound):
        return None
