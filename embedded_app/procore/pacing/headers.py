"""What an answer says of the rate limit (docs/platform-reference.md, section 4.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from embedded_app.outbound.wire import WireResponse

_LONGEST_WAIT = timedelta(hours=1)  # the longer of the two windows
_CLOCKS_DIFFER = timedelta(seconds=2)


def wait_until(response: WireResponse, now: datetime) -> datetime | None:
    """When Procore accepts the next request: the later of `Retry-After` and `X-Rate-Limit-Reset`.

    Read the reset only from a 429: on other answers it is when a window ends, not a wish to wait. Never before
    `now` and at most an hour from it, whatever the headers say; ``None`` when they say nothing.
    """
    said = (_retry_after(response, now), _reset(response, now))
    still_ahead = now - _CLOCKS_DIFFER  # what is over says nothing
    times = [time for time in said if time is not None and time >= still_ahead]
    return min(max(now, *times), now + _LONGEST_WAIT) if times else None


def _retry_after(response: WireResponse, now: datetime) -> datetime | None:
    text = (response.header("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    return _http_date(text)


def _reset(response: WireResponse, now: datetime) -> datetime | None:
    if response.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    seconds = _until_reset(response, now)
    return None if seconds is None else now + timedelta(seconds=seconds)


def seconds_to_reset(response: WireResponse, now: datetime) -> float | None:
    """Seconds from now until `X-Rate-Limit-Reset`, or ``None`` without that header.

    The header is in Procore's time. Where the answer's `Date` shows that the two clocks differ, it is compared
    with that date instead of ours.
    """
    seconds = _until_reset(response, now)
    return None if seconds is None else max(0.0, seconds)


def _until_reset(response: WireResponse, now: datetime) -> float | None:
    """`seconds_to_reset`, negative for a time that is over."""
    text = (response.header("X-Rate-Limit-Reset") or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len("9999999999")):
        return None
    theirs = _http_date(response.header("Date") or "") or now
    if abs(theirs - now) <= _CLOCKS_DIFFER:  # the header counts whole seconds; ours is finer
        theirs = now
    return min(int(text) - theirs.timestamp(), _LONGEST_WAIT.total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
