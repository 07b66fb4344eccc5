"""The books as a real SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from itertools import count
from pathlib import Path

from embedded_app.simulator.model.world import World
from embedded_app.simulator.sample_erp.ledger import Commitment, Job, keep_books
from embedded_app.simulator.seed import build_world

_FIRST_DOCUMENT = 88_001


def build_sample_erp(path: Path, world: World | None = None) -> None:
    """Write the sample ERP to `path`, replacing what is there. The same content every time.

    `world` is the simulated Procore that the books belong to; the seed when None.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f"{path.name}.building")
    building.unlink(missing_ok=True)
    with closing(sqlite3.connect(building)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
        with connection:
            _fill(connection, tuple(keep_books(world or build_world())))
    building.replace(path)


def _fill(connection: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    vendors = _add_vendors(connection, jobs)
    documents = count(_FIRST_DOCUMENT)
    for job in jobs:
        _insert(connection, "jobs", job.job_no, job.entity, job.name, "Open", job.opened_on.isoformat())
        codes = {
            (item.division, item.code, _cost_type(entry)): item.code_name
            for entry in job.commitments
            for item in entry.items
        }
        for (division, code, cost_type), name in sorted(codes.items()):
            _insert(connection, "cost_codes", job.job_no, division, code, cost_type, name)
        for entry in job.commitments:
            _add_commitment(connection, entry, vendors[entry.vendor], documents)


def _add_vendors(connection: sqlite3.Connection, jobs: Iterable[Job]) -> dict[str, str]:
    """Their numbers by name."""
    names = dict.fromkeys(entry.vendor for job in jobs for entry in job.commitments)
    numbers = {name: f"V{1000 + 10 * index}" for index, name in enumerate(sorted(names), start=1)}
    for name, number in numbers.items():
        _insert(connection, "vendors", number, name, None, None)
    return numbers


def _add_commitment(
    connection: sqlite3.Connection, entry: Commitment, vendor_no: str, documents: count[int]
) -> None:
    key = (entry.job_no, entry.commitment_no)
    money = (
        entry.original_amount,
        entry.approved_changes,
        entry.revised_amount,
        entry.invoiced,
        entry.paid,
        entry.retainage,
    )
    issued_on = entry.issued_on.isoformat() if entry.issued_on else None
    _insert(
        connection,
        "commitments",
        *key,
        entry.kind,
        vendor_no,
        entry.title,
        entry.status,
        issued_on,
        *map(str, money),
        entry.updated_on.isoformat(),
    )
    for line_no, item in enumerate(entry.items, start=1):
        code = (item.division, item.code, _cost_type(entry))
        _insert(connection, "commitment_items", *key, line_no, *code, item.description, str(item.amount))
    for change_no, change in enumerate(entry.changes, start=1):
        posted_on = change.posted_on.isoformat()
        _insert(
            connection, "change_orders", *key, change_no, change.description, str(change.amount), posted_on
        )
    for invoice in entry.invoices:
        invoice_no = f"AP-{next(documents)}"
        amounts = (str(invoice.amount), str(invoice.retainage))
        day = invoice.invoice_date
        _insert(
            connection, "ap_invoices", invoice_no, *key, invoice.vendor_invoice, day.isoformat(), *amounts
        )
        for index, amount in enumerate(invoice.payments, start=1):
            paid_on = (day + timedelta(days=20 + 3 * index)).isoformat()
            _insert(connection, "payments", f"{invoice_no}/{index}", invoice_no, paid_on, str(amount))


def _cost_type(entry: Commitment) -> str:
    return "M" if entry.kind == "P" else "S"


def _insert(connection: sqlite3.Connection, table: str, *values: str | int | None) -> None:
    places = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 - our own table names
