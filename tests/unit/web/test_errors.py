"""One shape for every error: a page, a fragment, or JSON ``{"error": {"code", "message", "reference"}}``."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, Response, abort
from werkzeug.test import TestResponse

from embedded_app import errors as tree
from embedded_app.errors import (
    CredentialError,
    EmbeddedAppError,
    Forbidden,
    GrantLost,
    InvalidField,
    NotFound,
    RateLimited,
    SessionExpired,
    UnscopedQuery,
)
from embedded_app.web.access import public
from embedded_app.web.errors import problem_of
from embedded_app.web.headers import Kind

SECRET = "token-a8f3"


def _fail(app: Flask, error: Exception, kind: Kind) -> TestResponse:
    def view() -> Response:
        raise error

    app.add_url_rule("/view", "view", public(kind(view)))
    return app.test_client().get("/view")


def test_json_shape(app: Flask) -> None:
    response = _fail(app, InvalidField("name", "Choose a name."), Kind.API)
    assert response.status_code == 422
    assert response.json == {
        "error": {
            "code": "invalid_field",
            "message": "Choose a name.",
            "reference": response.headers["X-Request-Id"],
        }
    }


def test_page_names_the_reference(app: Flask) -> None:
    response = _fail(app, GrantLost("refused"), Kind.STANDALONE)
    assert response.status_code == 409
    assert response.mimetype == "text/html"
    assert "The connection to Procore was lost" in response.text
    assert response.headers["X-Request-Id"] in response.text


def test_fragment_is_marked(app: Flask) -> None:
    response = _fail(app, GrantLost("refused"), Kind.FRAGMENT)
    assert response.headers["X-Fragment"] == "error"
    assert "<html" not in response.text
    assert response.headers["X-Request-Id"] in response.text


def test_fragment_that_needs_a_sign_in_answers_json(app: Flask) -> None:
    response = _fail(app, SessionExpired(), Kind.FRAGMENT)
    assert response.status_code == 401
    assert response.json is not None
    assert response.json["error"]["code"] == "session_expired"


def test_no_access_and_not_found_cannot_be_told_apart() -> None:
    forbidden = Forbidden("Only administrators see project 7.", status_code=403)
    missing = NotFound("There is no project 7.", status_code=404)
    assert problem_of(forbidden) == problem_of(missing)


@pytest.mark.parametrize("kind", [Kind.API, Kind.FRAGMENT, Kind.FRAME, Kind.STANDALONE])
@pytest.mark.parametrize(
    "error", [ValueError(SECRET), UnscopedQuery(SECRET), CredentialError(SECRET), EmbeddedAppError(SECRET)]
)
def test_our_own_fault_says_nothing_of_the_internals(
    app: Flask, kind: Kind, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = _fail(app, error, kind)
    assert response.status_code == 500
    assert SECRET not in response.text
    assert response.headers["X-Request-Id"] in response.text
    assert [r for r in caplog.records if r.exc_info], "the failure has to be in the log"


def test_rate_limit_says_when_to_come_back(app: Flask) -> None:
    retry_at = datetime.now(UTC) + timedelta(seconds=90)
    response = _fail(app, RateLimited("It accepts the next request soon.", retry_at=retry_at), Kind.API)
    assert response.status_code == 503
    assert 85 <= int(response.headers["Retry-After"]) <= 90


def test_a_frame_that_has_to_wait_refreshes_by_itself(app: Flask) -> None:
    retry_at = datetime(2026, 11, 20, 13, 41, tzinfo=UTC)
    text = _fail(app, RateLimited("Wait.", retry_at=retry_at), Kind.FRAGMENT).text
    assert text.count("Procore asked us to wait") == 2  # the heading, and what is announced
    assert "accepts the next request at" in text
    assert "refreshes by itself" in text
    assert 'data-reload-at="2026-11-20T13:41:00Z"' in text


def test_a_page_that_has_to_wait_says_until_when(app: Flask) -> None:
    retry_at = datetime(2026, 11, 20, 13, 41, tzinfo=UTC)
    text = _fail(app, RateLimited("Wait.", retry_at=retry_at), Kind.STANDALONE).text
    assert "accepts the next request at" in text
    assert "refreshes by itself" not in text


@pytest.mark.parametrize("status", [400, 404, 405, 413, 429])
def test_http_errors_have_the_same_shape(app: Flask, status: int) -> None:
    app.add_url_rule("/view", "view", public(Kind.API(lambda: abort(status))))
    response = app.test_client().get("/view")
    assert response.status_code == status
    assert response.json is not None
    assert set(response.json["error"]) == {"code", "message", "reference"}


def test_wrong_method_names_the_right_ones(app: Flask) -> None:
    app.add_url_rule("/view", "view", public(lambda: "x"), methods=["GET"])
    response = app.test_client().delete("/view")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_routing_redirect_is_kept(app: Flask) -> None:
    app.add_url_rule("/folder/", "folder", public(lambda: "x"))
    response = app.test_client().get("/folder")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/folder/")


def _classes(base: type[EmbeddedAppError]) -> list[type[EmbeddedAppError]]:
    return [base, *(c for sub in base.__subclasses__() for c in _classes(sub))]


@pytest.mark.parametrize("category", _classes(EmbeddedAppError), ids=lambda c: c.__name__)
def test_every_error_of_the_tree_can_be_told(category: type[EmbeddedAppError]) -> None:
    error = category.__new__(category)
    EmbeddedAppError.__init__(error, "A sentence.")
    if isinstance(error, RateLimited):
        error.retry_at = datetime(2026, 11, 20, tzinfo=UTC)
    problem = problem_of(error)
    assert problem.title
    assert problem.sentence
    ours = (tree.ProgrammingError, tree.CredentialError, tree.ConfigurationError)
    is_ours = category is EmbeddedAppError or issubclass(category, ours)
    assert (problem.title == "This page could not be built") == is_ours
