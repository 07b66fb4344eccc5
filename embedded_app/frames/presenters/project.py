"""The full-screen page of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask import url_for

from embedded_app.frames.amounts import Currencies, Sums, parts_of, together
from embedded_app.frames.lines import Line, Varies, found_by, is_shown, lines_of, sort_lines, varies
from embedded_app.frames.presenters import states
from embedded_app.frames.presenters.detail import DetailPresenter, LinePage
from embedded_app.frames.presenters.notes import footnotes, hidden_parts
from embedded_app.frames.presenters.parts import Banner, Blank, Choice, FormFields
from embedded_app.frames.presenters.project_page import Pages, ProjectPage, Tile
from embedded_app.frames.presenters.table import TablePresenter
from embedded_app.frames.presenters.texts import share_of
from embedded_app.frames.query import LINES_PER_PAGE, ProjectQuery, Show
from embedded_app.panels import PanelRef, PanelView
from embedded_app.procore import Project
from embedded_app.reconciliation import FindingKind
from embedded_app.web.formatting import dollars, percent_difference, plural

_SYMBOLS = {"USD": "$"}


class ProjectPresenter:
    """Writes the page for one view."""

    def __init__(
        self,
        view: PanelView,
        project: Project,
        query: ProjectQuery,
        *,
        panels: Sequence[PanelRef],
        viewer_name: str,
        web_base_url: str | None,
        explanation: tuple[str, ...] = (),
    ) -> None:
        self._view = view
        self._explanation = explanation
        self._project = project
        self._query = query
        self._panels = panels
        self._viewer_name = viewer_name
        self._currencies = Currencies(view)
        self._details = DetailPresenter(view, web_base_url)
        self._tables = TablePresenter(view, query, self._details)
        self._family = view.panel.family
        self._source = view.panel.source_name
        self._lines = () if states.is_refused(view) else lines_of(view)

    def page(self, notice: Banner | None = None) -> ProjectPage:
        """The whole page; `notice` is the outcome of what the viewer just did."""
        chosen = self.chosen()
        page, pages = self._cut(chosen)
        blank = self._blank(chosen)
        query = self._query
        has_table = blank is None
        banners = (*states.banners(self._view), *states.not_added_up(self._view))
        return ProjectPage(
            title=self._project.name,
            subtitle=self._subtitle(),
            viewer_name=self._viewer_name,
            settings_address=url_for("settings.overview"),
            freshness=states.freshness(self._view),
            refresh_address=query.refresh_address,
            banners=banners,
            notice=notice,
            tiles=self._tiles(),
            tabs=self._tabs(),
            chips=self._chips(),
            filtered_by=self._filtered_by(),
            search=query.search,
            search_label=f"Search {self._family.many}",
            search_placeholder="Number, title, vendor, reference",
            search_action=url_for("frames.project_view"),
            search_fields=query.but(search="").arguments,
            table=self._tables.table(chosen, page, len(self._lines)) if has_table else None,
            blank=blank,
            pages=pages if has_table else None,
            footnotes=footnotes(self._view, chosen) if has_table else (),
            export_address=query.export_address if has_table else "",
            form=self._form(),
            announce=states.announcement(notice, banners, self._announce(len(chosen))),
        )

    def line(self) -> LinePage:
        """The detail of the line that the query opens; another filter or page does not matter to it."""
        key = self._query.open_line
        line = next((each for each in self._lines if each.key == key), None)
        return self._details.page(line, self._form(), self._query.refresh_address)

    def _form(self) -> FormFields | None:
        if not self._view.may_link:
            return None
        return FormFields(url_for("frames.links"), {"from": "project", **self._query.arguments})

    @property
    def all_lines(self) -> int:
        """How many lines there are without a filter."""
        return len(self._lines)

    def chosen(self) -> list[Line]:
        """The lines that pass the filter and the search, in order."""
        query = self._query
        found = found_by(
            (line for line in self._lines if is_shown(line, query.show)), self._view, query.search
        )
        return sort_lines(found, self._view, query.sort, is_ascending=query.is_ascending)

    def _cut(self, chosen: Sequence[Line]) -> tuple[Sequence[Line], Pages | None]:
        if len(chosen) <= LINES_PER_PAGE:
            return chosen, None
        query = self._query
        last_page = -(-len(chosen) // LINES_PER_PAGE)
        number = min(query.page, last_page)
        first = (number - 1) * LINES_PER_PAGE
        page = chosen[first : first + LINES_PER_PAGE]
        return page, Pages(
            first=first + 1,
            last=first + len(page),
            total=len(chosen),
            previous_href=query.but(page=number - 1).address if number > 1 else "",
            next_href=query.but(page=number + 1).address if number < last_page else "",
        )

    def _subtitle(self) -> str:
        jobs = self._view.jobs if self._view.sees_source else ()
        parts = [f"Procore project {self._project.number}" if self._project.number else ""]
        if jobs:
            parts.append(f"{self._source} {'job' if len(jobs) == 1 else 'jobs'} {', '.join(jobs)}")
        currency = self._currencies.of_records
        if currency is not None:
            parts.append(f"amounts in {'US dollars' if currency == 'USD' else currency}")
        return " · ".join(filter(None, parts))

    def _amount(self, value: Decimal) -> str:
        """Whole units for a tile; a symbol only where Procore says which currency it is."""
        code = self._currencies.of_records
        return dollars(value, _SYMBOLS.get(code or "", f"{code} " if code else ""))

    def _tiles(self) -> tuple[Tile, ...]:
        """The totals of all lines: the first two subtract to the third. Their notes say what is left out."""
        reconciliation = self._view.reconciliation
        if reconciliation is None or not self._currencies.add_up:
            return ()
        totals, label = reconciliation.totals, self._view.panel.definition.rules.total_comparison.label
        left_out = [
            part for part in parts_of(self._lines, self._view, self._currencies) if part.omission is not None
        ]
        share = percent_difference(share_of(totals.variance, totals.procore or None))
        return (
            Tile(
                f"{label} in Procore",
                self._amount(totals.procore),
                self._counted(
                    plural(totals.records, self._family.one, self._family.many),
                    sum(part.records for part in left_out),
                    (part.procore for part in left_out),
                ),
            ),
            Tile(
                f"{label} in {self._source}",
                self._amount(totals.outside),
                self._counted(
                    plural(totals.rows, "row", "rows"),
                    sum(part.rows for part in left_out),
                    (part.outside for part in left_out),
                ),
                "ext",
            ),
            Tile(
                "Variance",
                self._amount(totals.variance),
                " · ".join((f"{share} of {label.lower()}", *self._variances())),
                "warn" if totals.variance else "",
            ),
            self._unmatched_tile(),
        )

    def _counted(self, counted: str, left_out: int, sums: Iterable[Sums]) -> str:
        """``22 commitments · 2 left out ($2,081,800)``: what is in a total and what is not."""
        if not left_out:
            return counted
        amounts = [
            f"{dollars(value, '')} {code}" if code else self._amount(value)
            for code, value in sorted(together(sums).items())
        ]
        of_them = f" ({' and '.join(amounts)})" if amounts else ""
        return f"{counted} · {left_out:,} left out{of_them}"

    def _variances(self) -> list[str]:
        """How many lines vary, and in what: ``6 records beyond tolerance``, ``2 differ otherwise``."""
        counts = Counter(varies(line, self._view) for line in self._lines)
        beyond, otherwise = counts[Varies.BEYOND], counts[Varies.OTHERWISE]
        found = [f"{plural(beyond, 'record', 'records')} beyond tolerance"]
        if counts[Varies.WITHOUT_AMOUNT]:
            found.append(f"{counts[Varies.WITHOUT_AMOUNT]:,} without an amount")
        if counts[Varies.OTHER_CURRENCY]:
            found.append(f"{counts[Varies.OTHER_CURRENCY]:,} in another currency")
        if otherwise:
            found.append(f"{otherwise:,} {'differs' if otherwise == 1 else 'differ'} otherwise")
        return found

    def _unmatched_tile(self) -> Tile:
        kinds = Counter(line.kind for line in self._lines)
        inside, outside = kinds[FindingKind.ONLY_IN_PROCORE], kinds[FindingKind.ONLY_OUTSIDE]
        choices = (
            (Show.ONLY_IN_PROCORE, f"{inside:,} only in Procore"),
            (Show.ONLY_OUTSIDE, f"{outside:,} only in {self._source}"),
        )
        links = tuple(
            Choice(text, self._query.but(show=show, search="").address, is_current=False)
            for show, text in choices
            if show is not Show.ONLY_OUTSIDE or self._view.sees_unmatched
        )
        return Tile("Unmatched", f"{inside + outside:,}", "", links=links)

    def _tabs(self) -> tuple[Choice, ...]:
        """The count is known of the panel that is read; the others are not read for it."""
        return tuple(
            Choice(
                panel.name,
                ProjectQuery(self._query.company_id, self._query.project_id, panel.id).address,
                panel.id == self._view.panel.id,
                sum(1 for line in self._lines if line.kind not in {None, FindingKind.MATCH})
                if panel.id == self._view.panel.id
                else None,
            )
            for panel in self._panels
        )

    def _filter_names(self) -> dict[Show, str]:
        return {
            Show.ALL: "All",
            Show.VARIANCE: "Variance",
            Show.ONLY_IN_PROCORE: "Only in Procore",
            Show.ONLY_OUTSIDE: f"Only in {self._source}",
            Show.AMBIGUOUS: "More than one match",
        }

    def _filtered_by(self) -> str:
        show, search = self._query.show, self._query.search
        is_all = show is Show.ALL or self._view.reconciliation is None
        name = "" if is_all else self._filter_names()[show]
        return " · ".join(filter(None, (name, f"“{search}”" if search else "")))

    def _chips(self) -> tuple[Choice, ...]:
        if self._view.reconciliation is None:
            return ()
        counts = {show: sum(1 for line in self._lines if is_shown(line, show)) for show in Show}
        query = self._query
        return tuple(
            Choice(text, query.but(show=show).address, query.show is show, counts[show])
            for show, text in self._filter_names().items()
            if (show is not Show.AMBIGUOUS or counts[show] or query.show is show)
            and (show is not Show.ONLY_OUTSIDE or self._view.sees_unmatched)
        )

    def _blank(self, chosen: Sequence[Line]) -> Blank | None:
        view, many = self._view, self._family.many
        if states.is_refused(view):
            return states.refused(view, self._explanation)
        if states.nothing_read(view):
            return Blank("Nothing can be shown now", "It comes back when Procore answers.", "clock")
        if chosen:
            return None
        if not self._lines:
            beside = ""
            if view.rows.rows is not None and view.sees_unmatched:
                beside = f", and {self._source} has no rows for it"
            hidden = " ".join(hidden_parts(view))
            sentence = f"Procore shows you no {many} of this project{beside}."
            return Blank(f"No {many} yet", " ".join(filter(None, (sentence, hidden))), "info")
        return self._nothing_fits()

    def _nothing_fits(self) -> Blank:
        """Instead of the table, when there are lines but the filter or the search lets none through."""
        view, query = self._view, self._query
        show_all = f"Show all {len(self._lines):,}"
        if query.search:
            return Blank(
                f"Nothing fits “{query.search}”",
                "The search looks at numbers, titles, vendors and references.",
                "search",
                action="Clear the search",
                action_href=query.but(search="").address,
            )
        if query.show is Show.ONLY_OUTSIDE and not view.sees_unmatched:
            return Blank(
                f"Rows without a {self._family.one} are hidden from you",
                "A company administrator decides who sees them.",
                "lock",
                action=show_all,
                action_href=query.but(show=Show.ALL).address,
            )
        titles = {
            Show.VARIANCE: "No variance beyond tolerance",
            Show.ONLY_IN_PROCORE: "Nothing is only in Procore",
            Show.ONLY_OUTSIDE: f"Nothing is only in {self._source}",
        }
        matched = sum(1 for line in self._lines if line.kind is FindingKind.MATCH)
        seen = " that you see" if view.has_hidden_columns else ""
        agree = plural(matched, "matched line agrees", "matched lines agree")
        sentence = f"{agree} in every compared field{seen}."
        return Blank(
            titles.get(query.show, "Nothing to show here"),
            sentence,
            "check",
            "ok",
            action=show_all,
            action_href=query.but(show=Show.ALL).address,
        )

    def _announce(self, number: int) -> str:
        every = len(self._lines)
        if number < every:
            return f"{number:,} of {plural(every, 'line', 'lines')}"
        if self._view.reconciliation is None:
            return plural(every, "line", "lines")
        return f"{plural(every, 'line', 'lines')}, {'; '.join(self._variances())}"
