"""A person who walks the whole product without a browser: full tab and frame, by what its pages offer."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes.html_page import Form, HtmlPage
from tests.fakes.person import ORIGIN, SCRIPT_HEADERS, Person, challenge_of, new_verifier
from tests.fakes.simulator_process import SimulatorProcess

_MOST_REDIRECTS = 5
Texts = Mapping[str, str]
Upload = tuple[str, bytes]


@dataclass(frozen=True)
class Answer:
    """One request and what came back."""

    method: str
    path: str
    status: int
    text: str


class _RecordingClient(FlaskClient):
    """Keeps every answer, and every value that was handed out in a cookie."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, app.response_class)
        self.answers: list[Answer] = []
        self.cookie_values: set[str] = set()

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        request = response.request
        self.answers.append(Answer(request.method, request.path, response.status_code, response.text))
        for header in response.headers.getlist("Set-Cookie"):
            value = header.partition(";")[0].partition("=")[2]
            self.cookie_values |= {part for part in value.split("~") if part}
        return response


class Walker(Person):
    """Answers are looked at by the caller; a step that needs an answer fails when it is another one.

    Attributes:
        secrets: every text that proved something on the way, by what it is; each is unlikely to occur by chance.
    """

    def __init__(self, app: Flask, simulator: SimulatorProcess, login: str) -> None:
        super().__init__(app, simulator, login)
        self._recorder = _RecordingClient(app)
        self.client = self._recorder
        self.bearer = ""
        self.secrets: list[tuple[str, str]] = []

    @property
    def answers(self) -> list[Answer]:
        return self._recorder.answers

    def all_secrets(self) -> list[tuple[str, str]]:
        return [*self.secrets, *(("cookie", value) for value in sorted(self._recorder.cookie_values))]

    # --- at Procore's login -------------------------------------------------------------------------------

    def at_login(self, authorize_url: str, decision: str = "allow") -> str:
        self._note("state", parse_qs(urlsplit(authorize_url).query)["state"][0])
        callback = super().at_login(authorize_url, decision)
        for code in parse_qs(urlsplit(callback).query).get("code", ()):
            self._note("code", code)
        return callback

    # --- full tab -----------------------------------------------------------------------------------------

    def visit(self, path: str) -> HtmlPage:
        """A page of the full tab; redirects within the product are followed."""
        return self._page(self.get(path))

    def submit(
        self, form: Form, changes: Texts | None = None, *, at: str = "", file: Upload | None = None
    ) -> HtmlPage:
        """Send a form of a full tab, `at` being the page it stood on, and follow where it leads."""
        return self._page(self.send(form, changes, at=at, file=file))

    def send(
        self, form: Form, changes: Texts | None = None, *, at: str = "", file: Upload | None = None
    ) -> TestResponse:
        """The same without following."""
        path, fields = form.action or at, form.filled(**changes or {})
        if form.method == "GET":
            return self.get(f"{path}?{urlencode(fields)}")
        data: dict[str, Any] = dict(fields)
        if file is not None:
            data[form.file_fields[0]] = (io.BytesIO(file[1]), file[0])
        return self.client.post(path, base_url=ORIGIN, data=data, headers={"Origin": ORIGIN})

    def install(self, company_id: int) -> HtmlPage:
        """From /install to the checklist."""
        self.choose_company_to_install()
        picker = self.visit("/install/company")
        return self.submit(picker.forms[0], {"company_id": str(company_id)}, at="/install/company")

    def choose_company_to_install(self) -> HtmlPage:
        """From /install to the list of companies: consent, login, callback."""
        review = self.visit("/install")
        leaving = self.submit(review.form(""), at="/install")
        authorize_url = next(a.href for a in leaving.links if "/oauth/authorize" in a.href)
        return self.visit(self.at_login(authorize_url))

    def sign_in_tab(self, company_id: int) -> HtmlPage:
        """From /settings through the login and back."""
        asked = self.get(f"/auth/tab?{urlencode({'next': '/settings', 'company_id': company_id})}")
        return self.visit(self.at_login(asked.headers["Location"]))

    # --- frame --------------------------------------------------------------------------------------------

    def open_frame(self, company_id: int) -> None:
        """The popup's and the frame's steps, by the handshake of docs/sign-in.md; keeps the bearer."""
        verifier = new_verifier()
        self._note("verifier", verifier)
        begun = self.ask("begin", {"challenge": challenge_of(verifier), "company_id": str(company_id)}).json
        assert begun is not None
        pending = self.ask("redeem", {"rid": begun["rid"], "verifier": verifier})
        assert pending.status_code == 202, pending.text
        self.get(self.at_login(begun["authorize_url"]))
        self._take(self.ask("redeem", {"rid": begun["rid"], "verifier": verifier}))

    def read_code(self, company_id: int) -> tuple[str, str]:
        """Sign in in a tab of its own: the frame's verifier, and the code on the page at the end."""
        verifier = new_verifier()
        self._note("verifier", verifier)
        query = urlencode({"company_id": company_id, "challenge": challenge_of(verifier)})
        begun = self.get(f"/auth/frame/code?{query}")
        page = self.get(self.at_login(begun.headers["Location"])).text
        code = page.partition('translate="no">')[2].partition("<")[0].replace(" ", "")
        self._note("typed code", code)
        return verifier, code

    def open_frame_by_code(self, company_id: int) -> None:
        """The same, and the code typed into the frame; keeps the bearer."""
        verifier, code = self.read_code(company_id)
        self._take(self.ask("code", {"verifier": verifier, "code": code}))

    def renew(self) -> None:
        self._take(self.ask("renew", {}, self.bearer))

    def resume(self, company_id: int) -> None:
        """As a frame that was loaded anew."""
        self._take(self.ask("resume", {"company_id": str(company_id)}))

    def fetch(self, path: str, **query: object) -> TestResponse:
        """A fragment, by the bearer."""
        address = f"{path}?{urlencode(query)}" if query else path
        return self.get(address, Authorization=f"Bearer {self.bearer}")

    def post_fragment(self, form: Form, **changes: str) -> TestResponse:
        """Send a form as the script of a frame does."""
        headers = SCRIPT_HEADERS | {"Authorization": f"Bearer {self.bearer}"}
        return self.client.post(form.action, base_url=ORIGIN, data=form.filled(**changes), headers=headers)

    # --- inside -------------------------------------------------------------------------------------------

    def _page(self, response: TestResponse) -> HtmlPage:
        for _ in range(_MOST_REDIRECTS):
            if response.status_code != 303:
                break
            here = f"{ORIGIN}{response.request.path}"
            address = urljoin(here, response.headers["Location"])
            assert address.startswith(ORIGIN), address
            response = self.get(address.removeprefix(ORIGIN))
        page = HtmlPage.of(response)
        assert response.status_code == 200, f"{response.status_code} at {response.request.path}: {page.said}"
        return page

    def _take(self, response: TestResponse) -> None:
        granted = response.json
        assert response.status_code == 200, response.text
        assert granted is not None
        self.bearer = granted["token"]
        self._note("bearer", self.bearer)

    def _note(self, kind: str, value: str) -> None:
        self.secrets.append((kind, value))
