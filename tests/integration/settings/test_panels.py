"""The panel editor, the list of panels, and what two administrators do to each other."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.services import services
from embedded_app.storage import company_scope
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import DANA, HOLLIS, OF_CASCADIA, RIVERSIDE, SAGE

SAVE = "/settings/panels/save"


@pytest.fixture
def new_panel(dana: Administrator) -> Page:
    """The editor of a new panel, filled in from the sample ERP's columns."""
    return opened(dana)


def opened(dana: Administrator) -> Page:
    source_id = dana.adds_source(**SAGE).rpartition("/")[2]
    return dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")


@pytest.fixture
def with_job(dana: Administrator) -> None:
    dana.sends_job(RIVERSIDE, "21-0417")


def saved(dana: Administrator, editor: Page, **changes: str) -> Page:
    page = dana.sends(editor, SAVE, **changes)
    assert page.status == 200, page.text
    return page


def test_the_first_proposal_comes_from_the_columns(new_panel: Page) -> None:
    assert new_panel.heading == "New panel"
    values = new_panel.form(SAVE).values
    assert values["name"] == "Commitments vs Sage ERP"
    assert values["job_column"] == "job_no"
    assert values["keys.0.column"] == "commitment_no"
    assert values["total"] == "revised_contract"
    assert values["audience"]


def test_without_a_source_the_list_says_what_is_missing(dana: Administrator) -> None:
    page = dana.opens("/settings/panels")
    assert "A panel needs a source" in page.text
    assert page.links()["Add a source"] == "/settings/sources"
    wrong = dana.opens("/settings/panels/new?source_id=&family=commitments")
    assert wrong.status == 422
    assert "Choose the source" in wrong.alert.text


def test_without_a_job_there_is_nothing_to_preview(new_panel: Page) -> None:
    assert "No project has a job yet" in new_panel.text
    assert "Preview" not in new_panel.form(SAVE).buttons


@pytest.mark.usefixtures("with_job")
def test_the_preview_shows_the_match_rate_every_unmatched_key_and_how_keys_are_read(
    app: Flask, dana: Administrator, new_panel: Page
) -> None:
    page = dana.sends(new_panel, SAVE, act="preview", project_id=str(RIVERSIDE))
    assert page.status == 200
    assert page.by_id("match-rate").text.endswith("%")
    assert "How keys are read" in page.text
    assert "As written" in page.text
    only_in_procore = page.by_label("table", "Only in Procore")
    assert "SC-031" in only_in_procore.text
    assert "31" in [each.text for each in only_in_procore.all("code")], "the key it was looked for by"
    assert "21-0417-P118" in page.by_label("table", "Only in Sage ERP").text
    with app.app_context(), company_scope(HOLLIS):
        assert services().panels.editor.list_() == (), "a preview saves nothing"
    assert page.form(SAVE).values["name"] == "Commitments vs Sage ERP"


def test_a_preview_for_a_job_without_rows_names_it_and_the_one_that_is_meant(dana: Administrator) -> None:
    dana.sends_job(RIVERSIDE, "210417")
    page = dana.sends(opened(dana), SAVE, act="preview", project_id=str(RIVERSIDE))
    assert "Sage ERP has no row for job 210417. It has 21-0417. Correct the job under Projects." in page.text
    assert "0 %" not in page.text


def test_a_preview_for_a_job_that_looks_like_none_lists_those_there_are(dana: Administrator) -> None:
    dana.sends_job(RIVERSIDE, "Riverside")
    page = dana.sends(opened(dana), SAVE, act="preview", project_id=str(RIVERSIDE))
    assert "Sage ERP has no row for job Riverside. It has " in page.text
    assert "21-0417" in page.text


@pytest.mark.usefixtures("with_job")
def test_a_tolerance_with_a_decimal_comma_is_shown_as_it_is_read(
    dana: Administrator, new_panel: Page
) -> None:
    page = dana.sends(
        new_panel, SAVE, act="preview", project_id=str(RIVERSIDE), comparisons__3__tolerance="1,50"
    )
    assert page.form(SAVE).values["comparisons.3.tolerance"] == "1.50"
    page = dana.sends(new_panel, SAVE, act="save", comparisons__3__tolerance="1.500,5")
    assert page.form(SAVE).values["comparisons.3.tolerance"] == "1500.5"


@pytest.fixture
def currencies(dana: Administrator, erp_folder: Path) -> Page:
    """The editor of a new panel for the sample ERP's rows with a column of currencies, of which one is CAD."""
    folder = erp_folder / str(HOLLIS)
    shutil.copyfile(folder / "sample-erp.db", folder / "currencies.db")
    database = sqlite3.connect(folder / "currencies.db")
    with database:
        database.execute(
            "create table rows_with_currency as select *, "
            "case commitment_no when '21-0417-014' then 'CAD' else 'USD' end as curr_code "
            "from commitment_status"
        )
    database.close()
    source = {**SAGE, "database": "currencies.db", "table": "rows_with_currency"}
    source_id = dana.adds_source(**source).rpartition("/")[2]
    return dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")


@pytest.mark.usefixtures("with_job")
def test_a_column_of_currencies_is_proposed_and_the_preview_says_what_it_leaves_out(
    dana: Administrator, currencies: Page
) -> None:
    values = currencies.form(SAVE).values
    assert (values["currency_column"], values["currency"]) == ("curr_code", "")
    assert "only if every row is in the currency of its record" in currencies.text
    page = dana.sends(currencies, SAVE, act="preview", project_id=str(RIVERSIDE), currency="USD")
    assert "Left out, in another currency 1: CAD, USD" in " ".join(page.text.split())
    assert "Procore names no currency" not in page.text
    without = dana.sends(currencies, SAVE, act="preview", project_id=str(RIVERSIDE), currency_column="")
    assert "Left out, in another currency" not in without.text
    unnamed = dana.sends(currencies, SAVE, act="preview", project_id=str(RIVERSIDE))
    assert "Procore names no currency, and Sage ERP names several" in unnamed.text


def test_a_currency_is_saved_with_the_panel(dana: Administrator, currencies: Page) -> None:
    page = saved(dana, currencies, currency="usd")
    values = page.form(SAVE).values
    assert (values["currency_column"], values["currency"]) == ("curr_code", "USD")


@pytest.mark.usefixtures("with_job")
def test_a_preview_without_procore_says_so(
    dana: Administrator, new_panel: Page, simulator: SimulatorProcess
) -> None:
    simulator.fault("/rest/v1.0/work_order_contracts", status=503)
    simulator.fault("/rest/v1.0/purchase_order_contracts", status=503)
    page = dana.sends(new_panel, SAVE, act="preview", project_id=str(RIVERSIDE))
    assert "There is no preview" in page.text
    assert "Procore could not be read" in page.text


@pytest.mark.usefixtures("with_job")
@pytest.mark.parametrize("project", [str(OF_CASCADIA), "1", "", "abc"])
def test_a_forged_project_is_not_previewed(dana: Administrator, new_panel: Page, project: str) -> None:
    page = dana.sends(new_panel, SAVE, act="preview", project_id=project)
    assert page.status in {403, 422}
    assert "Match rate" not in page.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give the panel a name"),
        ({"job_column": ""}, "job_column", "Choose a column"),
        ({"reference": "gone"}, "reference", "no column gone"),
        ({"keys__0__column": ""}, "keys.0.column", "Choose a column"),
        ({"keys__0__rule": "link"}, "keys.0.rule", "another name"),
        ({"comparisons__3__tolerance": "a lot"}, "comparisons.3.tolerance", "a lot is no tolerance"),
        ({"comparisons__3__tolerance": "1,500"}, "comparisons.3.tolerance", "read as 1500 or as 1.50"),
        ({"row_columns__0__label": "L" * 61}, "row_columns.0.label", "too long"),
        ({"total": ""}, "total", "Choose the amount"),
        ({"currency": "dollars"}, "currency", "three letters"),
        ({"currency_column": "paid"}, "currency_column", "holds money"),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_typed_is_lost(
    dana: Administrator, new_panel: Page, changes: dict[str, str], field: str, sentence: str
) -> None:
    typed = new_panel.form(SAVE).values | {name.replace("__", "."): value for name, value in changes.items()}
    page = dana.sends(new_panel, SAVE, act="save", **changes)
    assert page.status == 422
    page.assert_error_at(field, sentence)
    values = page.form(SAVE).values
    lost = {
        name: value for name, value in typed.items() if name != "csrf_token" and values.get(name) != value
    }
    if field != "reference":  # a column that is not there cannot be chosen again
        assert lost == {}


def test_every_control_has_a_label(new_panel: Page) -> None:
    labelled = {each.attributes.get("for") for each in new_panel.root.all("label")}
    controls = [
        each.attributes for tag in ("select", "textarea", "input") for each in new_panel.root.all(tag)
    ]
    shown = [each for each in controls if each.get("type") not in {"hidden", "radio"}]
    assert len(shown) > 20
    assert [each for each in shown if each["id"] not in labelled] == []


def test_a_panel_is_saved_published_changed_and_taken_off(
    app: Flask, dana: Administrator, new_panel: Page
) -> None:
    draft = saved(dana, new_panel, act="save")
    assert draft.heading == "Commitments vs Sage ERP"
    assert "Saved as a draft" in draft.text
    assert "Draft" in dana.opens("/settings/panels").text

    published = saved(dana, draft, act="publish")
    assert "Published" in published.text
    changed = saved(dana, published, act="save", comparisons__3__tolerance="5.00")
    assert "People still see what was published before" in changed.text
    assert "Changes not published" in dana.opens("/settings/panels").text
    assert "Changes not published" not in saved(dana, changed, act="publish").text

    listed = dana.sends(changed, f"{address(changed)}/unpublish")
    assert listed.heading == "Panels"
    assert "Draft" in listed.text
    with app.app_context(), company_scope(HOLLIS):
        events = [event.event for event in list_events(prefixes=["panel."])]
    assert events == [
        "panel.unpublished",
        "panel.published",
        "panel.changed",
        "panel.published",
        "panel.created",
    ]


def test_a_line_that_is_emptied_is_gone_and_an_empty_one_filled_in_is_there(
    dana: Administrator, new_panel: Page
) -> None:
    before = new_panel.form(SAVE).values
    page = saved(
        dana,
        new_panel,
        act="save",
        comparisons__0__record_field="",
        keys__1__rule="Vendor",
        keys__1__record_field="vendor",
        keys__1__column="vendor_name",
        keys__1__row_normalizers="unicode,case,punctuation,company_suffix",
    )
    after = page.form(SAVE).values
    assert after["comparisons.0.record_field"] == before["comparisons.1.record_field"]
    assert (after["keys.1.rule"], after["keys.1.column"]) == ("Vendor", "vendor_name")
    assert after["keys.1.row_normalizers"] == "unicode,case,punctuation,company_suffix"


def test_two_administrators_do_not_overwrite_each_other_unseen(dana: Administrator, new_panel: Page) -> None:
    opened = saved(dana, new_panel, act="save")
    saved(dana, opened, act="save", name="Hers")
    page = dana.sends(opened, SAVE, act="publish", name="His", comparisons__3__tolerance="7.00")
    assert page.status == 422
    assert "changed this panel while you were editing it" in page.alert.text
    values = page.form(SAVE).values
    assert (values["name"], values["comparisons.3.tolerance"]) == ("His", "7.00")
    assert dana.opens(address(opened)).heading == "Hers"
    assert saved(dana, page, act="save").heading == "His", "said twice, it is meant"


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40])
def test_a_forged_version_is_an_old_one(dana: Administrator, new_panel: Page, version: str) -> None:
    opened = saved(dana, new_panel, act="save")
    page = dana.sends(opened, SAVE, act="save", version=version)
    assert page.status == 422
    assert "while you were editing" in page.alert.text


def test_panels_are_ordered_and_deleted(dana: Administrator, new_panel: Page) -> None:
    first = saved(dana, new_panel, act="save", name="First")
    saved(dana, new_panel, act="save", name="Second")
    assert names(dana.opens("/settings/panels")) == ["First", "Second"]
    moved = dana.sends(dana.opens("/settings/panels"), f"{address(first)}/down")
    assert names(moved) == ["Second", "First"]
    assert names(dana.sends(moved, f"{address(first)}/up")) == ["First", "Second"]
    assert names(dana.sends(first, f"{address(first)}/delete")) == ["Second"]
    gone = dana.opens(address(first))
    assert gone.status == 422
    assert "no longer there" in gone.text


def test_a_name_is_taken_once(dana: Administrator, new_panel: Page) -> None:
    saved(dana, new_panel, act="save")
    page = dana.sends(new_panel, SAVE, act="save")
    page.assert_error_at("name", "already")


@pytest.mark.parametrize("field", ["panel_id", "source_id", "family"])
@pytest.mark.parametrize("value", ["x", str(UUID(int=7)), "'"])
def test_a_forged_id_is_refused(dana: Administrator, new_panel: Page, field: str, value: str) -> None:
    page = dana.sends(new_panel, SAVE, act="save", **{field: value})
    assert page.status == 422


def test_a_panel_of_another_company_is_not_there(
    dana: Administrator, new_panel: Page, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    opened = saved(dana, new_panel, act="save")
    simulator.install(55188)
    ingrid = person("ingrid.solberg@cascadiacivil.example")
    ingrid.consents()
    ingrid.chooses("55188")
    assert ingrid.opens(address(opened)).status == 422
    refused = ingrid.posts(f"{address(opened)}/delete", {"csrf_token": ingrid.token()})
    assert refused.status == 422
    assert dana.opens(address(opened)).status == 200
    assert DANA not in ingrid.opens("/settings/audit").text


def names(page: Page) -> list[str]:
    return [each.text for each in page.root.all("a", class_="strong")]


def address(editor: Page) -> str:
    return f"/settings/panels/{editor.form(SAVE).values['panel_id']}"
