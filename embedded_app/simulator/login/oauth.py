"""The addresses of the login host: the pages a person sees, and the token endpoints."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug import Response

from embedded_app.simulator.login.authorization_server import LoginServer
from embedded_app.simulator.login.sessions import current_person, sign_in, sign_out
from embedded_app.simulator.model.people import Person
from embedded_app.simulator.options import OUT_OF_BAND
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import Consent

blueprint = Blueprint("oauth", __name__, url_prefix="/oauth")
EXTENSION = "procore_login_server"


@blueprint.get("/authorize")
def authorize() -> Response:
    """Who is asked, and what for; without a portal session first who one is."""
    server = _server()
    try:
        grant = server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        if error.redirect_uri:
            return server.handle_error_response(None, error)
        page = render_template("oauth/refused.html", code=error.error, reason=error.description)
        return Response(page, 401 if error.error == "invalid_client" else 400, mimetype="text/html")
    person = current_person()
    if person is None:
        people = simulator().world.people.values()
        return _page(render_template("oauth/sign_in.html", people=people, query=_query()))
    running = simulator()
    if person.id in running.consents and running.switches.consent is Consent.REMEMBERED:
        return _answered(server, grant, person)
    target = urlsplit(grant.redirect_uri)
    return _page(
        render_template(
            "oauth/consent.html",
            app=running.app,
            person=person,
            query=_query(),
            destination=f"{target.scheme}://{target.netloc}" if target.netloc else None,
        )
    )


@blueprint.post("/authorize")
def decide() -> Response:
    """Allow or decline; only a signed-in person can do either."""
    server = _server()
    person = current_person()
    if person is None:
        return _again()
    try:
        grant = server.get_consent_grant(end_user=person.id)
    except OAuth2Error:
        return _again()  # where the reason is shown
    if request.form.get("decision") != "allow":
        return _answered(server, grant, None)
    simulator().consents.add(person.id)
    return _answered(server, grant, person)


def _answered(server: LoginServer, grant: object, person: Person | None) -> Response:
    """The way back to the app, with a code of this person; without one, declined."""
    answer: Response = server.create_authorization_response(
        grant=grant, grant_user=None if person is None else person.id
    )
    location = answer.headers.get("Location", "")
    if location.startswith(OUT_OF_BAND):
        result = parse_qs(urlsplit(location).query)
        return _page(render_template("oauth/out_of_band.html", code=result.get("code", [None])[0]))
    return answer


@blueprint.post("/sign-in")
def choose_person() -> Response:
    """Continue as the chosen person; the simulated Procore asks for no password."""
    person = simulator().world.people.get(request.form.get("user_id", 0, type=int))
    return _again() if person is None else sign_in(_again(), person)


@blueprint.post("/sign-out")
def other_person() -> Response:
    """Let somebody else choose."""
    return sign_out(_again())


@blueprint.post("/token")
def token() -> Response:
    """Exchange a code, refresh, or client credentials."""
    return cast("Response", _server().create_token_response())


@blueprint.post("/revoke")
def revoke() -> Response:
    """End a token pair; the answer does not tell whether there was one."""
    return cast("Response", _server().create_endpoint_response("revocation"))


@blueprint.get("/token/info")
def token_info() -> tuple[Response, int]:
    """What the bearer's own token is good for."""
    tokens = simulator().tokens
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    pair = tokens.use(sent) if scheme.lower() == "bearer" else None
    if pair is None:
        refusal = {"error": "invalid_token", "error_description": "The access token is invalid"}
        return jsonify(refusal), 401
    return jsonify(
        {
            "resource_owner_id": pair.user_id,
            "scopes": [],
            "expires_in_seconds": tokens.seconds_left(pair),
            "application": {"uid": pair.client_id},
            "created_at": pair.created_at,
        }
    ), 200


@blueprint.after_request
def _refuse_frames(response: Response) -> Response:
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cache-Control"] = "no-store"
    if simulator().switches.coop:
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _server() -> LoginServer:
    return cast("LoginServer", current_app.extensions[EXTENSION])


def _query() -> str:
    return request.query_string.decode("latin-1")


def _again() -> Response:
    return redirect(f"{url_for('oauth.authorize')}?{_query()}", code=303)


def _page(html: str) -> Response:
    return Response(html, mimetype="text/html")
