"""Rules that the whole program keeps. A new route, table or setting joins by itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import LargeBinary

from embedded_app.app import ROOT, create_app
from embedded_app.config import VARIABLES
from embedded_app.storage import CompanyOwned, Model, SealedColumn, db, upgrade
from embedded_app.web import access, headers
from tests.factories.settings import config

TEST_NAME = r"`(tests/[\w/]+\.py)::(\w+)`"
TABLES_OF_NOBODY = {
    "app_keys",  # the key under which the app vouches for rows of all companies
    "shared_values",  # what processes share about Procore's limits
    "sign_in_flows",  # begun before anybody knows which company it is for
}


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Flask:
    return create_app(config(DATABASE_URL=database_url), instance_path=tmp_path)


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    assert access.undeclared(app) == []


def test_every_route_says_what_kind_of_page_it_is(app: Flask) -> None:
    assert headers.undeclared(app) == []


def test_no_package_imports_itself() -> None:
    """Its modules know each other by name; so none of them needs another one to be there when it is asked."""
    root = ROOT / "embedded_app"
    found = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "embedded_app"
        if path.relative_to(root).parts[0] in {alias.name for alias in node.names}
    ]
    assert found == []


def test_migrations_and_models_agree(empty_database_url: str, tmp_path: Path) -> None:
    app = create_app(config(DATABASE_URL=empty_database_url), instance_path=tmp_path)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Model.metadata) == []
        db.engine.dispose()


def test_every_table_belongs_to_a_company_or_says_why_not() -> None:
    owned = {str(m.local_table) for m in Model.registry.mappers if issubclass(m.class_, CompanyOwned)}
    assert set(Model.metadata.tables) - owned == {"companies", *TABLES_OF_NOBODY}


def test_bytes_are_stored_sealed() -> None:
    """The wrapped keys are the one exception: they are ciphertext of the key provider already."""
    plain = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not isinstance(column.type, SealedColumn)
    }
    assert plain == {"app_keys.wrapped_key", "companies.wrapped_data_key", "sign_in_flows.wrapped_key"}


def test_every_variable_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert tuple(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == VARIABLES


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\[[^\[\]]+\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_test_that_a_document_names_is_there() -> None:
    pages = [page.read_text() for page in (ROOT / "docs").rglob("*.md")]
    named = {each for page in pages for each in re.findall(TEST_NAME, page)}
    assert len(named) > 30
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path}::{name}"


def test_every_threat_has_a_test() -> None:
    tables = (
        (ROOT / "docs" / "security.md")
        .read_text()
        .split("| Threat | What stops it | Test |\n|---|---|---|\n")
    )
    threats = [line for table in tables[1:] for line in table.partition("\n\n")[0].splitlines()]
    assert len(threats) > 30
    for line in threats:
        assert re.search(TEST_NAME, line), line


@pytest.mark.parametrize(
    ("pattern", "forbidden"),
    [
        (r"<script(?![^>]*\bsrc=)", '<script type="module">'),
        (r"<style|\sstyle\s*=", '<p style = "color: red">'),
        (r"\son[a-z]+\s*=\s*[\"']", "<a onclick='go()'>"),
        (r"javascript:", '<a href="javascript:go()">'),
        (r"(src|href)=\"https?:", '<img src="https://elsewhere.example/a.png">'),
    ],
)
def test_templates_hold_nothing_that_the_content_policy_forbids(pattern: str, forbidden: str) -> None:
    pages = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html")}
    pages[ROOT / "forbidden"] = forbidden
    found = [str(path.relative_to(ROOT)) for path, page in pages.items() if re.search(pattern, page)]
    assert found == ["forbidden"]


def test_the_simulator_is_not_imported_by_the_product() -> None:
    """import-linter checks imports; this one catches a name in a string as well."""
    named = [
        path.relative_to(ROOT)
        for path in (ROOT / "embedded_app").rglob("*.py")
        if "simulator" not in path.parts
        and not {"demo", "commands"} & set(path.parts)
        and "embedded_app.simulator" in path.read_text()
    ]
    assert named == []
