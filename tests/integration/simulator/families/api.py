"""The API as the people of the first company use it."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.fakes.simulator_in_process import SimulatorInProcess
from tests.integration.simulator.world import DANA_ID, HOLLIS, MARCUS, RIVERSIDE

MARCUS_ID = 160601


class Api:
    """Calls of Hollis & Grant, by default those of its administrator."""

    def __init__(self, simulator: SimulatorInProcess) -> None:
        self.simulator = simulator

    def get(self, path: str, *, by: int | None = DANA_ID, company_id: int = HOLLIS) -> TestResponse:
        return self.simulator.call("GET", path, user_id=by, company_id=company_id)

    def read(self, path: str, *, by: int | None = DANA_ID, company_id: int = HOLLIS) -> Any:
        """The body of an answer that has to be 200."""
        answer = self.get(path, by=by, company_id=company_id)
        assert answer.status_code == 200, answer.text
        return answer.json

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: int | None = DANA_ID,
        company_id: int = HOLLIS,
    ) -> TestResponse:
        return self.simulator.call(method, path, user_id=by, company_id=company_id, json=body)

    def post(self, path: str, body: object, *, by: int | None = DANA_ID) -> Any:
        """The body of an answer that has to be 201."""
        answer = self.write("POST", path, body, by=by)
        assert answer.status_code == 201, answer.text
        return answer.json

    def patch(self, path: str, body: object, *, by: int | None = DANA_ID) -> Any:
        """The body of an answer that has to be 200."""
        answer = self.write("PATCH", path, body, by=by)
        assert answer.status_code == 200, answer.text
        return answer.json

    def level(self, tool: str, level: str) -> None:
        """What Marcus may do in this tool from now on, in projects and in the company."""
        levels = {tool: level}
        body = {"login": MARCUS, "company_id": HOLLIS, "project_levels": levels, "company_levels": levels}
        self.simulator.control("PATCH", "/memberships", body)

    def switch_off(self, tool: str, project_id: int = RIVERSIDE) -> None:
        """Take the tool out of the project."""
        self.simulator.control("PATCH", f"/records/projects/{project_id}", {"tools_off": [tool]})
