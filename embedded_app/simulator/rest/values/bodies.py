"""What somebody sent: bodies of writes, and single values in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from flask import request

from embedded_app.simulator.rest.access import Refusal

T = TypeVar("T")


def sent_json() -> dict[str, Any]:
    """The body, which has to be a JSON object."""
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as malformed:
        raise Refusal(400, "The request body is not JSON.") from malformed
    if not isinstance(body, dict):
        raise Refusal(400, "The request body is not an object.")
    return body


def sent_list(name: str) -> list[Any]:
    """The body, which is a JSON array, or an object with one under this name."""
    try:
        body = orjson.loads(request.get_data() or b"[]")
    except orjson.JSONDecodeError as malformed:
        raise Refusal(400, "The request body is not JSON.") from malformed
    if isinstance(body, dict):
        body = body.get(name)
    if not isinstance(body, list):
        raise Refusal(400, "is required", field=name)
    return body


def required(body: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A value that has to be there, and of this type."""
    value = body.get(name)
    if value is None or value == "":
        raise Refusal(400, "is required", field=name)
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise Refusal(400, f"is not of type {kind.__name__}", field=name)
    return value
