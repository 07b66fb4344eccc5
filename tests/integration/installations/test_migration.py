"""The migration makes exactly the tables that the models describe, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from embedded_app.installations.models import Grant, Revocation, SignInFlow
from embedded_app.principals.models import Principal, Proof, Session
from embedded_app.storage import Model, db

OURS = {model.__tablename__ for model in (Grant, Revocation, SignInFlow, Principal, Proof, Session)}


def test_the_migration_agrees_with_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_ours}
        )
        assert compare_metadata(context, Model.metadata) == []


def _is_ours(item: object, name: str | None, kind: str, *_: object) -> bool:
    del item
    return kind != "table" or name in OURS
