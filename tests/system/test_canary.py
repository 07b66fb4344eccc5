"""No Procore record is stored: what people wrote into records is nowhere but on the page."""

from __future__ import annotations

from tests.system.the_walk import CANARY, Walked
from tests.system.world import as_bytes


def test_the_canary_was_on_the_pages(walked: Walked) -> None:
    seen = {answer.path for answer in walked.answers if CANARY in answer.text}
    assert seen >= {
        "/frame/project/view",
        "/frame/project/export.csv",
        "/frame/panel/view",
        "/frame/company/view",
        "/frame/links",
        "/settings/projects",
        "/settings/panels/save",
    }


def test_the_walk_went_all_the_way(walked: Walked) -> None:
    happened = {row["event"] for row in walked.rows["audit_events"]}
    assert happened >= {
        "installation.connected",
        "principal.signed_in",
        "source.created",
        "project_job.assigned",
        "panel.published",
        "link.confirmed",
        "link.broken",
        "link.rejected",
        "link.reconsidered",
    }


def test_no_column_of_the_database_holds_it(walked: Walked) -> None:
    assert sum(map(len, walked.rows.values())) > 20
    found = [
        f"{table}.{column}: {value!r}"
        for table, rows in walked.rows.items()
        for row in rows
        for column, value in row.items()
        if CANARY.encode() in as_bytes(value)
    ]
    assert found == []


def test_no_file_holds_it(walked: Walked) -> None:
    assert any(name.startswith("jobs.sqlite3") for name in walked.files)
    assert [name for name, content in walked.files.items() if CANARY.encode() in content] == []


def test_no_line_of_the_log_holds_it(walked: Walked) -> None:
    assert walked.log.count("\n") > 100
    assert [line for line in walked.log.splitlines() if CANARY in line] == []


KEPT = {
    # Who did what is kept as it was at that moment, and the settings greet people by their name.
    "Dana Whitfield": {
        "audit_people.name",
        "companies.consent_by",
        "panels.changed_by",
        "principals.name",
        "source_files.uploaded_by",
    },
    "Marcus Oyelaran": {"audit_people.name", "links.confirmed_by", "principals.name"},
    "dana.whitfield@hollisgrant.example": {"audit_people.login", "principals.login"},
    # Whose installation it is, which the operator and the audit log have to say without Procore.
    "Hollis & Grant Builders": {"audit_events.subject", "companies.name"},
    # The region's host, for links into Procore.
    "us02.procore.localhost": {"companies.web_base_url"},
    # Which record was linked, said by its number as /install tells; a number carries no canary.
    "SC-": {"audit_events.subject"},
    # Amounts carry no canary either: what SC-014 comes to.
    "6842500": set(),
    "6,842,500": set(),
}
"""What of Procore is kept knowingly, and where. Of a record it is the number alone."""


def test_what_is_kept_of_procore_is_known(walked: Walked) -> None:
    values = [
        (f"{table}.{column}", as_bytes(value))
        for table, rows in walked.rows.items()
        for row in rows
        for column, value in row.items()
    ]
    found = {known: {place for place, value in values if known.encode() in value} for known in KEPT}
    assert found == KEPT
