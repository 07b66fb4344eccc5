"""The one place for security headers: a view says which kind of page it is, this module says the rest.

The policies are those of the sign-in design: a frame may be framed by Procore and by nobody else, everything
else by nobody; the page that opens the login must keep its opener and all others must lose it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from embedded_app.config import Config

View = TypeVar("View", bound=Callable[..., Any])

TRUSTED_TYPES_POLICY = "fragment"  # the name that `static/js/lib/fragments.js` registers

_DECLARED = "page_kind"
_SCRIPTED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": TRUSTED_TYPES_POLICY,
}
_NOBODY = {"frame-ancestors": "'none'"}
_DATA = {"default-src": "'none'", **_NOBODY}
_ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


class Kind(Enum):
    """What a view answers with. An instance is a decorator: write `@Kind.FRAME` above the view."""

    FRAME = "frame"
    """A document that Procore frames: a shell without data."""
    POPUP = "popup"
    """The window that a frame opens to sign in; it must keep its opener."""
    CALLBACK = "callback"
    """The page at the end of the login; it must not keep one."""
    STANDALONE = "standalone"
    """Any other page: install, settings, privacy. Also what an undeclared view is taken for."""
    API = "api"
    """JSON."""
    FRAGMENT = "fragment"
    """A piece of HTML that a frame fetches; the headers of `API`, but errors are pieces of HTML too."""
    STATIC = "static"
    """A file of ours, public and immutable."""

    def __call__(self, view: View) -> View:
        setattr(view, _DECLARED, self)
        return view


def init_app(app: Flask, config: Config) -> None:
    """Set the headers of every answer. Reads PUBLIC_URL, PROCORE_FRAME_ANCESTORS and PROCORE_LOGIN_URL."""
    app.extensions["headers"] = {kind: headers_for(kind, config) for kind in Kind}
    app.after_request(_apply)


def kind_of_request() -> Kind:
    """The kind that the matched view declares; `STANDALONE` when there is none."""
    view = current_app.view_functions.get(request.endpoint or "")
    kind: Kind = getattr(view, _DECLARED, Kind.STANDALONE)
    return kind


def undeclared(app: Flask) -> list[str]:
    """Endpoints whose view does not say its kind, sorted. A test holds this to empty."""
    return sorted(name for name, view in app.view_functions.items() if not hasattr(view, _DECLARED))


def headers_for(kind: Kind, config: Config) -> Mapping[str, str]:
    """Every header that an answer of `kind` carries."""
    headers = {"X-Content-Type-Options": "nosniff", **_OWN_HEADERS[kind]}
    if kind is not Kind.STATIC:  # a static file is public and says itself how long it lives
        headers["Cache-Control"] = "no-store"
        headers["Content-Security-Policy"] = _policy(kind, config)
    if config.is_https:
        headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}"
    return headers


_NO_FEATURES = {"Permissions-Policy": "storage-access=(), camera=(), microphone=(), geolocation=()"}
_NOT_FRAMED = {"X-Frame-Options": "DENY"}
_SAME_ORIGIN_RESOURCE = {"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer"}
_OWN_HEADERS: Mapping[Kind, Mapping[str, str]] = {
    Kind.FRAME: {"Referrer-Policy": "same-origin", **_NO_FEATURES},
    Kind.POPUP: {
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "unsafe-none",
        **_NO_FEATURES,
        **_NOT_FRAMED,
    },
    Kind.CALLBACK: {
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        **_NO_FEATURES,
        **_NOT_FRAMED,
    },
    Kind.STANDALONE: {
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        **_NO_FEATURES,
        **_NOT_FRAMED,
    },
    Kind.API: {**_SAME_ORIGIN_RESOURCE, **_NOT_FRAMED},
    Kind.FRAGMENT: {**_SAME_ORIGIN_RESOURCE, **_NOT_FRAMED},
    Kind.STATIC: {"Cross-Origin-Resource-Policy": "same-origin"},
}


def _policy(kind: Kind, config: Config) -> str:
    match kind:
        case Kind.FRAME:
            directives = {**_SCRIPTED, "frame-ancestors": " ".join(config.procore_frame_ancestors)}
        case Kind.POPUP | Kind.CALLBACK:
            directives = {**_SCRIPTED, **_NOBODY}
        case Kind.STANDALONE:
            # Browsers hold a redirect after a form to this list as well, and a form of ours begins the login.
            login = urlsplit(config.procore_login_url)
            targets = f"'self' {login.scheme}://{login.netloc}"
            directives = {**_SCRIPTED, "form-action": targets, **_NOBODY}
        case _:
            directives = _DATA
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _apply(response: Response) -> Response:
    headers: Mapping[str, str] = current_app.extensions["headers"][kind_of_request()]
    for name, value in headers.items():
        response.headers[name] = value
    return response
