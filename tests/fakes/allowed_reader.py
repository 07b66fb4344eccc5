"""A reader behind a door of its own, for tests of connectors alone."""

from __future__ import annotations

from typing import Generic, TypeVar

from embedded_app.ids import CompanyId
from embedded_app.sources.bounds import Bounds
from embedded_app.sources.connectors.base import Reader
from embedded_app.sources.rows import TestReport, Where
from embedded_app.tabular.table import Table

R = TypeVar("R", bound=Reader)


class AllowedReader(Generic[R]):
    """Takes a place for every call. `reader` is the connector's own."""

    def __init__(self, reader: R, bounds: Bounds | None = None) -> None:
        self.reader = reader
        self._bounds = bounds or Bounds()

    def test(self) -> TestReport:
        with self._bounds.enter(CompanyId(1)) as allowance:
            return self.reader.test(allowance)

    def read(self, where: Where | None = None) -> Table:
        with self._bounds.enter(CompanyId(1)) as allowance:
            return self.reader.read(allowance, where)

    def distinct(self, column: str) -> Table:
        with self._bounds.enter(CompanyId(1)) as allowance:
            return self.reader.distinct(allowance, column)

    def close(self) -> None:
        self.reader.close()
