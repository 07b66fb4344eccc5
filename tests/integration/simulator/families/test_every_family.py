"""What holds for the list and the records of every family."""

from __future__ import annotations

import inspect
import re
from typing import Any, NamedTuple

import pytest

from embedded_app.simulator.model.world import World
from embedded_app.simulator.options import Options
from embedded_app.simulator.rest.family import Family, Path
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION
from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import HARBOR, HOLLIS, RIVERSIDE

PROJECTS = range(RIVERSIDE, RIVERSIDE + 4)  # of Hollis & Grant, with Marcus in each
NOVEMBER = "start_date=2026-11-01&end_date=2026-11-20"


class Listed(NamedTuple):
    """Where a family is listed, and whose permission it needs.

    `project_id` is None for a company's. `has_pages`: one record has an address of its own.
    """

    path: str
    tool: str
    project_id: int | None = RIVERSIDE
    has_records: bool = True
    has_pages: bool = False

    def with_query(self, query: str) -> str:
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"


def every_list() -> list[Listed]:
    """Each path at which the simulator lists a family, in the first place that has a record in it."""
    simulator = create_simulator(Options())
    world = simulator.extensions[EXTENSION].world
    served = sorted(simulator.view_functions.items())
    bound = [inspect.getclosurevars(view).nonlocals for name, view in served if " list " in name]
    return [address(world, each["family"], each["path"]) for each in bound]


def address(world: World, family: Family, path: Path) -> Listed:
    places = PROJECTS if family.in_project else (HOLLIS,)
    found = ((place_id, first_in(world, family, place_id)) for place_id in places)
    nothing: tuple[int, Any] = (places[0], {})
    place_id, record = next((each for each in found if each[1] is not None), nothing)
    ids = {"company_id": HOLLIS, "project_id": place_id, "parent_id": record.get(family.parent_key)}
    query = [f"{name}={record[name]}" for name in family.needs.split()]
    if family.in_project and "<int:project_id>" not in path.path:
        query.append(f"project_id={place_id}")
    if family.listed is not None:
        query.append(NOVEMBER)
    written = re.sub(r"<int:(\w+)>", lambda name: str(ids[name[1]]), path.path)
    return Listed(
        f"{written}?{'&'.join(query)}" if query else written,
        family.tool,
        place_id if family.in_project else None,
        has_records=bool(record),
        has_pages="show" in path.verbs.split(),
    )


def first_in(world: World, family: Family, place_id: int) -> Any:
    """A record that belongs to one that is there as well, or None."""
    kept = live(world, family, place_id)
    parents = {each["id"] for each in live(world, family.parent, place_id)} if family.parent else set()
    return next((each for each in kept if not family.parent or each[family.parent_key] in parents), None)


def live(world: World, family: Family, place_id: int) -> list[Any]:
    if family.present is not None and not family.present(world, place_id):
        return []
    return [each for each in family.records(world, place_id) if each.get("deleted_at") is None]


EVERY_LIST = every_list()
BUDGET_ROWS = f"/v1.0/budget_views/{HOLLIS * 10 + 1}/detail_rows?project_id={RIVERSIDE}"
LISTS = [*(each for each in EVERY_LIST if each.has_records), Listed(BUDGET_ROWS, "budget")]


def test_only_rare_kinds_of_daily_logs_are_without_a_record() -> None:
    empty = [each.path for each in EVERY_LIST if not each.has_records]
    assert len(LISTS) - 1 + len(empty) == len(EVERY_LIST) > 50
    assert all(re.search(r"_logs\?", path) for path in empty), empty


def rows(body: Any) -> list[dict[str, Any]]:
    """The records of a list of either version."""
    found: list[dict[str, Any]] = body["data"] if isinstance(body, dict) else body
    return found


@pytest.fixture(params=LISTS, ids=lambda each: each.path)
def listed(request: pytest.FixtureRequest) -> Listed:
    found: Listed = request.param
    return found


def test_pages_make_the_whole_and_the_one_past_the_end_is_empty(api: Api, listed: Listed) -> None:
    whole = rows(api.read(listed.with_query("per_page=100")))
    assert whole
    first = api.get(listed.with_query("per_page=1"))
    total = int(first.headers["Total"])
    assert (min(total, 100), first.headers["Per-Page"]) == (len(whole), "1")
    following = re.search(r'/rest([^>]*)>; rel="next"', first.headers["Link"])
    assert bool(following) is (total > 1)
    second = rows(api.read(following[1])) if following else []
    assert rows(first.json) + second == whole[:2]
    past = api.get(listed.with_query(f"per_page=1&page={total + 1}"))
    assert (past.status_code, rows(past.json)) == (200, [])
    assert 'rel="next"' not in past.headers["Link"]


def test_ids_are_strings_in_version_2_and_exceed_32_bits(api: Api, listed: Listed) -> None:
    for record in rows(api.read(listed.with_query("per_page=100"))):
        assert isinstance(record["id"], str if listed.path.startswith("/v2") else int)
        assert int(record["id"]) > 2**32 or "users" in listed.path  # people are the same in every region


@pytest.mark.parametrize(("level", "status"), [("None", 403), ("Read Only", 200), ("Admin", 200)])
def test_reading_needs_read_only_in_the_tool(api: Api, listed: Listed, level: str, status: int) -> None:
    api.level(listed.tool, level)
    assert api.get(listed.path, by=MARCUS_ID).status_code == status


def test_a_tool_that_is_off_is_closed_to_everybody(api: Api, listed: Listed) -> None:
    if listed.project_id is not None:
        api.switch_off(listed.tool, listed.project_id)
        assert api.get(listed.path).status_code == 403


def test_another_company_finds_nothing(api: Api, listed: Listed) -> None:
    status = 403 if f"companies/{HOLLIS}" in listed.path or "company_id" in listed.path else 404
    assert api.get(listed.path, company_id=HARBOR).status_code == status


def test_the_service_account_reads(api: Api, listed: Listed) -> None:
    assert rows(api.read(listed.path, by=None))


def test_what_is_not_documented_as_a_filter_is_ignored(api: Api, listed: Listed) -> None:
    assert rows(api.read(listed.with_query("filters[colour]=red"))) == rows(api.read(listed.path))


@pytest.mark.parametrize("view", ["never", "detail", "list", "show", "x" * 9])
def test_a_view_that_is_not_documented_is_the_usual_one(api: Api, listed: Listed, view: str) -> None:
    usual = rows(api.read(listed.path))
    assert rows(api.read(listed.with_query(f"view={view}&serializer_view={view}"))) == usual


def test_what_is_answered_is_kept_once_for_each_view(api: Api) -> None:
    running = api.simulator.running
    for number in range(100):
        api.read(f"/v1.0/projects/{RIVERSIDE}/rfis?view={number}")
    assert {view for _, _, view, _ in running.rendered} == {"normal"}


@pytest.mark.parametrize("shown", [each for each in LISTS if each.has_pages], ids=lambda each: each.path)
def test_a_record_exists_in_its_own_project_alone(api: Api, shown: Listed) -> None:
    record = rows(api.read(shown.path))[0]
    path, question, query = shown.path.partition("?")
    own = f"{path}/{record['id']}{question}{query}"
    assert api.get(own).status_code == 200
    if shown.project_id is not None and "users" not in path:  # people may be in several
        other = next(each for each in PROJECTS if each != shown.project_id)
        assert api.get(own.replace(str(shown.project_id), str(other))).status_code == 404


def test_the_company_is_that_of_the_header(api: Api, listed: Listed) -> None:
    assert api.get(listed.path, company_id=HOLLIS).status_code == 200
