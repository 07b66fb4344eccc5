"""Master keys, company data keys and sealed values. No Flask, no database.

A value is sealed with AES-256-GCM under a data key of its company alone. The data keys are stored wrapped by a
master key that the operator holds. Destroying the wrapped key makes everything of that company unreadable.
"""

from embedded_app.crypto._authenticator import Authenticator, app_key_context
from embedded_app.crypto._master_keys import (
    EnvironmentKeys,
    FileKeys,
    KeyProvider,
    WrappedKey,
    key_provider,
)
from embedded_app.crypto._sealing import SealContext, Sealed, SealingKey
from embedded_app.crypto._vault import Vault, company_key_context

__all__ = [
    "Authenticator",
    "EnvironmentKeys",
    "FileKeys",
    "KeyProvider",
    "SealContext",
    "Sealed",
    "SealingKey",
    "Vault",
    "WrappedKey",
    "app_key_context",
    "company_key_context",
    "key_provider",
]
