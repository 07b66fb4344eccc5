"""One walk through the whole product over records that carry canaries, and everything it left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask, template_rendered
from jinja2 import Template

from embedded_app.procore import TokenSet
from embedded_app.procore.oauth.authorization import Authorization
from embedded_app.simulator.sample_erp import build_sample_erp, write_insurance_files
from tests.fakes.html_page import HtmlPage
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.walker import Answer, Walker
from tests.system import setting_up
from tests.system.world import (
    CLIENT_SECRET,
    DANA,
    HOLLIS,
    MARCUS,
    MASTER_KEY,
    RIVERSIDE,
    SEAN,
    SECRET_KEY,
    Row,
    World,
    rows_of,
    running_world,
)

CANARY = "KITE-"
KINDS = ("work_order_contracts", "purchase_order_contracts")
SETTINGS_PAGES = (
    "/settings",
    "/settings/connection",
    "/settings/sources",
    "/settings/panels",
    "/settings/projects",
    "/settings/sign-ins",
    "/sign-ins",
    "/settings/audit",
)
_RECORDS_OPENED = 4
_UNTIL_A_BEARER_ENDS_SECONDS = 800

Requests = list[dict[str, Any]]


@dataclass
class Walked:
    """What there is afterwards; nothing runs any more.

    Attributes:
        requests: the simulator's log of the walk, without the faults provoked at its end.
        before_choice: the part of it before the company was chosen at the install.
        cold: the part of the first look at a project after signing in; `warm` of the second look.
        answers: what people saw. `refusals`: the part of it that was provoked.
        secrets: what kind it is, and the secret itself.
        contexts: the names that each page was given, by its template.
    """

    requests: Requests = field(default_factory=list)
    before_choice: Requests = field(default_factory=list)
    cold: Requests = field(default_factory=list)
    warm: Requests = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    secrets: list[tuple[str, str]] = field(default_factory=list)
    contexts: dict[str, set[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    log: str = ""


def walk(simulator: SimulatorProcess, folder: Path, database_url: str = "") -> Walked:
    """Do all of it once."""
    walked = Walked()
    with (
        running_world(simulator, folder, database_url) as world,
        _noting_tokens(walked.secrets),
        template_rendered.connected_to(_noting_contexts(walked.contexts)),
    ):
        simulator.plant_canaries(CANARY)
        build_sample_erp(world.sources / str(HOLLIS) / "sample-erp.db")
        certificates = write_insurance_files(folder / "certificates")
        dana, marcus, sean = (world.walker(login) for login in (DANA, MARCUS, SEAN))
        _set_up(world, dana, certificates, walked)
        _look(world, marcus, walked)
        _decide(marcus)
        _look_around(world, dana, sean)
        walked.requests = simulator.requests()
        _provoke(world, dana)
        for walker in (dana, marcus, sean):
            walked.answers += walker.answers
            walked.secrets += walker.all_secrets()
        walked.rows = rows_of(world.app)
        walked.log = world.log.getvalue()
        walked.files = {
            str(path.relative_to(world.folder)): path.read_bytes()
            for path in world.folder.rglob("*")
            if path.is_file()
        }
    walked.secrets += [
        ("client secret", CLIENT_SECRET),
        ("secret key", SECRET_KEY),
        ("master key", MASTER_KEY),
        ("source password", setting_up.SOURCE_PASSWORD),
    ]
    return walked


def _set_up(world: World, dana: Walker, certificates: tuple[Path, Path], walked: Walked) -> None:
    """The administrator's part: install, sources, job, panel."""
    for address in ("/", "/privacy", "/support", "/disconnected", "/auth/frame/popup", "/frame/diag"):
        dana.visit(address)
    picker = dana.choose_company_to_install()
    walked.before_choice = world.simulator.requests()
    dana.submit(picker.forms[0], {"company_id": str(HOLLIS)}, at="/install/company")
    source_id = setting_up.add_erp(dana, "Sage ERP", "sample-erp.db")
    for path in certificates:
        setting_up.add_spreadsheet(dana, f"Certificates {path.suffix}", path)
    setting_up.assign_job(dana, RIVERSIDE, "21-0417")
    setting_up.publish_panel(dana, source_id, RIVERSIDE, "Commitments beside the ERP")


def _look(world: World, marcus: Walker, walked: Walked) -> None:
    """The project manager's part: everything that the project's page leads to."""
    for shell in ("/frame/project", "/frame/company", "/frame/panel"):
        marcus.visit(shell)
    marcus.open_frame(HOLLIS)
    begun = len(world.simulator.requests())
    page = _view(marcus)
    looked = len(world.simulator.requests())
    _view(marcus)
    walked.cold = world.simulator.requests()[begun:looked]
    walked.warm = world.simulator.requests()[looked:]
    for address in dict.fromkeys(page.fragment_addresses()):
        assert marcus.fetch(address).status_code == 200, address
    search = next(form for form in page.forms if "q" in dict(form.fields))
    for asked in ("steel", "nothing is called so"):
        assert marcus.fetch(search.action, **search.filled(q=asked)).status_code == 200
    export = next(link.href for link in page.links if "data-download" in link.attributes)
    assert CANARY in marcus.fetch(export).text
    for kind in KINDS:
        ids = world.record_ids(DANA, HOLLIS, RIVERSIDE, kind)
        for record_id in list(ids.values())[:_RECORDS_OPENED]:
            assert _record(marcus, kind, record_id).status_code == 200
    assert marcus.fetch("/frame/company/view", company_id=HOLLIS).status_code == 200


def _decide(marcus: Walker) -> None:
    """Link what has no row yet, take it back, say "not this one", take that back, and link it after all."""
    alone = _view(marcus, show="only_in_procore")
    proposals = (
        HtmlPage.of(marcus.fetch(address)) for address in alone.fragment_addresses() if "open=" in address
    )
    form = next(f for page in proposals for f in page.forms if f.action.endswith("/frame/links"))
    for act in ("confirm", "break", "reject", "reconsider", "confirm"):
        assert marcus.post_fragment(form, act=act).status_code == 200


def _look_around(world: World, dana: Walker, sean: Walker) -> None:
    """The settings after all that, the frames of other people, and tokens that end on the way."""
    for path in SETTINGS_PAGES:
        for link in dana.visit(path).links:
            if link.href.startswith("/settings/") and link.href not in SETTINGS_PAGES:
                dana.visit(link.href)
    # A hint at a company that is not connected leaves the choice to the person.
    choice = dana.get(dana.at_login(dana.get("/auth/tab?company_id=60274").headers["Location"]))
    dana.visit(choice.headers["Location"])
    sean.open_frame(HOLLIS)
    _view(sean)
    dana.open_frame_by_code(HOLLIS)
    _view(dana)
    world.advance(_UNTIL_A_BEARER_ENDS_SECONDS)
    dana.renew()
    world.make_refreshes_due()
    dana.resume(HOLLIS)
    _view(dana)


def _provoke(world: World, dana: Walker) -> None:
    """Everything that can go wrong with something secret at hand."""
    simulator = world.simulator
    callback = next(a for a in reversed(dana.answers) if a.path == "/oauth/callback")
    assert callback.status == 200
    replayed = dana.at_login(dana.get("/auth/tab").headers["Location"])
    dana.get(replayed)
    dana.get(replayed)
    for fault in ({"status": 500}, {"truncate": True}, {"drop": "after"}, {"status": 401}):
        simulator.fault("/oauth/token", times=1, **fault)
        dana.get(dana.at_login(dana.get("/auth/tab").headers["Location"]))
    for fault in ({"status": 500}, {"truncate": True}, {"drop": "before"}, {"status": 418}, {"status": 429}):
        world.advance(1_000)  # past what is kept
        dana.resume(HOLLIS)
        simulator.fault("/rest/*", **fault)
        dana.fetch("/frame/project/view", company_id=HOLLIS, project_id=RIVERSIDE)
        dana.get("/settings")
        simulator.clear_faults()
    world.advance(4_000)  # past every wait that was asked for
    dana.sign_in_tab(HOLLIS)
    form = dana.visit("/settings/sources/new?kind=sql").form("/settings/sources/save")
    server = {"dialect": "postgresql", "host": "127.0.0.1", "port": "9", "database": "erp", "user": "reader"}
    down = {"act": "test", "name": "Down", "table": "t", "password": setting_up.SOURCE_PASSWORD}
    dana.send(form, server | down)
    for address in ("127.0.0.1:9/erp", "127.0.0.1:nine/erp"):
        url = f"postgresql://reader:{setting_up.SOURCE_PASSWORD}@{address}"
        dana.send(form, {"act": "save", "name": "Down too", "table": "t", "url": url})
    (world.sources / str(HOLLIS)).rename(world.sources / "gone")
    world.advance(600)
    dana.resume(HOLLIS)
    dana.fetch("/frame/project/view", company_id=HOLLIS, project_id=RIVERSIDE, refresh=1)
    dana.get("/nowhere")
    dana.fetch("/frame/project/view", company_id=HOLLIS, project_id="x")
    dana.post_form("/settings/panels/save", csrf_token="wrong")
    simulator.control("DELETE", "/tokens")
    world.advance(600)
    dana.resume(HOLLIS)
    dana.fetch("/frame/project/view", company_id=HOLLIS, project_id=RIVERSIDE)
    dana.get("/settings")


def _view(walker: Walker, **query: str) -> HtmlPage:
    response = walker.fetch("/frame/project/view", company_id=HOLLIS, project_id=RIVERSIDE, **query)
    assert response.status_code == 200, response.text
    return HtmlPage.of(response)


def _record(walker: Walker, kind: str, record_id: int) -> Any:
    view = f"commitments.{kind}.detail"
    return walker.fetch(
        "/frame/panel/view", company_id=HOLLIS, project_id=RIVERSIDE, view=view, record_id=record_id
    )


def _noting_contexts(contexts: dict[str, set[str]]) -> Callable[..., None]:
    def note(sender: Flask, template: Template, context: dict[str, object], **rest: object) -> None:
        del sender, rest
        given = set(context)
        contexts[template.name or ""] = contexts.get(template.name or "", given) & given

    return note


@contextmanager
def _noting_tokens(secrets: list[tuple[str, str]]) -> Iterator[None]:
    """Remember every token that comes from the login host, where the client decodes it."""

    def noting(method: Any) -> Any:
        def call(self: Authorization, *args: str, **kwargs: str) -> TokenSet:
            tokens: TokenSet = method(self, *args, **kwargs)
            secrets.append(("access token", tokens.access_token.reveal()))
            if tokens.refresh_token is not None:
                secrets.append(("refresh token", tokens.refresh_token.reveal()))
            return tokens

        return call

    with (
        patch.object(Authorization, "exchange", noting(Authorization.exchange)),
        patch.object(Authorization, "refresh", noting(Authorization.refresh)),
    ):
        yield
