from __future__ import annotations

import gzip

import pytest
from flask import Flask

from embedded_app.web.access import public
from embedded_app.web.headers import Kind

BEARER = {"Authorization": "Bearer x"}
TEXT = "<td>6,842,500.00</td>" * 200


@pytest.fixture(autouse=True)
def _page(app: Flask) -> None:
    app.add_url_rule("/piece", "piece", public(Kind.FRAGMENT(lambda: TEXT)))
    app.add_url_rule("/shell", "shell", public(Kind.FRAME(lambda: TEXT)))
    app.add_url_rule("/short/<int:size>", "short", public(Kind.FRAGMENT(lambda size: "x" * size)))


def test_an_answer_to_a_bearer_is_compressed(app: Flask) -> None:
    answer = app.test_client().get("/piece", headers={**BEARER, "Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert len(answer.data) < len(TEXT) / 10
    assert gzip.decompress(answer.data).decode() == TEXT


def test_a_shell_is_compressed_for_everybody(app: Flask) -> None:
    answer = app.test_client().get("/shell", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.data).decode() == TEXT


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/piece", {"Accept-Encoding": "gzip"}),
        ("/piece", BEARER),
        ("/piece", {**BEARER, "Accept-Encoding": "br, gzip;q=0"}),
        ("/short/999", {**BEARER, "Accept-Encoding": "gzip"}),
    ],
    ids=["asked with a cookie or nothing", "not accepted", "refused", "too short"],
)
def test_anything_else_stays_as_it_is(app: Flask, path: str, headers: dict[str, str]) -> None:
    answer = app.test_client().get(path, headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.text in {TEXT, "x" * 999}


def test_a_kilobyte_is_worth_it(app: Flask) -> None:
    answer = app.test_client().get("/short/1000", headers={**BEARER, "Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
