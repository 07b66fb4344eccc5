"""The one shape of the records that the simulator keeps without doing arithmetic on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


class Record(dict[str, Any]):
    """A record of some family: its values by the names that the platform gives them.

    Every record has `id`, `company_id`, `project_id` (None at company level), `created_at`, `updated_at`,
    `created_by_id` (a person, or None for the service account) and `deleted_at` (None while it lives). Amounts are
    `Decimal`, days `date`, moments `datetime` in UTC, references the id of what they refer to. A value that the
    record does not have is None.
    """

    __slots__ = ()


class Keyed:
    """Lets a dataclass be read and written as a `Record` is: `contract["number"]`."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or `default` where this kind of record has no such value."""
        return getattr(self, name, default)

    @classmethod
    def of(cls, values: Mapping[str, Any], **more: Any) -> Self:
        """One of this kind with the values that it has a field for, and these."""
        known: Mapping[str, object] = cls.__dataclass_fields__  # type: ignore[attr-defined] # every Keyed is one
        return cls(**{name: values[name] for name in known if name in values} | more)
