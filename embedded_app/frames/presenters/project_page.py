"""The context of the full-screen page of a project, as its template takes it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from embedded_app.frames.presenters.parts import Banner, Blank, Choice, FormFields, Freshness
from embedded_app.frames.presenters.table import Table
from embedded_app.frames.query import ProjectQuery
from embedded_app.procore import Project


@dataclass(frozen=True, slots=True)
class Tile:
    """One number and one note, which may hold links."""

    name: str
    value: str
    note: str
    tone: str = ""
    links: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Pages:
    """The lines on this page of all that are shown; an empty address is an end."""

    first: int
    last: int
    total: int
    previous_href: str
    next_href: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Context of ``frames/project.html``.

    Args:
        title: the project.
        subtitle: its number, its jobs, and in what the amounts are.
        viewer_name: who is signed in.
        settings_address: our settings pages, for a tab of their own.
        freshness: each side, and how old what it said is.
        refresh_address: reads everything again.
        banners: facts about the whole view, the most important first.
        notice: the outcome of what the viewer just did, or `None`.
        tiles: empty while nothing can be added up.
        tabs: a published panel each.
        chips: filters, empty without findings.
        filtered_by: the filter and the search in words, for a print; empty when everything is shown.
        search: what was searched for.
        search_label, search_placeholder: of the search field.
        search_action: where the search form leads.
        search_fields: what else it sends, so that the view stays the same.
        table: `None` where `blank` stands in its place.
        blank: `None` where the table is.
        pages: `None` when everything fits on one page.
        footnotes: the sign convention, tolerance, systems of record, and what the totals leave out.
        export_address: the lines as CSV; empty without a table.
        form: the hidden fields of the forms about links; `None` for somebody who may not link.
        announce: for screen readers, after the page changed.
    """

    title: str
    subtitle: str
    viewer_name: str
    settings_address: str
    freshness: tuple[Freshness, ...]
    refresh_address: str
    banners: tuple[Banner, ...]
    notice: Banner | None
    tiles: tuple[Tile, ...]
    tabs: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    filtered_by: str
    search: str
    search_label: str
    search_placeholder: str
    search_action: str
    search_fields: dict[str, str]
    table: Table | None
    blank: Blank | None
    pages: Pages | None
    footnotes: tuple[str, ...]
    export_address: str
    form: FormFields | None
    announce: str


def page_without_panels(project: Project, query: ProjectQuery, viewer_name: str) -> ProjectPage:
    """Nothing is published yet."""
    return ProjectPage(
        title=project.name,
        subtitle=f"Procore project {project.number}" if project.number else "",
        viewer_name=viewer_name,
        settings_address=url_for("settings.overview"),
        freshness=(),
        refresh_address=query.address,
        banners=(),
        notice=None,
        tiles=(),
        tabs=(),
        chips=(),
        filtered_by="",
        search="",
        search_label="",
        search_placeholder="",
        search_action="",
        search_fields={},
        table=None,
        blank=Blank(
            "Nothing to compare yet",
            "Procore is connected. An administrator adds a source and publishes a panel; this page then shows "
            "both side by side.",
            "database",
            outside="Open the settings",
            outside_href=url_for("settings.overview"),
        ),
        pages=None,
        footnotes=(),
        export_address="",
        form=None,
        announce="Nothing to compare yet",
    )
