"""Templates that are compiled once in a process, whatever number of apps uses them."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """In memory. Jinja asks for the source's checksum; how the source is read is looked at here."""

    def __init__(self) -> None:
        self._code: dict[tuple[object, ...], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(_key(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[_key(bucket)] = bucket.bytecode_to_string()


def _key(bucket: Bucket) -> tuple[object, ...]:
    read_by = bucket.environment
    return bucket.key, bucket.checksum, read_by.trim_blocks, read_by.lstrip_blocks, read_by.undefined
