"""What a function in the pool sees of the caller, and what it must not share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g

from embedded_app.ids import CompanyId
from embedded_app.storage import company_scope, current_company_id, db
from embedded_app.storage.fan_out import FanOut


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        yield app


def test_the_company_scope_comes_along(app: Flask) -> None:
    with company_scope(CompanyId(7)):
        assert FanOut(app, 2).submit(current_company_id).result() == 7


def test_each_function_has_a_session_of_its_own(app: Flask) -> None:
    own = db.session()
    assert FanOut(app, 2).submit(lambda: db.session() is own).result() is False


def test_request_values_of_the_caller_are_not_shared(app: Flask) -> None:
    g.viewer = "somebody"
    assert FanOut(app, 2).submit(lambda: "viewer" in g).result() is False


def test_an_error_reaches_the_caller(app: Flask) -> None:
    def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        FanOut(app, 2).submit(fail).result()
