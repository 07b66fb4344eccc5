"""What every app compiles for itself and what is the same for all of them: compiled once in a test process.

Each test has an app with memories and a database of its own. Its templates, routes and SQL do not differ.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule

from embedded_app.storage import db


def compiled_once(patch: pytest.MonkeyPatch) -> None:
    """From here on, until `patch` is undone."""
    patch.setattr(Flask, "jinja_options", {"bytecode_cache": _Templates()})
    patch.setattr(Rule, "_compile_builder", _builders(Rule._compile_builder))
    patch.setitem(db._engine_options, "execution_options", {"compiled_cache": {}})
    # The dialect is a part of the cache's key, and each engine has one of its own.
    patch.setattr(DefaultDialect, "__eq__", lambda self, other: _kind(self) == _kind(other))
    patch.setattr(DefaultDialect, "__hash__", lambda self: hash(_kind(self)))


class _Templates(BytecodeCache):
    """In memory. Jinja asks for the source's checksum; how the source is read is looked at here."""

    def __init__(self) -> None:
        self._code: dict[tuple[object, ...], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(self._key(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[self._key(bucket)] = bucket.bytecode_to_string()

    @staticmethod
    def _key(bucket: Bucket) -> tuple[object, ...]:
        read_by = bucket.environment
        return bucket.key, bucket.checksum, read_by.trim_blocks, read_by.lstrip_blocks, read_by.undefined


def _builders(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """The functions that build a rule's address. They get the rule itself as an argument."""
    compiled: dict[Hashable, Any] = {}

    def builder(rule: Rule, *options: object) -> Any:
        if rule.defaults:  # a default becomes text by its converter
            return compile_builder(rule, *options)
        key = (rule.rule, tuple(rule._trace), options)
        if key not in compiled:
            compiled[key] = compile_builder(rule, *options)
        return compiled[key]

    return builder


def _kind(dialect: object) -> Hashable:
    return type(dialect), getattr(dialect, "server_version_info", None)
