"""A connector whose source is a list in memory, which a test changes, breaks and watches."""

from __future__ import annotations

from collections.abc import Callable

from embedded_app.secret import Secret
from embedded_app.sources.bounds import Allowance
from embedded_app.sources.connectors.base import Filled, Input, Option, required, text
from embedded_app.sources.rows import Check, TestReport, Where
from embedded_app.tabular.table import Line, Table


class ScriptedConnector:
    kind = "scripted"
    label = "Scripted"
    hint = "For tests"
    filters = True
    live = True
    options = (
        Option("host", "Host"),
        Option("password", "Password", input=Input.SECRET),
        Option("table", "Table", destination=False),
    )

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = ("sc_no", "job_no", "amount")
        self.cells: list[tuple[object, ...]] = [
            ("SC-014", "21-0417", "1,250,000.25"),
            ("SC-011", "21-0417", "5.00"),
            ("SC-031", "21-0388", "(7.50)"),
        ]
        self.truncated = False
        self.lets_all_through = False
        """Whether it filters nothing: what another kind of source takes for equal is for the service to judge."""
        self.error: Exception | None = None
        self.while_reading: Callable[[], None] = lambda: None
        self.asked: list[Where | None] = []
        self.passwords: list[Secret | None] = []
        self.opened = 0
        self.closed = 0

    def open(self, filled: Filled) -> ScriptedReader:
        self.opened += 1
        required(filled, "host", "Enter a host.")
        return ScriptedReader(self, filled.secrets.get("password"), text(filled, "table"))


class ScriptedReader:
    def __init__(self, connector: ScriptedConnector, password: Secret | None, table: str) -> None:
        self._connector = connector
        self._password = password
        self._table = table

    def test(self, allowance: Allowance) -> TestReport:
        allowance.seconds()
        self._connector.passwords.append(self._password)
        return TestReport((Check(ok=self._connector.error is None, text="Tried"),))

    def read(self, allowance: Allowance, where: Where | None = None) -> Table:
        allowance.seconds()
        script = self._connector
        script.asked.append(where)
        script.passwords.append(self._password)
        script.while_reading()
        if script.error is not None:
            raise script.error
        lines = [Line(number, cells) for number, cells in enumerate(script.cells, start=1)]
        if where is not None and not script.lets_all_through:
            place = script.columns.index(where[0])
            lines = [line for line in lines if line.cells[place] in where[1]]
        return Table(script.columns, lines, truncated=script.truncated)

    def distinct(self, allowance: Allowance, column: str) -> Table:
        table = self.read(allowance)
        place = table.columns.index(column)
        return Table((column,), [Line(line.number, (line.cells[place],)) for line in table.lines])

    def close(self) -> None:
        self._connector.closed += 1
