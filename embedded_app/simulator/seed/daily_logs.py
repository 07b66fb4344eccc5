"""Three weeks of daily logs: who was there, what was noted, delivered and delayed, and the weather."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import AS_OF
from embedded_app.simulator.seed.site import Site

_DAYS = 21
_SKIES = ("Clear", "Overcast", "Rain", "Fog")


def _days() -> Iterator[tuple[int, date]]:
    """The working days, with a number each."""
    days = [AS_OF - timedelta(days=back) for back in range(_DAYS, -1, -1)]
    return enumerate((day for day in days if day.weekday() < 5), start=1)


def manpower_logs(site: Site) -> Iterator[Record]:
    """Two firms a day."""
    for number, day in _days():
        for turn in (0, 1):
            workers = site.draw(f"crew/{day}/{turn}", 2, 14)
            yield site.record(
                number * 10 + turn,
                day,
                site.people[-1],
                date=day,
                status="approved",
                position=turn + 1,
                vendor_id=site.pick(f"crew/{day}/{turn}/firm", site.vendors).id,
                num_workers=workers,
                num_hours=Decimal(8),
                man_hours=Decimal(8 * workers),
                cost_code_id=site.pick(f"crew/{day}/code", site.cost_codes).id,
                notes=None if turn else "<p>As planned.</p>",
                location_id=site.first_id + 1,
            )


def notes_logs(site: Site) -> Iterator[Record]:
    """A note every third day."""
    for number, day in _days():
        if number % 3 == 0:
            yield site.record(
                number,
                day,
                site.people[0],
                date=day,
                status="approved",
                position=1,
                comment="Owner walked the site.",
                is_issue_day=number % 2 == 0,
            )


def delivery_logs(site: Site) -> Iterator[Record]:
    """A delivery every other day."""
    for number, day in _days():
        if number % 2 == 0:
            firm = site.pick(f"delivery/{day}", site.vendors)
            yield site.record(
                number,
                day,
                site.people[-1],
                date=day,
                status="approved",
                position=1,
                delivery_from=firm.name,
                tracking_number=None if number % 4 else f"T{number:05d}",
                contents="Pallets",
                vendor_id=firm.id,
            )


def weather_logs(site: Site) -> Iterator[Record]:
    """The weather of each day."""
    for number, day in _days():
        sky = site.pick(f"sky/{day}", _SKIES)
        yield site.record(
            number,
            day,
            None,
            date=day,
            status="approved",
            position=1,
            sky=sky,
            temperature="Cool",
            wind=None,
            is_weather_delay=sky == "Rain" and number % 4 == 0,
        )
