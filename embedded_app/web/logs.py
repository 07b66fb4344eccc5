"""Logging: one JSON object a line, on standard error, each with the id of the request that caused it.

Nothing is redacted here, because nothing secret may get here: secrets are a type that does not print, and of a
foreign exception only its class and where it arose are written. The texts of foreign exceptions quote
addresses, parameters and rows.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
from flask import Flask, Response, g, request

from embedded_app.config import Config
from embedded_app.errors import EmbeddedAppError
from embedded_app.web import request_ids

_log = logging.getLogger(__name__)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# These write addresses with their queries, statements or headers below this level.
_TALKATIVE = {"urllib3": logging.ERROR, "authlib": logging.WARNING, "sqlalchemy": logging.WARNING}


def configure(config: Config) -> None:
    """Send every logger to standard error. Call it once, at the start of a process. Reads LOG_LEVEL."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config.log_level)
    for name, level in _TALKATIVE.items():
        logging.getLogger(name).setLevel(level)


def init_app(app: Flask, config: Config) -> None:
    """Write a line for each request: the route as it is declared, never an address or a query."""
    del config
    app.before_request(_start)
    app.after_request(_write)


class JsonFormatter(logging.Formatter):
    """Renders a record; what was passed as `extra` becomes further members."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            "request_id": request_ids.current(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _describe(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def _describe(error: BaseException) -> list[dict[str, Any]]:
    """The chain of causes, the outermost first, each with its class and the way it came."""
    described = []
    link: BaseException | None = error
    while link is not None:
        item: dict[str, Any] = {"class": type(link).__qualname__, "frames": _frames(link.__traceback__)}
        if isinstance(link, EmbeddedAppError):
            item["sentence"] = link.sentence
        described.append(item)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return described


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _start() -> None:
    g.started_at_seconds = time.perf_counter()


def _write(response: Response) -> Response:
    started = g.get("started_at_seconds")
    _log.info(
        "request",
        extra={
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "milliseconds": None if started is None else round((time.perf_counter() - started) * 1000),
        },
    )
    return response
