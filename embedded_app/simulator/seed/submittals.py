"""Submittals: open, closed, overdue, private, without a section, and a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.custom_fields import filled
from embedded_app.simulator.seed.plan import AS_OF, at
from embedded_app.simulator.seed.site import Site

STATUSES = {1: "Draft", 2: "Open", 3: "Closed"}
TYPES = {11: "Shop Drawing", 12: "Product Information", 13: "Sample", 14: "Closeout"}
SECTIONS = {
    31: ("03 30 00", "Cast-in-Place Concrete"),
    32: ("05 12 00", "Structural Steel Framing"),
    33: ("07 52 00", "Modified Bituminous Roofing"),
    34: ("08 71 00", "Door Hardware"),
    35: ("23 05 00", "Common Work Results for HVAC"),
    36: ("26 24 00", "Switchboards and Panelboards"),
}
_TITLES = (
    *(
        "Concrete mix designs",
        "Anchor bolt shop drawings",
        "Roof insulation product data",
        "Hardware schedule",
    ),
    *("Air handling units", "Switchgear shop drawings", "Sealant colour samples", "Elevator cab finishes"),
    *("Fire stopping assemblies", "Operation and maintenance manuals"),
)
_ODD: Mapping[int, dict[str, Any]] = {
    3: {"description": "<p>See <b>data</b>.</p><script>alert(1)</script>", "due_date": None},
    5: {"private": True},
    7: {"specification_section_id": None, "type_id": None, "responsible_contractor_id": None},
    9: {"deleted_at": at(AS_OF - timedelta(days=5))},
    10: {"status_id": 1, "ball_in_court_ids": [], "approver_rows": []},
}


def submittals(site: Site) -> Iterator[Record]:
    """The submittals of a project, numbered from 1."""
    for step, title in enumerate(_TITLES, start=1):
        key = f"submittal/{step}"
        made_on = site.ago(f"{key}/made", 10, 160)
        due = made_on + timedelta(days=21)
        closed = due < AS_OF and site.draw(f"{key}/closed", 0, 2) > 0
        approver = site.pick(f"{key}/approver", site.people)
        answered = made_on + timedelta(days=12) if closed else None
        values: dict[str, Any] = {
            "number": str(step),
            "title": title,
            "description": f"<p>{title}</p>" if step % 2 else None,
            "revision": "0",
            "current_revision": True,
            "private": False,
            "status_id": 3 if closed else 2,
            "type_id": 11 + step % len(TYPES),
            "due_date": due,
            "submit_by": made_on + timedelta(days=7),
            "received_date": made_on + timedelta(days=2),
            "issue_date": made_on,
            "required_on_site_date": due + timedelta(days=40),
            "closed_at": None if answered is None else at(answered),
            "lead_time": 30 if step % 2 else None,
            "location_id": site.first_id + 1 + step % 6,
            "cost_code_id": site.pick(f"{key}/code", site.cost_codes).id,
            "received_from_id": site.people[-1],
            "submittal_manager_id": site.people[0],
            "responsible_contractor_id": site.pick(f"{key}/vendor", site.vendors).id,
            "ball_in_court_ids": [] if closed else [approver],
            "distribution_member_ids": [*site.people[1:2]],
            "specification_section_id": 31 + step % len(SECTIONS),
            "approver_rows": [
                {
                    "id": site.first_id * 10 + step,
                    "approver_type": "approver",
                    "comment": "Approved as noted." if closed else None,
                    "due_date": due.isoformat(),
                    "days_to_respond": 14,
                    "response": {"id": 1, "name": "Approved"} if closed else None,
                    "response_required": True,
                    "returned_date": None if answered is None else answered.isoformat(),
                    "sent_date": made_on.isoformat(),
                    "user_id": approver,
                    "variance": None,
                    "workflow_group_number": 0,
                }
            ],
            "custom_fields": filled(site.project.company_id, "submittals", step),
        } | _ODD.get(step, {})
        yield site.record(step, made_on, site.people[0], **values)
