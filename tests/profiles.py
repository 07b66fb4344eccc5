"""How many made-up inputs a test looks at: `test` for `make test`, `deep` for `make test-deep`.

The option `--hypothesis-profile` chooses. Neither has a deadline: how long an example takes says only how busy
the machine is.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("test", deadline=None, max_examples=50)
settings.register_profile("deep", deadline=None, max_examples=1000)
settings.load_profile("test")


def fuzz_cases() -> int:
    """How many inputs a fuzzed decoder sees: 500, or 10,000 in the profile `deep`."""
    return 10 * settings().max_examples
