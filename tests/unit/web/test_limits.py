"""Bounds on how often one key may ask, and what counts as one address."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from embedded_app import web
from embedded_app.web import access, limits
from embedded_app.web.headers import Kind
from tests.factories.settings import config

THREE = limits.Limit.of("three", "3/hour")
OTHER = limits.Limit.of("other", "3/hour")


def test_the_fourth_is_refused_and_told_when_to_come_back(app: Flask) -> None:
    @app.get("/view")
    @Kind.API
    @access.public
    def view() -> str:
        THREE.take(limits.address())
        return "let in"

    client = app.test_client()
    for _ in range(3):
        assert client.get("/view").status_code == 200
    refused = client.get("/view")
    assert refused.status_code == 429
    assert refused.json is not None
    assert refused.json["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 2 * 3600
    elsewhere = client.get("/view", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_limits_and_keys_count_apart_and_asking_counts_nothing(app: Flask) -> None:
    with app.test_request_context():
        for _ in range(3):
            THREE.require("a")
            THREE.take("a")
        with pytest.raises(TooManyRequests):
            THREE.require("a")
        THREE.require("b")
        OTHER.require("a")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_address_is_what_one_client_has_to_itself(app: Flask, address: str, key: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.address() == key


@pytest.mark.parametrize(("proxies", "key"), [("0", "127.0.0.1"), ("1", "192.0.2.9"), ("2", "198.51.100.4")])
def test_only_the_proxies_of_the_operator_are_believed(proxies: str, key: str) -> None:
    app = Flask("embedded_app", static_folder=None)
    web.init_app(app, config(TRUSTED_PROXIES=proxies))

    @app.get("/address")
    @Kind.API
    @access.public
    def address() -> str:
        return limits.address()

    claimed = {"X-Forwarded-For": "203.0.113.1, 198.51.100.4, 192.0.2.9", "X-Forwarded-Host": "evil.example"}
    assert app.test_client().get("/address", headers=claimed).text == key
