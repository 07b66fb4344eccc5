"""What a frame asks for: ids, which are claims until they are verified, and how the table is to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for

from embedded_app.errors import InvalidField
from embedded_app.ids import (
    CompanyId,
    ProjectId,
    RecordId,
    parse_company_id,
    parse_project_id,
    parse_record_id,
    whole_number,
)

LINES_PER_PAGE = 50
_LONGEST_TEXT = 200
_MOST_PAGES = 10_000


class Show(StrEnum):
    """Which lines of the table."""

    ALL = "all"
    VARIANCE = "variance"
    ONLY_IN_PROCORE = "only_in_procore"
    ONLY_OUTSIDE = "only_outside"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class ProjectQuery:
    """A view of a project. Ids that are none are refused; anything else that makes no sense is the default.

    `open_line` is the key of a line whose detail is open, or empty. `sort` is a name of `lines.sort_lines`.
    """

    company_id: CompanyId
    project_id: ProjectId
    panel_id: UUID | None = None
    show: Show = Show.ALL
    search: str = ""
    sort: str = "variance"
    is_ascending: bool = False
    open_line: str = ""
    page: int = 1

    @classmethod
    def parse(cls, arguments: Mapping[str, str]) -> ProjectQuery:
        """The query that `arguments` write.

        Raises:
            InvalidField: the company, the project or the panel is no id.
        """
        show, page = arguments.get("show", ""), arguments.get("page", "")
        return cls(
            company_id=parse_company_id(arguments.get("company_id")),
            project_id=parse_project_id(arguments.get("project_id")),
            panel_id=parse_panel_id(arguments.get("panel")),
            show=Show(show) if show in Show.__members__.values() else Show.ALL,
            search=" ".join(arguments.get("q", "").split())[:_LONGEST_TEXT],
            sort=arguments.get("sort", "")[:_LONGEST_TEXT] or "variance",
            is_ascending=arguments.get("order") == "asc",
            open_line=arguments.get("open", ""),
            page=min(whole_number(page) or 1, _MOST_PAGES),
        )

    def but(self, **changes: Any) -> ProjectQuery:
        """The same view with something else; it begins at the first page and with nothing open."""
        return replace(self, **{"page": 1, "open_line": "", **changes})

    @property
    def arguments(self) -> dict[str, str]:
        """What `parse` reads; defaults are left out."""
        arguments = {"company_id": str(self.company_id), "project_id": str(self.project_id)}
        optional = {
            "panel": str(self.panel_id) if self.panel_id else "",
            "show": "" if self.show is Show.ALL else self.show.value,
            "q": self.search,
            "sort": "" if self.sort == "variance" else self.sort,
            "order": "asc" if self.is_ascending else "",
            "open": self.open_line,
            "page": str(self.page) if self.page > 1 else "",
        }
        return arguments | {name: value for name, value in optional.items() if value}

    @property
    def address(self) -> str:
        """Where the view is fetched from."""
        return _address("frames.project_view", self.arguments)

    @property
    def refresh_address(self) -> str:
        """The same, read again."""
        return _address("frames.project_view", self.arguments | {"refresh": "1"})

    @property
    def line_address(self) -> str:
        """Where the detail of `open_line` alone is fetched from."""
        return _address("frames.line", self.arguments)

    @property
    def export_address(self) -> str:
        """Where the lines that are shown, on all pages, are fetched as CSV."""
        return _address("frames.export", self.but().arguments)


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """The record beside which the side panel is open. `record_id` is `None` on lists and on new records."""

    company_id: CompanyId
    project_id: ProjectId
    view: str
    record_id: RecordId | None
    panel_id: UUID | None = None

    @classmethod
    def parse(cls, arguments: Mapping[str, str]) -> RecordQuery:
        """The query that `arguments` write.

        Raises:
            InvalidField: one of the ids is none.
        """
        record_id = arguments.get("record_id")
        return cls(
            company_id=parse_company_id(arguments.get("company_id")),
            project_id=parse_project_id(arguments.get("project_id")),
            view=arguments.get("view", ""),
            record_id=parse_record_id(record_id) if record_id else None,
            panel_id=parse_panel_id(arguments.get("panel")),
        )

    @property
    def arguments(self) -> dict[str, str]:
        """What `parse` reads."""
        arguments = {
            "company_id": str(self.company_id),
            "project_id": str(self.project_id),
            "view": self.view,
            "record_id": str(self.record_id) if self.record_id else "",
            "panel": str(self.panel_id) if self.panel_id else "",
        }
        return {name: value for name, value in arguments.items() if value}

    @property
    def address(self) -> str:
        """Where the view is fetched from."""
        return _address("frames.panel_view", self.arguments)

    @property
    def refresh_address(self) -> str:
        """The same, read again."""
        return _address("frames.panel_view", self.arguments | {"refresh": "1"})


def parse_panel_id(claim: str | None) -> UUID | None:
    """The panel that a claim names; `None` for the first one there is.

    Raises:
        InvalidField: it is no id of ours.
    """
    if not claim:
        return None
    try:
        return UUID(claim)
    except ValueError as error:
        raise InvalidField(
            "panel", "This is not one of our panels. Open the page from Procore again."
        ) from error


def _address(endpoint: str, arguments: Mapping[str, str]) -> str:
    return f"{url_for(endpoint)}?{urlencode(arguments)}"
