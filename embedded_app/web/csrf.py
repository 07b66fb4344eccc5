"""Whether a request was made by our own page, and not by a foreign page through the person's browser.

Three means, from weak to strong: the origin that the browser states, for forms that need no session; origin,
JSON and a header of our own, for the scripts of our frames; and a token bound to the session, for everything
that a cookie authorises.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from markupsafe import Markup

from embedded_app.config import Config
from embedded_app.errors import FrameNotAllowed, ProgrammingError

FIELD = "csrf_token"
SCRIPT_HEADER = "X-Requested-By"
SCRIPT_NAME = "tieback"

_SENTENCE = "This request did not come from our own page. Open the page again and repeat the step."


def init_app(app: Flask, config: Config) -> None:
    """Prepare the key and offer `csrf_field()` to templates. Reads SECRET_KEY and PUBLIC_URL."""
    app.extensions["csrf"] = _Keys(
        key=hmac.digest(config.secret_key.reveal().encode(), b"csrf", "sha256"),
        origin=_origin(config.public_url),
    )
    app.jinja_env.globals["csrf_field"] = field


def bind(session_id: str) -> None:
    """Say which session authorises this request; the check of a rule that is `by_cookie` does."""
    g.csrf_session_id = session_id


def token() -> str:
    """A token for the forms of this page, good as long as the session. Two calls give two texts."""
    nonce = secrets.token_urlsafe(12)  # so that compression of the page cannot reveal the token
    return f"{nonce}.{_mac(nonce)}"


def field() -> Markup:
    """The hidden input that every form with `method="post"` in a full tab carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def require_token() -> None:
    """Raise `FrameNotAllowed` unless the form carries a token of the bound session."""
    nonce, _, mac = request.form.get(FIELD, "").partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(nonce).encode()):
        raise FrameNotAllowed(_SENTENCE)


def require_own_origin() -> None:
    """Raise `FrameNotAllowed` unless the browser says that a page of ours sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in {None, "same-origin"} or origin != _keys().origin:
        raise FrameNotAllowed(_SENTENCE)


def require_own_link() -> None:
    """Raise `FrameNotAllowed` if the browser says that this page was not opened by a link on a page of ours.

    Browsers without `Sec-Fetch-Site` are let in: it keeps lures out where it can, and nothing rests on it alone.
    WebKit calls every link in a frame cross-site that opens a window of its own; its `Referer`, which no page of
    another origin can make ours, tells where it was.
    """
    site = request.headers.get("Sec-Fetch-Site")
    is_ours = request.headers.get("Referer", "").startswith(f"{_keys().origin}/")
    if site not in {None, "same-origin"} and not is_ours:
        raise FrameNotAllowed(_SENTENCE)


def require_own_script() -> None:
    """The same for the scripts of our frames, which also send JSON and a header that a form cannot."""
    require_own_origin()
    if not request.is_json or request.headers.get(SCRIPT_HEADER) != SCRIPT_NAME:
        raise FrameNotAllowed(_SENTENCE)


class _Keys:
    def __init__(self, *, key: bytes, origin: str) -> None:
        self.key = key
        self.origin = origin


def _keys() -> _Keys:
    keys: _Keys = current_app.extensions["csrf"]
    return keys


def _mac(nonce: str) -> str:
    session_id = g.get("csrf_session_id")
    if session_id is None:
        raise ProgrammingError("A form needs a session, but no check has bound one.")
    return hmac.new(_keys().key, f"{nonce}.{session_id}".encode(), hashlib.sha256).hexdigest()


def _origin(url: str) -> str:
    """What a browser writes into `Origin` for a page under `url`: lower case, no default port."""
    parts = urlsplit(url)
    port = parts.port if parts.port not in {None, {"http": 80, "https": 443}[parts.scheme]} else None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
