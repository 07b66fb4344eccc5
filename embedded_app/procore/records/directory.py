"""People in the directories of a company and its projects (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import ProjectId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.fields import Id, Label, Named, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family


class User(msgspec.Struct, frozen=True):
    """A person in a directory. `vendor` is the firm that they work for."""

    id: Id[UserId]
    name: Text | None = None
    email_address: Text | None = at("email_address", "login")
    job_title: Text | None = None
    employee_id: Label | None = None
    is_active: bool | None = None
    is_employee: bool | None = None
    vendor: Named | None = None
    origin_id: Text | None = None


class Directory(Family):
    """The people of a company."""

    def users(
        self,
        project_id: ProjectId | None = None,
        *,
        search: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[User, ...]]:
        """Those of the company, or of one project, that pass the filters, at most so many."""
        if project_id is None:
            call = self._access.call(CompanyRoute.COMPANY_USERS)
        else:
            call = self._access.project_call(project_id, CompanyRoute.PROJECT_USERS)
        call = call.filtered(search=search, updated_at=updated)
        return self._access.read_list(call, each(User), most=most)
