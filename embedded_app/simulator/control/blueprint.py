"""What all switches share: their blueprint, what was sent, and how they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, request
from werkzeug import Response

from embedded_app.simulator.model.people import Person
from embedded_app.simulator.state import simulator

blueprint = Blueprint("control", __name__, url_prefix="/_sim")


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(LookupError)
def _wrong(problem: Exception) -> Response:
    return answered({"problem": f"{type(problem).__name__}: {problem}"}, 422)


@blueprint.after_request
def _tell_the_postman(response: Response) -> Response:
    if request.method != "GET":
        simulator().postman.look()
    return response


def body_sent() -> Mapping[str, Any]:
    """The body, an object; empty where nothing was sent."""
    body = orjson.loads(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("Send a JSON object.")
    return body


def answered(body: object, status: int = 200) -> Response:
    """This, as JSON."""
    return Response(orjson.dumps(body), status, mimetype="application/json")


def done() -> Response:
    """Nothing to say, but that it is done."""
    return Response(status=204)


def person_of(login: str) -> Person:
    """Who has this login. Raises LookupError if nobody has."""
    found = next((each for each in simulator().world.people.values() if each.login == login), None)
    if found is None:
        raise LookupError(f"Nobody has the login {login}.")
    return found
