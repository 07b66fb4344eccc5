"""What a viewer was lately seen to read, for the time in which Procore is silent."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from embedded_app.errors import Forbidden
from embedded_app.principals.proofs import Proofs
from tests.fakes.fake_clock import FakeClock
from tests.fakes.panel_sides import VIEWER

OTHER = replace(VIEWER, principal_id=UUID(int=1))


def test_a_proof_is_of_one_person_and_one_place_and_lasts_fifteen_minutes() -> None:
    clock = FakeClock()
    proofs = Proofs(clock)
    proofs.keep(VIEWER, "riverside")
    assert proofs.holds(VIEWER, "riverside")
    assert not proofs.holds(VIEWER, "harbor")
    assert not proofs.holds(OTHER, "riverside")
    clock.advance(15 * 60 - 1)
    assert proofs.holds(VIEWER, "riverside")
    clock.advance(1)
    assert not proofs.holds(VIEWER, "riverside")


def test_of_more_than_ten_thousand_the_oldest_is_forgotten() -> None:
    proofs = Proofs(FakeClock())
    for place in range(10_001):
        proofs.keep(VIEWER, place)
    assert not proofs.holds(VIEWER, 0)
    assert proofs.holds(VIEWER, 1)


def test_a_refusal_and_a_sign_out_take_it_away() -> None:
    proofs = Proofs(FakeClock())
    for viewer in (VIEWER, OTHER):
        proofs.keep(viewer, "riverside")
        proofs.keep(viewer, "harbor")
    proofs.keep(VIEWER, "riverside", Forbidden("No."))
    assert not proofs.holds(VIEWER, "riverside")
    proofs.forget(VIEWER.principal_id)
    assert not proofs.holds(VIEWER, "harbor")
    assert proofs.holds(OTHER, "riverside")


def test_a_refusal_is_believed_for_thirty_seconds_and_for_as_long_as_procore_is_silent() -> None:
    clock, no = FakeClock(), Forbidden("No.")
    proofs = Proofs(clock)
    proofs.keep(VIEWER, "riverside", no)
    clock.advance(29)
    assert proofs.refusal(VIEWER, "riverside") is no
    clock.advance(1)
    assert proofs.refusal(VIEWER, "riverside") is None
    clock.advance(15 * 60 - 31)
    assert proofs.refusal(VIEWER, "riverside", is_silent=True) is no
    clock.advance(1)
    assert proofs.refusal(VIEWER, "riverside", is_silent=True) is None
    proofs.keep(VIEWER, "riverside")
    assert proofs.refusal(VIEWER, "riverside") is None
