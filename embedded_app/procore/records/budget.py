"""Budget lines, as a view of the budget shows them (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class BudgetView:
    """One of the ways in which a company looks at its budgets."""

    id: RecordId
    name: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One row of a budget: what is budgeted for one code. ``None`` is "not given", never zero.

    Attributes:
        wbs_code_id: the budget code; `WbsCodes.list` has its text.
        cost_code: as the view writes it.
        cost_code_origin_id: the key of the cost code in an outside system.
        category: the cost type.
        forecast: Procore's `budget_forecast`.
    """

    id: RecordId
    wbs_code_id: RecordId | None
    cost_code: str | None
    cost_code_origin_id: str | None
    category: str | None
    original: Decimal | None
    modifications: Decimal | None
    forecast: Decimal | None


def decode_budget_view(fields: Fields) -> BudgetView:
    """One of `GET /rest/v1.0/budget_views`."""
    return BudgetView(fields.record_id(), fields.text("name"))


def decode_budget_line(fields: Fields) -> BudgetLine:
    """One of `GET /rest/v1.0/budget_views/{v}/detail_rows`; the keys of the view's own columns are not read."""
    forecast = fields.inner("budget_forecast")
    return BudgetLine(
        id=fields.record_id(),
        wbs_code_id=fields.optional_id("wbs_code_id"),
        cost_code=fields.label("cost_code"),
        cost_code_origin_id=fields.label("cost_code_origin_id"),
        category=fields.label("category"),
        original=fields.number("original_budget_amount"),
        modifications=fields.number("budget_modifications"),
        forecast=forecast.number("amount") if forecast else None,
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """The budgets of one company that the viewer may see."""

    _access: CompanyAccess

    def views(self, project_id: ProjectId, *, most: int | None = None) -> Read[tuple[BudgetView, ...]]:
        """The views of a project's budget, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.BUDGET_VIEWS)
        return self._access.read_list(call, decode_budget_view, most=most)

    def lines(
        self, project_id: ProjectId, view_id: RecordId, *, most: int | None = None
    ) -> Read[tuple[BudgetLine, ...]]:
        """The rows of a project's budget in one view, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.BUDGET_ROWS, v=view_id)
        return self._access.read_list(call, decode_budget_line, most=most)
