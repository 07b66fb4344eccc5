"""What the package offers is listed once, and the list is whole."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator

from embedded_app import procore


def _hints(offered: type) -> Iterator[object]:
    yield from typing.get_type_hints(offered).values()
    for name, member in inspect.getmembers(offered):
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and isinstance(function, types.FunctionType):
            yield from typing.get_type_hints(function).values()


def _classes(hint: object) -> Iterator[type]:
    if isinstance(hint, type):
        yield hint
    yield from (found for part in typing.get_args(hint) for found in _classes(part))


def test_every_imported_name_is_offered() -> None:
    imported = {
        name
        for name, value in vars(procore).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
    }
    assert imported == set(procore.__all__)


def test_every_type_that_a_public_name_speaks_of_is_offered() -> None:
    offered = [getattr(procore, name) for name in procore.__all__]
    spoken_of = {
        found
        for thing in offered
        if isinstance(thing, type)
        for hint in _hints(thing)
        for found in _classes(hint)
        if found.__module__.startswith("embedded_app.procore")
    }
    # Collaborators that only the client itself passes around, and what an upload remembers for itself.
    internal = {"CompanyAccess", "Caller", "CallPool", "FileStore", "Form", "Part", "Segments"}
    assert {found.__name__ for found in spoken_of} - set(procore.__all__) == internal
