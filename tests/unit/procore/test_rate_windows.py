from __future__ import annotations

import pytest

from embedded_app.procore.pacing.windows import MOMENT, RateNotice, RateWindows


def notice(limit: int, remaining: int, resets_in: float, *, now: float = 0) -> RateNotice:
    """What an answer says that was not long on its way, of a Procore whose clock is ours."""
    return RateNotice(limit, remaining, round(now + resets_in), resets_in)


def told(limit: int, remaining: int, resets_in: float, *, now: float = 0) -> RateWindows:
    """Windows of which one answer has told."""
    windows = RateWindows()
    assert windows.take("a", now, background=False) == 0
    windows.settle("a", now, notice(limit, remaining, resets_in, now=now), answered=True)
    return windows


def take(windows: RateWindows, now: float, process: str = "a", *, background: bool = False) -> float:
    return windows.take(process, now, background=background)


def test_before_anything_is_known_one_request_goes_alone() -> None:
    windows = RateWindows()
    assert [take(windows, 0), take(windows, 0), take(windows, 0, "b")] == [0, MOMENT, MOMENT]
    windows.settle("a", 1, notice(limit=3, remaining=2, resets_in=9, now=1), answered=True)
    assert [take(windows, 1, "b"), take(windows, 1), take(windows, 1)] == [0, 0, 9]


def test_an_answer_without_headers_holds_nobody() -> None:
    windows = RateWindows()
    take(windows, 0)
    windows.settle("a", 0, None, answered=True)
    assert [take(windows, 0) for _ in range(1000)] == [0] * 1000


def test_a_first_request_that_gets_no_answer_is_followed_by_another_one() -> None:
    windows = RateWindows()
    take(windows, 0)
    windows.settle("a", 0.5, None, answered=False)
    assert [take(windows, 0.5), take(windows, 0.5)] == [0, MOMENT]


def test_a_first_request_that_takes_long_is_followed_by_another_one() -> None:
    windows = RateWindows()
    assert [take(windows, 0), take(windows, 2.9), take(windows, 3), take(windows, 3)] == [
        0,
        MOMENT,
        0,
        MOMENT,
    ]


def test_requests_are_counted_between_answers() -> None:
    windows = told(25, 2, 8)
    assert [take(windows, 1), take(windows, 1), take(windows, 1)] == [0, 0, 7]


def test_what_another_process_took_is_counted() -> None:
    windows = told(25, 2, 8)
    assert [take(windows, 1, "a"), take(windows, 1, "b"), take(windows, 1, "a")] == [0, 0, 7]


def test_an_older_count_does_not_give_back_what_is_under_way() -> None:
    windows = told(25, 3, 8)
    for _ in range(3):
        take(windows, 0)
    windows.settle("a", 0, notice(25, 2, 8), answered=True)
    assert take(windows, 0) == 8


@pytest.mark.parametrize(("reset", "left"), [(7, 5), (9, 5), (10, 20)])
def test_ends_that_differ_by_a_second_are_those_of_one_window(reset: int, left: int) -> None:
    """Procore writes whole seconds; a later end is another window, of which nothing is taken yet."""
    windows = told(25, 5, 8)
    windows.settle("a", 1, RateNotice(25, 20, reset, reset - 1), answered=True)
    assert [take(windows, 1) for _ in range(left + 1)].count(0) == left


def test_others_using_the_same_limit_are_seen() -> None:
    windows = told(25, 20, 8)
    take(windows, 0)
    windows.settle("a", 0, notice(25, 0, 8), answered=True)
    assert take(windows, 0) == 8


def test_an_answer_that_was_long_on_its_way_gives_nothing_back() -> None:
    windows = told(25, 20, 3)
    take(windows, 1)  # answered much later
    assert take(windows, 4) == 0
    windows.settle("a", 4, notice(25, 24, 9, now=4), answered=True)
    taken = 0
    while not take(windows, 4):
        taken += 1
    windows.settle("a", 4, RateNotice(25, 19, reset=3, resets_in=-1), answered=True)
    windows.settle("a", 4, RateNotice(25, 19, reset=3, resets_in=1), answered=True)
    assert (taken, take(windows, 4)) == (23, 9)


def test_an_answer_that_came_so_late_that_its_window_seems_another_gives_nothing_back() -> None:
    windows = told(25, 2, 8)
    assert [take(windows, 0), take(windows, 0)] == [0, 0]
    windows.settle("a", 3, RateNotice(25, 24, reset=8, resets_in=8), answered=True)
    assert take(windows, 3) == 5


def test_a_late_answer_of_the_window_before_does_not_stand_for_the_first_of_the_next() -> None:
    windows = told(25, 1, 4)
    assert [take(windows, 3), take(windows, 4), take(windows, 4)] == [0, 0, MOMENT]
    windows.settle("a", 4, RateNotice(25, 7, reset=4, resets_in=2), answered=True)
    assert take(windows, 4) == MOMENT
    windows.settle("a", 4, notice(25, 24, 10, now=4), answered=True)
    assert take(windows, 4) == 0


def test_while_clocks_may_differ_what_is_left_of_the_old_window_is_spent_first() -> None:
    windows = told(24, 2, 4)
    assert take(windows, 4, background=True) == 2  # the rest is people's, until it is over for certain
    assert [take(windows, 4), take(windows, 4)] == [0, 0]
    assert [take(windows, 4), take(windows, 4)] == [0, MOMENT]  # one finds out
    late = told(24, 2, 4)
    assert [take(late, 6, background=True) for _ in range(18)] == [0] * 18
    assert take(late, 6, background=True) == 10


def test_a_procore_whose_clock_was_put_back_is_believed_after_a_minute() -> None:
    windows = told(25, 20, 8, now=1000)
    take(windows, 1020)
    windows.settle("a", 1020, RateNotice(25, 0, reset=500, resets_in=8), answered=True)
    assert take(windows, 1020) == 0
    windows = told(25, 20, 8, now=1000)
    windows.settle("a", 1059, RateNotice(25, 0, reset=500, resets_in=8), answered=True)
    assert take(windows, 1059) == 8


def test_the_end_of_the_hour_is_not_mistaken_for_the_short_window() -> None:
    windows = told(600, 500, 30)
    take(windows, 25)
    windows.settle("a", 25, notice(limit=600, remaining=0, resets_in=5, now=25), answered=True)
    assert take(windows, 25) == 5
    # The hour begins again with all its requests, not with those of ten seconds.
    assert take(windows, 30) == 0
    windows.settle("a", 30, notice(limit=600, remaining=599, resets_in=3600, now=30), answered=True)
    assert [take(windows, 30) for _ in range(599)] == [0] * 599
    assert take(windows, 30) == 3600


def test_both_windows_are_kept_apart() -> None:
    windows = told(25, 0, 8)
    assert take(windows, 8) == 0
    windows.settle("a", 8, notice(limit=600, remaining=0, resets_in=1800, now=8), answered=True)
    assert take(windows, 8) == 1800


def test_where_a_window_was_used_up_the_first_request_of_the_next_goes_alone() -> None:
    windows = told(3, 0, 4)  # clocks differ, and whoever comes a moment early is refused
    assert [take(windows, 4), take(windows, 4), take(windows, 4, "b")] == [0, MOMENT, MOMENT]
    windows.settle("a", 4.2, notice(3, 2, 10, now=4.2), answered=True)
    assert [take(windows, 4.2, "b"), take(windows, 4.2)] == [0, 0]
    assert take(windows, 4.2) == pytest.approx(10)


def test_a_window_that_was_not_used_up_or_is_long_over_begins_without_a_pause() -> None:
    roomy = told(25, 20, 4)
    assert [take(roomy, 4), take(roomy, 4)] == [0, 0]
    old = told(25, 0, 4)
    assert [take(old, 60), take(old, 60)] == [0, 0]


def test_what_is_under_way_when_a_window_ends_counts_in_the_next_one_too() -> None:
    windows = told(4, 2, 4)
    assert [take(windows, 3.9), take(windows, 3.9)] == [0, 0]
    assert take(windows, 10) == 0
    assert take(windows, 10) == 0
    assert take(windows, 10) == 10


def test_what_a_process_left_behind_is_forgotten() -> None:
    windows = told(3, 3, 4)
    for _ in range(3):
        take(windows, 1, "killed")
    assert [take(windows, 62), take(windows, 62), take(windows, 62)] == [0, 0, 0]


def test_a_raised_limit_replaces_the_old_one() -> None:
    windows = told(2, 0, 4)
    windows.settle("a", 1, notice(limit=50, remaining=40, resets_in=4, now=1), answered=True)
    assert take(windows, 1) == 0


def test_jobs_leave_a_quarter_to_people() -> None:
    windows = told(24, 7, 8)
    assert [take(windows, 0, background=True), take(windows, 0, background=True)] == [0, 8]
    assert [take(windows, 0) for _ in range(6)] == [0] * 6


def test_jobs_wait_as_long_as_people_wait_in_any_process() -> None:
    windows = told(2, 0, 4)
    for process in ("a", "b"):
        assert take(windows, 1, process) == 3
        windows.join(process, 1)
    assert take(windows, 4, background=True) == MOMENT
    windows.leave("a", 4)
    assert take(windows, 4, "a") == 0
    windows.settle("a", 4, notice(20, 19, 10, now=4), answered=True)
    assert take(windows, 4, background=True) == MOMENT
    windows.leave("b", 4)
    assert take(windows, 4, "b") == 0
    assert take(windows, 4, background=True) == 0


def test_people_who_wait_in_a_process_that_was_killed_hold_jobs_for_a_minute() -> None:
    windows = told(25, 20, 4)
    windows.join("killed", 1)
    assert take(windows, 60, background=True) == MOMENT
    assert take(windows, 62, background=True) == 0


def test_a_hold_holds_everybody_and_ends_with_one_request_alone() -> None:
    windows = told(25, 20, 8)
    windows.hold(6)
    assert take(windows, 1) == 5
    assert [take(windows, 6), take(windows, 6)] == [0, MOMENT]


def test_a_clock_that_was_put_back_makes_no_window_longer_than_it_can_be() -> None:
    windows = told(25, 0, 8, now=100_000)
    windows.hold(100_008)
    assert take(windows, 10_000) == 3600  # a hold may last as long as the longer window
    windows = told(25, 0, 8, now=100_000)
    assert take(windows, 10_000) == 12


def test_the_state_survives_being_written_down() -> None:
    windows = told(25, 2, 8)
    windows.join("b", 1)
    windows.hold(5)
    assert RateWindows.from_json(windows.as_json()) == windows
