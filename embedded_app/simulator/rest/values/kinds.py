"""How each kind of value is written in an answer and read from a request (docs/platform-reference.md, 4.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.values.formats import day, money, stamp
from embedded_app.simulator.rest.values.numbers import written
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import BadDates


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: `write` makes it JSON, `parse` takes it from JSON that somebody sent.

    Neither is asked for null. `parse` raises `Refusal` for what does not fit. `words` are texts that people wrote.
    """

    write: Callable[[Any], object]
    parse: Callable[[object], object]
    words: bool = False


def _as_is(value: object) -> object:
    return value


def whole(value: object) -> int:
    """A whole number, also in a string as version 2 sends ids."""
    found = written(value) if isinstance(value, str) else value
    if not isinstance(found, int) or isinstance(found, bool):
        raise Refusal(400, "is not a whole number")
    return found


def _decimal(value: object) -> Decimal:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise Refusal(400, "is not a number")


def _flag(value: object) -> bool:
    if value in (True, "true", "1"):
        return True
    if value in (False, "false", "0"):
        return False
    raise Refusal(400, "is not true or false")


def _text(value: object) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise Refusal(400, "is not a text")


def _unreadable_date() -> None:
    """Without an error it becomes null (section 4.7); by choice it is refused."""
    if simulator().switches.bad_dates is BadDates.REFUSE:
        raise Refusal(400, "is not a date")


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        _unreadable_date()
        return None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        _unreadable_date()
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def a_list(value: object) -> list[object]:
    """A list of anything."""
    if isinstance(value, list):
        return value
    raise Refusal(400, "is not a list")


def _rows(value: object) -> list[object]:
    if all(isinstance(each, dict) for each in a_list(value)):
        return a_list(value)
    raise Refusal(400, "is not a list of objects")


TEXT = Kind(_as_is, _text, words=True)
CODE = Kind(_as_is, _text)
"""A text that is a number or a code: what records are matched by."""
WHOLE = Kind(_as_is, whole)
FLAG = Kind(_as_is, _flag)
MONEY = Kind(money, _decimal)
"""A decimal in a string, unformatted."""
NUMBER = Kind(float, _decimal)
"""A decimal as a JSON number, as budget lines and cost impacts have it."""
PERCENT = Kind(lambda value: f"{value:.2f}", _decimal)
PERCENT_SIGN = Kind(lambda value: f"{value:.2f}%", _decimal)
DAY = Kind(day, _day)
STAMP = Kind(stamp, _moment)
PLAIN = Kind(_as_is, _as_is)
"""JSON that is kept as it is."""
ROWS = Kind(_as_is, _rows)
"""JSON objects, each of them checked by what makes records of them."""
IDS = Kind(list, lambda value: [whole(each) for each in a_list(value)])


def one_of(*words: str) -> Kind:
    """One of these words; 400 for any other."""

    def parse(value: object) -> str:
        if value in words:
            return str(value)
        raise Refusal(400, f"must be one of {', '.join(words)}")

    return Kind(_as_is, parse)
