"""A query may be one SELECT. Everything on which databases disagree is refused, so that no trick gets through."""

from __future__ import annotations

import pytest

from embedded_app.errors import InvalidField
from embedded_app.sources.connectors.one_select import check

GOOD = [
    "SELECT * FROM ledger",
    "select a from b where c = 'it''s; -- fine'",
    "WITH x AS (SELECT 1 AS one) SELECT * FROM x",
    'SELECT "drop" FROM "create; me"',
    "SELECT dropped, inserted_at, updated FROM t",
    "SELECT a FROM t WHERE note LIKE '%/* not a comment */%'",
    "SELECT 'O''Malley' AS name",
    "SELECT a::text, b -> 'k' FROM t",
    "SELECT arr[1] FROM t",
    "SELECT price - cost FROM t",
    "SELECT '' AS empty",
]

BAD = {
    "": "one SELECT",
    "ledger": "one SELECT",
    "(SELECT 1)": "one SELECT",
    "DELETE FROM t": "one SELECT",
    "EXPLAIN ANALYZE SELECT 1": "one SELECT",
    "SELECT 1; SELECT 2": "semicolon",
    "SELECT 1; DROP TABLE t": "semicolon",
    "SELECT 1;;": "semicolon",
    "SELECT 1 -- comment": "comments",
    "SELECT 1 /* comment */": "comments",
    "SELECT 1 /*! INTO OUTFILE 'x' */": "comments",
    "SELECT 1 INTO t": "INTO is not allowed",
    "SELECT * INTO backup FROM t": "INTO",
    "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x": "DELETE",
    "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x": "INSERT",
    "SELECT * FROM t FOR UPDATE": "UPDATE",
    "SELECT set_config('transaction_read_only', 'off', false)": "SET_CONFIG",
    "SELECT * FROM OPENROWSET('x')": "OPENROWSET",
    "SELECT * FROM dblink('host=10.0.0.1', 'select 1') AS t(a int)": "DBLINK",
    "SELECT lo_create(0)": "LO_CREATE",
    "SELECT load_extension('x')": "LOAD_EXTENSION",
    "SELECT 1 EXEC xp_cmdshell 'dir'": "EXEC",
    "SELECT 'open": "not closed",
    'SELECT "open': "not closed",
    "SELECT 'a\\' ; DROP TABLE t; '": "backslashes",
    'SELECT "a\\" ; DROP TABLE t; "': "backslashes",
    "SELECT E'a\\''; DROP TABLE t; --'": "backslashes",
    "SELECT $$a$$": "single quotes",
    "SELECT $x$ ; DROP TABLE t $x$": "single quotes",
    "SELECT [a'] ; DROP TABLE t; --']": "brackets",
    "SELECT [a": "brackets",
    "SELECT [a;b]": "brackets",
    "SELECT 1 ` ; DROP TABLE t ; `": "double quotes",
}


@pytest.mark.parametrize("query", GOOD)
@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mssql", "sqlite"])
def test_one_select_passes_unchanged(query: str, dialect: str) -> None:
    assert check(query, dialect) == query


@pytest.mark.parametrize("dialect", ["postgresql", "mssql"])
@pytest.mark.parametrize(("query", "reason"), BAD.items())
def test_everything_else_is_refused(query: str, reason: str, dialect: str) -> None:
    with pytest.raises(InvalidField, match=reason) as caught:
        check(query, dialect)
    assert caught.value.field == "query"


def test_one_semicolon_at_the_end_is_taken_off() -> None:
    assert check(" SELECT 1 ;\n", "postgresql") == "SELECT 1"


def test_backticks_quote_where_they_do() -> None:
    assert check("SELECT `a;b` FROM t", "mysql") == "SELECT `a;b` FROM t"
    with pytest.raises(InvalidField, match="not closed"):
        check("SELECT `a", "sqlite")


def test_a_number_sign_begins_a_comment_only_in_mysql() -> None:
    assert check("SELECT a # b FROM t", "postgresql")
    with pytest.raises(InvalidField, match="comments"):
        check("SELECT a # b", "mysql")
