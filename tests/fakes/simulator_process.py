"""The simulated Procore as a process of its own, for tests that speak HTTP with it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from embedded_app.leash import leashed

CLIENT_ID = "tieback-demo"
CLIENT_SECRET = "demo-secret"
REDIRECT_URI = "http://app.tieback.localhost:5000/oauth/callback"

_READY = "is ready at "


class Answer:
    """What came back: `status`, lower-case `headers`, `body`."""

    def __init__(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class SimulatorProcess:
    """Starts the simulator on a free port, and ends it, at the latest with the process of the test.

    `base_url` serves everything; the login host, the API and the portal are told apart by path. Use as a context
    manager, or call `start` and `stop`. One process can serve a whole test session: call `reset` before each
    test, with a `mark` where the test begins from a state that others had to make.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        app_url: str = "http://app.tieback.localhost:5000",
        redirect_uris: Sequence[str] = (REDIRECT_URI,),
        client_secret: str = CLIENT_SECRET,
        options: Sequence[str] = (),
    ) -> None:
        self._command = [sys.executable, "-m", "embedded_app.simulator", "--control", "--port", str(port)]
        self._command += ["--app-url", app_url, *options]
        for uri in redirect_uris:
            self._command += ["--redirect-uri", uri]
        self._client_secret = client_secret
        self._process: subprocess.Popen[str] | None = None
        self.base_url = ""

    def start(self) -> Self:
        """Start, and come back once it answers."""
        self._process = subprocess.Popen(
            leashed(self._command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "SIMULATOR_CLIENT_SECRET": self._client_secret},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()  # comes when it listens, or empty when it ended
        if _READY not in line:
            self.stop()
            raise RuntimeError(f"The simulator did not start: {line!r}")
        self.base_url = line.partition(_READY)[2].strip()
        self.control("GET", "/clock")  # waits in the queue of the listening socket until the worker is up
        return self

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        if self._process is None:
            return
        with self._process:
            self._process.send_signal(signal.SIGINT)  # at once, without waiting for kept connections
            self._process.wait(30)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return urlsplit(self.base_url).port or 0

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request over a connection of its own; nothing is followed or retried."""
        sent = dict(headers or {})
        if form is not None:
            body = urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, path: str, token: str | None = None, company_id: int | None = None) -> Answer:
        """A GET of the API with a token and a company header."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if company_id is not None:
            headers["Procore-Company-Id"] = str(company_id)
        return self.send("GET", path, headers=headers)

    def call(self, method: str, path: str, body: object, token: str, company_id: int | None = None) -> Answer:
        """A call of the API with a JSON body, a token and a company header."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if company_id is not None:
            headers["Procore-Company-Id"] = str(company_id)
        return self.send(method, path, headers=headers, body=json.dumps(body).encode())

    def control(self, method: str, path: str, body: object = None) -> Answer:
        """A switch under `/_sim`. Fails loudly when the simulator does not take it."""
        sent = None if body is None else json.dumps(body).encode()
        answer = self.send(method, f"/_sim{path}", body=sent, headers={"Content-Type": "application/json"})
        assert answer.status < 300, f"{method} /_sim{path}: {answer.status} {answer.text}"
        return answer

    def mark(self) -> str:
        """Keep everything as it is now, tokens and sessions too, for `reset`."""
        name: str = self.control("POST", "/marks").json["mark"]
        return name

    def reset(self, mark: str | None = None) -> None:
        """Back to this mark in everything; without one to the seed, where there are no tokens and no sessions."""
        self.control("POST", "/reset", {} if mark is None else {"mark": mark})

    def tokens(self, login: str | None) -> dict[str, str]:
        """`access_token` and `refresh_token` of a person; of the service account for None."""
        answer = self.control("POST", "/tokens", {} if login is None else {"login": login})
        issued: dict[str, str] = answer.json
        return issued

    def access_token(self, login: str | None) -> str:
        """An access token of a person; of the service account for None."""
        return self.tokens(login)["access_token"]

    def living_pairs(self) -> list[str | None]:
        """Of every token pair of which anything still works, the login; of the service account None."""
        pairs = self.control("GET", "/tokens").json
        return [pair["login"] for pair in pairs if pair["access_works"] or pair["refresh_works"]]

    def portal_cookie(self, login: str) -> str:
        """Sign a person in to the portal; the answer is the value of a Cookie header."""
        answer = self.control("POST", "/login", {"login": login})
        return answer.headers["set-cookie"].partition(";")[0]

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        """What was asked of the login host and the API under this path, oldest first."""
        logged: list[dict[str, Any]] = self.control("GET", f"/requests?{urlencode({'path': path})}").json
        return logged

    def forget_requests(self) -> None:
        self.control("DELETE", "/requests")

    def fault(self, path: str, **fault: object) -> None:
        """Switch a fault on; the fields are those of `embedded_app.simulator.network.faults.Fault`."""
        self.control("POST", "/faults", {"path": path, **fault})

    def clear_faults(self) -> None:
        self.control("DELETE", "/faults")

    def rate(self, **budget: object) -> None:
        """Set the rate windows, for example `hour_remaining=0`."""
        self.control("POST", "/rate", budget)

    def advance(self, seconds: float) -> None:
        """Move the simulator's clock forward."""
        self.control("POST", "/clock", {"advance_seconds": seconds})

    def switch(self, **switches: object) -> None:
        """Set switches, by their names in docs/simulator.md."""
        self.control("PATCH", "/switches", switches)

    def install(self, company_id: int) -> None:
        self.control("POST", f"/companies/{company_id}/install")

    def uninstall(self, company_id: int) -> None:
        self.control("POST", f"/companies/{company_id}/uninstall")

    def membership(self, login: str, company_id: int, **changes: object) -> None:
        """Change levels or projects of a person, for example `project_levels={"commitments": "None"}`."""
        self.control("PATCH", "/memberships", {"login": login, "company_id": company_id, **changes})

    def edit(self, family: str, record_id: int, **values: object) -> None:
        """Set fields of a record."""
        self.control("PATCH", f"/records/{family}/{record_id}", values)

    def plant_canaries(self, prefix: str) -> list[str]:
        """Put a marker into every text of every record; the answer lists them."""
        markers: list[str] = self.control("POST", "/canary", {"prefix": prefix}).json["markers"]
        return markers
