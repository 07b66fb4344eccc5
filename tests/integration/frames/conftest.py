"""The whole app with a published panel: real database, simulated Procore over HTTP, sample ERP."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from embedded_app.app import create_app
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.principals import Viewer, actor_of
from embedded_app.services import services
from embedded_app.simulator.sample_erp import build_sample_erp
from embedded_app.storage import company_scope
from embedded_app.web import cookies
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN, Person
from tests.fakes.saved_state import SavedState, close
from tests.fakes.simulator_process import SimulatorProcess

HOLLIS = CompanyId(562949953443325)
RIVERSIDE = ProjectId(562949953500001)
DANA = "dana.whitfield@hollisgrant.example"
MARCUS = "marcus.oyelaran@hollisgrant.example"
PRIYA = "priya.raman@hollisgrant.example"
SEAN = "sean.omalley@hollisgrant.example"
SOURCE = {
    "kind": "sql",
    "name": "Sage ERP",
    "dialect": "sqlite",
    "database": "sample-erp.db",
    "table": "commitment_status",
    "key_column": "commitment_no",
}
STATUSES = """Approved = Open
Processing = Open
Submitted = Open
Partially Received = Open
Out For Signature = Pending
Complete = Closed
Received = Closed"""


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """SQLite: what these pages need of a database is tested on both in tests/integration/panels."""
    return f"sqlite:///{shutil.copyfile(migrated_sqlite, tmp_path / 'test.sqlite3')}"


@pytest.fixture(scope="session")
def _built_erp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied, not used."""
    path = tmp_path_factory.mktemp("erp") / "sample-erp.db"
    build_sample_erp(path)
    return path


@pytest.fixture
def erp(_built_erp: Path, tmp_path: Path) -> Path:
    """The sample ERP's database file."""
    return _place_erp(_built_erp, tmp_path)


def _place_erp(built: Path, folder: Path) -> Path:
    path = folder / "sources" / str(HOLLIS) / "sample-erp.db"
    path.parent.mkdir(parents=True)
    return shutil.copyfile(built, path)


@pytest.fixture
def app(database_url: str, simulator: SimulatorProcess, clock: FakeClock, erp: Path) -> Iterator[Flask]:
    app = _make_app(database_url, simulator, clock, erp)
    yield app
    close(app)


def _make_app(database_url: str, simulator: SimulatorProcess, clock: FakeClock, erp: Path) -> Flask:
    environment = config_beside(simulator, DATABASE_URL=database_url, SOURCE_FILES=str(erp.parents[1]))
    return create_app(environment, clock=clock, instance_path=erp.parents[2])


@dataclass(frozen=True)
class Saved:
    """Hollis & Grant with its administrator: as Dana has just connected it, and with the panel published."""

    viewer: Viewer
    connected: SavedState
    published: SavedState


@pytest.fixture(scope="session")
def _saved(
    running_simulator: SimulatorProcess,
    migrated_sqlite: Path,
    _built_erp: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Saved:
    folder = tmp_path_factory.mktemp("connected")
    url = f"sqlite:///{shutil.copyfile(migrated_sqlite, folder / 'test.sqlite3')}"
    running_simulator.reset()
    app = _make_app(url, running_simulator, FakeClock.from_now(), _place_erp(_built_erp, folder))
    viewer = _connect(app, running_simulator)
    connected = SavedState(app, running_simulator, folder / "connected.sqlite3")
    publish_panel(app, viewer)
    return Saved(viewer, connected, SavedState(app, running_simulator, folder / "published.sqlite3"))


@pytest.fixture
def administrator(app: Flask, _saved: Saved) -> Viewer:
    """Dana, who has connected Hollis & Grant; nothing is set up yet."""
    _saved.connected.go_on(app)
    return _saved.viewer


def _connect(app: Flask, simulator: SimulatorProcess) -> Viewer:
    dana = Person(app, simulator, DANA)
    with app.app_context():
        begun = services().sign_ins.begin_install(None)
    with app.test_request_context():
        name = cookies.LOGIN.name
    dana.client.set_cookie(name, begun.cookie, domain="app.tieback.localhost")
    dana.get(dana.at_login(begun.authorize_url))
    with app.app_context():
        return services().sign_ins.complete_install(begun.cookie, HOLLIS).viewer


def publish_panel(
    app: Flask,
    viewer: Viewer,
    *,
    audience: str = "readers",
    unmatched_audience: str = "readers",
    link_audience: str = "readers",
    job: str = "21-0417",
) -> None:
    """A source on the sample ERP, its job on Riverside, and the panel beside it."""
    actor = actor_of(viewer)
    with app.app_context(), company_scope(HOLLIS):
        service = services().sources
        source_id = service.create(service.draft(SOURCE), actor=actor).id
        if job:
            services().panels.jobs.assign(RIVERSIDE, job, actor)
        editor = services().panels.editor
        suggested = editor.suggest("commitments", source_id)
        form = replace(
            suggested,
            audience=audience,
            unmatched_audience=unmatched_audience,
            link_audience=link_audience,
            comparisons=tuple(
                replace(line, status_map=STATUSES) if line.record_field == "status" else line
                for line in suggested.comparisons
            ),
        )
        editor.publish(editor.create(form, actor), actor)


class Frame:
    """A signed-in person's frame of a project."""

    def __init__(self, person: Person) -> None:
        self._person = person
        granted = person.sign_in_frame(HOLLIS).json
        assert granted is not None
        self._token = granted["token"]
        self._headers = {"Authorization": f"Bearer {self._token}"}

    def get(self, path: str, **arguments: object) -> TestResponse:
        query = {"company_id": HOLLIS, "project_id": RIVERSIDE} | arguments
        return self._person.get(f"{path}?{urlencode(query)}", **self._headers)

    def sign_out(self) -> None:
        assert self._person.ask("logout", {"company_id": str(HOLLIS)}, self._token).status_code == 204

    def view(self, **arguments: object) -> TestResponse:
        return self.get("/frame/project/view", **arguments)

    def record(self, record_id: int, **arguments: object) -> TestResponse:
        view = "commitments.work_order_contracts.detail"
        return self.get("/frame/panel/view", **{"view": view, "record_id": record_id} | arguments)

    def post(self, path: str, **form: object) -> TestResponse:
        return self._person.client.post(
            path,
            base_url=ORIGIN,
            data={"company_id": HOLLIS, "project_id": RIVERSIDE} | form,
            headers=self._headers | {"Origin": ORIGIN, "X-Requested-By": "tieback"},
        )


@pytest.fixture
def open_frame(app: Flask, simulator: SimulatorProcess) -> Callable[[str], Frame]:
    return lambda login: Frame(Person(app, simulator, login))


@pytest.fixture
def published(app: Flask, administrator: Viewer, _saved: Saved) -> None:
    del administrator  # of whom this state knows too
    _saved.published.go_on(app)
