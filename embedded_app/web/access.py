"""Who may call a view: every route declares its rule, and no route answers without one.

A `Rule` decorates a view and stays on it. Before each request the rule of the matched view is looked up and
the check that a feature registered for it is called; a view without a rule, or a rule without a check, is
refused as our own mistake. This module knows no session and no person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request

from embedded_app.config import Config
from embedded_app.errors import ProgrammingError
from embedded_app.web import csrf

View = TypeVar("View", bound=Callable[..., Any])
Check = Callable[[], None]

_DECLARED = "access_rule"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a view. An instance is a decorator: write `@full_tab` above the view.

    `by_cookie` says that the browser itself brings the proof of who is asking, so that a foreign page could
    make it ask; unsafe methods then need the token of `web.csrf`.
    """

    name: str
    by_cookie: bool = False

    def __call__(self, view: View) -> View:
        setattr(view, _DECLARED, self)
        return view


public = Rule("public")
"""Anybody. An unsafe method is accepted from our own pages only."""
own_page = Rule("own_page")
"""A script of our own page, by the checks of `csrf.require_own_script`; says nothing about who it is."""
frame_bearer = Rule("frame_bearer")
"""A signed-in viewer of a frame, by the bearer in `Authorization` and nothing else."""
full_tab = Rule("full_tab", by_cookie=True)
"""A person signed in to our own pages."""
administrator = Rule("administrator", by_cookie=True)
"""The same, and an administrator of the company in question."""
api_key = Rule("api_key")
"""A system of the customer, by a key that an administrator made."""
delivery = Rule("delivery")
"""Procore delivering an event; the check verifies where it comes from."""
operator = Rule("operator")
"""Whoever runs this installation, by METRICS_TOKEN."""


def init_app(app: Flask, config: Config) -> None:
    """Enforce the declared rules before every request. Features then register their checks with `enforce`."""
    del config
    checks: dict[Rule, Check] = {public: _check_public, own_page: csrf.require_own_script}
    app.extensions["access"] = checks
    app.before_request(_enforce)


def enforce(app: Flask, rule: Rule, check: Check) -> None:
    """Register what `rule` means in `app`: `check` returns to let the request pass and raises to refuse it.

    A check for a rule that is `by_cookie` calls `csrf.bind` with the id of the session it found.

    Raises:
        ProgrammingError: when the rule has a check already.
    """
    checks: dict[Rule, Check] = app.extensions["access"]
    if rule in checks:
        raise ProgrammingError(f"The access rule {rule.name!r} has a check already.")
    checks[rule] = check


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule that the view of `endpoint` declares, or `None`."""
    return getattr(app.view_functions[endpoint], _DECLARED, None)


def undeclared(app: Flask) -> list[str]:
    """Endpoints that no rule guards, or whose rule nobody enforces, sorted. A test holds this to empty."""
    checks: dict[Rule, Check] = app.extensions["access"]
    return sorted(endpoint for endpoint in app.view_functions if rule_of(app, endpoint) not in checks)


def _enforce() -> None:
    if request.endpoint is None:
        return  # no view: the 404 or 405 follows
    rule = rule_of(current_app, request.endpoint)
    check = current_app.extensions["access"].get(rule)
    if rule is None or check is None:
        raise ProgrammingError(f"Nothing says who may call {request.endpoint!r}.")
    check()
    if rule.by_cookie and request.method not in _SAFE_METHODS:
        csrf.require_token()


def _check_public() -> None:
    if request.method not in _SAFE_METHODS:
        csrf.require_own_origin()
