"""A company of which everything is known: six people, eight records, and books whose every value has a mark."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from embedded_app.audit import list_events
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.panels import Audience, ColumnLine, ComparisonLine, KeyLine, PanelForm, RecordKey
from embedded_app.principals import Viewer, actor_of
from embedded_app.services import services
from embedded_app.storage import company_scope
from embedded_app.web import cookies
from tests.fakes.person import ORIGIN, Person
from tests.fakes.simulator_process import SimulatorProcess

HOLLIS = CompanyId(562949953443325)
JUSTICE_CENTER = ProjectId(562949953500004)
TOOL = "commitments"
JOB = "20-0295"
_AMOUNT = re.compile(r"[0-9][0-9,]*\.[0-9]+")
_DIGITS = ("last_segment", "digits", "leading_zeros")


@dataclass(frozen=True)
class Employee:
    """Somebody with a level in the panel's tool; in every other tool they have another one."""

    login: str
    level: str
    is_administrator: bool = False

    @property
    def reads(self) -> bool:
        return self.level != "None"

    def is_in(self, audience: Audience) -> bool:
        """What the settings promise, said once more in other words than the program's."""
        promised = {
            Audience.READERS: self.reads,
            Audience.STANDARD: self.level in {"Standard", "Admin"},
            Audience.ADMINS: self.level == "Admin",
            Audience.ADMINISTRATORS: self.is_administrator and self.reads,
        }
        return promised[audience]


DANA = Employee("dana.whitfield@hollisgrant.example", "Admin", is_administrator=True)
PEOPLE = (
    Employee("sean.omalley@hollisgrant.example", "None"),
    Employee("priya.raman@hollisgrant.example", "Read Only"),
    Employee("marcus.oyelaran@hollisgrant.example", "Standard"),
    Employee("ingrid.solberg@cascadiacivil.example", "Admin"),
    Employee("grace.nakamura@harborjv.example", "Read Only", is_administrator=True),
    Employee("tom.achterberg@northgate.example", "None", is_administrator=True),
    DANA,
)


@dataclass(frozen=True)
class Entry:
    """A row of the books. `of` is the record's number that it belongs to or shares, empty for none."""

    reference: str
    of: str
    committed: Decimal
    paid: Decimal

    @property
    def title(self) -> str:
        return f"Title-{self.reference}"


# Amounts double from row to row, so that every choice of rows has a sum of its own.
ENTRIES = (
    Entry("BK-PAIR-001", "SC-001", Decimal("1000.01"), Decimal("100.07")),
    Entry("BK-TWIN-002", "SC-002", Decimal("2000.02"), Decimal("200.14")),
    Entry("BK-COPY-002", "SC-002", Decimal("4000.04"), Decimal("400.28")),
    Entry("BK-HIDE-003", "SC-003", Decimal("8000.08"), Decimal("800.56")),  # of a private record
    Entry("BK-LINK-900", "SC-004", Decimal("16000.16"), Decimal("1601.12")),  # linked by hand to another one
    Entry("BK-FREE-800", "", Decimal("32000.32"), Decimal("3202.24")),
)
PAIR, TWIN, COPY, HIDE, LINK, FREE = ENTRIES
PRIVATE = frozenset({"SC-003", "SC-004"})
RECORDS = ("SC-001", "SC-002", "SC-003", "SC-004", "SC-005")


@dataclass(frozen=True)
class Panel:
    """Who sees what and who links.

    `limits` are on the source's columns ``title`` and ``paid`` and on the comparison of paid.
    """

    audience: Audience = Audience.READERS
    unmatched: Audience = Audience.READERS
    linking: Audience = Audience.READERS
    limits: Mapping[str, Audience] = field(default_factory=dict)

    def form(self, source_id: UUID) -> PanelForm:
        limit = {name: audience.value for name, audience in self.limits.items()}
        return PanelForm(
            name="Commitments beside the books",
            family="commitments",
            source_id=str(source_id),
            job_column="job",
            reference="reference",
            title="title",
            party="vendor",
            keys=(KeyLine("Number", "number", "reference", _DIGITS, _DIGITS),),
            comparisons=(
                ComparisonLine("revised_contract", "committed"),
                ComparisonLine("paid", "paid", audience=limit.get("comparison of paid", "readers")),
            ),
            total="revised_contract",
            record_columns=(ColumnLine("status"), ColumnLine("revised_contract"), ColumnLine("paid")),
            row_columns=(
                ColumnLine("reference"),
                ColumnLine("title", audience=limit.get("title", "readers")),
                ColumnLine("committed"),
                ColumnLine("paid", audience=limit.get("paid", "readers")),
            ),
            audience=self.audience.value,
            unmatched_audience=self.unmatched.value,
            link_audience=self.linking.value,
        )


@dataclass(frozen=True)
class Allowed:
    """What one person may learn from one panel, worked out from the promises alone."""

    person: Employee
    panel: Panel

    @property
    def sees_source(self) -> bool:
        return self.person.is_in(self.panel.audience)

    @property
    def sees_unmatched(self) -> bool:
        return self.sees_source and self.person.is_in(self.panel.unmatched)

    @property
    def may_link(self) -> bool:
        return self.sees_unmatched and self.person.is_in(self.panel.linking)

    def sees_record(self, number: str) -> bool:
        return self.person.reads and (number not in PRIVATE or self.person.level == "Admin")

    def sees_column(self, name: str) -> bool:
        places = {"paid": ("paid", "comparison of paid"), "title": ("title",)}[name]
        limits = [self.panel.limits[place] for place in places if place in self.panel.limits]
        return self.sees_source and all(self.person.is_in(limit) for limit in limits)

    def sees_row(self, entry: Entry) -> bool:
        if not self.sees_source:
            return False
        if entry is LINK:  # somebody said whose it is
            return self.sees_record(entry.of)
        if entry in (PAIR, HIDE) and self.sees_record(entry.of):
            return True
        return self.sees_unmatched

    @property
    def rows(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in ENTRIES if self.sees_row(entry))

    @property
    def outside(self) -> Decimal:
        return sum((entry.committed for entry in self.rows), Decimal(0))

    def leaks(self, page: str) -> frozenset[str]:
        """What the page says and must not."""
        amounts = set(_AMOUNT.findall(page))
        return frozenset(
            text for text in self.forbidden if (text in amounts if _AMOUNT.fullmatch(text) else text in page)
        )

    @cached_property
    def forbidden(self) -> frozenset[str]:
        """Every text that must not be on any page of this person."""
        hidden = [entry for entry in ENTRIES if entry not in self.rows]
        texts = {
            text for entry in hidden for text in (entry.reference, entry.title, *_written(entry.committed))
        }
        if not self.sees_column("paid"):
            texts |= {text for entry in ENTRIES for text in _written(entry.paid)}
            texts |= {text for amount in _sums(entry.paid for entry in ENTRIES) for text in _written(amount)}
        if not self.sees_column("title"):
            texts |= {entry.title for entry in ENTRIES}
        texts |= {
            text
            for amount in _sums(entry.committed for entry in ENTRIES)
            if amount not in _sums(entry.committed for entry in self.rows)
            for text in _written(amount)
        }
        return frozenset(texts | {number for number in RECORDS if not self.sees_record(number)})


def _written(amount: Decimal) -> tuple[str, str]:
    """As a page writes it, and as a file does."""
    return f"{amount:,.2f}", f"{amount:.2f}"


def _sums(amounts: Iterator[Decimal] | Any) -> frozenset[Decimal]:
    """What any choice of them adds up to."""
    sums = {Decimal(0)}
    for amount in amounts:
        sums |= {each + amount for each in sums}
    return frozenset(sums - {Decimal(0)})


class Frame:
    """The frame of a person, who is signed in once and for all."""

    def __init__(self, person: Person, ids: Mapping[str, int]) -> None:
        self._person = person
        self.ids = ids
        granted = person.sign_in_frame(HOLLIS).json
        assert granted is not None
        self._headers = {"Authorization": f"Bearer {granted['token']}"}

    def get(self, path: str, **arguments: object) -> str:
        query = urlencode({"company_id": HOLLIS, "project_id": JUSTICE_CENTER} | arguments)
        return self._person.get(f"{path}?{query}", **self._headers).text

    def post(self, path: str, **form: object) -> TestResponse:
        return self._person.client.post(
            path,
            base_url=ORIGIN,
            data={"company_id": HOLLIS, "project_id": JUSTICE_CENTER} | form,
            headers=self._headers | {"Origin": ORIGIN, "X-Requested-By": "tieback"},
        )


class Company:
    """The company with its app, its books and everybody's frame."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, folder: Path) -> None:
        self.app, self._simulator = app, simulator
        simulator.rate(hour_limit=1_000_000, spike_limit=1_000_000)
        self._keep_books(folder / "sources" / str(HOLLIS) / "books.db")
        self.ids = self._leave_five_records()
        self._admit_people()
        self.dana = self._connect()
        with app.app_context(), company_scope(HOLLIS):
            service, actor = services().sources, actor_of(self.dana)
            source = {"kind": "sql", "name": "The books", "dialect": "sqlite", "database": "books.db"}
            draft = service.draft(source | {"table": "entries", "key_column": "reference"})
            self.source_id = service.create(draft, actor=actor).id
            services().panels.jobs.assign(JUSTICE_CENTER, JOB, actor)
            editor = services().panels.editor
            self.panel_id = editor.create(Panel().form(self.source_id), actor)
            editor.publish(self.panel_id, actor)
        self.frames = {person: Frame(Person(app, simulator, person.login), self.ids) for person in PEOPLE}
        self._link_by_hand()

    def publish(self, panel: Panel) -> None:
        with self.app.app_context(), company_scope(HOLLIS):
            editor, actor = services().panels.editor, actor_of(self.dana)
            version = editor.get(self.panel_id).summary.version
            editor.update(self.panel_id, panel.form(self.source_id), actor, version=version)
            editor.publish(self.panel_id, actor)

    def decisions(self) -> int:
        """How many decisions about pairs the audit log holds."""
        with self.app.app_context(), company_scope(HOLLIS):
            return len(list_events(prefixes=["link."], limit=10_000))

    def _keep_books(self, path: Path) -> None:
        path.parent.mkdir(parents=True)
        rows = [(e.reference, JOB, e.title, "Bookvendor", str(e.committed), str(e.paid)) for e in ENTRIES]
        with closing(sqlite3.connect(path)) as books, books:
            books.execute("CREATE TABLE entries (reference, job, title, vendor, committed, paid)")
            books.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _leave_five_records(self) -> Mapping[str, int]:
        token = self._simulator.access_token(DANA.login)
        found: dict[str, int] = {}
        for kind in ("work_order_contracts", "purchase_order_contracts"):
            path = f"/rest/v1.0/{kind}?project_id={JUSTICE_CENTER}&per_page=1000"
            for record in self._simulator.get(path, token, HOLLIS).json:
                if record["number"] in RECORDS:
                    found[record["number"]] = record["id"]
                    private = record["number"] in PRIVATE
                    self._simulator.edit(
                        "contracts", record["id"], private=private, title=f"Work {record['id']}"
                    )
                else:
                    self._simulator.control("DELETE", f"/records/contracts/{record['id']}")
        assert sorted(found) == sorted(RECORDS)
        return found

    def _admit_people(self) -> None:
        for person in PEOPLE:
            other = "Read Only" if person.level == "Admin" else "Admin"
            tools: Sequence[str] = ("budget", "rfi", "submittals", "directory", "documents")
            self._simulator.membership(
                person.login,
                HOLLIS,
                company_levels={
                    "admin": "Admin" if person.is_administrator else "None",
                    "directory": "Read Only",
                },
                project_levels=dict.fromkeys(tools, other) | {TOOL: person.level},
                project_ids=None,
            )

    def _connect(self) -> Viewer:
        dana = Person(self.app, self._simulator, DANA.login)
        with self.app.app_context():
            begun = services().sign_ins.begin_install(None)
        with self.app.test_request_context():
            name = cookies.LOGIN.name
        dana.client.set_cookie(name, begun.cookie, domain="app.tieback.localhost")
        dana.get(dana.at_login(begun.authorize_url))
        with self.app.app_context():
            return services().sign_ins.complete_install(begun.cookie, HOLLIS).viewer

    def _link_by_hand(self) -> None:
        key = RecordKey("subcontract", self.ids[LINK.of])  # type: ignore[arg-type] # an id of the simulator
        form = {"from": "project", "record": str(key), "row_id": LINK.reference, "act": "confirm"}
        assert "Linked" in self.frames[DANA].post("/frame/links", **form).text
