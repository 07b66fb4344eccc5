"""What can be subscribed to: the names seen in a sandbox in February 2026 (platform reference, section 7.5).

The tools are plausible, not documented.
"""

from __future__ import annotations

from dataclasses import dataclass

_ALL = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Resource:
    """One name, and the event types that it has."""

    name: str
    category: str
    tool: str
    actions: tuple[str, ...] = _ALL


def _named(category: str, tool: str, *names: str, actions: tuple[str, ...] = _ALL) -> list[Resource]:
    return [Resource(name, category, tool, actions) for name in names]


_COMPANY, _FINANCE, _WORK, _LOGS = "Company", "Project Financials", "Project Management", "Daily Log"

REQUISITIONS = Resource("Requisitions", _FINANCE, "Invoicing")
"""Not in that list, and not documented: it exists only when it is switched on."""

RESOURCES = {
    each.name: each
    for each in (
        *_named(_COMPANY, "Admin", "Projects", actions=("create", "update")),
        *_named(_COMPANY, "Directory", "Company Users", "Company Vendors", actions=("create", "update")),
        *_named(_COMPANY, "Directory", "Company Insurances"),
        *_named(_COMPANY, "Documents", "Company Files", "Company Folders", "Company File Versions"),
        *_named(_COMPANY, "Admin", "Standard Cost Codes"),
        *_named(_COMPANY, "Admin", "Standard Cost Code Lists", actions=("create",)),
        *_named(_COMPANY, "Admin", "Line Item Types", "Departments", "Offices", "Programs"),
        *_named(_COMPANY, "Admin", "Project Stages", "Project Types"),
        *_named(_COMPANY, "ERP Integrations", "ERP Requests"),
        *_named(_COMPANY, "Admin", "Trades", actions=("create", "delete")),
        *_named(
            _FINANCE,
            "Commitments",
            "Work Order Contracts",
            "Work Order Contract Line Items",
            "Purchase Order Contracts",
            "Purchase Order Contract Line Items",
            "Contract Payments",
        ),
        *_named(
            _FINANCE,
            "Prime Contracts",
            "Prime Contracts",
            "Prime Contract Line Items",
            "Payment Applications",
        ),
        *_named(_FINANCE, "Change Events", "Change Events", "Change Event Line Items", "RFQs"),
        *_named(
            _FINANCE,
            "Change Orders",
            "Change Order Packages",
            "Change Order Requests",
            "Potential Change Orders",
            "Potential Change Order Line Items",
        ),
        *_named(_FINANCE, "Invoicing", "Draw Requests"),
        *_named(_FINANCE, "Direct Costs", "Direct Costs", "Direct Cost Line Items"),
        *_named(_FINANCE, "Budget", "Budget Line Items", "Budget Changes", "Budget Modifications"),
        *_named(_FINANCE, "Budget", "Budget View Snapshots", actions=("create",)),
        *_named(_FINANCE, "Admin", "Cost Codes", "Sub Jobs"),
        *_named(_WORK, "RFI", "RFIs", "RFI Replies"),
        *_named(_WORK, "Submittals", "Submittals", "Submittal Packages"),
        *_named(_WORK, "Meetings", "Meetings", "Meeting Topics"),
        *_named(_WORK, "Punch List", "Punch Items"),
        *_named(_WORK, "Observations", "Observation Items"),
        *_named(_WORK, "Observations", "Observation Item Response Logs", actions=("create",)),
        *_named(_WORK, "Inspections", "Inspection Checklists", actions=("create", "update")),
        *_named(_WORK, "Incidents", "Incidents"),
        *_named(_WORK, "Schedule", "Tasks"),
        *_named(_WORK, "Admin", "Project Dates", "Locations"),
        *_named(_WORK, "Directory", "Project Insurances", "Project Users", "Project Vendors"),
        *_named(_WORK, "Documents", "Project Files", "Project Folders"),
        *_named(_WORK, "Photos", "Images"),
        *_named(_WORK, "Drawings", "Drawings"),
        *_named(_WORK, "Forms", "Forms"),
        *_named(
            _LOGS,
            "Daily Log",
            "Daily Logs",
            "Manpower Logs",
            "Notes Logs",
            "Delivery Logs",
            "Equipment Logs",
            "Quantity Logs",
            "Visitor Logs",
            "Waste Logs",
            "Work Logs",
            "Timecard Entries",
            "Accident Logs",
            "Safety Violation Logs",
            "Inspection Logs",
        ),
        *_named(_LOGS, "Daily Log", "Weather Logs", actions=("create", "update")),
    )
}
