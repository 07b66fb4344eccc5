"""Observations, what was answered to them, and punch items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.custom_fields import filled
from embedded_app.simulator.seed.plan import AS_OF, at
from embedded_app.simulator.seed.site import Site

OBSERVATION_STATUSES = ("initiated", "ready_for_review", "not_accepted", "closed")
"""In the order of the numbers that filters name them by."""
OBSERVATION_TYPES = {
    21: ("Safety", "Fall protection"),
    22: ("Quality", "Defective work"),
    23: ("Commissioning", "Functional test"),
    24: ("Warranty", "Leak"),
    25: ("Work to Complete", "Incomplete work"),
}
TRADES = {41: "Carpentry", 42: "Electrical", 43: "Roofing"}
_SEEN = (
    "Guardrail missing at stair 2",
    "Unlabelled conduit at panel LP-3",
    "Standing water on roof, east side",
    "Fire extinguisher out of date",
    "Damper does not close on alarm",
    "Cracked tile at entry",
    "Housekeeping in corridor 118",
    "Exposed rebar without caps",
)
_TO_DO = (
    "Touch up paint at door 204",
    "Adjust door closer",
    "Replace scratched glass",
    "Seal penetration above ceiling",
    "Clean diffuser",
    "Install missing cover plate",
    "Realign cabinet doors",
)
_ODD: Mapping[int, dict[str, Any]] = {
    2: {"due_date": None, "assignee_id": None, "trade_id": None, "priority": None},
    3: {"description": '<p>Pump it <i>out</i>.</p><img src="x" onerror="alert(1)">'},
    4: {"private": True},
    6: {"deleted_at": at(AS_OF - timedelta(days=3))},
}


def observations(site: Site) -> Iterator[Record]:
    """Every status is there; one is private, one was deleted."""
    for step, name in enumerate(_SEEN, start=1):
        made_on = site.ago(f"seen/{step}", 3, 60)
        status = OBSERVATION_STATUSES[step % len(OBSERVATION_STATUSES)]
        values: dict[str, Any] = {
            "number": step,
            "name": name,
            "description": f"<p>{name}</p>" if step % 2 else None,
            "status": status,
            "priority": ("Low", "Medium", "High", "Urgent")[step % 4],
            "due_date": made_on + timedelta(days=7),
            "closed_at": at(made_on + timedelta(days=2)) if status == "closed" else None,
            "assignee_id": site.pick(f"seen/{step}/to", site.people),
            "type_id": 21 + step % len(OBSERVATION_TYPES),
            "trade_id": 41 + step % len(TRADES),
            "location_id": site.first_id + 1 + step % 6,
            "origin": None,
            "private": False,
            "distribution_member_ids": [],
            "custom_fields": filled(site.project.company_id, "observations", step),
        } | _ODD.get(step, {})
        yield site.record(step, made_on, site.people[0], **values)


def observation_response_logs(site: Site) -> Iterator[Record]:
    """What was answered where somebody went to look."""
    for found in observations(site):
        if found["status"] != "initiated":
            yield site.record(
                found["number"],
                found["created_at"].date() + timedelta(days=1),
                site.people[-1],
                observation_id=found["id"],
                comment="Done." if found["status"] == "closed" else "Please look again.",
                status=found["status"],
            )


def punch_items(site: Site) -> Iterator[Record]:
    """Open, closed and overdue ones, a draft, and a private one."""
    steps = (
        "initiated",
        "work_required",
        "ready_for_review",
        "closed",
        "draft",
        "in_dispute",
        "ready_to_close",
    )
    for step, (name, workflow) in enumerate(zip(_TO_DO, steps, strict=True), start=1):
        made_on = site.ago(f"punch/{step}", 2, 40)
        due = made_on + timedelta(days=14)
        status = {"closed": "Closed", "draft": "Pending"}.get(workflow, "Overdue" if due < AS_OF else "Open")
        person = site.pick(f"punch/{step}/to", site.people)
        yield site.record(
            step,
            made_on,
            site.people[0],
            number=step,
            name=name,
            description=None if step == 2 else f"<p>{name}</p>",
            status=status,
            workflow_status=workflow,
            due_date=None if step == 3 else due,
            priority=(None, "low", "medium", "high")[step % 4],
            cost_impact=None,
            schedule_impact={"status": "no_impact", "value": None},
            ball_in_court_ids=[] if workflow == "closed" else [person],
            assignee_ids=[person],
            location_id=site.first_id + 1 + step % 6,
            trade_id=None if step == 4 else 41 + step % len(TRADES),
            punch_item_manager_id=site.people[0],
            final_approver_id=None,
            private=step == 6,
            custom_fields={},
        )
