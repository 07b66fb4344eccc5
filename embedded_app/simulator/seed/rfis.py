"""RFIs and their replies: open, answered, closed, overdue, private, a draft, and one that was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import escape
from typing import Any

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.custom_fields import filled
from embedded_app.simulator.seed.plan import AS_OF, at
from embedded_app.simulator.seed.site import Site

_SUBJECTS = (
    "Anchor bolt pattern at gridline D-7",
    "Fire rating of shaft wall, levels 2–5",
    "Ceiling height in corridor 214",
    "Slab depression at imaging suite",
    "Door hardware set 12: electrified lock",
    "Roof drain conflicts with beam B-41",
    "Waterproofing termination at planter",
    "Emergency power to freezer room",
    "Exterior soffit panel joint",
    "Medical gas zone valve location",
    "Expansion joint cover at grid 9",
    "Paint colour of exposed steel",
    "Stair 3 handrail extension",
    "Backing for wall-hung fixtures",
)
_QUESTION = "<p>{subject}: the drawings and the specification differ. Which one governs?</p>"
_CARELESS = (
    '<p>See sketch &amp; photo.</p><img src="x" onerror="alert(1)"><script>alert(2)</script>'
    "<p>Please confirm before the pour.</p>"
)
_ODD: Mapping[int, dict[str, Any]] = {
    3: {"cost_impact": {"status": "yes_known", "value": 3751.5}},
    4: {"question": _CARELESS},
    5: {"due_date": None, "schedule_impact": None, "reference": None},
    6: {"private": True},
    7: {"status": "draft", "draft": True, "initiated_at": None, "time_resolved": None, "accepted": False},
    9: {"deleted_at": at(AS_OF - timedelta(days=2))},
}
"""What life did to some of them."""
_IMPACTS = ("no_impact", "tbd", "yes_unknown", "n_a")


def rfis(site: Site) -> Iterator[Record]:
    """The RFIs of a project, numbered from 1."""
    for step, subject in enumerate(_SUBJECTS[: site.draw("rfis", 9, len(_SUBJECTS))], start=1):
        key = f"rfi/{step}"
        made_on = site.ago(f"{key}/made", 4, 150)
        due = made_on + timedelta(days=10)
        closed = site.draw(f"{key}/closed", 0, 2) > 0 and due < AS_OF
        asked_by, manager = site.pick(f"{key}/by", site.people), site.people[0]
        assignee = site.pick(f"{key}/to", site.people)
        vendor = site.pick(f"{key}/vendor", site.vendors).id if step % 3 else None
        values: dict[str, Any] = {
            "subject": subject,
            "question": _QUESTION.format(subject=escape(subject)),
            "rfi_manager_id": manager,
            "assignee_ids": [assignee],
            "required_assignee_ids": [assignee],
            "ball_in_court_id": None if closed else assignee,
            "received_from_login_information_id": asked_by if step % 2 else None,
            "responsible_contractor_id": vendor,
            "distribution_ids": [*site.people[1:2]],
            "number": str(step),
            "revision": "0",
            "current_revision": True,
            "has_revisions": False,
            "status": "closed" if closed else "open",
            "due_date": due,
            "initiated_at": at(made_on, 16),
            "time_resolved": at(due - timedelta(days=2)) if closed else None,
            "accepted": closed,
            "draft": False,
            "private": False,
            "reference": f"A-{200 + step}" if step % 2 else None,
            "cost_code_id": site.pick(f"{key}/code", site.cost_codes).id if step % 4 else None,
            "cost_impact": {"status": site.pick(f"{key}/cost", _IMPACTS), "value": None},
            "schedule_impact": {"status": site.pick(f"{key}/time", _IMPACTS), "value": None},
            "location_id": site.first_id + 1 + step % 4,
            "custom_fields": filled(site.project.company_id, "rfis", step),
        }
        yield site.record(step, made_on, asked_by, **values | _ODD.get(step, {}))


def rfi_replies(site: Site) -> Iterator[Record]:
    """A reply to every RFI that is closed, and one that answers nothing."""
    for rfi in rfis(site):
        if rfi["status"] == "closed" or rfi["number"] == "2":
            yield site.record(
                int(rfi["number"]),
                rfi["created_at"].date() + timedelta(days=6),
                rfi["assignee_ids"][0],
                rfi_id=rfi["id"],
                body="<p>The <em>specification</em> governs.</p>"
                if rfi["accepted"]
                else "<p>We are looking into it.</p>",
                official=rfi["accepted"],
            )
