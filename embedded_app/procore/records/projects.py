"""Projects (docs/platform-reference.md, section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Project:
    """A project. The texts beside its name are what an outside job number may be.

    `company_id` is ``None`` when the answer did not say.
    """

    id: ProjectId
    name: str
    number: str | None
    accounting_number: str | None
    code: str | None
    origin_id: str | None
    active: bool | None
    company_id: CompanyId | None = None


def decode_project(fields: Fields) -> Project:
    """One of `GET /rest/v1.1/projects`, or `GET /rest/v1.0/projects/{p}`."""
    company = fields.ref("company")
    return Project(
        id=ProjectId(fields.id()),
        name=fields.text("name"),
        number=fields.optional_text("project_number"),
        accounting_number=fields.optional_text("accounting_project_number"),
        code=fields.optional_text("code"),
        origin_id=fields.optional_text("origin_id"),
        active=fields.flag("active"),
        company_id=CompanyId(company.id) if company else None,
    )


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self, *, name: str | None = None, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[Project, ...]]:
        """Those that pass the filters; a company administrator sees every project, others their own."""
        call = self._access.call(CompanyRoute.PROJECTS).asking(company_id=self._access.company_id)
        call = call.filtered(name=name, updated_at=updated)
        return self._access.read_list(call, decode_project, most=most)

    def get(self, project_id: ProjectId) -> Read[Project]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.call(CompanyRoute.PROJECT, p=project_id).asking(
            company_id=self._access.company_id
        )
        return self._access.read_one(call, decode_project)
