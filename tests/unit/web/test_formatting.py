from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from embedded_app.web import formatting as f

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("6842500", "6,842,500.00"),
        ("-1234567890.12", "−1,234,567,890.12"),
        ("0.005", "0.01"),
        ("-0.001", "0.00"),
        ("0", "0.00"),
        (None, "—"),
    ],
)
def test_money(amount: str | None, written: str) -> None:
    assert f.money(None if amount is None else Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [("94600", "+94,600.00"), ("-248250", "−248,250.00"), ("0", "0.00"), ("0.001", "0.00"), (None, "—")],
)
def test_difference(amount: str | None, written: str) -> None:
    assert f.difference(None if amount is None else Decimal(amount)) == written


def test_dollars() -> None:
    assert f.dollars(Decimal("50286690.40")) == "$50,286,690"
    assert f.dollars(Decimal("-1273424.98")) == "−$1,273,425"
    assert f.dollars(Decimal("-0.2"), "€") == "€0"
    assert f.dollars(None) == "—"


def test_percent() -> None:
    assert f.percent(Decimal("0.6")) == "60 %"
    assert f.percent(Decimal("0.947"), 1) == "94.7 %"
    assert f.percent(None) == "—"
    assert f.percent_difference(Decimal("0.022")) == "+2.2 %"
    assert f.percent_difference(Decimal("-0.036")) == "−3.6 %"
    assert f.percent_difference(Decimal("0.0001")) == "0.0 %"
    assert f.percent_difference(None) == "—"


def test_count_and_plural() -> None:
    assert f.count(18214) == "18,214"
    assert f.count(None) == "—"
    assert f.plural(1, "commitment", "commitments") == "1 commitment"
    assert f.plural(1200, "commitment", "commitments") == "1,200 commitments"


def test_days_and_times() -> None:
    assert f.day(date(2026, 11, 5)) == "Nov 5, 2026"
    assert f.clock_time(NOON) == "12:00 PM UTC"
    assert f.clock_time(NOON.replace(hour=0, minute=5)) == "12:05 AM UTC"
    assert f.moment(NOON.replace(hour=13, minute=26)) == "Nov 20, 2026, 1:26 PM UTC"
    late = datetime(2026, 11, 20, 20, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert f.day(late) == "Nov 21, 2026"
    assert f.iso(late) == "2026-11-21T04:00:00Z"
    assert f.iso(date(2026, 11, 20)) == "2026-11-20"
    assert [f.day(None), f.clock_time(None), f.moment(None), f.age(None)] == ["—"] * 4


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (timedelta(seconds=4), "4 s ago"),
        (timedelta(seconds=-3), "0 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(hours=2, minutes=54), "2 h 54 min ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=12), "12 days ago"),
    ],
)
def test_age(passed: timedelta, written: str) -> None:
    assert f.age(NOON - passed, NOON) == written
