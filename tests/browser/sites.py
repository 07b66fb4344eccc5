"""Procore, the app and an attacker on sites of their own, over HTTPS, in threads of this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug import Request, Response

from embedded_app import storage
from embedded_app.app import create_app
from embedded_app.demo.preparation import set_up
from embedded_app.ids import CompanyId
from embedded_app.services import services
from embedded_app.simulator.hosts import DOMAIN
from embedded_app.simulator.options import Options
from embedded_app.simulator.sample_erp import build_sample_erp
from embedded_app.simulator.seed import people
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION, Simulator
from embedded_app.storage import company_scope, db
from tests.factories.settings import config
from tests.fakes.certificate_authority import CertificateAuthority
from tests.fakes.fake_clock import FakeClock
from tests.fakes.https_server import HttpsServer
from tests.fakes.person import Person
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, Answer, SimulatorProcess

HOST, LOGIN, APP, EVIL, STRANGER = (
    "us02.procore.localhost",  # where the seed's first company has its pages
    "login.procore.localhost",
    "app.tieback.localhost",
    "www.evil.localhost",
    "www.stranger.localhost",  # opens no window: Firefox then gives its frames the cookies of its own pages
)
_PROCORE = (HOST, LOGIN, "app.procore.localhost", "api.procore.localhost")
_PAGES = "/page-of-the-test/"

HOLLIS = CompanyId(people.HOLLIS)
RIVERSIDE = people.HOLLIS_PROJECTS[0]
DANA = "dana.whitfield@hollisgrant.example"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that the app got, and what it answered."""

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    set_cookies: tuple[str, ...]


class _Simulator(SimulatorProcess):
    """The simulated Procore in this process, with the controls of the other one."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client = app.test_client(use_cookies=False)

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        sent = self._client.open(path, method=method, headers=dict(headers or {}), data=form or body)
        return Answer(sent.status_code, sent.headers.items(), sent.data)


class Sites:
    """Addresses stay the same; `begin_anew` brings everything behind them back to where tests begin.

    That is: the app is installed in Hollis & Grant with a panel on the sample ERP, and nobody is signed in.

    Attributes:
        calls: what the app was asked, oldest first.
        answers: a status that the app is to answer with for a path, whatever it would have said.
        clock: the app's time, which stands still.
    """

    def __init__(self, folder: Path, authority: CertificateAuthority) -> None:
        self._folder = folder
        self._authority = authority
        self._server = HttpsServer(authority.server_context(*_PROCORE, APP, EVIL, STRANGER))
        options = Options(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            redirect_uris=(f"{self.origin(APP)}/oauth/callback",),
            app_url=self.origin(APP),
            control=True,
        )
        self._simulated = create_simulator(options)
        self.simulator = _Simulator(self._simulated)
        self._pages: dict[str, Response] = {}
        self._held: dict[str, Event] = {}
        self._server.apps = {
            **{name: self._with_pages(self._simulated) for name in _PROCORE},
            APP: self._watched,
            EVIL: self._with_pages(_nothing),
            STRANGER: self._with_pages(_nothing),
        }
        self.calls: list[Call] = []
        self.answers: dict[str, int] = {}
        self.clock = FakeClock.from_now()
        self.app = self._prepared_app()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve; on leaving, everything ends."""
        with ExitStack() as stack:
            stack.enter_context(self._server.running())
            stack.callback(self._dispose)
            self._install()
            yield

    def begin_anew(self) -> None:
        """For the next test."""
        self._dispose()
        self.simulator.reset()
        self.clock = FakeClock(datetime.now(UTC))
        shutil.copyfile(self._folder / "prepared.sqlite3", self._folder / "test.sqlite3")
        self.app = self._app("test.sqlite3")
        self.calls.clear()
        self.answers.clear()
        self._pages.clear()

    def end_portal_sessions(self) -> None:
        """Nobody is signed in at Procore any more; pages that are open stay as they are."""
        running: Simulator = self._simulated.extensions[EXTENSION]
        running.sessions.clear()

    @property
    def record_ids(self) -> dict[str, int]:
        """The commitments of Riverside by their numbers."""
        running: Simulator = self._simulated.extensions[EXTENSION]
        return {each.number: each.id for each in running.world.contracts_of(RIVERSIDE)}

    def origin(self, host: str) -> str:
        return f"https://{host}:{self._server.port}"

    def page(self, host: str, html: str) -> str:
        """Put a page of the test's own on a site; its address."""
        document = f"<!doctype html><title>{host}</title>{html}"
        return self.origin(host) + self._placed(Response(document, mimetype="text/html"))

    def framing(self, address: str, *hosts: str) -> str:
        """A page that frames `address`, through pages of all the hosts, the first one outermost; its address."""
        for host in reversed(hosts):
            frame = (
                f'<iframe src="{address}" width="1000" height="800" onload="window.loaded = true"></iframe>'
            )
            address = self.page(host, f'<main class="app-frame">{frame}</main>')
        return address

    def portal(self, path: str) -> str:
        return f"{self.origin(HOST)}{path}"

    def portal_as(self, name: str, path: str) -> str:
        """An address that signs somebody in to the portal and leads on to `path` there."""
        running: Simulator = self._simulated.extensions[EXTENSION]
        login = next(each.login for each in running.world.people.values() if each.name == name)
        leading_on = Response(status=303, headers={"Location": self.portal(path)})
        name, _, token = self.simulator.portal_cookie(login).partition("=")
        leading_on.set_cookie(name, token, httponly=True, samesite="Lax", domain=DOMAIN)
        return self.portal(self._placed(leading_on))

    @property
    def app_in_project(self) -> str:
        """The path of the portal's page that frames the app, in Riverside."""
        running: Simulator = self._simulated.extensions[EXTENSION]
        (configuration,) = running.world.configurations_of(HOLLIS)
        return f"/{RIVERSIDE}/project/apps/{configuration.id}"

    def frame(self, kind: str = "project", **query: object) -> str:
        """The address of a page of ours that Procore frames."""
        return f"{self.origin(APP)}/frame/{kind}?{urlencode(query)}"

    def elsewhere(self, login: str) -> Person:
        """Somebody at another machine, with the programs and cookies of their own."""
        return Person(self.app, self.simulator, login, origin=self.origin(APP))

    def called(self, path: str) -> list[Call]:
        """What the app was asked under a path."""
        return [call for call in self.calls if call.path == path]

    @contextmanager
    def holding(self, path: str) -> Iterator[None]:
        """Whoever asks for something under `path`, of Procore or of the app, is answered when this ends."""
        released = self._held[path] = Event()
        try:
            yield
        finally:
            del self._held[path]
            released.set()

    def _placed(self, response: Response) -> str:
        """The path at which every site has this answer."""
        path = f"{_PAGES}{len(self._pages)}"
        self._pages[path] = response
        return path

    def _wait_if_held(self, path: str) -> None:
        for begin, released in list(self._held.items()):
            if path.startswith(begin):
                released.wait()

    def _watched(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self._wait_if_held(request.path)
        app: WSGIApplication = self.app.wsgi_app
        if request.path in self.answers:
            app = Response("", self.answers[request.path])

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            cookies = tuple(value for name, value in headers if name == "Set-Cookie")
            asked = (request.method, request.path, request.args.to_dict())
            self.calls.append(Call(*asked, int(status[:3]), cookies))
            return start_response(status, headers, *rest)

        return app(environ, start)

    def _with_pages(self, otherwise: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            self._wait_if_held(path)
            return self._pages.get(path, otherwise)(environ, start_response)

        return answer

    def _app(self, database: str) -> Flask:
        procore = {name: self.origin(name) for name in _PROCORE}
        environment = config(
            PUBLIC_URL=self.origin(APP),
            DATABASE_URL=f"sqlite:///{self._folder / database}",
            PROCORE_ENVIRONMENT="custom",
            PROCORE_LOGIN_URL=procore[LOGIN],
            PROCORE_API_URL=procore["api.procore.localhost"],
            PROCORE_FRAME_ANCESTORS=f"{procore[HOST]} {procore['app.procore.localhost']}",
            PROCORE_CLIENT_ID=CLIENT_ID,
            PROCORE_CLIENT_SECRET=CLIENT_SECRET,
            SIGN_IN_CODES="on",
            SOURCE_FILES=str(self._folder / "sources"),
        )
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(self._authority.file)  # read once, when the client is made
        try:
            return create_app(environment, clock=self.clock, instance_path=self._folder)
        finally:
            os.environ.pop("SSL_CERT_FILE")
            if before is not None:
                os.environ["SSL_CERT_FILE"] = before

    def _prepared_app(self) -> Flask:
        build_sample_erp(self._folder / "sources" / str(HOLLIS) / "sample-erp.db")
        app = self._app("prepared.sqlite3")
        with app.app_context():
            storage.upgrade()
        return app

    def _install(self) -> None:
        with self.app.app_context():
            sign_ins = services().sign_ins
            begun = sign_ins.begin_install(None)
            callback = urlsplit(self.elsewhere(DANA).at_login(begun.authorize_url))
            answer = {name: values[0] for name, values in parse_qs(callback.query).items()}
            sign_ins.end(state=answer["state"], code=answer["code"], error=None, cookie=begun.cookie)
            viewer = sign_ins.complete_install(begun.cookie, HOLLIS).viewer
            with company_scope(HOLLIS):
                set_up(viewer)

    def _dispose(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def _nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return Response("", 404)(environ, start_response)
