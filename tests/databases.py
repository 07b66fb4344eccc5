"""On which databases a test runs."""

from __future__ import annotations

import pytest

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
"""For what depends on locks, types or transactions."""

SECOND_IN_DEPTH = ("sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.deep]))
"""For what stands on code that is tested on both: PostgreSQL in `make test-deep`."""
