"""Budgets, and the WBS codes that their lines are for (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.fields import Id, Label, Number, RequiredText, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family


class BudgetView(msgspec.Struct, frozen=True):
    """One of the ways in which a company looks at its budgets."""

    id: Id[RecordId]
    name: RequiredText


class BudgetLine(msgspec.Struct, frozen=True):
    """One row of a budget: what is budgeted for one code. ``None`` is "not given", never zero.

    The keys of the view's own columns are not read.

    Attributes:
        wbs_code_id: the budget code; `WbsCodes.list` has its text.
        cost_code: as the view writes it.
        cost_code_origin_id: the key of the cost code in an outside system.
        category: the cost type.
        forecast: Procore's `budget_forecast`.
    """

    id: Id[RecordId]
    wbs_code_id: Id[RecordId] | None = None
    cost_code: Label | None = None
    cost_code_origin_id: Label | None = None
    category: Label | None = None
    original: Number | None = at("original_budget_amount")
    modifications: Number | None = at("budget_modifications")
    forecast: Number | None = at("budget_forecast.amount")


class WbsCode(msgspec.Struct, frozen=True):
    """A code that costs are booked on, which people call a budget code.

    Attributes:
        code: the flat one, for example ``01-002.L``.
    """

    id: Id[RecordId]
    code: Label | None = at("flat_code", "code")
    description: Text | None = None
    status: Text | None = None


class Budget(Family):
    """The budgets of a company."""

    def views(self, project_id: ProjectId, *, most: int | None = None) -> Read[tuple[BudgetView, ...]]:
        """The views of a project's budget, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.BUDGET_VIEWS)
        return self._access.read_list(call, each(BudgetView), most=most)

    def lines(
        self, project_id: ProjectId, view_id: RecordId, *, most: int | None = None
    ) -> Read[tuple[BudgetLine, ...]]:
        """The rows of a project's budget in one view, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.BUDGET_ROWS, v=view_id)
        return self._access.read_list(call, each(BudgetLine), most=most)


class WbsCodes(Family):
    """The WBS codes of a company."""

    def list(
        self, project_id: ProjectId, *, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[WbsCode, ...]]:
        """Those of a project, active or not, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.WBS_CODES, CompanyRoute.WBS_CODES_V2)
        return self._access.read_list(call.filtered(updated_at=updated), each(WbsCode), most=most)
