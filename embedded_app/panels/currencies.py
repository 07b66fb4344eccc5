"""In which currency the amounts of a row are, by what its columns, the amounts and the panel say. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from embedded_app.panels.definition import Currency
from embedded_app.reconciliation import UNKNOWN, Item, agree, currency_named, narrowed, text_of


def with_currencies(row: Item, columns: Iterable[str], panel: Currency) -> Item:
    """The row with these columns only, its currency, and those of the amounts among them that state another one.

    A column of currencies and the sign of an amount hold together: "CAD" beside ``$`` is CAD, "USD" beside ``CA$``
    contradicts itself and is no currency of anything.
    """
    values = {name: row.values.get(name) for name in columns}
    stated = currency_named(text_of(values.get(panel.column)) or "") if panel.column is not None else None
    currency = _or_else(stated, panel.otherwise) or (None if panel.column is None else UNKNOWN)
    if not row.currencies:
        return Item(row.id, values, currency)
    by_amount = {
        name: _or_else(narrowed(row.currencies[name], stated), panel.otherwise)
        for name in values.keys() & row.currencies.keys()
    }
    others = {name: each for name, each in by_amount.items() if each is not None and each != currency}
    return Item(row.id, values, currency, others)


def _or_else(stated: str | None, otherwise: str | None) -> str | None:
    """What is stated; a sign that several currencies share is that of `otherwise`, if it can be."""
    return narrowed(stated, otherwise) if agree(stated, otherwise) else stated
