"""Master keys, company data keys and sealed values. No Flask, no database.

A value is sealed with AES-256-GCM under a data key of its company alone. The data key is stored wrapped by a
master key that the operator holds. Destroying the wrapped key makes everything of that company unreadable.
"""

from embedded_app.crypto._master_keys import EnvironmentKeys, KeyProvider, WrappedKey
from embedded_app.crypto._sealing import SealContext, Sealed
from embedded_app.crypto._vault import Vault

__all__ = ["EnvironmentKeys", "KeyProvider", "SealContext", "Sealed", "Vault", "WrappedKey"]
