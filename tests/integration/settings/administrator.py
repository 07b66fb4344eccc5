"""An administrator at our pages, without script: follows redirects, reads pages, fills in and sends forms."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from embedded_app.ids import CompanyId
from tests.fakes.person import ORIGIN, Person
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.page import Page

_LEAVES = re.compile(r"0; url=(.+)")


class Administrator(Person):
    """Who signs in at Procore as `login`."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, login: str) -> None:
        super().__init__(app, simulator, login)
        self.app = app

    def opens(self, path: str) -> Page:
        """The page at the end of all redirects within our app."""
        return self._follow(path.partition("#")[0], self.get(path))

    def sends(self, page: Page, action: str, **changes: str) -> Page:
        """Send the form of `page` with that action; `__` in a name stands for a dot."""
        return self.posts(action, page.form(action).values | _named(changes))

    def posts(
        self, path: str, form: dict[str, str], files: dict[str, tuple[bytes, str]] | None = None
    ) -> Page:
        data: dict[str, Any] = dict(form)
        for name, (content, file_name) in (files or {}).items():
            data[name] = (io.BytesIO(content), file_name)
        response = self.client.post(path, base_url=ORIGIN, data=data, headers={"Origin": ORIGIN})
        return self._follow(path, response)

    def token(self) -> str:
        """A CSRF token of this session, as the pages carry one."""
        return self.opens("/settings/connection").form("/settings/connection/disconnect").values["csrf_token"]

    def consents(self, decision: str = "allow") -> Page:
        """Agree on /install and decide at Procore; the page one comes back to."""
        answer = self.post_form("/install")
        assert answer.status_code == 200, answer.text
        leaves = _LEAVES.fullmatch(answer.headers["Refresh"])
        assert leaves is not None
        return self.opens(self.at_login(leaves[1], decision))

    def chooses(self, company_id: CompanyId | str) -> Page:
        return self.posts("/install/company", {"company_id": str(company_id)})

    def installs(self, company_id: CompanyId) -> Page:
        """All of the install; the page at its end."""
        self.consents()
        page = self.chooses(company_id)
        assert page.heading == "Overview", page.text
        return page

    def adds_source(self, **form: str) -> str:
        """Save a new source; its address."""
        empty = self.opens(f"/settings/sources/new?kind={form['kind']}").form("/settings/sources/save")
        page = self.posts("/settings/sources/save", empty.values | form | {"act": "save"})
        assert page.status == 200, page.text
        return page.links()[form["name"]]

    def sends_job(self, project_id: int, job: str) -> Page:
        """Say on the page of projects that `job` belongs to the project."""
        return self.posts(
            "/settings/projects", {"csrf_token": self.token(), "project_id": str(project_id), "job": job}
        )

    def _follow(self, path: str, response: TestResponse) -> Page:
        for _ in range(5):
            if not 300 <= response.status_code < 400:
                break
            path = response.headers["Location"].removeprefix(ORIGIN)
            if path.startswith("http"):
                path = self.at_login(path)
            path = path.partition("#")[0]
            response = self.get(path)
        return Page(path.partition("?")[0], response.status_code, response.text)


def _named(changes: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in changes.items()}
