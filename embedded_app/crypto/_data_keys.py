"""The data keys of one company: one, or two while its values move from an old one to a new one."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from embedded_app.crypto._sealing import FIRST_GENERATION, KEY_BYTES, LAST_GENERATION
from embedded_app.errors import Unsealable


@dataclass(frozen=True, slots=True)
class DataKeys:
    """What is wrapped and stored for a company.

    Every sealed value says the generation of its key. The newest key seals; the one before it still opens. They
    are wrapped together, so that adding, dropping and destroying keys is each one change of one column.

    Attributes:
        generation: of the newest key. It fits a byte and starts again after 255 re-encryptions, which is
            unambiguous because there are never more than two keys.
    """

    generation: int
    _keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def create(cls) -> DataKeys:
        return cls(FIRST_GENERATION, (os.urandom(KEY_BYTES),))

    @classmethod
    def from_bytes(cls, stored: bytes) -> DataKeys:
        """Take unwrapped bytes back.

        Raises:
            Unsealable: when they hold no data keys.
        """
        if len(stored) == KEY_BYTES:  # stored before there were generations
            return cls(FIRST_GENERATION, (stored,))
        if len(stored) not in {1 + KEY_BYTES, 1 + 2 * KEY_BYTES} or stored[0] < FIRST_GENERATION:
            raise Unsealable("A stored data key is damaged. Restore it from a backup, or connect again.")
        return cls(stored[0], tuple(stored[at : at + KEY_BYTES] for at in range(1, len(stored), KEY_BYTES)))

    def to_bytes(self) -> bytes:
        """The newest generation, then the keys, newest first."""
        return bytes([self.generation]) + b"".join(self._keys)

    @property
    def newest(self) -> bytes:
        return self._keys[0]

    @property
    def fingerprint(self) -> bytes:
        """Of the newest key. It says nothing about the key but whether another one is the same."""
        return hashlib.sha256(b"fingerprint" + self.newest).digest()

    @property
    def is_changing(self) -> bool:
        """Whether there are two."""
        return len(self._keys) > 1

    def of(self, generation: int) -> bytes:
        """The key of a generation.

        Raises:
            Unsealable: when it is none of these.
        """
        if generation == self.generation:
            return self.newest
        if self.is_changing and generation == _before(self.generation):
            return self._keys[1]
        raise Unsealable("A stored value is under a data key that is gone. It was not used.")

    def with_new_key(self) -> DataKeys:
        """One generation on; the key that was newest still opens."""
        assert not self.is_changing
        return DataKeys(_after(self.generation), (os.urandom(KEY_BYTES), self.newest))

    def with_newest_only(self) -> DataKeys:
        return DataKeys(self.generation, (self.newest,))


def _after(generation: int) -> int:
    return FIRST_GENERATION if generation == LAST_GENERATION else generation + 1


def _before(generation: int) -> int:
    return LAST_GENERATION if generation == FIRST_GENERATION else generation - 1
