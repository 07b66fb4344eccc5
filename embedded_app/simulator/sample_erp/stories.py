"""The mess of life: where the sample ERP tells another story than the simulated Procore, and which one.

What is not listed here agrees to the cent. Every story is also in docs/sample-erp.md, and a test holds that
page to this list.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files

from embedded_app.simulator.model import ZERO

_D = Decimal


class Mess(StrEnum):
    """One way in which two systems of the same truth differ."""

    NUMBER = "number written in another way"
    NOT_POSTED = "approved change order not posted"
    POSTED_TWICE = "change order posted twice"
    POSTED_EARLY = "pending change order already posted"
    CENTS = "off by cents"
    THOUSANDS = "off by thousands"
    STATUS = "closed in the ERP, still approved in Procore"
    PAID_TWICE = "an invoice paid twice"
    TWO_ROWS = "two rows for one commitment"
    ONLY_IN_PROCORE = "not in the ERP"
    ONLY_IN_ERP = "not in Procore"


@dataclass(frozen=True, slots=True)
class Story:
    """One deviation of one commitment.

    `amount` is what the ERP's original amount has more (`CENTS`, `THOUSANDS`), what was paid once more
    (`PAID_TWICE`), or the original amount of the first of the rows (`TWO_ROWS`). `detail` is the change order's
    two digits on the commitment, or the number as the ERP writes it (`NUMBER`).
    """

    job_no: str
    number: str
    mess: Mess
    amount: Decimal = ZERO
    detail: str = ""


STORIES: tuple[Story, ...] = (
    Story("21-0417", "SC-005", Mess.THOUSANDS, _D("-18000.00")),
    Story("21-0417", "SC-006", Mess.NOT_POSTED, detail="01"),
    Story("21-0417", "SC-009", Mess.THOUSANDS, _D("-12000.00")),
    Story("21-0417", "SC-010", Mess.NUMBER, detail="21-0417-10"),
    Story("21-0417", "SC-014", Mess.NOT_POSTED, detail="03"),
    Story("21-0417", "SC-015", Mess.THOUSANDS, _D("4200.00")),
    Story("21-0417", "SC-016", Mess.POSTED_EARLY, detail="05"),
    Story("21-0417", "SC-017", Mess.NUMBER, detail="0417-0017"),
    Story("21-0417", "SC-019", Mess.NUMBER, detail="SC-019"),
    Story("21-0417", "SC-022", Mess.POSTED_TWICE, detail="02"),
    Story("21-0417", "SC-024", Mess.TWO_ROWS, _D("700000.00")),
    Story("21-0417", "SC-026", Mess.CENTS, _D("3.60")),
    Story("21-0417", "SC-027", Mess.CENTS, _D("0.02")),
    Story("21-0417", "SC-031", Mess.ONLY_IN_PROCORE),
    Story("21-0417", "PO-103", Mess.NUMBER, detail="21-0417-PO-103"),
    Story("21-0417", "PO-105", Mess.THOUSANDS, _D("27500.00")),
    Story("21-0417", "PO-107", Mess.PAID_TWICE, _D("45637.50")),
    Story("21-0388", "SC-003", Mess.STATUS),
    Story("21-0388", "SC-009", Mess.NOT_POSTED, detail="03"),
    Story("21-0388", "SC-010", Mess.TWO_ROWS, _D("650000.00")),
    Story("21-0388", "SC-014", Mess.THOUSANDS, _D("-45000.00")),
    Story("21-0388", "SC-017", Mess.POSTED_TWICE, detail="02"),
    Story("21-0388", "SC-020", Mess.CENTS, _D("-0.10")),
    Story("21-0388", "PO-103", Mess.PAID_TWICE, _D("12000.00")),
    Story("22-0051", "SC-005", Mess.NOT_POSTED, detail="01"),
    Story("22-0051", "SC-011", Mess.THOUSANDS, _D("-1000.00")),
    Story("22-0051", "SC-018", Mess.CENTS, _D("-0.15")),
    Story("20-0295", "SC-006", Mess.CENTS, _D("-0.82")),
    Story("20-0295", "SC-009", Mess.NOT_POSTED, detail="01"),
    Story("20-0295", "SC-013", Mess.THOUSANDS, _D("6000.00")),
    Story("C-1187", "SC-001", Mess.CENTS, _D("-0.23")),
    Story("C-1187", "SC-003", Mess.POSTED_TWICE, detail="01"),
    Story("C-1187", "SC-008", Mess.NOT_POSTED, detail="01"),
    Story("C-1187", "SC-016", Mess.TWO_ROWS, _D("2000000.00")),
    Story("C-1187", "PO-103", Mess.THOUSANDS, _D("-1800.00")),
    Story("C-1204", "SC-001", Mess.CENTS, _D("0.15")),
    Story("C-1204", "SC-005", Mess.NOT_POSTED, detail="03"),
    Story("C-1204", "SC-010", Mess.THOUSANDS, _D("2500.00")),
    Story("C-1204", "PO-103", Mess.POSTED_TWICE, detail="01"),
)

NEVER_ENTERED = frozenset({"Draft", "Out For Bid"})
"""Statuses in Procore with which accounting does not know a commitment yet."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A commitment that only the ERP knows. `paid` and `retainage` add up to what was invoiced."""

    job_no: str
    commitment_no: str
    title: str
    vendor: str
    kind: str
    amount: Decimal
    paid: Decimal
    retainage: Decimal


def strays() -> tuple[Stray, ...]:
    """All of them, from `strays.csv`, in the order of the jobs."""
    with files(__package__).joinpath("strays.csv").open(encoding="utf-8") as lines:
        return tuple(
            Stray(
                job_no=row["job_no"],
                commitment_no=row["commitment_no"],
                title=row["title"],
                vendor=row["vendor"],
                kind=row["kind"],
                amount=Decimal(row["amount"]),
                paid=Decimal(row["paid"]),
                retainage=Decimal(row["retainage"]),
            )
            for row in csv.DictReader(lines)
        )


JOB_NUMBERS: dict[str, Callable[[str, int], str]] = {
    "21-0417": lambda prefix, n: f"21-0417-{prefix}{n:03d}",
    "21-0388": lambda prefix, n: f"21-0388-{prefix}{n:03d}",
    "22-0051": lambda _, n: f"{n:05d}",
    "20-0295": lambda prefix, n: f"{'PO' if prefix else 'SC'}-{n}",
    "C-1187": lambda prefix, n: f"C-1187-{prefix}{n:02d}",
    "C-1204": lambda _, n: f"C-1204-{n:04d}",
}
"""How each job writes its commitments: from `P` for purchase orders (else empty) and the plain number."""

VENDOR_SPELLINGS: dict[str, str] = {
    "Ironclad Demolition & Abatement, Inc.": "IRONCLAD DEMO AND ABATEMENT",
    "O'Rourke & Sons Masonry": "OROURKE AND SONS MASONRY",
    "Cascade Steel Fabricators LLC": "CASCADE STEEL FAB LLC",
    "Keystone Door & Hardware": "KEYSTONE DOOR + HDWE",
    "Northwest Airflow Systems": "NW AIRFLOW SYSTEMS",
    "Voltera Power Equipment": "VOLTERRA POWER EQUIPMENT",
    "Cle Elum Crane & Rigging": "CLE ELUM CRANE + RIGGING",
    "Kittitas Concrete Pumping": "KITTITAS CONC PUMPING",
}
"""Names that accounting keyed in its own way; the others are in capitals, without punctuation."""

_NAME_LENGTH = 30


def vendor_name(name: str) -> str:
    """The vendor as the ERP has it: capitals, no punctuation but `&`, cut at 30 characters."""
    plain = "".join(letter for letter in name.upper() if letter.isalnum() or letter in " &-")
    return VENDOR_SPELLINGS.get(name, plain[:_NAME_LENGTH].rstrip())


def stories_of(job_no: str, number: str) -> dict[Mess, Story]:
    """The stories about one commitment, by kind."""
    return {each.mess: each for each in STORIES if (each.job_no, each.number) == (job_no, number)}
