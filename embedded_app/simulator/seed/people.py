"""Who exists and what they may do: the companies, the people and their permission levels."""

from __future__ import annotations

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Company, Membership, Person

HOLLIS = 562949953443325
"""Hollis & Grant Builders: region us02, the app is installed."""
CASCADIA = 55188
"""Cascadia Civil Group: region us01, the app is not installed yet."""
HARBOR = 60274
"""Harbor JV: the app is installed, and Dana Whitfield is no administrator."""
NORTHGATE = 71001
"""Northgate Construction: the app was never connected."""
THAMESIDE = 844424930162079
"""Thameside Build Ltd: region uk01, the app is installed."""

DANA = 160586
MARCUS = 160601
PRIYA = 160617
SEAN = 160633
INGRID = 170001
TOM = 180001
HARBOR_ADMIN = 190001
EDITH = 200001

HOLLIS_PROJECTS = tuple(562949953500001 + index for index in range(5))
CASCADIA_PROJECTS = (55188001, 55188002)
HARBOR_PROJECTS = (60274001,)
NORTHGATE_PROJECTS = (71001001,)
THAMESIDE_PROJECTS = (844424930200001,)

_COMPANY_TOOLS = ("admin", "directory", "documents")
_PROJECT_TOOLS = (
    "home",
    "admin",
    "directory",
    "documents",
    "commitments",
    "prime_contracts",
    "change_events",
    "budget",
    "rfi",
    "submittals",
    "observations",
    "daily_log",
    "direct_costs",
    "punch_list",
)


def companies() -> tuple[Company, ...]:
    """The five customers, in the order of the portal's list."""
    return (
        Company(HOLLIS, "Hollis & Grant Builders", "us02"),
        Company(CASCADIA, "Cascadia Civil Group", "us01"),
        Company(HARBOR, "Harbor JV", "us01", base_currency="USD"),
        Company(NORTHGATE, "Northgate Construction", "us01"),
        Company(THAMESIDE, "Thameside Build Ltd", "uk01", country_code="GB"),
    )


def people() -> tuple[Person, ...]:
    """Everybody who can sign in."""
    return (
        Person(DANA, "Dana Whitfield", "dana.whitfield@hollisgrant.example", "Project controls director"),
        Person(MARCUS, "Marcus Oyelaran", "marcus.oyelaran@hollisgrant.example", "Project manager"),
        Person(PRIYA, "Priya Raman", "priya.raman@hollisgrant.example", "Project accountant"),
        Person(SEAN, "Sean O'Malley", "sean.omalley@hollisgrant.example", "Superintendent"),
        Person(INGRID, "Ingrid Solberg", "ingrid.solberg@cascadiacivil.example", "Operations manager"),
        Person(TOM, "Tom Achterberg", "tom.achterberg@northgate.example", "Controller"),
        Person(HARBOR_ADMIN, "Grace Nakamura", "grace.nakamura@harborjv.example", "Joint venture manager"),
        Person(EDITH, "Edith Ashworth", "edith.ashworth@thameside.example", "Commercial director"),
    )


def _administrator(user_id: int, company_id: int) -> Membership:
    return Membership(
        user_id,
        company_id,
        company_levels=dict.fromkeys(_COMPANY_TOOLS, Level.ADMIN),
        project_levels=dict.fromkeys(_PROJECT_TOOLS, Level.ADMIN),
    )


def _member(
    user_id: int, company_id: int, commitments: Level, projects: tuple[int, ...] | None = None
) -> Membership:
    """Reads everything but the Admin tools; only the level on commitments differs from person to person."""
    project_levels = dict.fromkeys(_PROJECT_TOOLS, Level.READ_ONLY)
    return Membership(
        user_id,
        company_id,
        company_levels={"directory": Level.READ_ONLY, "documents": Level.READ_ONLY},
        project_levels={**project_levels, "admin": Level.NONE, "commitments": commitments},
        project_ids=None if projects is None else frozenset(projects),
    )


def memberships() -> tuple[Membership, ...]:
    """Who belongs where; nobody else is in a company."""
    return (
        _administrator(DANA, HOLLIS),
        _administrator(DANA, CASCADIA),
        _member(DANA, HARBOR, Level.READ_ONLY),
        _member(MARCUS, HOLLIS, Level.STANDARD, HOLLIS_PROJECTS[:4]),
        _member(PRIYA, HOLLIS, Level.READ_ONLY),
        _member(SEAN, HOLLIS, Level.NONE, HOLLIS_PROJECTS[:2]),
        _administrator(INGRID, CASCADIA),
        _administrator(TOM, NORTHGATE),
        _administrator(HARBOR_ADMIN, HARBOR),
        _administrator(EDITH, THAMESIDE),
    )
