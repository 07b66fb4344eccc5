"""A person with a browser: our app in one tab, the simulated login of Procore in another."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.fakes.simulator_process import SimulatorProcess

ORIGIN = "http://app.tieback.localhost:5000"
SCRIPT_HEADERS = {"Origin": ORIGIN, "X-Requested-By": "tieback"}


def new_verifier() -> str:
    """As a frame makes it: 256 bits in base64url."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Person:
    """Cookies of our app live in `client`; `login` is who they are at Procore, `origin` where our app is."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, login: str, *, origin: str = ORIGIN) -> None:
        self.client = app.test_client()
        self.login = login
        self._simulator = simulator
        self._origin = origin

    def has_cookies_of(self, other: Person) -> None:
        """Go on in the same browser, as it is now."""
        self.client._cookies = dict(other.client._cookies or {})

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=self._origin, headers=headers)

    def post_form(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, base_url=self._origin, data=form, headers={"Origin": self._origin})

    def ask(self, step: str, body: dict[str, Any], token: str | None = None) -> TestResponse:
        """A call of the script of a frame or a popup."""
        headers = SCRIPT_HEADERS | {"Origin": self._origin}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.post(f"/auth/frame/{step}", base_url=self._origin, json=body, headers=headers)

    def at_login(self, authorize_url: str, decision: str = "allow") -> str:
        """Decide on Procore's page; the path of the callback that the browser is sent to."""
        parts = urlsplit(authorize_url)
        answer = self._simulator.send(
            "POST",
            f"{parts.path}?{parts.query}",
            headers={"Cookie": self._simulator.portal_cookie(self.login)},
            form={"decision": decision},
        )
        location = answer.headers["location"]
        assert location.startswith(self._origin), location
        return location.removeprefix(self._origin)

    def sign_in_frame(self, company_id: int, decision: str = "allow") -> TestResponse:
        """All of it, popup and frame; the frame's last answer."""
        verifier = new_verifier()
        begun = self.ask("begin", {"challenge": challenge_of(verifier), "company_id": str(company_id)}).json
        assert begun is not None
        self.get(self.at_login(begun["authorize_url"], decision))
        return self.ask("redeem", {"rid": begun["rid"], "verifier": verifier})
