"""Column types that make a mistake fail at once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from embedded_app.crypto import Sealed


def new_id() -> UUID:
    """A UUIDv7: ours, sortable by time of making (RFC 9562, section 5.7)."""
    return uuid_utils.compat.uuid7()


class SealedColumn(TypeDecorator[Sealed]):
    """Holds `Sealed` and nothing else, so that no plain secret can be stored by mistake."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        del dialect
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("A sealed column takes a Sealed value; seal it with the vault first.")
        return value.to_bytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        del dialect
        return None if value is None else Sealed.from_bytes(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, always in UTC. SQLite keeps no zone, so it is taken off and put on here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("A moment without a time zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
