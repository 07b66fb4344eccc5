"""Projects (docs/platform-reference.md, section 5.2)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each, one
from embedded_app.procore.calls.fields import Id, RequiredText, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family


class Project(msgspec.Struct, frozen=True):
    """A project. The texts beside its name are what an outside job number may be.

    `company_id` is ``None`` when the answer did not say.
    """

    id: Id[ProjectId]
    name: RequiredText
    number: Text | None = at("project_number")
    accounting_number: Text | None = at("accounting_project_number")
    code: Text | None = None
    origin_id: Text | None = None
    active: bool | None = None
    company_id: Id[CompanyId] | None = at("company.id")


class Projects(Family):
    """The projects of a company."""

    def list(
        self, *, name: str | None = None, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[Project, ...]]:
        """Those that pass the filters; a company administrator sees every project, others their own."""
        call = self._access.call(CompanyRoute.PROJECTS).asking(company_id=self._access.company_id)
        return self._access.read_list(call.filtered(name=name, updated_at=updated), each(Project), most=most)

    def get(self, project_id: ProjectId) -> Read[Project]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.call(CompanyRoute.PROJECT, p=project_id)
        return self._access.read(call.asking(company_id=self._access.company_id), one(Project))
