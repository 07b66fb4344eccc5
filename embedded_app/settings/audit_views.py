"""The audit log, newest first, found by kind, person and subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request, url_for

from embedded_app import audit
from embedded_app.ids import whole_number
from embedded_app.settings.audit_words import words_of
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_PAGE = 50
_LONGEST_SEQUENCE = 18  # digits; fits into 64 bits
_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", ()),
    "links": ("Links", ("link.",)),
    "settings": ("Settings", ("source.", "panel.", "project_job.")),
    "sign-ins": ("Sign-ins", ("principal.", "session.", "grant.")),
    "connection": ("Connection", ("installation.",)),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice above the table."""

    text: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a sentence. `changes` are pairs of what and how."""

    at: datetime
    who: str
    what: str
    subject: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The page. `newest_url` is `None` on the first page; `older_url` is `None` at the end of the log."""

    shell: Shell
    lines: tuple[Line, ...]
    chips: tuple[Chip, ...]
    kind: str
    search: str
    newest_url: str | None
    older_url: str | None


@blueprint.get("/settings/audit")
@administrator
@Kind.STANDALONE
def audit_log() -> Response:
    kind = request.args.get("kind", "all")
    kind = kind if kind in _KINDS else "all"
    search = request.args.get("q", "").strip()
    before = _sequence(request.args.get("before", ""))
    events = audit.list_events(
        before=before,
        limit=_PAGE + 1,
        prefixes=_KINDS[kind][1],
        search=search,
    )
    more = len(events) > _PAGE
    older = (
        url_for("settings.audit_log", kind=kind, q=search, before=events[_PAGE - 1].sequence)
        if more
        else None
    )
    page = AuditPage(
        shell=shell("audit"),
        lines=_lines(events[:_PAGE]),
        chips=tuple(
            Chip(text, url_for("settings.audit_log", kind=name, q=search), name == kind)
            for name, (text, _) in _KINDS.items()
        ),
        kind=kind,
        search=search,
        newest_url=url_for("settings.audit_log", kind=kind, q=search) if before else None,
        older_url=older,
    )
    return render("settings/audit.html", page)


def _sequence(text: str) -> int | None:
    return whole_number(text, most_digits=_LONGEST_SEQUENCE)


def _lines(events: Sequence[audit.AuditEvent]) -> tuple[Line, ...]:
    return tuple(
        Line(event.at, event.actor_name, words_of(event.event), event.subject_text, _changes(event))
        for event in events
    )


def _changes(event: audit.AuditEvent) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), str(value)) for name, value in sorted(event.detail.items()))
