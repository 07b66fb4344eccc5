"""Which tables hold wrapped keys and which hold sealed values. A new one joins by itself.

A row of either says where its value stands by `seal_context()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, LargeBinary, update
from sqlalchemy.orm import Mapper

from embedded_app.storage import CompanyOwned, Model, SealedColumn, db


@dataclass(frozen=True, slots=True)
class Table:
    """A mapped table with one column whose content depends on a key.

    Attributes:
        model: its class.
        id: the primary key.
        value: the column.
    """

    model: type[Any]
    id: Any
    value: Any

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    def swap(self, row_id: object, old: object, **new: object) -> bool:
        """Change a row if `value` is still `old`, in the open transaction; whether it was.

        Ciphertext never repeats, so equality means that nobody touched it.
        """
        result = db.session.execute(
            update(self.model)
            .where(self.id == row_id, self.value == old)
            .values(**new)
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", result).rowcount == 1


def tables_of_wrapped_keys() -> tuple[Table, ...]:
    """Every table whose rows hold data keys wrapped by a master key: those with a `master_key_id`."""
    return tuple(
        _table(mapper, _only_binary_column(mapper, sealed=False))
        for mapper in _mappers()
        if "master_key_id" in mapper.column_attrs
    )


def tables_of_companies() -> tuple[Table, ...]:
    """Every table with values sealed under the data key of the company that owns the row."""
    return tuple(
        _table(mapper, _only_binary_column(mapper, sealed=True))
        for mapper in _mappers()
        if issubclass(mapper.class_, CompanyOwned)
        and any(isinstance(column.type, SealedColumn) for column in mapper.columns)
    )


def _mappers() -> list[Mapper[Any]]:
    return sorted(Model.registry.mappers, key=lambda mapper: str(mapper.local_table))


def _only_binary_column(mapper: Mapper[Any], *, sealed: bool) -> Any:
    kind = SealedColumn if sealed else LargeBinary
    (column,) = (column for column in mapper.columns if isinstance(column.type, kind))
    return column


def _table(mapper: Mapper[Any], column: Any) -> Table:
    def attribute(of: Any) -> Any:
        return getattr(mapper.class_, mapper.get_property_by_column(of).key)

    return Table(mapper.class_, attribute(mapper.primary_key[0]), attribute(column))
