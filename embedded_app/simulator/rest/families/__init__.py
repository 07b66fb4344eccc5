"""The families of records, one module each; importing them serves them."""

from embedded_app.simulator.rest.families import (
    change_orders,
    locations,
    requisition_items,
    requisitions,
    rfis,
    wbs,
)

FAMILIES = {
    family.name: family
    for family in (
        locations.FAMILY,
        wbs.CODES,
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
        rfis.FAMILY,
        rfis.REPLIES,
    )
}
"""Every family by its name, for those who treat them alike."""
