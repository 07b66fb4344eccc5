"""What ends a session from outside: Procore no longer takes the viewer's token, or no longer knows the app.

One place for all views: whoever calls Procore for a viewer lets these errors pass.

A refusal sends the person to sign in again, once: when it comes to a session that has only just begun, another
sign-in will not help either, and the page says what Procore refuses instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask, Response, g
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.errors import AppNotConnected, GrantLost, NotInstalled, SessionExpired, Unauthorized
from embedded_app.principals.viewer import Viewer
from embedded_app.procore import in_words
from embedded_app.services import services
from embedded_app.signing_in.access import SignInFirst, may_sign_in_first, sign_in_address
from embedded_app.storage import db
from embedded_app.web.errors import Problem, answer, problem_of

JUST_BEGUN = timedelta(minutes=10)
"""A session that is younger is not ended by the refusal of a call, and leads to no sign-in by itself."""


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Unauthorized, _end_session)
    app.register_error_handler(GrantLost, _end_session)
    app.register_error_handler(AppNotConnected, _notice_uninstalled)


def _end_session(error: Unauthorized | GrantLost) -> AnyResponse:
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        return answer(problem_of(error))
    db.session.rollback()
    age = services().principals.sessions.age(viewer)
    has_just_begun = age is not None and age < JUST_BEGUN
    if has_just_begun and isinstance(error, Unauthorized):
        return answer(_refused(error))
    services().principals.sign_out(viewer)
    if not may_sign_in_first():
        return answer(problem_of(SessionExpired()))
    if has_just_begun:  # at the person's own pace: by itself it could go on for ever
        return answer(_taken_back(error))
    return SignInFirst(sign_in_address()).get_response()


def _refused(error: Unauthorized) -> Problem:
    sentence = (
        "You signed in a moment ago, and Procore does not accept it when it is asked for "
        f"{in_words(error.route)}. Nothing was changed. "
        "Try again in a minute; if it stays so, write to support with the reference."
    )
    return replace(problem_of(error), sentence=sentence)


def _taken_back(error: Unauthorized | GrantLost) -> Problem:
    sentence = (
        "You signed in a moment ago, and Procore has taken it back since. Nothing was changed. "
        "Sign in again; if it comes back to this page, write to support with the reference."
    )
    return replace(problem_of(error), sentence=sentence)


def _notice_uninstalled(error: AppNotConnected) -> Response:
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        return answer(problem_of(error))
    db.session.rollback()
    services().installations.notice_uninstalled(viewer.company_id, error.asked_at)
    return answer(
        problem_of(
            NotInstalled("The app was uninstalled in Procore. A company administrator can install it again.")
        )
    )
