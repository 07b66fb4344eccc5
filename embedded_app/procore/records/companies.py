"""Who is looking, which companies they have, and where a company's web pages are (section 2.5 and 1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import CompanyId, UserId
from embedded_app.procore.calls.decoding import Fields


@dataclass(frozen=True, slots=True)
class Me:
    """A Procore login. `name` comes only with a company."""

    id: UserId
    login: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Company:
    """A company that a person may see. `is_active` is ``None`` where Procore leaves it out."""

    id: CompanyId
    name: str
    is_active: bool | None


@dataclass(frozen=True, slots=True)
class WebBase:
    """Where people open a company: its region, and the origin of its pages without a trailing slash."""

    zone: str | None
    web_base_url: str


def decode_me(fields: Fields) -> Me:
    """`GET /rest/v1.0/me`."""
    return Me(UserId(fields.id()), fields.text("login"), fields.optional_text("name"))


def decode_company(fields: Fields) -> Company:
    """One of `GET /rest/v1.0/companies`."""
    return Company(CompanyId(fields.id()), fields.text("name"), fields.flag("is_active"))


def decode_web_base(fields: Fields) -> WebBase:
    """`GET /rest/v1.0/company_base_url`."""
    return WebBase(fields.optional_text("zone"), fields.text("web_base_url").rstrip("/"))
