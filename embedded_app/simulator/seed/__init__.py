"""The seed: one deterministic world, the same in every demo and every test.

Nothing here reads the clock, the network or a random source; two worlds built anywhere are equal.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from embedded_app.simulator.model.apps import AppConfiguration, AppInstallation
from embedded_app.simulator.model.people import Company
from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.model.vendors import Vendor
from embedded_app.simulator.model.world import World
from embedded_app.simulator.seed import families, generated, people, riverside
from embedded_app.simulator.seed.app import APP_UID, INSTALLATION_KEY, VERSION, build_app
from embedded_app.simulator.seed.catalog import Firm, firms
from embedded_app.simulator.seed.insurances import insurances
from embedded_app.simulator.seed.plan import AS_OF, Plan, at, contract

__all__ = ["APP_UID", "AS_OF", "INSTALLATION_KEY", "build_app", "build_world", "kept_world"]

_TIME_ZONES = {"US": ("Pacific Time (US & Canada)", "America/Los_Angeles"), "GB": ("London", "Europe/London")}
"""Of the places that the companies of a country build in: the name that Rails has for it, and IANA's."""
_BUILT = at(date(2026, 1, 12))

_PROJECTS: tuple[tuple[int, str, str | None, str | None, str | None, int], ...] = (
    # id, name, number, city, state, commitments (0: written one by one)
    (people.HOLLIS_PROJECTS[0], "Riverside Medical Center — Phase 2", "21-0417", "Tacoma", "WA", 0),
    (people.HOLLIS_PROJECTS[1], "Harbor Point Office Tower", "21-0388", "Seattle", "WA", 36),
    (people.HOLLIS_PROJECTS[2], "Lakeview Elementary Modernization", "22-0051", "Kirkland", "WA", 24),
    (people.HOLLIS_PROJECTS[3], "County Justice Center Annex", "20-0295", "Everett", "WA", 18),
    (people.HOLLIS_PROJECTS[4], "Airport Concourse B Refresh", None, None, None, 12),
    (people.CASCADIA_PROJECTS[0], "Snoqualmie River Bridge Replacement", "C-1187", "Fall City", "WA", 26),
    (people.CASCADIA_PROJECTS[1], "Tolt Pipeline, Segment 4", "C-1204", "Duvall", "WA", 16),
    (people.HARBOR_PROJECTS[0], "Pier 48 Cruise Terminal", "HJV-48", "Seattle", "WA", 10),
    (people.NORTHGATE_PROJECTS[0], "Northgate Distribution Center", "22-0102", "Kent", "WA", 10),
    (people.THAMESIDE_PROJECTS[0], "Greenwich Wharf, Block C", "TB/1042", "London", "ENG", 8),
)
_FIRMS = {
    people.HOLLIS: "hollis",
    people.CASCADIA: "cascadia",
    people.HARBOR: "harbor",
    people.NORTHGATE: "northgate",
    people.THAMESIDE: "thameside",
}
_FAMILY = {
    people.HOLLIS: 562949953600000,
    people.CASCADIA: 5_518_800,
    people.HARBOR: 6_027_400,
    people.THAMESIDE: 844424930300000,
}
"""Where the ids of a company's records begin; newer regions give ids beyond 32 bits."""


_UNFIT = {
    people.CASCADIA_PROJECTS[1]: {"Piling", "Precast", "Bridge components", "Guardrail"},
    people.HOLLIS_PROJECTS[4]: {
        "Surveying",
        "Temporary works",
        "Dewatering",
        "Deep foundations",
        "Earthwork",
    },
}
"""Trades that a project has no work for."""
_SYNCED = {people.HOLLIS_PROJECTS[1], *people.CASCADIA_PROJECTS}
"""Projects whose executed commitments are kept by an accounting system, which knows them by its own keys."""
_TIERS = {people.HOLLIS_PROJECTS[1]: 2, people.HOLLIS_PROJECTS[3]: 3, people.CASCADIA_PROJECTS[1]: 3}
"""Tiers of change orders, where there are more than one."""


def build_world() -> World:
    """A new world. The caller may change it; the next one is the same again."""
    return World.brought_back(kept_world())


@cache
def kept_world() -> bytes:
    """The same, kept: copies are made of it faster than a world is built."""
    return _build().keep()


def _build() -> World:
    world = World()
    for company in people.companies():
        world.companies[company.id] = company
    for person in people.people():
        world.people[person.id] = person
    for membership in people.memberships():
        world.memberships[membership.user_id, membership.company_id] = membership
    for company_id, group in _FIRMS.items():
        for index, firm in enumerate(firms(group), start=1):
            vendor = _vendor(firm, world.companies[company_id], _family(company_id) + index)
            world.vendors[vendor.id] = vendor
    for index, row in enumerate(_PROJECTS, start=1):
        _add_project(world, row, index)
    abroad = next(world.contracts_of(people.HARBOR_PROJECTS[0]))
    abroad.currency_iso_code, abroad.exchange_rate = "CAD", Decimal("0.7312")
    families.plant(world, {row[0]: _first_id(row[0], index) for index, row in enumerate(_PROJECTS, start=1)})
    _install(world)
    return world


def _first_id(project_id: int, index: int) -> int:
    return _family(_company_of(project_id)) + 10_000 * index


def _family(company_id: int) -> int:
    return _FAMILY.get(company_id, 7_100_100)


def _company_of(project_id: int) -> int:
    owners = {
        people.HOLLIS: people.HOLLIS_PROJECTS,
        people.CASCADIA: people.CASCADIA_PROJECTS,
        people.HARBOR: people.HARBOR_PROJECTS,
        people.NORTHGATE: people.NORTHGATE_PROJECTS,
        people.THAMESIDE: people.THAMESIDE_PROJECTS,
    }
    return next(company_id for company_id, projects in owners.items() if project_id in projects)


def _add_project(
    world: World, row: tuple[int, str, str | None, str | None, str | None, int], index: int
) -> None:
    project_id, name, number, city, state, count = row
    company_id = _company_of(project_id)
    country_code = world.companies[company_id].country_code
    time_zone, tz_name = _TIME_ZONES[country_code]
    catalog = firms(_FIRMS[company_id])
    base = _first_id(project_id, index)
    codes = dict.fromkeys(firm.code for firm in catalog)
    project = Project(
        id=project_id,
        company_id=company_id,
        name=name,
        project_number=number,
        city=city,
        state_code=state,
        stage="Course of Construction",
        country_code=country_code,
        time_zone=time_zone,
        tz_name=tz_name,
        created_at=_BUILT,
        updated_at=at(AS_OF),
        start_date=date(2025, 3, 3) if number else None,
        completion_date=date(2027, 10, 29) if number else None,
        description=None if number is None else f"<p>{name}</p>",
        change_order_tiers=_TIERS.get(project_id, 1),
        cost_codes=tuple(CostCode(base + 9_000 + step, *code) for step, code in enumerate(codes, start=1)),
    )
    world.projects[project.id] = project
    fit = [firm for firm in catalog if firm.trade not in _UNFIT.get(project_id, ())]
    vendors = {vendor.name: vendor for vendor in world.vendors_of(company_id)}
    plans: tuple[Plan, ...] = generated.plans(project, fit, count) if count else riverside.plans()
    for step, plan in enumerate(plans, start=1):
        made = contract(plan, base + step, project, vendors)
        if made.executed and project_id in _SYNCED:
            made.origin_id = f"{number}/{made.number}"
            for line in made.line_items:
                line.origin_id = f"{made.origin_id}/{line.position}"
        world.contracts[made.id] = made
        vendor = world.vendor_of(made)
        if vendor is not None:
            vendor.project_ids |= {project.id}


def _vendor(firm: Firm, company: Company, vendor_id: int) -> Vendor:
    slug = "".join(letter for letter in firm.name.lower() if letter.isalnum())[:24]
    return Vendor(
        id=vendor_id,
        company_id=company.id,
        name=firm.name,
        city=firm.city,
        state_code=firm.state,
        country_code=company.country_code,
        trade_name=firm.trade,
        business_phone=None if firm.city is None else f"(253) 555-{vendor_id % 10_000:04d}",
        email_address=None if firm.city is None else f"office@{slug}.example",
        created_at=_BUILT,
        updated_at=_BUILT,
        insurances=insurances(firm.name, vendor_id),
    )


def _install(world: World) -> None:
    for number, (company_id, person_id, on_company) in enumerate(
        (
            (people.HOLLIS, people.DANA, True),
            (people.HARBOR, people.HARBOR_ADMIN, False),
            (people.THAMESIDE, people.EDITH, True),
        ),
        start=1,
    ):
        world.installations[number] = AppInstallation(
            number,
            company_id,
            "installed",
            at(AS_OF),
            person_id,
            semantic_version=VERSION,
            permitted_project_ids=None,
        )
        world.configurations[number] = AppConfiguration(
            number,
            company_id,
            installation_id=number,
            title="Tieback",
            created_at=at(AS_OF),
            created_by=person_id,
            applies_to_all_projects=True,
            applies_to_company=on_company,
        )
