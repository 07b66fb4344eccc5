"""People in the directories of a company and its projects (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import ProjectId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class User:
    """A person in a directory. `vendor` is the firm that they work for."""

    id: UserId
    name: str | None
    email_address: str | None
    job_title: str | None
    employee_id: str | None
    is_active: bool | None
    is_employee: bool | None
    vendor: Ref | None
    origin_id: str | None


def decode_user(fields: Fields) -> User:
    """One of `GET /rest/v1.3/companies/{c}/users`, or `GET /rest/v1.0/projects/{p}/users`."""
    return User(
        id=UserId(fields.id()),
        name=fields.optional_text("name"),
        email_address=fields.optional_text("email_address") or fields.optional_text("login"),
        job_title=fields.optional_text("job_title"),
        employee_id=fields.label("employee_id"),
        is_active=fields.flag("is_active"),
        is_employee=fields.flag("is_employee"),
        vendor=fields.ref("vendor"),
        origin_id=fields.optional_text("origin_id"),
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """The people of one company that the viewer may see."""

    _access: CompanyAccess

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
        return self._access.read_list(call, decode_user, most=most)
