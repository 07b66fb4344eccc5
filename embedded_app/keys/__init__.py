"""What operators do with keys: look at them, change master keys, renew a company's data key, give up lost keys."""

from __future__ import annotations

from embedded_app.keys.long_work import Progress
from embedded_app.keys.renewal import WAIT
from embedded_app.keys.service import KeyService
from embedded_app.keys.use import KeyUse, Standing, Unfinished

__all__ = ["WAIT", "KeyService", "KeyUse", "Progress", "Standing", "Unfinished"]
