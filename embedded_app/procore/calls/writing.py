"""What is different about a write: it is sent once, and never again unless Procore said that it did nothing.

Procore documents no idempotency keys (docs/platform-reference.md, section 9, number 21). So after a 401 and a 429
a write is sent again, because then nothing was done; a write whose answer is lost is not, and whoever asked for it
is told that its outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embedded_app.errors import OutcomeUnknown, ServerFailed, TimedOut, UnexpectedPayload
from embedded_app.procore.calls.call import Call, CompanyWrite
from embedded_app.procore.sentences import MAY_HAVE_HAPPENED


@contextmanager
def outcome_of(call: Call) -> Iterator[None]:
    """Surround what happens to `call` once it is on its way.

    Raises:
        OutcomeUnknown: `call` is a write, and the failure inside does not tell whether it happened: no answer,
            5xx, 408, or an answer that says neither yes nor no.
    """
    try:
        yield
    except (TimedOut, ServerFailed, UnexpectedPayload) as error:
        if not isinstance(call, CompanyWrite):
            raise
        raise OutcomeUnknown(
            MAY_HAVE_HAPPENED,
            route=call.route.name,
            request_id=error.request_id,
            status_code=error.status_code,
            messages=error.messages,
        ) from error
