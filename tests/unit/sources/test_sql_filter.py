"""How the condition on jobs is written for each kind of database; what it finds is tried on real ones."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, literal_column, select
from sqlalchemy.dialects import registry

from embedded_app.sources.connectors.sql_filter import holds


def written(dialect: str, *jobs: str) -> str:
    statement: Select[tuple[object]] = select(literal_column("*")).where(holds(("job", jobs), dialect))
    options = {"render_postcompile": True}
    return str(statement.compile(dialect=registry.load(dialect)(), compile_kwargs=options))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mssql"])
def test_the_column_is_compared_as_text(dialect: str) -> None:
    condition = written(dialect, "21-0417", "A'1")
    assert condition.count("CAST") == 1
    assert "ltrim(rtrim(" in condition
    assert "LIKE" not in condition
    assert "21-0417" not in condition  # bound, not written


def test_a_number_that_sql_server_writes_in_another_way_is_found_too() -> None:
    """No such server runs here, so this holds what its documentation asks for: TRY_CAST fails for no text."""
    condition = written("mssql", "1234567", "21-0417")
    assert "CAST([job] AS NVARCHAR(max)) LIKE" in condition
    assert condition.count("TRY_CAST ([job] AS DOUBLE PRECISION)") == 1


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mssql"])
def test_without_a_job_there_is_no_row(dialect: str) -> None:
    assert "CAST" not in written(dialect)
