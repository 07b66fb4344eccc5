"""The families of records, one module each; importing them serves them."""

from embedded_app.simulator.rest.families import locations, rfis

FAMILIES = {
    family.name: family
    for family in (
        locations.FAMILY,
        rfis.FAMILY,
        rfis.REPLIES,
    )
}
"""Every family by its name, for those who treat them alike."""
