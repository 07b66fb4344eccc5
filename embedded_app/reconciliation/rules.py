"""What belongs together and what is compared: the part of a panel that the engine needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.reconciliation.normalizers import Normalizer
from embedded_app.reconciliation.values import FieldKind, amount

BY_LINK = "link"
"""`matched_by` of what a person linked; no key rule may have this name."""

Fields = str | tuple[str, ...]
"""One field, or several that are composed into one code, joined by hyphens. All of them must hold something."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A record's field and a row's field that must be equal after normalising each with its own chain."""

    record_field: Fields
    row_field: Fields
    record_normalizers: tuple[Normalizer, ...] = (Normalizer.TRIM,)
    row_normalizers: tuple[Normalizer, ...] = (Normalizer.TRIM,)


@dataclass(frozen=True, slots=True)
class KeyRule:
    """A way in which a record and a row are recognised as one: every pair must be equal.

    Raises:
        ValueError: without any pair, or when the name is taken by links.
    """

    name: str
    pairs: tuple[KeyPair, ...]

    def __post_init__(self) -> None:
        if not self.pairs:
            raise ValueError(f"The key rule {self.name!r} has no pair of fields.")
        if self.name == BY_LINK:
            raise ValueError(f"No key rule may be named {BY_LINK!r}.")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two fields that should say the same, and how far apart they may be.

    Args:
        name: unique in the panel; `label` is what people read.
        tolerance: the largest difference, in either direction and itself included, that is no variance: an
            amount for MONEY and NUMBER, days for DATE, without meaning for the others.
        status_map: for STATUS, from a status in Procore to the outside statuses that mean the same. Equal
            texts are always the same. Capitals and spaces do not count.
        normalizers: for TEXT, applied to both sides.

    Raises:
        ValueError: when the tolerance is negative or no number.
    """

    name: str
    label: str
    record_field: str
    row_field: str
    kind: FieldKind
    tolerance: Decimal | int = 0
    status_map: Mapping[str, frozenset[str]] = field(default_factory=dict)
    normalizers: tuple[Normalizer, ...] = ()

    def __post_init__(self) -> None:
        allowed = amount(Decimal(self.tolerance))
        if allowed is None or allowed < 0:
            raise ValueError(f"The tolerance of {self.name!r} must be zero or more.")


@dataclass(frozen=True, slots=True)
class Rules:
    """Key rules in the order in which they are tried, comparisons in the order in which they are shown.

    Args:
        total: the name of the MONEY comparison that the totals add up.

    Raises:
        ValueError: when two names are equal on one list, or `total` names no MONEY comparison.
    """

    key_rules: tuple[KeyRule, ...]
    comparisons: tuple[Comparison, ...]
    total: str

    def __post_init__(self) -> None:
        _refuse_repeated("key rule", (rule.name for rule in self.key_rules))
        _refuse_repeated("comparison", (comparison.name for comparison in self.comparisons))
        if not any(c.name == self.total and c.kind is FieldKind.MONEY for c in self.comparisons):
            raise ValueError(f"The total {self.total!r} is no comparison of money.")

    @property
    def total_comparison(self) -> Comparison:
        """The comparison that `total` names."""
        return next(comparison for comparison in self.comparisons if comparison.name == self.total)


def _refuse_repeated(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"Two of the {what}s are named {name!r}.")
