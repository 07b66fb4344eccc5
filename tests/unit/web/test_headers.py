"""The headers of each kind of page, as the sign-in design fixes them."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient

from embedded_app.web import headers
from embedded_app.web.access import public
from embedded_app.web.headers import Kind

from .conftest import MakeApp


def _get(app: Flask, kind: Kind) -> dict[str, str]:
    app.add_url_rule("/page", "page", public(kind(lambda: "x")))
    response = app.test_client().get("/page")
    assert response.status_code == 200
    return dict(response.headers)


def _policy(found: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in found["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_frame_is_framed_by_the_hosts_alone(make_app: MakeApp) -> None:
    found = _get(make_app(PROCORE_ENVIRONMENT="federal"), Kind.FRAME)
    policy = _policy(found)
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["frame-ancestors"] == "https://*.procore.com https://*.procoregov.com"
    assert "X-Frame-Options" not in found
    assert found["Referrer-Policy"] == "same-origin"
    assert found["Cache-Control"] == "no-store"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Permissions-Policy"] == "storage-access=(), camera=(), microphone=(), geolocation=()"
    assert found["Strict-Transport-Security"] == "max-age=31536000"  # a year


@pytest.mark.parametrize("kind", [k for k in Kind if k not in {Kind.FRAME, Kind.STATIC}])
def test_everything_else_is_framed_by_nobody(app: Flask, kind: Kind) -> None:
    found = _get(app, kind)
    assert _policy(found)["frame-ancestors"] == "'none'"
    assert found["X-Frame-Options"] == "DENY"
    assert found["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("kind", "opener_policy", "referrer_policy"),
    [
        (Kind.POPUP, "unsafe-none", "no-referrer"),
        (Kind.CALLBACK, "same-origin", "no-referrer"),
        (Kind.STANDALONE, "same-origin", "same-origin"),
    ],
)
def test_only_the_popup_keeps_its_opener(
    app: Flask, kind: Kind, opener_policy: str, referrer_policy: str
) -> None:
    found = _get(app, kind)
    assert found["Cross-Origin-Opener-Policy"] == opener_policy
    assert found["Referrer-Policy"] == referrer_policy


@pytest.mark.parametrize("kind", [Kind.API, Kind.FRAGMENT])
def test_data_is_for_our_own_pages(app: Flask, kind: Kind) -> None:
    found = _get(app, kind)
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert _policy(found) == {"default-src": "'none'", "frame-ancestors": "'none'"}


def test_plain_http_promises_no_tls(make_app: MakeApp) -> None:
    found = _get(make_app(PUBLIC_URL="http://app.tieback.localhost:8001"), Kind.FRAME)
    assert "Strict-Transport-Security" not in found


def test_form_of_a_page_may_lead_to_the_login(app: Flask) -> None:
    assert _policy(_get(app, Kind.STANDALONE))["form-action"] == "'self' https://login.procore.com"


def test_undeclared_view_gets_the_headers_of_a_standalone_page(app: Flask) -> None:
    app.add_url_rule("/page", "page", public(lambda: "x"))
    assert headers.undeclared(app) == ["page"]
    response = app.test_client().get("/page")
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_error_in_a_frame_can_be_shown_in_the_frame(app: Flask) -> None:
    app.add_url_rule("/page", "page", public(Kind.FRAME(lambda: str(1 / 0))))
    response = app.test_client().get("/page")
    assert response.status_code == 500
    assert "frame-ancestors https://*.procore.com" in response.headers["Content-Security-Policy"]


def test_every_answer_has_a_policy(client: FlaskClient) -> None:
    assert "frame-ancestors 'none'" in client.get("/nothing").headers["Content-Security-Policy"]


def test_custom_hosts_are_taken_as_they_are(make_app: MakeApp) -> None:
    app = make_app(
        PROCORE_ENVIRONMENT="custom",
        PROCORE_LOGIN_URL="http://login.procore.localhost:9000",
        PROCORE_API_URL="http://api.procore.localhost:9000",
        PROCORE_FRAME_ANCESTORS="http://app.procore.localhost:9000 http://us02.procore.localhost:9000",
        MASTER_KEYS=f"k9:{base64.b64encode(bytes(range(32))).decode()}",
    )
    ancestors = _policy(_get(app, Kind.FRAME))["frame-ancestors"]
    assert ancestors == "http://app.procore.localhost:9000 http://us02.procore.localhost:9000"
