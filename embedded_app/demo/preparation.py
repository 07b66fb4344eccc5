"""Installs the first company, adds its ERP and publishes its panel: through the product's own use cases.

Only the person is played: Dana Whitfield signs in at the simulator and allows the app, as she would in a browser.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import click

from embedded_app import storage
from embedded_app.app import create_app
from embedded_app.config import Config
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.principals import Viewer, actor_of
from embedded_app.services import services
from embedded_app.storage import CompanyState, company_scope

COMPANY = CompanyId(562949953443325)
COMPANIES = (COMPANY, CompanyId(55188))
"""Whose books the sample ERP keeps; the second one installs the app by hand."""
LOGIN = "dana.whitfield@hollisgrant.example"
SOURCE = {
    "kind": "sql",
    "name": "Sage ERP",
    "dialect": "sqlite",
    "database": "sample-erp.db",
    "table": "commitment_status",
    "key_column": "commitment_no",
}
NUMBER = ("last_segment", "digits", "leading_zeros")
STATUSES = """Approved = Open
Processing = Open
Submitted = Open
Partially Received = Open
Out For Signature = Pending
Complete = Closed
Received = Closed
Terminated = Closed"""
JOBS = {
    ProjectId(562949953500001): "21-0417",
    ProjectId(562949953500002): "21-0388",
    ProjectId(562949953500003): "22-0051",
    ProjectId(562949953500004): "20-0295",
}


def prepare(variables: Mapping[str, str], folder: Path) -> None:
    """Bring the schema up to date, and the first company to a published panel; done once, kept afterwards."""
    app = create_app(Config.from_environment(variables), instance_path=folder)
    with app.app_context():
        storage.upgrade()
        with company_scope(COMPANY):
            state = services().installations.get_state()
        if state is not CompanyState.CONNECTED:
            viewer = _install(variables["PROCORE_API_URL"])
            with company_scope(COMPANY):
                set_up(viewer)


def _install(simulator_url: str) -> Viewer:
    begun = services().sign_ins.begin_install(None)
    code, state = _allow(simulator_url, begun.authorize_url)
    services().sign_ins.end(state=state, code=code, error=None, cookie=begun.cookie)
    return services().sign_ins.complete_install(begun.cookie, COMPANY).viewer


def set_up(viewer: Viewer) -> None:
    """Add the sample ERP, its jobs and a published panel, in the company in scope."""
    actor = actor_of(viewer)
    source = services().sources
    source_id = source.create(source.draft(SOURCE), actor=actor).id
    for project_id, job in JOBS.items():
        services().panels.jobs.assign(project_id, job, actor)
    editor = services().panels.editor
    suggested = editor.suggest("commitments", source_id)
    # Marcus, the project manager, is Standard on commitments and shows how a row is linked, so Dana lets Standard
    # see rows without a record and link them. Priya is Read Only, and does neither.
    form = replace(
        suggested,
        unmatched_audience="standard",
        link_audience="standard",
        keys=tuple(replace(key, record_normalizers=NUMBER, row_normalizers=NUMBER) for key in suggested.keys),
        comparisons=tuple(
            replace(line, status_map=STATUSES) if line.record_field == "status" else line
            for line in suggested.comparisons
        ),
    )
    editor.publish(editor.create(form, actor), actor)


def _allow(simulator_url: str, authorize_url: str) -> tuple[str, str]:
    """Sign in at the simulator as Dana and allow the app; the code and the state of the answer."""
    parts = urlsplit(simulator_url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
    try:
        connection.request(
            "POST", "/_sim/login", json.dumps({"login": LOGIN}), {"Content-Type": "application/json"}
        )
        signed_in = connection.getresponse()
        signed_in.read()
        cookie = (signed_in.getheader("Set-Cookie") or "").partition(";")[0]
        target = urlsplit(authorize_url)
        connection.request(
            "POST",
            f"{target.path}?{target.query}",
            urlencode({"decision": "allow"}),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie},
        )
        allowed = connection.getresponse()
        allowed.read()
        answer = parse_qs(urlsplit(allowed.getheader("Location") or "").query)
    finally:
        connection.close()
    if "code" not in answer:
        raise click.ClickException(
            "The simulated Procore did not allow the app. To start over: make demo RESET=1"
        )
    return answer["code"][0], answer["state"][0]
