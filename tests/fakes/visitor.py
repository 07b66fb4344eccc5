"""One person in front of the real app over HTTP: signs in as a frame does, and looks."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from embedded_app.ids import CompanyId, ProjectId
from tests.fakes.person import challenge_of, new_verifier
from tests.fakes.simulator_process import SimulatorProcess

_SECONDS = 60


class Visitor:
    """Keeps one connection, and with it one process of the app, from `arrive` to `leave`.

    The app closes a connection that nothing came through for two seconds.
    """

    def __init__(self, app_url: str, simulator: SimulatorProcess, login: str, company_id: CompanyId) -> None:
        self._origin = app_url
        self._simulator = simulator
        self._company_id = company_id
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", urlsplit(app_url).port or 80, timeout=_SECONDS
        )
        self._bearer = ""
        self._sign_in(login)

    def look(self, project_id: ProjectId, **query: object) -> float:
        """Fetch the view of a project; milliseconds until all of it was there."""
        asked = urlencode({"company_id": self._company_id, "project_id": project_id, **query})
        return self._fetch(f"/frame/project/view?{asked}")[0]

    def page(self, project_id: ProjectId, **query: object) -> tuple[int, str]:
        """The view of a project over a connection of its own, whatever it says: its status and its HTML."""
        asked = urlencode({"company_id": self._company_id, "project_id": project_id, **query})
        connection = http.client.HTTPConnection("127.0.0.1", self._connection.port, timeout=_SECONDS)
        headers = {"Host": urlsplit(self._origin).netloc, "Authorization": f"Bearer {self._bearer}"}
        try:
            connection.request("GET", f"/frame/project/view?{asked}", headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def first_line(self, project_id: ProjectId) -> str:
        """Where the view of a project fetches the detail of its first pair from."""
        asked = urlencode({"company_id": self._company_id, "project_id": project_id})
        html = gzip.decompress(self._fetch(f"/frame/project/view?{asked}")[1]).decode()
        return unescape(html.partition('data-src="')[2].partition('"')[0])

    def open_line(self, address: str) -> float:
        """Fetch the detail of a line; milliseconds likewise."""
        return self._fetch(address)[0]

    def _fetch(self, address: str) -> tuple[float, bytes]:
        headers = {"Authorization": f"Bearer {self._bearer}", "Accept-Encoding": "gzip"}
        began = time.perf_counter()
        content = self._send("GET", address, headers)[1]
        return (time.perf_counter() - began) * 1000, content

    def arrive(self) -> None:
        """Come anew, perhaps to another process of the app."""
        self._connection.close()
        self._connection.connect()

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _sign_in(self, login: str) -> None:
        """The popup's and the frame's steps of docs/sign-in.md."""
        verifier = new_verifier()
        begun = self._ask("begin", {"challenge": challenge_of(verifier), "company_id": str(self._company_id)})
        authorize = urlsplit(json.loads(begun[1])["authorize_url"])
        allowed = self._simulator.send(
            "POST",
            f"{authorize.path}?{authorize.query}",
            headers={"Cookie": self._simulator.portal_cookie(login)},
            form={"decision": "allow"},
        )
        callback = urlsplit(allowed.headers["location"])
        self._send("GET", f"{callback.path}?{callback.query}", {"Cookie": begun[0]})
        redeemed = self._ask("redeem", {"rid": json.loads(begun[1])["rid"], "verifier": verifier})
        self._bearer = json.loads(redeemed[1])["token"]

    def _ask(self, step: str, body: Mapping[str, Any]) -> tuple[str, bytes]:
        headers = {"Origin": self._origin, "X-Requested-By": "tieback", "Content-Type": "application/json"}
        return self._send("POST", f"/auth/frame/{step}", headers, json.dumps(body).encode())

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[str, bytes]:
        """The cookie that was set, and the body of an answer 200."""
        host = {"Host": urlsplit(self._origin).netloc}
        self._connection.request(method, path, body, {**host, **headers})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(
                f"{method} {path.partition('?')[0]} answered {answer.status}: {content[:500]!r}"
            )
        return (answer.getheader("Set-Cookie") or "").partition(";")[0], content
