"""What the machine that runs the tests may lack."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacks(what: str) -> NoReturn:
    """Skip the test and say `what` is missing; fail where `CI` is set, so that nothing goes untested there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
