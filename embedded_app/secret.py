"""A string that must never be seen: tokens, passwords, keys.

It stands at the ground floor, below `config`, because the configuration already holds secrets.
"""

from __future__ import annotations

import hmac
from typing import NoReturn, final


@final
class Secret:
    """Hold a secret so that printing, logging, formatting or pickling it cannot show it.

    The only way to the value is `reveal`, which is easy to find in a review. Comparison takes the same
    time whatever the values are. A secret is not hashable: it must not become a dictionary key.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; call it only where the value leaves for its one destination."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "Secret(…)"

    def __format__(self, format_spec: str) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment] # unhashable on purpose

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is not serialised; seal it instead.")
