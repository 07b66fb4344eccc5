"""Adding, testing, changing and deleting sources, as an administrator does it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.simulator.sample_erp import write_insurance_files
from embedded_app.sources import Source, SourceFile
from embedded_app.storage import company_scope, db
from tests.factories.workbooks import workbook
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.world import HOLLIS, SAGE

SAVE = "/settings/sources/save"
POSTGRES = {
    "kind": "sql",
    "name": "Job cost",
    "dialect": "postgresql",
    "host": "sql.hollisgrant.example",
    "database": "cost",
    "user": "tieback_read",
    "password": "hunter2-very-secret",
    "table": "commitments",
}
INSURANCE = b"Vendor,Policy,Expires\nPioneer Concrete,GL-1,2026-12-01\nHarbor Steel,GL-2,2027-01-15\n,,\n"


def new_form(dana: Administrator, kind: str = "sql") -> dict[str, str]:
    return dana.opens(f"/settings/sources/new?kind={kind}").form(SAVE).values


def test_there_is_a_form_for_each_kind(dana: Administrator) -> None:
    page = dana.opens("/settings/sources")
    kinds = [each.attributes["value"] for each in page.root.all("input", name="kind")]
    assert kinds == ["sql", "spreadsheet"]
    for kind in kinds:
        assert dana.opens(f"/settings/sources/new?kind={kind}").heading.startswith("Add a source")
    assert dana.opens("/settings/sources/new?kind=fax").status == 422


def test_a_database_is_tested_previewed_and_saved(app: Flask, dana: Administrator) -> None:
    filled = new_form(dana) | SAGE | {"act": "test"}
    tested = dana.posts(SAVE, filled)
    assert tested.status == 200
    assert "The test passed" in tested.text
    assert "First 5 of 159 rows" in tested.text
    assert "21-0417" in tested.text
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.scalar(db.select(db.func.count()).select_from(Source)) == 0, "a test saves nothing"

    form = tested.form(SAVE)
    assert form.values | SAGE == form.values, "what was typed is still there"
    options = [each.attributes["value"] for each in tested.by_id("key_column").all("option")]
    assert {"", "commitment_no", "job_no"} <= set(options)
    listed = dana.posts(SAVE, form.values | {"act": "save"})
    assert listed.heading == "Sources"
    assert "Sage ERP is saved" in listed.text
    assert "Live, kept 60 s" in listed.text
    assert "159" in listed.text


def test_a_saved_source_is_tested_from_the_list(dana: Administrator) -> None:
    address = dana.adds_source(**SAGE)
    page = dana.sends(dana.opens("/settings/sources"), f"{address}/test")
    assert page.heading == "Sage ERP"
    assert "The test passed" in page.text
    assert "First 5 of 159 rows" in page.text


def test_a_failing_test_says_at_which_step(dana: Administrator) -> None:
    page = dana.posts(SAVE, new_form(dana) | SAGE | {"table": "no_such_table", "act": "test"})
    assert page.status == 200
    assert "The test found a problem" in page.text
    bad = [each.text for each in page.root.all("li", data_tone="bad")]
    assert len(bad) == 1
    assert page.form(SAVE).values["table"] == "no_such_table"


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "N" * 61}, "name", "61 characters"),
        ({"port": "many"}, "port", "whole number"),
        ({"host": "https://sql.example/"}, "host", "Enter the host"),
        ({"user": ""}, "user", "Enter the user"),
        ({"table": "", "query": "DELETE FROM commitments"}, "query", ""),
        ({"query": "SELECT 1"}, "query", "Enter a table or a query"),
        ({"table": ""}, "table", "Enter a table or a query"),
        ({"keep_seconds": "forever"}, "keep_seconds", "Enter a number of seconds"),
    ],
)
def test_wrong_input_is_shown_at_its_field_and_keeps_everything_but_the_password(
    dana: Administrator, wrong: dict[str, str], field: str, sentence: str
) -> None:
    typed = new_form(dana) | POSTGRES | wrong
    page = dana.posts(SAVE, typed | {"act": "save"})
    assert page.status == 422
    page.assert_error_at(field, sentence)
    values = page.form(SAVE).values
    expected = {name: value for name, value in typed.items() if name not in {"csrf_token", "password"}}
    assert {name: values[name] for name in expected} == expected
    assert POSTGRES["password"] not in page.html


def test_an_address_that_the_operator_does_not_allow_is_refused_with_a_reason(dana: Administrator) -> None:
    typed = new_form(dana) | POSTGRES | {"host": "127.0.0.1"}
    page = dana.posts(SAVE, typed | {"act": "save"})
    assert page.status == 422
    assert page.alert.text
    assert POSTGRES["password"] not in page.html
    assert page.form(SAVE).values["host"] == "127.0.0.1"


def test_the_stored_password_is_named_but_never_shown_and_not_sent_elsewhere(
    app: Flask, dana: Administrator
) -> None:
    address = dana.adds_source(**SAGE, password="hunter2-very-secret")
    page = dana.opens(address)
    assert "hunter2" not in page.html
    assert "Stored. Leave it empty to keep it." in page.text
    moved = dana.posts(
        SAVE,
        page.form(SAVE).values
        | {"dialect": "postgresql", "host": "evil.example", "user": "x", "act": "test"},
    )
    moved.assert_error_at("password", "Enter the password again")
    assert moved.form(SAVE).values["host"] == "evil.example"
    with app.app_context(), company_scope(HOLLIS):
        stored = db.session.scalars(db.select(Source)).one()
        assert stored.settings["dialect"] == "sqlite"


def test_a_change_keeps_the_secret_and_is_recorded_without_it(app: Flask, dana: Administrator) -> None:
    address = dana.adds_source(**SAGE, password="hunter2-very-secret")
    page = dana.sends(dana.opens(address), SAVE, name="Sage 300", act="save")
    assert "Sage 300 is saved" in page.text, page.alert.text
    assert "Stored. Leave it empty to keep it." in dana.opens(address).text
    with app.app_context(), company_scope(HOLLIS):
        (event,) = list_events(prefixes=["source.updated"])
    assert event.subject == "Sage 300"
    assert event.detail == {"changed": "name"}


def test_two_tabs_do_not_overwrite_each_other_unseen(dana: Administrator) -> None:
    address = dana.adds_source(**SAGE)
    first, second = dana.opens(address), dana.opens(address)
    assert "is saved" in dana.sends(first, SAVE, name="Sage one", act="save").text
    page = dana.sends(second, SAVE, name="Sage two", act="save")
    assert page.status == 422
    assert "while you were editing" in page.alert.text
    assert page.form(SAVE).values["name"] == "Sage two"
    assert dana.opens(address).heading == "Sage one"
    assert "Sage two is saved" in dana.sends(page, SAVE, act="save").text, "said twice, it is meant"


def test_a_name_is_taken_once(dana: Administrator) -> None:
    dana.adds_source(**SAGE)
    page = dana.posts(SAVE, new_form(dana) | SAGE | {"name": "sage erp", "act": "save"})
    page.assert_error_at("name", "already")


def test_a_csv_file_is_uploaded_previewed_and_saved_with_what_was_left_out(
    app: Flask, dana: Administrator
) -> None:
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "act": "test"}
    content = INSURANCE + b"Apex Glass,GL-3,soon\nApex Doors,GL-1,2026-12-31\n"
    tested = dana.posts(SAVE, form, {"file": (content, "certificates.csv")})
    assert tested.status == 200, tested.text
    assert "certificates.csv is uploaded" in tested.text
    values = tested.form(SAVE).values | {"key_column": "Policy", "act": "test"}
    again = dana.posts(SAVE, values)
    assert "GL-1" in again.text
    assert "left out" in again.text
    assert "Line 6" in again.text
    saved = dana.posts(SAVE, values | {"act": "save"})
    assert "Insurance is saved" in saved.text
    assert "When a file is uploaded" in saved.text
    with app.app_context(), company_scope(HOLLIS):
        file = db.session.scalars(db.select(SourceFile)).one()
        assert file.source_id is not None
        assert b"Pioneer" not in file.content.to_bytes()


def test_a_workbook_of_a_broker_is_read(dana: Administrator) -> None:
    content = workbook(
        [["Certificate log"], [], ["Vendor", "Limit"], ["Pioneer", 1000000], ["Harbor", 2000000]]
    )
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "act": "test"}
    page = dana.posts(SAVE, form, {"file": (content, "log.xlsx")})
    assert "First 2 of 2 rows" in page.text
    assert "1,000,000" in page.text


def test_the_certificates_of_the_broker_become_a_source_and_every_bad_line_is_listed(
    dana: Administrator, tmp_path: Path
) -> None:
    path, _ = write_insurance_files(tmp_path)
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "act": "test"}
    page = dana.posts(SAVE, form, {"file": (path.read_bytes(), path.name)})
    assert "The test passed" in page.text
    assert "Policy no." in page.text
    keyed = page.form(SAVE).values | {"key_column": "Policy no.", "act": "test"}
    page = dana.posts(SAVE, keyed)
    rejects = [each.text for each in page.root.all("li") if each.text.startswith("Line ")]
    assert len(rejects) == 3
    assert sum("the key is empty" in reject for reject in rejects) == 2, (
        "notes among the lines have no policy"
    )
    assert any("02/30/2026" in reject for reject in rejects), rejects
    saved = dana.posts(SAVE, page.form(SAVE).values | {"key_column": "Policy no.", "act": "save"})
    assert "Insurance is saved" in saved.text


def test_an_upload_survives_a_mistake_elsewhere(dana: Administrator) -> None:
    form = new_form(dana, "spreadsheet") | {"name": "", "act": "save"}
    page = dana.posts(SAVE, form, {"file": (INSURANCE, "certificates.csv")})
    page.assert_error_at("name", "Enter a name")
    assert "certificates.csv is uploaded" in page.text
    corrected = page.form(SAVE).values | {"name": "Insurance", "act": "save"}
    saved = dana.posts(SAVE, corrected)
    assert "Insurance is saved" in saved.text
    (address,) = (link.attributes["href"] for link in saved.root.all("a") if link.text == "Insurance")
    assert "certificates.csv is uploaded" in dana.opens(address).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "Choose a file"), (b"\xd0\xcf\x11\xe0rest", "old or a protected Excel file")],
)
def test_a_file_that_is_none_is_said_so_at_its_field(
    dana: Administrator, content: bytes, sentence: str
) -> None:
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "act": "save"}
    page = dana.posts(SAVE, form, {"file": (content, "x.xls")} if content else None)
    page.assert_error_at("file", sentence)


def test_a_file_of_nobody_is_refused(dana: Administrator) -> None:
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "file": str(uuid4()), "act": "save"}
    dana.posts(SAVE, form).assert_error_at("file", "no longer there")


def test_a_source_is_deleted_with_its_file(app: Flask, dana: Administrator) -> None:
    form = new_form(dana, "spreadsheet") | {"name": "Insurance", "act": "save"}
    listed = dana.posts(SAVE, form, {"file": (INSURANCE, "certificates.csv")})
    address = listed.links()["Insurance"]
    page = dana.sends(dana.opens(address), f"{address}/delete")
    assert page.heading == "Sources"
    assert "Insurance" not in page.links()
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.scalar(db.select(db.func.count()).select_from(SourceFile)) == 0


def test_a_source_that_a_panel_shows_stays(dana: Administrator) -> None:
    address = dana.adds_source(**SAGE)
    source_id = address.rpartition("/")[2]
    editor = dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")
    dana.sends(editor, "/settings/panels/save", act="save")
    page = dana.opens(address)
    assert not page.forms(f"{address}/delete"), "what cannot be done is not offered"
    assert "Shown in Commitments vs Sage ERP" in page.text
    refused = dana.posts(f"{address}/delete", {"csrf_token": dana.token()})
    assert refused.status == 422
    assert "A panel still uses Sage ERP" in refused.alert.text
    assert "Sage ERP" in refused.links()


@pytest.mark.parametrize(
    "path", ["/settings/sources/{}", "/settings/sources/{}/test", "/settings/sources/{}/delete"]
)
def test_a_source_that_is_not_ours_is_not_there(dana: Administrator, path: str) -> None:
    address = path.format(UUID(int=7))
    page = dana.opens(address) if path.endswith("{}") else dana.posts(address, {"csrf_token": dana.token()})
    assert page.status == 422


@pytest.mark.parametrize("forged", ["1", "'; DROP TABLE sources", str(UUID(int=7))])
def test_a_forged_source_changes_nothing(dana: Administrator, forged: str) -> None:
    form = new_form(dana) | SAGE | {"source_id": forged, "act": "save"}
    assert dana.posts(SAVE, form).status == 422
