"""Turns whatever went wrong into an answer: one page, one fragment and one JSON shape.

JSON is always ``{"error": {"code", "message", "reference"}}``. The reference is the id of the request, so that
support finds the lines of the log. What is said to a person comes from the error's own sentence, or, when the
fault is ours, from here; it never comes from a foreign exception.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask, Response, render_template
from werkzeug.exceptions import HTTPException, TooManyRequests

from embedded_app.config import Config
from embedded_app.errors import (
    AuthenticationError,
    AuthorizationError,
    CompanyPaused,
    CredentialError,
    EmbeddedAppError,
    Forbidden,
    FrameNotAllowed,
    GrantLost,
    InputError,
    InstallationError,
    LinkError,
    NotFound,
    NotInstalled,
    PermissionMissing,
    ProcoreError,
    ProgrammingError,
    RateLimited,
    Rejected,
    SourceError,
    StateMismatch,
    Unauthorized,
)
from embedded_app.web import json, request_ids
from embedded_app.web.headers import Kind, kind_of_request

FRAGMENT_HEADER = "X-Fragment"
"""Tells the script of a frame that the piece of HTML is an error: ``X-Fragment: error``."""

_log = logging.getLogger(__name__)

_OUR_FAULT = "The fault is ours, and it has been recorded. Nothing in Procore or in your sources was changed."
_NOT_READ = "Nothing could be read yet, and nothing was changed."
_NO_ACCESS = (
    "Procore does not show this to you, or it does not exist. "
    "Ask the project administrator, or sign in with another account."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person is told, and what a program reads.

    `title` says what happened, `sentence` what still holds and the next step. `tone` and `icon` are those of
    the components. `retry_at` (UTC) is when Procore takes the next request, where it said so. `explanation` is for
    administrators alone: what stands in the way, a sentence each.
    """

    status: int
    code: str
    title: str
    tone: str
    icon: str
    sentence: str
    reference: str
    can_retry: bool = False
    retry_at: datetime | None = None
    explanation: tuple[str, ...] = ()


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers, from the specific to the general."""
    del config
    app.register_error_handler(EmbeddedAppError, _answer_ours)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def problem_of(error: EmbeddedAppError) -> Problem:
    """How `error` is told."""
    if isinstance(error, (ProgrammingError, CredentialError)) or type(error) is EmbeddedAppError:
        return _our_fault(error.code, error.status)
    if isinstance(error, (Forbidden, NotFound)):  # one answer for both: which of them it is would be a hint
        return _problem(HTTPStatus.FORBIDDEN, "no_access", _LOCKED, _NO_ACCESS)
    if isinstance(error, Unauthorized):  # no 401 of ours: who asks us is signed in, or is told so elsewhere
        return _problem(HTTPStatus.BAD_GATEWAY, error.code, _look_of(error), error.sentence, can_retry=True)
    if isinstance(error, RateLimited):
        problem = _problem(error.status, error.code, _look_of(error), _NOT_READ, can_retry=True)
        return replace(problem, retry_at=error.retry_at)
    problem = _problem(error.status, error.code, _look_of(error), error.sentence, can_retry=error.retryable)
    return (
        replace(problem, explanation=error.explanation) if isinstance(error, PermissionMissing) else problem
    )


def answer(problem: Problem) -> Response:
    """The response for `problem`, in the shape that the matched view promises."""
    kind = kind_of_request()
    if kind in {Kind.API, Kind.STATIC} or (
        kind is Kind.FRAGMENT and problem.status == HTTPStatus.UNAUTHORIZED
    ):
        body = {"code": problem.code, "message": problem.sentence, "reference": problem.reference}
        return json.respond({"error": body}, problem.status)
    templates = {Kind.FRAGMENT: "errors/fragment.html", Kind.FRAME: "errors/frame.html"}
    html = render_template(templates.get(kind, "errors/page.html"), problem=problem)
    response = Response(html, problem.status, mimetype="text/html")
    if kind is Kind.FRAGMENT:
        response.headers[FRAGMENT_HEADER] = "error"
    return response


class _Look(NamedTuple):
    title: str
    tone: str
    icon: str


_LOCKED = _Look("You have no access to this", "", "lock")
_BROKEN = _Look("This page could not be built", "bad", "bad")
_LOOKS: Mapping[type[EmbeddedAppError], _Look] = {  # from the specific to the general
    InputError: _Look("This cannot be used as it is", "warn", "warn"),
    StateMismatch: _Look("This sign-in cannot be finished", "warn", "lock"),
    FrameNotAllowed: _Look("This step was not taken", "warn", "lock"),
    AuthenticationError: _Look("Sign in to go on", "info", "lock"),
    AuthorizationError: _LOCKED,
    NotInstalled: _Look("This company is not connected", "", "box"),
    GrantLost: _Look("The connection to Procore was lost", "warn", "unlink"),
    InstallationError: _Look("The connection needs attention", "warn", "box"),
    RateLimited: _Look("Procore asked us to wait", "warn", "clock"),
    CompanyPaused: _Look("Procore refused this company several times", "warn", "clock"),
    Rejected: _Look("Procore did not accept this", "bad", "bad"),
    Unauthorized: _Look("Procore refused a call", "warn", "lock"),
    ProcoreError: _Look("Procore is not answering", "warn", "clock"),
    SourceError: _Look("The source could not be read", "warn", "clock"),
    LinkError: _Look("The link was not changed", "warn", "link"),
}


def _look_of(error: EmbeddedAppError) -> _Look:
    return next((look for category, look in _LOOKS.items() if isinstance(error, category)), _BROKEN)


_HTTP: dict[int, tuple[str, str]] = {
    404: ("There is no page here", "The address is not one of ours. Open the app from Procore again."),
    405: ("This step was not taken", "The page expects another kind of request. Go back and try again."),
    413: ("This is too large", "Nothing was stored. Choose a smaller file, or shorten what you typed."),
    415: ("This cannot be used as it is", "The request is in a form that we do not read."),
    429: ("Too many requests", "Wait a minute, then try again."),
}
_HTTP_DEFAULT = ("This cannot be used as it is", "The request could not be read. Go back and try again.")


def _answer_ours(error: EmbeddedAppError) -> Response:
    problem = problem_of(error)
    level = logging.ERROR if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    _log.log(
        level,
        "request refused",
        extra={"code": error.code, "status": problem.status},
        exc_info=error if level == logging.ERROR else None,
    )
    response = answer(problem)
    if isinstance(error, RateLimited):
        seconds = (error.retry_at - datetime.now(UTC)).total_seconds()
        response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


def _answer_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:  # a redirect that routing asks for
        return Response(status=status, headers=error.get_headers())
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer(_our_fault("failed", status))
    title, sentence = _HTTP.get(status, _HTTP_DEFAULT)
    look = _Look(title, "", "search")
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    response = answer(_problem(status, code, look, sentence))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    if isinstance(error, TooManyRequests) and isinstance(error.retry_after, int):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _answer_unexpected(error: Exception) -> Response:
    """Say nothing of the internals, and leave a trace in the log."""
    _log.error("request failed", exc_info=error)
    return answer(_our_fault("failed", HTTPStatus.INTERNAL_SERVER_ERROR))


def _our_fault(code: str, status: int) -> Problem:
    return _problem(status, code, _BROKEN, _OUR_FAULT, can_retry=True)


def _problem(status: int, code: str, look: _Look, sentence: str, *, can_retry: bool = False) -> Problem:
    return Problem(
        int(status), code, *look, reference=request_ids.current(), sentence=sentence, can_retry=can_retry
    )
