"""The SQL connector on real SQLite files: what can be read, and that nothing else can be done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from embedded_app.clock import Clock, SystemClock
from embedded_app.errors import (
    InvalidField,
    SourceChangedShape,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from embedded_app.outbound.network import Network
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile
from embedded_app.sources.connectors.sql import SqlConnector, SqlReader
from embedded_app.tabular.table import MOST_ROWS
from tests.fakes.allowed_reader import AllowedReader
from tests.fakes.fake_clock import FakeClock


def no_file() -> UploadedFile:
    raise AssertionError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory for sources with an ERP in it, and a file beside it that no source may read."""
    inside = tmp_path / "sources"
    (inside / "deep").mkdir(parents=True)
    for path in (inside / "erp.sqlite3", inside / "deep" / "it's 100%.db", tmp_path / "outside.db"):
        with sqlite3.connect(path) as connection:
            connection.executescript(
                """
                CREATE TABLE commitments (sc_no TEXT, job_no TEXT, job INTEGER, amount NUMERIC, vendor TEXT);
                INSERT INTO commitments VALUES
                    ('SC-014', '21-0417', 417, 1250000.25, 'O''Malley''s Steel'),
                    ('SC-011', '21-0417', 417, 5, '100%: a:b ::c %s %(x)s'),
                    ('SC-031', '21-0388', 388, NULL, '');
                CREATE TABLE odd (id TEXT, job TEXT, number NUMERIC, approximate REAL);
                INSERT INTO odd VALUES
                    ('a', '21-0417  ', 417, 417), ('b', char(9) || '21-0417' || char(160), 41.7, 4170),
                    ('c', '21-04170', '21-0417', 41.7);
                CREATE VIEW computed AS SELECT sc_no, job + 0 AS job, upper(vendor) AS vendor FROM commitments;
                """
            )
        connection.close()
    return inside


def reader(
    folder: Path | None, form: dict[str, str] | None = None, *, clock: Clock | None = None, **more: str
) -> AllowedReader[SqlReader]:
    filled = Filled({"dialect": "sqlite", "database": "erp.sqlite3", **(form or {}), **more}, {}, no_file)
    return AllowedReader(SqlConnector(Surroundings(Network(), folder, clock or SystemClock())).open(filled))


def test_a_table_is_read_as_it_is(folder: Path) -> None:
    table = reader(folder, table="commitments").read()
    assert table.columns == ("sc_no", "job_no", "job", "amount", "vendor")
    assert [line.number for line in table.lines] == [1, 2, 3]
    assert table.lines[0].cells == ("SC-014", "21-0417", 417, 1250000.25, "O'Malley's Steel")
    assert not table.truncated


@pytest.mark.parametrize("name", ["deep/it's 100%.db", "./deep/../erp.sqlite3"])
def test_odd_file_names_inside_the_directory_are_read(folder: Path, name: str) -> None:
    assert len(reader(folder, database=name, table="commitments").read().lines) == 3


def test_a_query_keeps_its_colons_and_percent_signs(folder: Path) -> None:
    query = "SELECT sc_no, 'a:b %s ::c' AS note FROM commitments WHERE vendor LIKE '100\u0025: %'"
    assert [line.cells for line in reader(folder, query=query).read().lines] == [("SC-011", "a:b %s ::c")]
    filtered = reader(folder, query=query).read(("sc_no", ("SC-011", "SC-014")))
    assert [line.cells for line in filtered.lines] == [("SC-011", "a:b %s ::c")]


@pytest.mark.parametrize(
    ("form", "column", "values", "found"),
    [
        ({"table": "commitments"}, "job_no", ("21-0417",), ["SC-014", "SC-011"]),
        ({"table": "commitments"}, "job_no", ("21-0388", "none"), ["SC-031"]),
        ({"table": "commitments"}, "job", ("417",), ["SC-014", "SC-011"]),
        ({"table": "computed"}, "job", ("417",), ["SC-014", "SC-011"]),
        ({"table": "commitments"}, "vendor", ("O'Malley's Steel",), ["SC-014"]),
        ({"table": "commitments"}, "job_no", ("' OR 1=1 --",), []),
        ({"table": "commitments"}, "job_no", (), []),
        ({"table": "odd"}, "job", ("21-0417",), ["a", "b"]),
        ({"table": "odd"}, "number", ("417",), ["a"]),
        ({"table": "odd"}, "number", ("21-0417", "41.7"), ["b", "c"]),
        ({"table": "odd"}, "approximate", ("417",), ["a"]),
        ({"table": "odd"}, "number", ("99999999999999999999",), []),
        ({"query": "WITH x AS (SELECT sc_no, job AS 'odd \"name:' FROM commitments) SELECT * FROM x"},
         'odd "name:', ("388",), ["SC-031"]),
    ],
)  # fmt: skip
def test_a_filter_is_bound_around_the_query(
    folder: Path, form: dict[str, str], column: str, values: tuple[str, ...], found: list[str]
) -> None:
    table = reader(folder, form).read((column, values))
    assert [line.cells[0] for line in table.lines] == found


def test_of_one_column_every_value_is_read_once(folder: Path) -> None:
    table = reader(folder, table="commitments").distinct("job_no")
    assert table.columns == ("job_no",)
    assert sorted(str(line.cells[0]) for line in table.lines) == ["21-0388", "21-0417"]


def test_without_a_directory_there_are_no_sqlite_sources() -> None:
    with pytest.raises(SourceRefused, match="SOURCE_FILES"):
        reader(None, table="commitments").read()


def test_nothing_outside_of_the_directory_is_read(folder: Path) -> None:
    (folder / "link.db").symlink_to(folder.parent / "outside.db")
    for name in ("../outside.db", str(folder.parent / "outside.db"), "link.db", "deep/../../outside.db"):
        with pytest.raises(SourceRefused, match="outside of the directory"):
            reader(folder, database=name, table="commitments").read()


@pytest.mark.parametrize("name", ["missing.db", "deep", "file:erp.sqlite3?mode=rw", ":memory:"])
def test_what_is_no_file_is_refused_and_not_made(folder: Path, name: str) -> None:
    with pytest.raises(SourceUnavailable, match="There is no file"):
        reader(folder, database=name, table="commitments").read()
    assert not (folder / "missing.db").exists()


def test_a_file_that_is_no_database_says_so(folder: Path) -> None:
    (folder / "text.db").write_bytes(b"hello, world" * 1000)
    with pytest.raises(SourceUnavailable):
        reader(folder, database="text.db", table="commitments").read()


WRITES = [
    "DELETE FROM commitments",
    "INSERT INTO commitments (sc_no) VALUES ('x')",
    "DROP TABLE commitments",
    "CREATE TABLE t (a)",
    "CREATE TEMP TABLE t (a)",
    "ATTACH DATABASE ':memory:' AS other",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "VACUUM INTO 'copy.db'",
    "BEGIN IMMEDIATE",
]


@pytest.mark.parametrize("statement", WRITES)
def test_the_connection_itself_refuses_what_the_check_of_the_query_would_let_through(
    folder: Path, statement: str
) -> None:
    before = (folder / "erp.sqlite3").read_bytes()
    opened = reader(folder, table="commitments")
    object.__setattr__(opened.reader._settings, "query", statement)
    with pytest.raises(SourceError):
        opened.read()
    assert (folder / "erp.sqlite3").read_bytes() == before


def test_a_table_or_column_that_is_gone_is_a_change_of_shape(folder: Path) -> None:
    for form in ({"table": "gone"}, {"query": "SELECT gone FROM commitments"}, {"query": "SELECT FROM"}):
        with pytest.raises(SourceChangedShape, match="does not fit the database"):
            reader(folder, form).read()


def test_two_columns_of_one_name_are_refused(folder: Path) -> None:
    with pytest.raises(SourceRefused, match="two columns named sc_no"):
        reader(folder, query="SELECT sc_no, sc_no FROM commitments").read()


COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n"


def test_50_000_rows_are_read_and_more_are_marked(folder: Path) -> None:
    whole = reader(folder, query=COUNTING.format(MOST_ROWS)).read()
    assert (len(whole.lines), whole.truncated) == (50_000, False)
    more = reader(folder, query=COUNTING.format(MOST_ROWS + 1)).read()
    assert (len(more.lines), more.truncated) == (50_000, True)
    assert more.lines[-1].number == 50_000


def test_too_many_columns_and_too_much_text_are_refused(folder: Path) -> None:
    columns = ", ".join(f"{number} AS c{number}" for number in range(201))
    with pytest.raises(SourceRefused, match="201 columns"):
        reader(folder, query=f"SELECT {columns}").read()
    with pytest.raises(SourceRefused, match="too much text"):
        reader(folder, query=f"SELECT printf('%.*c', 1000000, 'x') AS a FROM ({COUNTING.format(60)})").read()


@pytest.mark.parametrize("value", ["hex(zeroblob(50000000))", "zeroblob(50000000)"])
def test_a_huge_value_is_not_made(folder: Path, value: str) -> None:
    with pytest.raises(SourceRefused, match="A row holds more than 1,048,576 bytes"):
        reader(folder, query=f"SELECT {value} AS a").read()


def test_a_pattern_that_would_take_long_by_itself_is_refused(folder: Path) -> None:
    query = f"SELECT printf('%.*c', 900000, 'a') LIKE '{'%a' * 20_0}b' AS a"
    with pytest.raises(SourceError):
        reader(folder, query=query).read()


def test_an_endless_query_is_stopped(folder: Path) -> None:
    class Hurried(FakeClock):
        def monotonic(self) -> float:
            self.advance(1)
            return super().monotonic()

    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    with pytest.raises(SourceUnavailable, match="longer than 10 s"):
        reader(folder, clock=Hurried(), query=endless).read()


def test_a_file_that_is_replaced_is_read_anew(folder: Path) -> None:
    opened = reader(folder, table="commitments")
    assert len(opened.read().lines) == 3
    replacement = folder / "new.sqlite3"
    with sqlite3.connect(replacement) as connection:
        connection.execute("CREATE TABLE commitments (sc_no TEXT)")
    connection.close()
    replacement.replace(folder / "erp.sqlite3")
    assert opened.read().columns == ("sc_no",)


def test_a_file_is_read_while_its_owner_writes_to_it(folder: Path) -> None:
    owner = sqlite3.connect(folder / "erp.sqlite3")
    owner.execute("PRAGMA journal_mode = WAL")
    owner.execute("BEGIN IMMEDIATE")
    owner.execute("INSERT INTO commitments (sc_no) VALUES ('SC-099')")
    assert len(reader(folder, table="commitments").read().lines) == 3
    owner.commit()
    assert len(reader(folder, table="commitments").read().lines) == 4
    owner.close()


def test_the_report_counts_and_times(folder: Path) -> None:
    report = reader(folder, table="commitments").test()
    assert report.ok
    assert [(check.text, check.tone) for check in report.checks] == [
        ("erp.sqlite3 found", "ok"),
        ("Query returns 5 columns, 3 rows", "ok"),
    ]
    assert all(check.milliseconds is not None for check in report.checks)


def test_the_report_warns_of_no_rows_and_of_too_many(folder: Path) -> None:
    empty = reader(folder, query="SELECT * FROM commitments WHERE 1 = 0").test().checks[-1]
    assert (empty.text, empty.tone) == ("Query returns 5 columns, 0 rows", "warn")
    many = reader(folder, query=COUNTING.format(MOST_ROWS + 1)).test().checks[-1]
    assert many.tone == "warn"
    assert "more than 50,000 rows" in many.text


def test_the_report_ends_with_what_failed_in_the_words_of_the_database(folder: Path) -> None:
    report = reader(folder, query="SELECT gone FROM commitments").test()
    assert not report.ok
    assert report.checks[-1].text == (
        "The query does not fit the database. The database says: no such column: gone"
    )
    longer = reader(folder, query=f"SELECT {'g' * 300} FROM commitments").test().checks[-1].text
    assert longer.partition("says: ")[2] == f"no such column: {'g' * 300}"[:200]
    assert reader(folder, database="missing.db", table="t").test().checks[-1].tone == "bad"


def test_a_wrong_form_is_refused_before_anything_is_opened(folder: Path) -> None:
    with pytest.raises(InvalidField):
        reader(folder, database="", table="commitments")
