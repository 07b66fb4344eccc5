"""Insurance certificates as a broker sends them: a CSV from a mailbox and a workbook made by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from openpyxl import Workbook
from openpyxl.styles import Font

from embedded_app.simulator.model.world import World
from embedded_app.simulator.seed import build_world
from embedded_app.simulator.seed.people import HOLLIS

HEADER = ("Insured", "Coverage", "Policy no.", "Insurer", "Limit (USD)", "Effective", "Expires")
BAD_LINES = (
    "Cascade Steel Erectors Inc;General Liability",  # two of seven columns
    '"Lakeshore Paving";"General Liability";GL-000000;Great Basin Mutual;2,000,000;02/30/2026;02/28/2027',
    ";;;;;;",
    "*** call broker about Vantage Vertical ***",
)
"""What stands between the good lines of the CSV, as sent. With the policy as the key, none becomes a row."""

_SUFFIXES = (", Inc.", " LLC", " Co.")
_MADE_ON = datetime(2026, 11, 20, 6, 0)  # noqa: DTZ001 - a workbook has local times without zone


@dataclass(frozen=True, slots=True)
class Certificate:
    """One policy of one insured, by the name that the broker uses."""

    insured: str
    coverage: str
    policy_no: str
    insurer: str
    limit: Decimal
    effective: date
    expires: date


def certificates(world: World | None = None) -> tuple[Certificate, ...]:
    """All policies of Hollis & Grant's vendors, by name."""
    vendors = sorted((world or build_world()).vendors_of(HOLLIS), key=lambda vendor: vendor.name)
    return tuple(
        Certificate(
            insured=_broker_name(vendor.name),
            coverage=policy.insurance_type,
            policy_no=policy.policy_number,
            insurer=policy.insurance_provider,
            limit=policy.limit,
            effective=policy.effective_date,
            expires=policy.expiration_date,
        )
        for vendor in vendors
        for policy in vendor.insurances
    )


def write_insurance_files(folder: Path, world: World | None = None) -> tuple[Path, Path]:
    """Write `insurance-certificates.csv` and `.xlsx` into `folder`; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = certificates(world)
    text, book = folder / "insurance-certificates.csv", folder / "insurance-certificates.xlsx"
    # A byte order mark, semicolons and American dates: what a spreadsheet program saves.
    with text.open("w", encoding="utf-8-sig", newline="") as file:
        _write_csv(file, rows)
    _write_workbook(book, rows)
    return text, book


def _broker_name(name: str) -> str:
    """Brokers leave out or shorten the legal form."""
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name.replace(" & ", " and ")


def _write_csv(file: TextIO, rows: tuple[Certificate, ...]) -> None:
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(HEADER)
    bad = iter(BAD_LINES)
    for index, row in enumerate(rows, start=1):
        limit = f"{row.limit:,.0f}"
        writer.writerow((*_words(row), limit, f"{row.effective:%m/%d/%Y}", f"{row.expires:%m/%d/%Y}"))
        if index % 12 == 0:
            file.write(next(bad, "") + "\r\n")
    file.writelines(line + "\r\n" for line in bad)


def _write_workbook(path: Path, rows: tuple[Certificate, ...]) -> None:
    book = Workbook()
    book.properties.created = book.properties.modified = _MADE_ON
    book.properties.creator = "Union & Western Brokers"
    sheet = book.worksheets[0]
    sheet.title = "Certificates"
    sheet["A1"] = "Certificates of insurance on file"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.merge_cells("A1:G1")
    sheet["A2"] = "Certificate holder: Hollis & Grant Builders"
    sheet["F2"] = "As of"
    sheet["G2"] = _MADE_ON.date()
    sheet.append([])  # row 3 stays empty; the header is row 4
    sheet.append(HEADER)
    for row in rows:
        sheet.append([*_words(row), int(row.limit), row.effective, row.expires])
    for cell in (*sheet["F"][4:], *sheet["G"][4:]):
        cell.number_format = "mmm d, yyyy"
    for column, width in zip("ABCDEFG", (44, 22, 16, 30, 14, 14, 14), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A5"
    book.save(path)


def _words(row: Certificate) -> Iterator[str]:
    return iter((row.insured, row.coverage, row.policy_no, row.insurer))
