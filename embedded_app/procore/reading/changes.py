"""Which reads are stale: the changes, in order, for the cache and for what processes tell each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from embedded_app.ids import CompanyId, ProjectId

MOST_CHANGES = 256


@dataclass(frozen=True, slots=True)
class ReadKey:
    """What identifies a read: who asks, for which company, and the path with its query.

    Attributes:
        project_id: the project that it is about; `None` for a whole company.
        resources: what Procore calls the things whose changes make it stale; empty where no events tell of them.
    """

    grant_id: str
    company_id: CompanyId
    path: str
    project_id: ProjectId | None = None
    resources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """Which reads are stale now. What is `None` fits all.

    Attributes:
        company_id: only those of this company.
        grant_id: only those of this grant.
        project_id: only those of this project, and those that are about no single one.
        resource: only those that such a thing makes stale.
        forgets: nobody may see them any more. Otherwise they are shown while Procore cannot be asked.
    """

    company_id: CompanyId | None = None
    grant_id: str | None = None
    project_id: ProjectId | None = None
    resource: str | None = None
    forgets: bool = True

    def fits(self, key: ReadKey) -> bool:
        """Whether it makes the read of `key` stale."""
        return (
            self.company_id in {None, key.company_id}
            and self.grant_id in {None, key.grant_id}
            and (self.project_id is None or key.project_id in {None, self.project_id})
            and (self.resource is None or self.resource in key.resources)
        )


class Changes:
    """The latest changes, each once, numbered in the order in which they came.

    Attributes:
        number: of the latest.
        dropped: the number of the latest that made room for others.
    """

    def __init__(
        self,
        number: int = 0,
        dropped: int = 0,
        held: Iterable[tuple[int, Change]] = (),
        *,
        most: int = MOST_CHANGES,
    ) -> None:
        self.number = number
        self.dropped = dropped
        self._most = most
        self._numbers = {change: each for each, change in held}  # in order, the latest last

    def add(self, change: Change) -> None:
        """Put `change` last; one that is there already moves."""
        self.number += 1
        self._numbers.pop(change, None)
        self._numbers[change] = self.number
        if len(self._numbers) > self._most:
            oldest = next(iter(self._numbers))
            self.dropped = self._numbers.pop(oldest)

    def since(self, number: int) -> list[Change] | None:
        """Those after `number`; `None` when that is not known any more."""
        if number < self.dropped:
            return None
        return [change for change, each in self._numbers.items() if each > number]

    def latest(self, key: ReadKey) -> int:
        """The number of the latest that makes the read of `key` stale; no lower than what was dropped."""
        fitting = (each for change, each in reversed(self._numbers.items()) if change.fits(key))
        return max(self.dropped, next(fitting, 0))

    def numbered(self) -> list[tuple[int, Change]]:
        """All that are held, in order."""
        return [(each, change) for change, each in self._numbers.items()]
