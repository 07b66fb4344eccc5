from __future__ import annotations

import pytest
from flask import Flask

from embedded_app.errors import AuthenticationError, ProgrammingError
from embedded_app.web import access, csrf
from embedded_app.web.headers import Kind

OWN = {"Origin": "https://tieback.example", "Sec-Fetch-Site": "same-origin"}


def _add(app: Flask, rule: access.Rule | None, **options: object) -> None:
    @Kind.API
    def view() -> str:
        return "let in"

    app.add_url_rule("/view", "view", rule(view) if rule else view, **options)  # type: ignore[arg-type]


def test_view_without_a_rule_is_listed_and_refused(app: Flask) -> None:
    _add(app, None)
    assert access.undeclared(app) == ["view"]
    assert app.test_client().get("/view").status_code == 500


def test_view_with_a_rule_that_nobody_enforces_is_listed_and_refused(app: Flask) -> None:
    _add(app, access.frame_bearer)
    assert access.undeclared(app) == ["view"]
    assert app.test_client().get("/view").status_code == 500


def test_registered_check_decides(app: Flask) -> None:
    _add(app, access.frame_bearer)
    known = False

    def check() -> None:
        if not known:
            raise AuthenticationError

    access.enforce(app, access.frame_bearer, check)
    assert access.undeclared(app) == []
    assert app.test_client().get("/view").status_code == 401
    known = True
    assert app.test_client().get("/view").data == b"let in"


def test_second_check_for_a_rule_is_a_mistake(app: Flask) -> None:
    access.enforce(app, access.api_key, lambda: None)
    with pytest.raises(ProgrammingError, match="api_key"):
        access.enforce(app, access.api_key, lambda: None)


def test_public_view_is_posted_to_by_our_own_pages_only(app: Flask) -> None:
    _add(app, access.public, methods=["GET", "POST"])
    client = app.test_client()
    assert client.get("/view").status_code == 200
    assert client.post("/view").status_code == 403
    assert client.post("/view", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/view", headers=OWN | {"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert client.post("/view", headers={"Origin": "null"}).status_code == 403
    assert client.post("/view", headers=OWN).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN | {"X-Requested-By": "tieback"}, 200),
        ({"Origin": OWN["Origin"], "X-Requested-By": "tieback"}, 200),
        (OWN, 403),
        (OWN | {"X-Requested-By": "other"}, 403),
        (OWN | {"X-Requested-By": "tieback", "Content-Type": "text/plain"}, 403),
        (OWN | {"X-Requested-By": "tieback", "Origin": "https://evil.example"}, 403),
        (OWN | {"X-Requested-By": "tieback", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_own_script_is_recognised_by_origin_json_and_header(
    app: Flask, headers: dict[str, str], status: int
) -> None:
    _add(app, access.own_page, methods=["POST"])
    headers = {"Content-Type": "application/json"} | headers
    response = app.test_client().post("/view", data="{}", headers=headers)
    assert response.status_code == status
    assert "Access-Control-Allow-Origin" not in response.headers


def test_what_a_cookie_authorises_needs_a_token_of_that_session(app: Flask) -> None:
    _add(app, access.full_tab, methods=["GET", "POST"])
    session = "first"
    access.enforce(app, access.full_tab, lambda: csrf.bind(session))
    client = app.test_client()

    @access.full_tab
    def form() -> str:
        return csrf.token()

    app.add_url_rule("/form", "form", form)
    token = client.get("/form").text
    assert client.get("/form").text != token
    assert client.post("/view").status_code == 403
    assert client.post("/view", data={"csrf_token": token}).status_code == 200
    assert client.post("/view", data={"csrf_token": token + "0"}).status_code == 403
    session = "second"
    assert client.post("/view", data={"csrf_token": token}).status_code == 403


def test_check_that_binds_no_session_is_a_mistake(app: Flask) -> None:
    _add(app, access.full_tab, methods=["POST"])
    access.enforce(app, access.full_tab, lambda: None)
    assert app.test_client().post("/view").status_code == 500


def test_unknown_address_is_not_found(app: Flask) -> None:
    assert app.test_client().get("/nothing").status_code == 404


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://Tieback.example:443", "https://tieback.example"),
        ("https://tieback.example:8443", "https://tieback.example:8443"),
        ("http://app.tieback.localhost:8001", "http://app.tieback.localhost:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_origin_is_written_as_browsers_do(public_url: str, origin: str) -> None:
    assert csrf._origin(public_url) == origin
