from __future__ import annotations

import pytest
from flask import Flask, Response

from embedded_app.web import cookies

from .conftest import MakeApp


def _set_header(app: Flask, cookie: cookies.Cookie) -> str:
    with app.test_request_context():
        response = Response()
        cookie.set(response, "value", max_age_seconds=60)
    return response.headers["Set-Cookie"]


def _parts(header: str) -> set[str]:
    return set(header.split("; "))


def test_over_https_names_are_bound_to_the_host(app: Flask) -> None:
    assert _parts(_set_header(app, cookies.SESSION)) == {
        "__Host-sid=value",
        "Max-Age=60",
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
    } | {p for p in _parts(_set_header(app, cookies.SESSION)) if p.startswith("Expires=")}


def test_resume_cookie_lives_in_the_partition_of_the_host_page(app: Flask) -> None:
    parts = _parts(_set_header(app, cookies.RESUME))
    assert {"__Host-ea_resume=value", "Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= parts


@pytest.mark.parametrize("cookie", [cookies.LOGIN, cookies.SESSION])
def test_on_this_machine_over_plain_http(make_app: MakeApp, cookie: cookies.Cookie) -> None:
    header = _set_header(make_app(PUBLIC_URL="http://app.tieback.localhost:8001"), cookie)
    assert header.startswith(f"{cookie.bare_name}=value")
    assert not {"Secure", "Partitioned"} & _parts(header)


def test_resume_cookie_is_secure_even_over_plain_http(make_app: MakeApp) -> None:
    header = _set_header(make_app(PUBLIC_URL="http://app.tieback.localhost:8001"), cookies.RESUME)
    assert header.startswith("ea_resume=value")
    assert {"Secure", "SameSite=None", "Partitioned"} <= _parts(header)


def test_reading_takes_our_name_only(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "sid=planted"}):
        assert cookies.SESSION.read() is None
    with app.test_request_context(headers={"Cookie": "__Host-sid=mine"}):
        assert cookies.SESSION.read() == "mine"


def test_clearing_expires_it(app: Flask) -> None:
    with app.test_request_context():
        response = Response()
        cookies.LOGIN.clear(response)
    assert "Max-Age=0" in _parts(response.headers["Set-Cookie"])
