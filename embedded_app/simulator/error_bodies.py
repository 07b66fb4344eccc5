"""The bodies in which the API says what went wrong: several are in use (platform reference, section 4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedded_app.simulator.switches import ErrorShape


def write(
    shape: ErrorShape, path: str, status: int, messages: Sequence[str], fields: Mapping[str, Sequence[str]]
) -> object:
    """The JSON value of an error: version 2 has one shape, version 1 the chosen one.

    `fields` has the messages of single fields; where there are any, `messages` are these in words.
    """
    text = "; ".join(messages)
    if path.startswith("/rest/v2") or shape is ErrorShape.STANDARD:
        details = [
            {"code": "invalid", "message": each, "source": name}
            for name, found in fields.items()
            for each in found
        ]
        return {"error": {"code": str(status), "message": text, "details": details}}
    if shape is ErrorShape.BASE_AND_FIELDS:
        base = [] if fields else list(messages)
        return {"errors": {"base": base, "fields": {name: found[0] for name, found in fields.items()}}}
    if shape is ErrorShape.CODE:
        names = ", ".join(fields)
        return {"code": status, "message": text, "fields": names, "reason": text, "error": text}
    if shape is not ErrorShape.ERRORS:
        return {shape.value: text}
    if status in (401, 429):
        return {"code": status, "message": text}
    return {"errors": {name: list(found) for name, found in fields.items()} or list(messages)}
