"""What an administrator does between installing and a published panel, by the forms of the pages."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.html_page import HtmlPage
from tests.fakes.walker import Walker

SOURCE_PASSWORD = "planted-source-password-93ab51"
STATUSES = """Approved = Open
Processing = Open
Submitted = Open
Partially Received = Open
Out For Signature = Pending
Complete = Closed
Received = Closed"""


def add_erp(walker: Walker, name: str, file_name: str) -> str:
    """Test and save a source on an SQLite file; its id."""
    form = walker.visit("/settings/sources/new?kind=sql").form("/settings/sources/save")
    entries = {
        "act": "test",
        "name": name,
        "dialect": "sqlite",
        "database": file_name,
        "table": "commitment_status",
        "password": SOURCE_PASSWORD,
    }
    tested = walker.submit(form, entries)
    assert "commitment_no" in tested.text
    form = tested.form("/settings/sources/save")
    key = {"key_column": "commitment_no", "password": SOURCE_PASSWORD}
    walker.submit(form, {"act": "save", **key})
    return _id_of(walker, "/settings/sources", name)


def add_spreadsheet(walker: Walker, name: str, path: Path) -> str:
    """Upload, test and save; the source's id."""
    form = walker.visit("/settings/sources/new?kind=spreadsheet").form("/settings/sources/save")
    tested = walker.submit(form, {"act": "test", "name": name}, file=(path.name, path.read_bytes()))
    walker.submit(tested.form("/settings/sources/save"), {"act": "save"})
    return _id_of(walker, "/settings/sources", name)


def assign_job(walker: Walker, project_id: int, job: str) -> str:
    """Say that the job belongs to the project; the id of the assignment."""
    page = walker.visit("/settings/projects")
    before = set(_assignments(page))
    page = walker.submit(page.form("/settings/projects", project_id=str(project_id)), {"job": job})
    (new,) = set(_assignments(page)) - before
    return new


def publish_panel(walker: Walker, source_id: str, project_id: int, name: str) -> str:
    """Take what the editor suggests, look at the preview, publish; the panel's id."""
    list_page = walker.visit("/settings/panels")
    editor = walker.submit(list_page.form("/settings/panels/new"), {"source_id": source_id})
    form = editor.form("/settings/panels/save")
    status = next(key for key, value in form.fields if key.startswith("comparisons.") and value == "status")
    changes = {
        "act": "preview",
        "project_id": str(project_id),
        "name": name,
        "unmatched_audience": "standard",  # a project manager links
        "link_audience": "standard",
        status.replace("record_field", "status_map"): STATUSES,
    }
    preview = walker.submit(form, changes)
    assert 'id="match-rate"' in preview.text
    walker.submit(preview.form("/settings/panels/save"), {"act": "publish"})
    return _id_of(walker, "/settings/panels", name)


def _id_of(walker: Walker, list_path: str, name: str) -> str:
    return walker.visit(list_path).link(name).href.rpartition("/")[2]


def _assignments(page: HtmlPage) -> list[str]:
    return [form.action.split("/")[-2] for form in page.forms if form.action.endswith("/remove")]
