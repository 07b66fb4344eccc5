"""What operators do with keys: look at them, change master keys, renew a company's data key, give up lost keys."""

from __future__ import annotations

from flask import Flask, current_app

from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.keys.long_work import Progress
from embedded_app.keys.renewal import WAIT
from embedded_app.keys.service import KeyService
from embedded_app.keys.use import KeyUse, Standing, Unfinished

__all__ = ["WAIT", "KeyService", "KeyUse", "Progress", "Standing", "Unfinished", "init_app", "service"]

_EXTENSION = "keys"


def init_app(app: Flask, *, vault: Vault, clock: Clock) -> None:
    """Build the service for `app`."""
    app.extensions[_EXTENSION] = KeyService(vault, clock)


def service() -> KeyService:
    """The service of the current app."""
    found: KeyService = current_app.extensions[_EXTENSION]
    return found
