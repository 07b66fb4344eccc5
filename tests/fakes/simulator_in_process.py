"""The simulated Procore inside the test's own process: as the real one, without a socket, and quicker."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from embedded_app.simulator.events import Change
from embedded_app.simulator.options import Options
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION, Simulator

CLIENT_ID = "tieback-demo"


class SimulatorInProcess:
    """Calls the API as a person of the seed; `reset` before each test. `told` are the changes since then."""

    def __init__(self) -> None:
        self._app = create_simulator(Options(control=True))
        self._client = self._app.test_client()
        self.running: Simulator = self._app.extensions[EXTENSION]
        self.told: list[Change] = []
        self.running.changes.listen(self.told.append)

    def reset(self) -> None:
        """Back to the seed; nobody is limited in calls."""
        self.running.reset()
        self.running.limits.hour.limit = self.running.limits.spike.limit = 10**9
        self.told.clear()

    def addresses(self, begin: str) -> list[tuple[str, str]]:
        """Every method with its address, as a template, among those that begin so."""
        return [
            (method, str(rule))
            for rule in self._app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            if str(rule).startswith(begin)
        ]

    def call(
        self,
        method: str,
        path: str,
        *,
        user_id: int | None,
        company_id: int,
        json: object = None,
        **form: Any,
    ) -> TestResponse:
        """One call of the API, on behalf of this person; None is the service account."""
        token = self.running.tokens.issue(CLIENT_ID, user_id).access_token
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(company_id)}
        return self._client.open(f"/rest{path}", method=method, headers=headers, json=json, **form)

    def control(self, method: str, path: str, body: object = None) -> TestResponse:
        """A switch under `/_sim`. Fails loudly when the simulator does not take it."""
        answer = self._client.open(f"/_sim{path}", method=method, json=body)
        assert answer.status_code < 300, f"{method} /_sim{path}: {answer.status} {answer.text}"
        return answer
