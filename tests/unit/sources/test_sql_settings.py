"""What the form of a SQL source may say. Nothing is connected to."""

from __future__ import annotations

import sys

import pytest

from embedded_app.errors import InvalidField
from embedded_app.secret import Secret
from embedded_app.sources.connectors.base import Filled, UploadedFile
from embedded_app.sources.connectors.sql_settings import SqlSettings, settings_of

FORM = {
    "dialect": "postgresql",
    "host": "sql.example.com",
    "database": "erp",
    "user": "reader",
    "table": "jobs",
}


def settings(form: dict[str, str], **secrets: str) -> SqlSettings:
    def no_file() -> UploadedFile:
        raise AssertionError

    return settings_of(Filled(form, {name: Secret(value) for name, value in secrets.items()}, no_file))


def wrong_field(form: dict[str, str], **secrets: str) -> str:
    with pytest.raises(InvalidField) as caught:
        settings(form, **secrets)
    return caught.value.field


def test_fields_become_settings() -> None:
    assert settings(FORM, password="p@ss:w/rd") == SqlSettings(
        dialect="postgresql",
        host="sql.example.com",
        port=5432,
        database="erp",
        user="reader",
        password=Secret("p@ss:w/rd"),
        encryption="require",
        query="SELECT * FROM jobs",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dialect": "oracle"}, "dialect"),
        ({"encryption": "maybe"}, "encryption"),
        ({"host": ""}, "host"),
        ({"host": "/var/run/postgresql"}, "host"),
        ({"host": "a.example.com,10.0.0.1"}, "host"),
        ({"host": "a.example.com:5432"}, "host"),
        ({"host": "x" * 256}, "host"),
        ({"host": "a\x00b"}, "host"),
        ({"port": "0"}, "port"),
        ({"port": "65536"}, "port"),
        ({"port": "5432x"}, "port"),
        ({"database": ""}, "database"),
        ({"user": " "}, "user"),
        ({"table": ""}, "table"),
        ({"query": "SELECT 1"}, "query"),
        ({"table": "", "query": "DROP TABLE t"}, "query"),
        ({"table": "", "query": "SELECT 1" + " " * 5 + "+ 1" * 10_000}, "query"),
        ({"table": "a..b"}, "table"),
    ],
)
def test_each_wrong_field_is_named(changes: dict[str, str], field: str) -> None:
    assert wrong_field(FORM | changes) == field


@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("jobs", "SELECT * FROM jobs"),
        ("eq.Ledger", "SELECT * FROM eq.Ledger"),
        ("order", 'SELECT * FROM "order"'),
        ("AP.Open Items", 'SELECT * FROM AP."Open Items"'),
        ('jobs"; DROP TABLE x', 'SELECT * FROM "jobs""; DROP TABLE x"'),
        ("jobs -- x", 'SELECT * FROM "jobs -- x"'),
    ],
)
def test_table_names_are_quoted_where_they_need_it(table: str, query: str) -> None:
    assert settings(FORM | {"table": table}).query == query


@pytest.mark.parametrize(("dialect", "label"), [("mssql", "SQL Server"), ("mysql", "MySQL")])
def test_a_driver_that_is_not_installed_is_named(
    dialect: str, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"py{dialect.replace('mssql', 'mssql')}", None)
    with pytest.raises(InvalidField, match=f"{label} cannot be read here") as caught:
        settings(FORM | {"dialect": dialect})
    assert caught.value.field == "dialect"
    assert f"py{dialect}" in caught.value.sentence


URL_FORM = {"table": "jobs"}


def test_a_url_says_the_same_as_the_fields() -> None:
    found = settings(URL_FORM, url="postgresql://reader:p%40ss@sql.example.com:6432/erp?sslmode=verify-full")
    assert (found.dialect, found.host, found.port, found.database, found.user) == (
        "postgresql",
        "sql.example.com",
        6432,
        "erp",
        "reader",
    )
    assert found.password == Secret("p@ss")
    assert found.encryption == "verify"
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize("driver", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_the_driver_of_a_url_is_ours(driver: str) -> None:
    assert settings(URL_FORM, url=f"{driver}://u:p@h/d").dialect == "postgresql"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "oracle://u:p@h/d",
        "https://h/d",
        "postgresql://u:p@h/d?host=10.0.0.1",
        "postgresql://u:p@h/d?hostaddr=127.0.0.1",
        "postgresql://u:p@h/d?service=x",
        "postgresql://u:p@h/d?sslkey=/etc/passwd",
        "postgresql://u:p@h/d?options=-c%20default_transaction_read_only=off",
        "postgresql://u:p@h/d?sslmode=prefer",
        "postgresql://u:p@h/d?sslmode=require&sslmode=disable",
    ],
)
def test_what_a_url_must_not_say(url: str) -> None:
    assert wrong_field(URL_FORM, url=url) == "url"


def test_a_url_without_a_host_or_a_database_is_incomplete() -> None:
    assert wrong_field(URL_FORM, url="postgresql:///d") == "host"
    assert wrong_field(URL_FORM, url="postgresql://u:p@h") == "database"


def test_an_address_is_given_once() -> None:
    assert wrong_field(FORM, url="postgresql://u:p@h/d") == "url"


def test_a_bad_url_is_not_shown_in_the_error() -> None:
    with pytest.raises(InvalidField) as caught:
        settings(URL_FORM, url="canary-secret")
    assert "canary" not in str(caught.value)
