"""The keys that wrap data keys, and where they come from.

Another place to keep them, such as a key-management service, is another implementation of `KeyProvider`, handed
to `create_app`; nothing else has to know.
"""

from __future__ import annotations

import base64
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from embedded_app.config import Config, MasterKey, parse_master_keys
from embedded_app.crypto._sealing import SealContext, Sealed, seal, unseal
from embedded_app.errors import UnknownKey

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """Data keys under a master key: what is stored in place of the data keys."""

    master_key_id: str
    wrapped: bytes


class KeyProvider(Protocol):
    """Holds master keys. It is asked from many threads at once."""

    @property
    def setting(self) -> str:
        """The variable that says which keys there are, for sentences to operators."""
        ...

    @property
    def active_id(self) -> str:
        """The id of the master key that wraps."""
        ...

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        """Wrap under the active master key; `context` must be given again to unwrap.

        Raises:
            KeysUnreachable: when the provider does not answer.
        """
        ...

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        """What was wrapped.

        Raises:
            UnknownKey: when the provider does not hold that master key.
            KeysUnreachable: when it does not answer; asking later can help.
            Unsealable: when the wrapped key was altered or belongs to another context.
        """
        ...


def key_provider(config: Config) -> KeyProvider:
    """The provider that the environment names."""
    if config.master_keys_file is not None:
        return FileKeys(config.master_keys_file, config.master_keys)
    return EnvironmentKeys(config.master_keys)


class EnvironmentKeys:
    """Master keys from `MASTER_KEYS`; the first is active, the others only unwrap."""

    setting = "MASTER_KEYS"

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        self._held = _Held(keys)

    @property
    def active_id(self) -> str:
        return self._held.active_id

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        return self._held.wrap(data_key, context)

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        return self._held.unwrap(wrapped, context, self.setting)


class FileKeys:
    """Master keys from the file that `MASTER_KEYS_FILE` names, as a mounted secret.

    A changed file is taken up with the next use, so that keys are added and removed without a restart. One that
    cannot be read, or is wrong, changes nothing: the keys read last stay in use, and the log says so.
    """

    setting = "MASTER_KEYS_FILE"

    def __init__(self, path: Path, keys: Sequence[MasterKey]) -> None:
        self._path = path
        self._held = _Held(keys)
        self._seen = _state_of(path)
        self._lock = threading.Lock()

    @property
    def active_id(self) -> str:
        return self._current().active_id

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        return self._current().wrap(data_key, context)

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        return self._current().unwrap(wrapped, context, self.setting)

    def _current(self) -> _Held:
        state = _state_of(self._path)
        with self._lock:
            if state != self._seen:
                self._seen = state
                self._take_up()
            return self._held

    def _take_up(self) -> None:
        try:
            keys, problems = parse_master_keys(self._path.read_text(), self.setting)
        except (OSError, UnicodeDecodeError):
            keys, problems = (), ["The file cannot be read."]
        if problems:
            _log.error("changed master keys not taken up", extra={"problems": " ".join(problems)})
            return
        self._held = _Held(keys)
        _log.info("master keys taken up", extra={"active": self._held.active_id})


class _Held:
    """Master keys in memory."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        self.active_id = keys[0].id
        self._keys = {key.id: base64.b64decode(key.key.reveal()) for key in keys}

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        sealed = seal(self._keys[self.active_id], context, data_key)
        return WrappedKey(self.active_id, sealed.to_bytes())

    def unwrap(self, wrapped: WrappedKey, context: SealContext, setting: str) -> bytes:
        try:
            key = self._keys[wrapped.master_key_id]
        except KeyError:
            raise UnknownKey(
                f"{setting} does not hold the key {wrapped.master_key_id!r}, which the database uses. "
                f"Add it to {setting} again."
            ) from None
        return unseal(key, context, Sealed.from_bytes(wrapped.wrapped))


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """Tells one content of the file from another; `None` while there is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116 # follows the link that a mounted secret is
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
