"""In which currency an amount is, and whether two amounts may be subtracted and added.

A currency is an ISO 4217 code, or what somebody wrote in its place: a sign that several currencies share, or a
name. What is not known to be the same is another one.
"""

from __future__ import annotations

from collections.abc import Iterable

UNKNOWN = "unknown currency"
"""Of amounts whose currency should be stated and is not, or is one of several. It agrees with no stated one."""

_CODES = {
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "A$": "AUD",
    "NZ$": "NZD",
    "MX$": "MXN",
    "€": "EUR",
    "£": "GBP",
}
_DOLLARS_AND_PESOS = (
    "USD",
    "CAD",
    "AUD",
    "NZD",
    "MXN",
    "SGD",
    "HKD",
    "TWD",
    "BSD",
    "XCD",
    "ARS",
    "CLP",
    "COP",
)
_SHARED_SIGNS = {"$": frozenset(_DOLLARS_AND_PESOS), "¥": frozenset(("JPY", "CNY"))}


def currency_named(text: str) -> str | None:
    """The currency that a source calls so: ``cad``, ``CA$`` and ``C$`` are "CAD"; `None` of an empty text."""
    name = " ".join(text.split()).upper()
    return _CODES.get(name, name) or None


def agree(one: str | None, other: str | None) -> bool:
    """Whether nothing says that the two differ. ``$`` agrees with every dollar, `None` with everything."""
    return (
        one is None
        or other is None
        or one == other
        or other in _SHARED_SIGNS.get(one, ())
        or one in _SHARED_SIGNS.get(other, ())
    )


def narrowed(one: str | None, other: str | None) -> str | None:
    """What two statements about one amount say together; where they contradict each other, both."""
    if one is None or other is None:
        return one or other
    if not agree(one, other):
        return f"{one} and {other}"
    return other if one in _SHARED_SIGNS else one


def common(stated: Iterable[str | None]) -> str | None:
    """The one currency of all; `UNKNOWN` if there are several or only some state one, `None` if there is none."""
    found = set(stated)
    return UNKNOWN if len(found) > 1 else next(iter(found), None)
