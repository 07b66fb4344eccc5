"""The families of records, one module each; importing them serves them."""

from embedded_app.simulator.rest.families import (
    budget,
    budget_views,
    change_orders,
    commitment_contracts,
    commitments,
    daily_logs,
    direct_costs,
    directory,
    field_quality,
    locations,
    prime_contracts,
    requisition_items,
    requisitions,
    rfis,
    submittals,
    wbs,
)

FAMILIES = {
    family.name: family
    for family in (
        locations.FAMILY,
        wbs.CODES,
        commitment_contracts.FAMILY,
        commitments.LINES,
        change_orders.FAMILY,
        change_orders.LINES,
        change_orders.PACKAGES,
        change_orders.REQUESTS,
        change_orders.POTENTIAL,
        change_orders.POTENTIAL_LINES,
        requisitions.PERIODS,
        requisitions.FAMILY,
        requisitions.PAYMENTS,
        requisition_items.DOCUMENTS,
        prime_contracts.FAMILY,
        prime_contracts.LINES,
        prime_contracts.CHANGE_ORDERS,
        prime_contracts.PAYMENT_APPLICATIONS,
        budget.FAMILY,
        direct_costs.FAMILY,
        direct_costs.LINES,
        rfis.FAMILY,
        rfis.REPLIES,
        submittals.FAMILY,
        field_quality.OBSERVATIONS,
        field_quality.LOGS,
        field_quality.PUNCH_ITEMS,
        *daily_logs.LOGS,
        directory.COMPANY_USERS,
        directory.PROJECT_USERS,
    )
}
"""Every family by its name, for those who treat them alike."""

__all__ = ["FAMILIES", "budget_views"]
