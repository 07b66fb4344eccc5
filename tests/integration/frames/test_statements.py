"""How often a look asks our own database. More is allowed, with a line in docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from embedded_app.storage import db
from tests.integration.frames.conftest import DANA, Frame

SECOND_LOOK = 11

pytestmark = pytest.mark.usefixtures("published")


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What our own database is asked meanwhile, by any thread."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_second_look_asks_the_database_a_fixed_number_of_times_and_writes_nothing(
    app: Flask, open_frame: Callable[[str], Frame]
) -> None:
    frame = open_frame(DANA)
    frame.view()
    with statements(app) as asked:
        assert frame.view().status_code == 200
    assert len(asked) <= SECOND_LOOK, asked
    assert {statement.split()[0] for statement in asked} == {"SELECT"}
