"""The sample ERP ties to its own entries to the cent, and to the simulated Procore but for the named stories."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.model.world import World
from embedded_app.simulator.sample_erp import build_sample_erp, write_insurance_files
from embedded_app.simulator.sample_erp.__main__ import main
from embedded_app.simulator.sample_erp.certificates import BAD_LINES, HEADER, certificates
from embedded_app.simulator.sample_erp.ledger import Commitment, Job, keep_books
from embedded_app.simulator.sample_erp.stories import (
    JOB_NUMBERS,
    NEVER_ENTERED,
    STORIES,
    Mess,
    Story,
    stories_of,
    strays,
    vendor_name,
)
from embedded_app.simulator.seed import build_world

PAYMENTS = """
    SELECT payments.amount FROM payments JOIN ap_invoices USING (invoice_no)
    WHERE (job_no, commitment_no) = (?, ?)
"""
DOCUMENT = Path(__file__).parents[3] / "docs" / "sample-erp.md"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def jobs(world: World) -> dict[str, Job]:
    return {job.job_no: job for job in keep_books(world)}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("erp") / "sample.db"
    build_sample_erp(path)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def contract(world: World, job_no: str, number: str) -> Contract:
    project = next(each for each in world.projects.values() if each.project_number == job_no)
    return next(each for each in world.contracts_of(project.id) if each.number == number)


def rows(jobs: dict[str, Job], story: Story) -> list[Commitment]:
    """What the ERP has for the story's commitment, found by the digits of its number."""
    orders = story.number.startswith("PO-")
    digits = int(story.number[3:])
    return [
        each
        for each in jobs[story.job_no].commitments
        if (each.kind == "P") == orders
        and int(re.sub(r"\D", "", each.commitment_no.split("-")[-1])) == digits
        and each.commitment_no not in {stray.commitment_no for stray in strays()}
    ]


def told(*messes: Mess) -> list[Story]:
    found = [story for story in STORIES if story.mess in messes]
    assert found, f"no story of {messes}"
    return found


def test_the_database_is_the_same_every_time(tmp_path: Path) -> None:
    dumps = []
    for name in ("one.db", "two.db", "two.db"):
        build_sample_erp(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1] == dumps[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.db", "two.db"]


def test_the_view_has_one_row_per_commitment_with_the_documented_columns(
    database: sqlite3.Connection, jobs: dict[str, Job]
) -> None:
    cursor = database.execute("SELECT * FROM commitment_status")
    assert [column[0] for column in cursor.description] == [
        "job_no",
        "commitment_no",
        "title",
        "vendor_name",
        "status",
        "original_amount",
        "approved_changes",
        "revised_amount",
        "invoiced",
        "paid",
        "retainage",
        "updated_on",
    ]
    assert len(cursor.fetchall()) == sum(len(job.commitments) for job in jobs.values())
    assert set(jobs) == set(JOB_NUMBERS)
    types = {row[1]: row[2] for row in database.execute("PRAGMA table_info(commitment_status)")}
    assert types["revised_amount"] == "NUMERIC(14,2)"
    assert types["updated_on"] == "DATE"


def test_every_amount_survives_sqlite_exactly(database: sqlite3.Connection, jobs: dict[str, Job]) -> None:
    expected = {(each.job_no, each.commitment_no): each for job in jobs.values() for each in job.commitments}
    for job_no, number, *amounts in database.execute(
        "SELECT job_no, commitment_no, original_amount, approved_changes, revised_amount,"
        " invoiced, paid, retainage FROM commitment_status"
    ):
        entry = expected.pop((job_no, number))
        assert [Decimal(str(amount)) for amount in amounts] == [
            entry.original_amount,
            entry.approved_changes,
            entry.revised_amount,
            entry.invoiced,
            entry.paid,
            entry.retainage,
        ]
    assert expected == {}


@pytest.mark.parametrize(
    ("total", "entries"),
    [
        ("original_amount", "SELECT amount FROM commitment_items WHERE (job_no, commitment_no) = (?, ?)"),
        ("approved_changes", "SELECT amount FROM change_orders WHERE (job_no, commitment_no) = (?, ?)"),
        ("invoiced", "SELECT amount FROM ap_invoices WHERE (job_no, commitment_no) = (?, ?)"),
        ("retainage", "SELECT retainage FROM ap_invoices WHERE (job_no, commitment_no) = (?, ?)"),
        (
            "paid",
            PAYMENTS,
        ),
    ],
)
def test_totals_are_the_sums_of_their_entries(database: sqlite3.Connection, total: str, entries: str) -> None:
    commitments = database.execute(f"SELECT job_no, commitment_no, {total} FROM commitments").fetchall()
    assert len(commitments) > 100
    for job_no, number, amount in commitments:
        parts = database.execute(entries, (job_no, number)).fetchall()
        assert sum((Decimal(str(part)) for (part,) in parts), ZERO) == Decimal(str(amount)), number


def test_what_has_no_story_agrees_to_the_cent(world: World, jobs: dict[str, Job]) -> None:
    compared = 0
    for job_no in jobs:
        project = next(each for each in world.projects.values() if each.project_number == job_no)
        for each in world.contracts_of(project.id):
            if each.status in NEVER_ENTERED or not stories_of(job_no, each.number).keys() <= {Mess.NUMBER}:
                continue
            (row,) = rows(jobs, Story(job_no, each.number, Mess.NUMBER))
            assert row.original_amount == each.grand_total
            assert row.approved_changes == each.approved_change_orders
            assert row.invoiced == each.total_requisitions_amount
            assert row.retainage == each.retainage_held
            assert row.paid == each.paid
            compared += 1
    assert compared > 100


def test_riverside_tells_the_story_of_the_demo(world: World, jobs: dict[str, Job]) -> None:
    def variance(number: str) -> Decimal:
        (row,) = rows(jobs, Story("21-0417", number, Mess.NUMBER))
        return row.revised_amount - contract(world, "21-0417", number).revised_contract

    assert variance("SC-014") == Decimal("-248250.00")
    assert variance("SC-011") == 0
    assert variance("SC-022") == Decimal("94600.00")
    assert variance("SC-027") == Decimal("0.02")
    assert rows(jobs, Story("21-0417", "SC-031", Mess.ONLY_IN_PROCORE)) == []
    assert sum(each.revised_amount for each in jobs["21-0417"].commitments) == Decimal("49898334.02")
    found: dict[str, list[str]] = {"match": [], "variance": [], "only in Procore": [], "ambiguous": []}
    project = next(each for each in world.projects.values() if each.project_number == "21-0417")
    for each in world.contracts_of(project.id):
        matched = rows(jobs, Story("21-0417", each.number, Mess.NUMBER))
        if len(matched) == 1:
            finding = "match" if abs(variance(each.number)) <= 1 else "variance"
        else:
            finding = "ambiguous" if matched else "only in Procore"
        found[finding].append(each.number)
    assert len(found["match"]) == 25
    assert len(found["variance"]) == 9
    assert found["only in Procore"] == ["SC-008", "SC-030", "SC-031"]
    assert found["ambiguous"] == ["SC-024"]


def test_change_orders_are_missing_double_or_early(world: World, jobs: dict[str, Job]) -> None:
    times = {Mess.NOT_POSTED: 0, Mess.POSTED_EARLY: 1, Mess.POSTED_TWICE: 2}
    for story in told(*times):
        source = contract(world, story.job_no, story.number)
        name = f"CO-{story.number}-{story.detail}"
        (change,) = [each for each in source.change_orders if each.number == name]
        assert change.grand_total != 0
        assert (change.status == "approved") == (story.mess is not Mess.POSTED_EARLY)
        (row,) = rows(jobs, story)
        posted = [each for each in row.changes if each.description == change.title]
        assert len(posted) == times[story.mess], story


def test_amounts_are_off_by_cents_and_by_thousands(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.CENTS, Mess.THOUSANDS):
        (row,) = rows(jobs, story)
        off = row.original_amount - contract(world, story.job_no, story.number).grand_total
        assert off == story.amount
        assert (abs(off) < 10) if story.mess is Mess.CENTS else (abs(off) >= 1000)


def test_two_rows_share_one_commitment(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.TWO_ROWS):
        first, second = rows(jobs, story)
        source = contract(world, story.job_no, story.number)
        assert first.original_amount == story.amount
        assert first.revised_amount + second.revised_amount == source.revised_contract
        assert first.invoiced == source.total_requisitions_amount
        assert second.invoiced == 0


def test_closed_stands_for_complete_and_sometimes_for_approved(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.STATUS):
        (row,) = rows(jobs, story)
        assert (row.status, contract(world, story.job_no, story.number).status) == ("Closed", "Approved")
    (row,) = rows(jobs, Story("21-0417", "SC-009", Mess.STATUS))
    assert (row.status, contract(world, "21-0417", "SC-009").status) == ("Closed", "Complete")


def test_an_invoice_was_paid_twice(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.PAID_TWICE):
        (row,) = rows(jobs, story)
        assert row.paid - contract(world, story.job_no, story.number).paid == story.amount


def test_records_exist_on_one_side_only(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.ONLY_IN_PROCORE):
        assert contract(world, story.job_no, story.number).status == "Approved"
        assert rows(jobs, story) == []
    for stray in strays():
        (row,) = [
            each for each in jobs[stray.job_no].commitments if each.commitment_no == stray.commitment_no
        ]
        assert (row.original_amount, row.paid, row.retainage) == (stray.amount, stray.paid, stray.retainage)
        project = next(each for each in world.projects.values() if each.project_number == stray.job_no)
        digits = int(re.sub(r"\D", "", stray.commitment_no.split("-")[-1]))
        assert digits not in {int(each.number[3:]) for each in world.contracts_of(project.id)}


def test_numbers_and_vendors_are_written_in_several_ways(world: World, jobs: dict[str, Job]) -> None:
    for story in told(Mess.NUMBER):
        assert [row.commitment_no for row in rows(jobs, story)] == [story.detail]
    numbers = {job_no: job.commitments[0].commitment_no for job_no, job in jobs.items()}
    assert numbers == {
        "21-0417": "21-0417-001",
        "21-0388": "21-0388-001",
        "22-0051": "00001",
        "20-0295": "SC-1",
        "C-1187": "C-1187-01",
        "C-1204": "C-1204-0001",
    }
    for vendor in world.vendors.values():
        assert len(vendor_name(vendor.name)) <= 30
    assert vendor_name("Cascade Steel Erectors, Inc.") == "CASCADE STEEL ERECTORS INC"
    assert vendor_name("O'Rourke & Sons Masonry") == "OROURKE AND SONS MASONRY"


def test_purchase_orders_are_entered_as_materials(world: World, database: sqlite3.Connection) -> None:
    orders = {each.kind for each in world.contracts.values()}
    assert CommitmentKind.PURCHASE_ORDER in orders
    wrong = database.execute(
        "SELECT count(*) FROM commitment_items JOIN commitments USING (job_no, commitment_no)"
        " WHERE (kind = 'P') <> (cost_type = 'M')"
    )
    assert wrong.fetchone() == (0,)


def test_the_csv_reads_like_a_brokers(tmp_path: Path) -> None:
    path, _ = write_insurance_files(tmp_path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert tuple(lines[0]) == HEADER
    wanted = certificates()
    good = [line for line in lines[1:] if len(line) == len(HEADER) and line[0] and line[2] != "GL-000000"]
    assert [line[2] for line in good] == [each.policy_no for each in wanted]
    assert len(lines) == 1 + len(wanted) + len(BAD_LINES)
    roofing = next(line for line in good if line[0] == "Tri-County Roofing")
    assert roofing[4:] == ["2,000,000", "11/04/2025", "11/04/2026"]


def test_the_workbook_has_titles_above_the_header_and_real_dates(tmp_path: Path) -> None:
    _, path = write_insurance_files(tmp_path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A1:G1"]
    assert tuple(cell.value for cell in sheet[4]) == HEADER
    assert sheet["G5"].is_date
    assert sheet.max_row == 4 + len(certificates())


def test_the_command_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--folder", str(tmp_path / "new")]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in written] == [
        "sample-erp.db",
        "insurance-certificates.csv",
        "insurance-certificates.xlsx",
    ]
    assert all(path.stat().st_size > 1000 for path in written)


def test_the_document_names_every_story(world: World, jobs: dict[str, Job]) -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()

    def documented(*cells: str) -> bool:
        return any(all(f"| {cell} |" in f"{line} |" for cell in cells) for line in lines)

    for story in STORIES:
        found = rows(jobs, story)
        ours = contract(world, story.job_no, story.number).revised_contract
        theirs = [f"{row.revised_amount:,.2f}" for row in found] or ["—"]
        assert documented(story.job_no, story.number, story.mess.value, f"{ours:,.2f}", " + ".join(theirs)), (
            story
        )
    for stray in strays():
        assert documented(stray.job_no, stray.commitment_no, f"{stray.amount:,.2f}"), stray
