"""JSON answers, and the reading of JSON that somebody sent."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import DefaultJSONProvider


class BoundedProvider(DefaultJSONProvider):
    """Reads what is nested too deep as no JSON, where Python's own reader runs out of its stack."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of `s`.

        Raises:
            ValueError: it is no JSON, or nested deeper than a thousand.
        """
        del kwargs
        return orjson.loads(s)


def respond(body: Any, status: int = 200) -> Response:
    """`body` as a JSON response; takes what orjson takes: dataclasses, dates, UUIDs, but no `Decimal`."""
    return Response(orjson.dumps(body), status, mimetype="application/json")
