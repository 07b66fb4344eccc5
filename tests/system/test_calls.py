"""What the product asks of Procore: no more than it shows, and never against the platform's rules."""

from __future__ import annotations

from embedded_app.panels.families import FAMILIES
from tests.system.the_walk import Walked

RECORD_FAMILIES = {  # those of the platform that stand behind one family of ours, docs/decisions/0003
    "commitments": ("work_order_contracts", "purchase_order_contracts"),
}
WITHOUT_A_COMPANY = {"/rest/v1.0/me", "/rest/v1.0/companies"}  # platform reference, section 2.5


def test_every_family_says_how_many_the_platform_has_for_it() -> None:
    assert set(RECORD_FAMILIES) == set(FAMILIES)


def test_the_first_look_asks_once_for_each_family_for_the_project_and_for_the_level(walked: Walked) -> None:
    asked = [entry["path"] for entry in walked.cold if entry["path"].startswith("/rest/")]
    assert len(asked) <= len(RECORD_FAMILIES["commitments"]) + 2, asked
    assert all(any(f"/{family}" in path for path in asked) for family in RECORD_FAMILIES["commitments"])


def test_the_second_look_asks_nothing(walked: Walked) -> None:
    assert walked.cold
    assert walked.warm == []


def test_no_company_is_asked_before_it_is_chosen(walked: Walked) -> None:
    """Whoever is asked counts as using the app (platform reference, section 2.5)."""
    asked = [entry for entry in walked.before_choice if entry["path"].startswith("/rest/")]
    assert {entry["path"] for entry in asked} == WITHOUT_A_COMPANY
    assert {entry["company_header"] for entry in asked} == {None}


def test_every_other_call_names_its_company(walked: Walked) -> None:
    nameless = {entry["path"] for entry in walked.requests if not entry["company_header"]}
    assert {path for path in nameless if path.startswith("/rest/")} <= WITHOUT_A_COMPANY


def test_no_call_breaks_a_rule_of_the_platform(walked: Walked) -> None:
    assert len(walked.requests) > 20
    assert [(entry["path"], entry["breaches"]) for entry in walked.requests if entry["breaches"]] == []
