"""Every event that is recorded has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

import embedded_app
from embedded_app.settings.audit_words import words_of

_RECORDED = re.compile(
    r'"((?:installation|grant|link|note|panel|principal|project_job|session|source)\.[a-z_]+)"', re.ASCII
)


def test_every_recorded_event_has_words() -> None:
    package = Path(embedded_app.__file__).parent
    recorded = {
        event
        for path in package.rglob("*.py")
        if "simulator" not in path.parts and "audit.record(" in (text := path.read_text())
        for event in _RECORDED.findall(text)
        if f'"{event}"' in text
    }
    assert len(recorded) > 15
    plain = {
        event
        for event in recorded
        if words_of(event) == event.replace("_", " ").replace(".", " ").capitalize()
    }
    assert plain == set()


def test_an_event_that_is_not_known_is_still_readable() -> None:
    assert words_of("ledger_entry.moved_on") == "Ledger entry moved on"
