"""The switches under `/_sim/`: what a test or a demonstration changes from outside (docs/simulator.md)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, request
from werkzeug import Response

from embedded_app.simulator import editing, installing, telling
from embedded_app.simulator.events import Change
from embedded_app.simulator.faults import Fault
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Membership, Person
from embedded_app.simulator.sessions import sign_in
from embedded_app.simulator.state import Simulator, simulator

blueprint = Blueprint("control", __name__, url_prefix="/_sim")


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(LookupError)
def _wrong(problem: Exception) -> Response:
    return _json({"problem": f"{type(problem).__name__}: {problem}"}, 422)


@blueprint.after_request
def _tell_the_postman(response: Response) -> Response:
    if request.method != "GET":
        simulator().postman.look()
    return response


@blueprint.get("/requests")
def requests() -> Response:
    """What was asked of the login host and the API, oldest first; `path` limits it to paths that begin so."""
    begin = request.args.get("path", "")
    return _json([asdict(entry) for entry in simulator().log if entry.path.startswith(begin)])


@blueprint.delete("/requests")
def forget_requests() -> Response:
    """Empty the log."""
    simulator().log.clear()
    return _done()


@blueprint.post("/faults")
def add_fault() -> Response:
    """Switch a fault on; the fields are those of `Fault`."""
    simulator().faults.add(Fault(**_sent()))
    return _done()


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Switch every fault off."""
    simulator().faults.clear()
    return _done()


@blueprint.get("/rate")
def rate() -> Response:
    """Both windows as they stand."""
    return _json(_rate(simulator()))


@blueprint.post("/rate")
def set_rate() -> Response:
    """Set `hour_limit`, `hour_remaining`, `spike_limit`, `spike_remaining` or `send_retry_after`."""
    sent, limits = _sent(), simulator().limits
    limits.headers()  # rolls the windows on, so that what is set now counts from now
    for name, window in (("hour", limits.hour), ("spike", limits.spike)):
        window.limit = int(sent.get(f"{name}_limit", window.limit))
        window.used = window.limit - int(sent.get(f"{name}_remaining", window.remaining))
    limits.send_retry_after = bool(sent.get("send_retry_after", limits.send_retry_after))
    return _json(_rate(simulator()))


@blueprint.get("/clock")
def clock() -> Response:
    """What time it is here, and how much computing this process has done."""
    running = simulator().clock
    return _json(
        {
            "now": running.now().isoformat(),
            "factor": running.factor,
            "cpu_seconds": time.process_time(),
        }
    )


@blueprint.post("/clock")
def set_clock() -> Response:
    """Jump forward by `advance_seconds`, or run at another `factor`."""
    sent, running = _sent(), simulator()
    if "factor" in sent:
        running.clock.factor = float(sent["factor"])
    running.clock.advance(float(sent.get("advance_seconds", 0)))
    return clock()


@blueprint.get("/switches")
def switches() -> Response:
    """How the login host, the API and the portal behave."""
    return _json(simulator().switches.all())


@blueprint.patch("/switches")
def set_switches() -> Response:
    """Set those that are sent; the others stay."""
    simulator().switches.set(_sent())
    return switches()


@blueprint.post("/reset")
def reset() -> Response:
    """Back to the seed, in everything."""
    simulator().reset()
    return _done()


@blueprint.post("/login")
def login() -> Response:
    """Sign a person in without the page: the answer sets the portal's cookie, and names it."""
    person = _person(_sent()["login"])
    return sign_in(_json({"user_id": person.id}), person)


@blueprint.post("/tokens")
def issue_tokens() -> Response:
    """A token pair for the person of `login`, as if they had allowed the app; for the service account without."""
    sent, running = _sent(), simulator()
    user_id = _person(sent["login"]).id if "login" in sent else None
    pair = running.tokens.issue(running.options.client_id, user_id)
    pair.listed = True  # as after a sign-in that went as it should
    return _json({"access_token": pair.access_token, "refresh_token": pair.refresh_token})


@blueprint.delete("/tokens")
def revoke_tokens() -> Response:
    """End the tokens of one `login`, or everybody's."""
    login_ = request.args.get("login")
    count = simulator().tokens.revoke_all(None if login_ is None else _person(login_).id)
    return _json({"revoked": count})


@blueprint.post("/companies/<int:company_id>/install")
def install(company_id: int) -> Response:
    """Install the app there, as the company's first administrator, and put it into the menus of all projects.

    The service account may work in all of them.
    """
    running = simulator()
    by = _administrator(company_id)
    installing.install(running, company_id, by)
    installing.permit(running, company_id, None)
    if not any(running.world.configurations_of(company_id)):
        installing.configure(
            running,
            company_id,
            by,
            title=running.app.name,
            applies_to_all_projects=True,
            applies_to_company=True,
        )
    return _done()


@blueprint.post("/companies/<int:company_id>/update")
def update(company_id: int) -> Response:
    """Bring the newest version of the app into the company."""
    installing.update(simulator(), company_id)
    return _done()


@blueprint.post("/companies/<int:company_id>/permitted-projects")
def permit(company_id: int) -> Response:
    """Choose where the service account may work: `project_ids`, null for every project."""
    chosen = _sent()["project_ids"]
    installing.permit(simulator(), company_id, None if chosen is None else frozenset(chosen))
    return _done()


@blueprint.get("/app")
def app() -> Response:
    """The app as the Developer Portal knows it."""
    return _json(asdict(simulator().app))


@blueprint.patch("/app")
def promote() -> Response:
    """Promote a version: the fields that differ from the last one."""
    running = simulator()
    running.app = installing.promote(running.app, _sent())
    return app()


@blueprint.post("/companies/<int:company_id>/uninstall")
def uninstall(company_id: int) -> Response:
    """Uninstall the app there."""
    installing.uninstall(simulator(), company_id, _administrator(company_id))
    return _done()


@blueprint.post("/events")
def tell() -> Response:
    """Tell of a change that did not happen: the fields of `Change`, by the service account unless they say who."""
    simulator().changes.tell(Change(**{"project_id": None, "user_id": None, **_sent()}))
    return _done()


@blueprint.patch("/memberships")
def set_membership() -> Response:
    """Change what the person of `login` may do in `company_id`; makes them a member if they are none.

    `company_levels` and `project_levels` map tools to `None`, `Read Only`, `Standard` or `Admin`, and are added to
    those that are, as are the single actions of `permitted_actions`. `project_ids` lists the projects, null for
    all.
    """
    sent, world = _sent(), simulator().world
    key = (_person(sent["login"]).id, world.companies[int(sent["company_id"])].id)
    membership = world.memberships.setdefault(key, Membership(*key, {}, {}, frozenset()))
    membership.company_levels = {**membership.company_levels, **_levels(sent.get("company_levels"))}
    membership.project_levels = {**membership.project_levels, **_levels(sent.get("project_levels"))}
    granted = {tool: tuple(actions) for tool, actions in (sent.get("permitted_actions") or {}).items()}
    membership.permitted_actions = {**membership.permitted_actions, **granted}
    if "project_ids" in sent:
        membership.project_ids = None if sent["project_ids"] is None else frozenset(sent["project_ids"])
    return _done()


@blueprint.patch("/records/<family>/<int:record_id>")
def edit(family: str, record_id: int) -> Response:
    """Set fields of a record, by their names in the model, and tell webhooks of it."""
    world = simulator().world
    editing.edit(world, family, record_id, _sent())
    _tell(telling.changes(world, family, record_id, "update"))
    return _done()


@blueprint.delete("/records/<family>/<int:record_id>")
def delete(family: str, record_id: int) -> Response:
    """Remove a record, and tell webhooks of it."""
    world = simulator().world
    told = telling.changes(world, family, record_id, "delete")
    editing.delete(world, family, record_id)
    _tell(told)
    return _done()


@blueprint.post("/canary")
def canary() -> Response:
    """Append a marker, unique and beginning with `prefix`, to every text of every record; answers with them."""
    return _json({"markers": editing.plant(simulator().world, str(_sent()["prefix"]))})


def _tell(changes: Iterable[Change]) -> None:
    for each in changes:
        simulator().changes.tell(each)


def _sent() -> Mapping[str, Any]:
    body = orjson.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("Send a JSON object.")
    return body


def _person(login_: str) -> Person:
    found = next((each for each in simulator().world.people.values() if each.login == login_), None)
    if found is None:
        raise LookupError(f"Nobody has the login {login_}.")
    return found


def _administrator(company_id: int) -> int:
    for membership in simulator().world.memberships.values():
        if membership.company_id == company_id and membership.is_company_admin:
            return membership.user_id
    raise LookupError(f"Company {company_id} has no administrator.")


def _levels(sent: Mapping[str, str] | None) -> dict[str, Level]:
    return {tool: Level.of(label) for tool, label in (sent or {}).items()}


def _rate(running: Simulator) -> dict[str, object]:
    limits = running.limits
    return {
        "hour_limit": limits.hour.limit,
        "hour_remaining": limits.hour.remaining,
        "spike_limit": limits.spike.limit,
        "spike_remaining": limits.spike.remaining,
        "send_retry_after": limits.send_retry_after,
    }


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")


def _done() -> Response:
    return Response(status=204)
