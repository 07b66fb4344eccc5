"""Who is signed in, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug import Response

from embedded_app.simulator.control.blueprint import answered, blueprint, body_sent, done, person_of
from embedded_app.simulator.login.sessions import sign_in
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Membership
from embedded_app.simulator.state import simulator


@blueprint.post("/login")
def login() -> Response:
    """Sign a person in without the page: the answer sets the portal's cookie, and names it."""
    person = person_of(body_sent()["login"])
    return sign_in(answered({"user_id": person.id}), person)


@blueprint.post("/tokens")
def issue_tokens() -> Response:
    """A token pair for the person of `login`, as if they had allowed the app; for the service account without."""
    sent, running = body_sent(), simulator()
    user_id = person_of(sent["login"]).id if "login" in sent else None
    pair = running.tokens.issue(running.options.client_id, user_id)
    pair.listed = True  # as after a sign-in that went as it should
    return answered({"access_token": pair.access_token, "refresh_token": pair.refresh_token})


@blueprint.get("/tokens")
def list_tokens() -> Response:
    """Every pair that was issued, in that order: whose, and which of its two tokens still work."""
    running = simulator()
    logins = {person.id: person.login for person in running.world.people.values()}
    return answered(
        [
            {
                "login": None if pair.user_id is None else logins.get(pair.user_id),
                "access_works": not pair.revoked and running.tokens.seconds_left(pair) > 0,
                "refresh_works": pair.refreshable,
            }
            for pair in running.tokens.pairs()
        ]
    )


@blueprint.delete("/tokens")
def revoke_tokens() -> Response:
    """End the tokens of one `login`, or everybody's."""
    login_ = request.args.get("login")
    count = simulator().tokens.revoke_all(None if login_ is None else person_of(login_).id)
    return answered({"revoked": count})


@blueprint.patch("/memberships")
def set_membership() -> Response:
    """Change what the person of `login` may do in `company_id`; makes them a member if they are none.

    `company_levels` and `project_levels` map tools to `None`, `Read Only`, `Standard` or `Admin`, and are added to
    those that are, as are the single actions of `permitted_actions`. `project_ids` lists the projects, null for
    all.
    """
    sent, world = body_sent(), simulator().world
    key = (person_of(sent["login"]).id, world.companies[int(sent["company_id"])].id)
    membership = world.memberships.setdefault(key, Membership(*key, {}, {}, frozenset()))
    membership.company_levels = {**membership.company_levels, **_levels(sent.get("company_levels"))}
    membership.project_levels = {**membership.project_levels, **_levels(sent.get("project_levels"))}
    granted = {tool: tuple(actions) for tool, actions in (sent.get("permitted_actions") or {}).items()}
    membership.permitted_actions = {**membership.permitted_actions, **granted}
    if "project_ids" in sent:
        membership.project_ids = None if sent["project_ids"] is None else frozenset(sent["project_ids"])
    return done()


def _levels(sent: Mapping[str, str] | None) -> dict[str, Level]:
    return {tool: Level.of(label) for tool, label in (sent or {}).items()}
