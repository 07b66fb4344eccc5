from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from flask import Flask

from embedded_app.errors import SourceUnavailable
from embedded_app.web import request_ids
from embedded_app.web.access import public
from embedded_app.web.logs import JsonFormatter


def _line(**options: Any) -> dict[str, Any]:
    record = logging.LogRecord("name", logging.INFO, "file.py", 1, "event", (), **options)
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


def test_line_is_one_json_object_with_the_request_id() -> None:
    line = _line(exc_info=None)
    assert line["event"] == "event"
    assert line["level"] == "INFO"
    assert line["request_id"] == request_ids.NO_REQUEST


def test_foreign_exception_is_written_without_its_text() -> None:
    try:
        try:
            int("password=hunter2")
        except ValueError as foreign:
            raise SourceUnavailable("Sage ERP is not answering.") from foreign
    except SourceUnavailable:
        line = _line(exc_info=sys.exc_info())
    assert [e["class"] for e in line["error"]] == ["SourceUnavailable", "ValueError"]
    assert line["error"][0]["sentence"] == "Sage ERP is not answering."
    assert "hunter2" not in json.dumps(line)
    assert "test_logs.py" in line["error"][1]["frames"][0]


def test_request_is_logged_by_route_and_not_by_address(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/view/<token>", "view", public(lambda token: token[:0]))
    with caplog.at_level(logging.INFO):
        response = app.test_client().get("/view/hunter2?code=hunter3")
    (record,) = [r for r in caplog.records if r.getMessage() == "request"]
    line = JsonFormatter().format(record)
    assert json.loads(line)["route"] == "/view/<token>"
    assert "hunter" not in line
    assert response.status_code == 200


def test_request_ids_differ_sort_by_time_and_come_back_in_a_header(app: Flask) -> None:
    app.add_url_rule("/view", "view", public(request_ids.current))
    first, second = (app.test_client().get("/view") for _ in range(2))
    assert first.text == first.headers["X-Request-Id"]
    assert first.text != second.text
    assert first.text[:9] <= second.text[:9]  # eight characters of time; chance begins with the ninth
    assert [len(part) for part in first.text.split("-")] == [5, 4, 4]
    forged = app.test_client().get("/view", headers={"X-Request-Id": "forged"})
    assert "forged" not in forged.text
