"""What ends a session from outside: Procore no longer takes the viewer's token, or no longer knows the app.

One place for all views: whoever calls Procore for a viewer lets these errors pass.
"""

from __future__ import annotations

from flask import Flask, Response, g
from werkzeug.wrappers import Response as AnyResponse

from embedded_app import installations, principals
from embedded_app.errors import AppNotConnected, GrantLost, NotInstalled, SessionExpired, Unauthorized
from embedded_app.principals.access import SignInFirst, may_sign_in_first, sign_in_address
from embedded_app.principals.viewer import Viewer
from embedded_app.storage import db
from embedded_app.web.errors import answer, problem_of


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
    principals.service().sign_out(viewer)
    if may_sign_in_first():
        return SignInFirst(sign_in_address()).get_response()
    return answer(problem_of(SessionExpired()))


def _notice_uninstalled(error: AppNotConnected) -> Response:
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        return answer(problem_of(error))
    db.session.rollback()
    installations.service().notice_uninstalled(viewer.company_id, error.asked_at)
    return answer(
        problem_of(
            NotInstalled("The app was uninstalled in Procore. A company administrator can install it again.")
        )
    )
