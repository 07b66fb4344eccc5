"""Who calls, for which company, and what that company, this person and this project allow.

The order is the platform's as far as it is known: token, rate limit, company header, connection of the app,
membership, project, tool, record. Docs: platform-reference.md, sections 2.5, 3.6, 4.5, 4.6 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
from flask import Blueprint, g, request
from werkzeug import Response

from embedded_app.simulator import error_bodies
from embedded_app.simulator.model.commitments import Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.network import wire
from embedded_app.simulator.network.request_log import Breach
from embedded_app.simulator.rest.values.numbers import written_id
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import TextKind

blueprint = Blueprint("rest", __name__, url_prefix="/rest")

_APP_INSTALLATIONS = "/rest/v1.0/app_installations"
_INSTALLATION_REQUESTS = "/rest/v1.0/installation_requests"
"""Asking for the app makes sense only before it is there."""
NOT_CONNECTED = "App is not connected to this company."
NOT_PERMITTED = "You do not have permission to access this resource."
NOT_FOUND = "The resource you are looking for does not exist."
COMPANIES = "/rest/v1.0/companies"
_IDENTITY = frozenset({"/rest/v1.0/me", COMPANIES})
"""They work without a company, and for companies that the app is not connected to."""


class Refusal(Exception):
    """The request ends here, with this status, and messages as a whole or by field."""

    def __init__(
        self,
        status: int,
        *messages: str,
        field: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.status = status
        self.fields = {field: messages} if field is not None else dict(fields or {})
        self.messages = messages or tuple(
            f"{name} {text}" for name, texts in self.fields.items() for text in texts
        )
        super().__init__(*self.messages)

    def by_field(self) -> dict[str, list[str]]:
        """The messages of each field; those that concern none are under `base`."""
        return {name: [*texts] for name, texts in self.fields.items()} or {"base": [*self.messages]}


class MissingCompany(Refusal):
    """No company header: of the answer only the beginning of its sentence is known (section 2.5)."""

    def __init__(self, status: int) -> None:
        super().__init__(status, "Missing Procore-Company-Id header! Every request must name its company.")


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is made: a person's, or (`user_id` None) the service account's.

    `company_id` is the header's; None where none is needed. The service account may do what the app's version
    declares, in the projects that were permitted to it.
    """

    user_id: int | None
    company_id: int | None

    def level(self, tool: str, project_id: int | None = None) -> Level:
        """What this caller may do in a tool of the company, or of the given project."""
        world = simulator().world
        if self.company_id is None:
            return Level.NONE
        if self.user_id is not None:
            return world.level(self.user_id, self.company_id, tool, project_id)
        project = None if project_id is None else world.projects.get(project_id)
        if project is not None and tool in project.tools_off:
            return Level.NONE
        return simulator().app.service_levels.get(tool, Level.READ_ONLY)

    def permitted_actions(self, tool: str) -> tuple[str, ...]:
        """What is granted to this caller in a tool on top of the level."""
        if self.user_id is None or self.company_id is None:
            return ()
        membership = simulator().world.membership(self.user_id, self.company_id)
        return () if membership is None else membership.permitted_actions.get(tool, ())

    def sees(self, project: Project) -> bool:
        """Whether the project is one of the caller's."""
        if self.company_id != project.company_id:
            return False
        if self.user_id is None:
            installation = simulator().world.installation(project.company_id)
            permitted = frozenset() if installation is None else installation.permitted_project_ids
            return permitted is None or project.id in permitted
        membership = simulator().world.membership(self.user_id, project.company_id)
        return membership is not None and membership.sees(project.id)

    def reads(self, contract: Contract) -> bool:
        """Whether this commitment is visible to the caller; the tool itself was checked before."""
        if self.user_id is None:
            return not contract.private
        return simulator().world.can_read(self.user_id, contract)


def caller() -> Caller:
    """The caller of the current request."""
    return cast("Caller", g.caller)


def company_of_call() -> int:
    """The company that the current call is made for."""
    company_id = caller().company_id
    if company_id is None:
        raise Refusal(400, "company_id is required.")
    return company_id


def query_id(name: str) -> int:
    """The id in a query parameter that the endpoint requires."""
    text = request.args.get(name, "")
    if not text:
        raise Refusal(400, "is required", field=name)
    found = written_id(text)
    if found is None:
        raise Refusal(400, "is not an id", field=name)
    return found


def visible_project(project_id: int) -> Project:
    """The project; 404 where it does not exist, or not for this caller."""
    project = simulator().world.projects.get(project_id)
    if project is None or not caller().sees(project):
        raise Refusal(404, NOT_FOUND)
    return project


def permitted_project(project_id: int, tool: str | None = None) -> Project:
    """The project, as the place of a tool: 403 for people who are not in it or have no access to the tool."""
    project = simulator().world.projects.get(project_id)
    if project is None or project.company_id != caller().company_id:
        raise Refusal(404, NOT_FOUND)
    if not caller().sees(project):
        raise Refusal(403, NOT_PERMITTED)
    if tool is not None:
        require(tool, project_id)
    return project


def require(tool: str, project_id: int | None = None, at_least: Level = Level.READ_ONLY) -> None:
    """Refuse with 403 a caller whose level in the tool is lower."""
    if caller().level(tool, project_id) < at_least:
        raise Refusal(403, NOT_PERMITTED)


@blueprint.before_request
def _admit() -> None:
    running = simulator()
    with running.lock:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        pair = running.tokens.use(token) if scheme.lower() == "bearer" else None
        if pair is None:
            wire.breach(Breach.UNAUTHENTICATED)
            raise Refusal(401, "The access token is invalid")
        wire.caller_is(pair.user_id)
        if not running.limits.take():
            wire.breach(Breach.OVER_LIMIT)
            raise Refusal(429, "You have surpassed the rate limit.")
        g.caller = Caller(pair.user_id, None)
        if request.path == COMPANIES:
            pair.listed = True
        is_identity = request.path in _IDENTITY and not (request.args.keys() & {"company_id", "project_id"})
        header = request.headers.get("Procore-Company-Id", "")
        if is_identity and pair.user_id is not None:
            return
        if not header:
            wire.breach(Breach.MISSING_COMPANY_HEADER)
            raise MissingCompany(running.switches.missing_header_status)
        company_id = written_id(header)
        if company_id is None:
            raise Refusal(400, "Procore-Company-Id is not an id.")
        if is_identity:
            return
        g.caller = Caller(pair.user_id, company_id)
        if pair.user_id is not None and not pair.listed:
            wire.breach(Breach.COMPANY_NOT_CHOSEN)
        _admit_to_company(company_id)


def _admit_to_company(company_id: int) -> None:
    running = simulator()
    if not running.is_connected(company_id) and not _works_without_app(request.path):
        wire.breach(Breach.APP_NOT_CONNECTED)
        raise Refusal(403, NOT_CONNECTED)
    user_id = caller().user_id
    if user_id is not None and running.world.membership(user_id, company_id) is None:
        raise Refusal(403, NOT_PERMITTED)
    named = [(request.view_args or {}).get("company_id"), request.args.get("company_id")]
    if any(str(claim) != str(company_id) for claim in named if claim is not None):
        wire.breach(Breach.COMPANY_MISMATCH)
        raise Refusal(403, NOT_PERMITTED)


def _works_without_app(path: str) -> bool:
    switched = simulator().switches.installations_when_disconnected
    return path == _INSTALLATION_REQUESTS or (switched and path.startswith(_APP_INSTALLATIONS))


@blueprint.errorhandler(Refusal)
def _refuse(refusal: Refusal) -> Response:
    running = simulator()
    headers = {"Content-Type": "application/json"}
    if refusal.status == 429 and running.limits.send_retry_after:  # noqa: PLR2004 # Too Many Requests
        with running.lock:
            headers["Retry-After"] = str(running.limits.retry_after())
    switches = running.switches
    if isinstance(refusal, MissingCompany) and switches.missing_header_as is TextKind.TEXT:
        return Response(refusal.messages[0], refusal.status, mimetype="text/plain")
    body = error_bodies.write(
        switches.error_shape, request.path, refusal.status, refusal.messages, refusal.fields
    )
    return Response(orjson.dumps(body), refusal.status, headers)


@blueprint.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def _unknown(path: str) -> Response:  # noqa: ARG001 # the address is what does not matter here
    wire.breach(Breach.UNKNOWN_PATH)
    raise Refusal(404, NOT_FOUND)
