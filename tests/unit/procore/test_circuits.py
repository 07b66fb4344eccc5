from __future__ import annotations

from embedded_app.procore.pacing.circuits import RUN, Circuits
from embedded_app.procore.pacing.windows import MOMENT

HOLLIS = 562949953443325


class Company:
    """One company's circuit, with whom is asked for what written once."""

    def __init__(self) -> None:
        self.circuits = Circuits()

    def refuse(self, now: float, grant: str = "sean", *, times: int = 1, uninstalled: bool = False) -> None:
        for _ in range(times):
            self.circuits.begin(HOLLIS, now)
            self.circuits.refuse(HOLLIS, grant, now, is_uninstalled=uninstalled, asked_at=now, jitter=0.5)

    def wait(self, now: float, grant: str = "sean", *, insists: bool = False) -> float | None:
        return self.circuits.wait(HOLLIS, grant, now, insists=insists)


def test_five_refusals_in_a_row_stop_the_calls_and_fewer_do_not() -> None:
    company = Company()
    company.refuse(0, times=4)
    assert company.wait(0) == 0
    company.refuse(0)
    assert [company.wait(0), company.wait(29)] == [None, None]
    assert company.circuits.wait(1, "sean", 0, insists=False) == 0, "another company"


def test_an_answer_in_between_begins_the_run_anew() -> None:
    company = Company()
    company.refuse(0, times=RUN - 1)
    company.circuits.close(HOLLIS)
    company.refuse(0, times=RUN - 1)
    assert company.wait(0) == 0


def test_after_the_pause_one_call_goes_alone_and_decides() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    assert company.wait(30) == 0
    company.circuits.begin(HOLLIS, 30)
    assert company.wait(30) == MOMENT
    company.circuits.close(HOLLIS)
    assert company.wait(30) == 0


def test_each_pause_is_longer_than_the_one_before_up_to_a_quarter_of_an_hour() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    now, pauses = 0.0, []
    for _ in range(7):
        pauses.append(company.circuits.companies[str(HOLLIS)].open_until - now)
        now += pauses[-1]
        assert company.wait(now) == 0
        company.refuse(now)
    assert pauses == [30, 60, 120, 240, 480, 900, 900]


def test_refusals_of_calls_that_were_under_way_do_not_lengthen_the_pause() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    for _ in range(10):
        company.circuits.refuse(HOLLIS, "sean", 1, is_uninstalled=False, asked_at=0, jitter=0.5)
    assert company.wait(30) == 0


def test_a_probe_without_an_answer_leaves_the_next_one_to_try() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    company.circuits.begin(HOLLIS, 30)
    company.circuits.end(HOLLIS)
    assert company.wait(30) == 0


def test_a_probe_that_never_came_back_holds_nobody_for_ever() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    company.circuits.begin(HOLLIS, 30)
    assert company.wait(44) == MOMENT
    assert company.wait(45) == 0


def test_a_person_who_insists_is_let_through_and_not_for_every_call_of_a_page() -> None:
    company = Company()
    company.refuse(0, times=RUN)
    assert company.wait(1, insists=True) is None
    assert company.wait(2, insists=True) == 0
    company.refuse(2)
    assert company.wait(2, insists=True) is None


def test_somebody_who_was_not_refused_is_let_through_once() -> None:
    company = Company()
    company.refuse(0, "sean", times=RUN)
    assert [company.wait(1, "sean"), company.wait(1, "dana")] == [None, 0]
    company.refuse(1, "dana")
    assert company.wait(1, "dana") is None


def test_where_the_app_is_not_connected_it_makes_no_difference_who_asks() -> None:
    company = Company()
    company.refuse(0, "sean", times=RUN, uninstalled=True)
    assert company.wait(1, "dana") is None
    assert company.wait(3, "dana", insists=True) == 0


def test_a_clock_that_was_put_back_keeps_no_circuit_open() -> None:
    company = Company()
    company.refuse(100_000, times=RUN)
    assert company.wait(10_000) == 0


def test_the_number_of_companies_is_bounded() -> None:
    circuits = Circuits()
    for number in range(1_100):
        circuits.refuse(number, "g", number, is_uninstalled=False, asked_at=0, jitter=0)
    assert len(circuits.companies) == 1_000
    assert "1099" in circuits.companies
    assert "99" not in circuits.companies


def test_of_those_who_were_refused_fifty_are_remembered() -> None:
    company = Company()
    for number in range(51):
        company.refuse(number, f"grant-{number}")
    [circuit] = company.circuits.companies.values()
    assert circuit.grants == [f"grant-{number}" for number in range(1, 51)]


def test_the_state_survives_being_written_down() -> None:
    company = Company()
    company.refuse(3, times=RUN)
    assert Circuits.from_json(company.circuits.as_json()) == company.circuits
