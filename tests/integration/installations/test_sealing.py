"""A sealed token set opens in its own row, company, column and version, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from embedded_app.crypto import SealContext
from embedded_app.errors import (
    Unsealable,
)
from embedded_app.installations import Grant
from embedded_app.storage import (
    db,
    system_scope,
)
from tests.fakes.token_host import token_set
from tests.integration.installations.keeper import ONE, TWO, Keeper


def _to_another_row(keeper: Keeper) -> None:
    """The token set of one person in the row of another person of the company."""
    other_id = keeper.add_principal("Eve", 8)
    stolen = keeper.row().sealed_tokens
    keeper.grant_id = keeper.store(token_set(5), principal_id=other_id)
    keeper.set(sealed_tokens=stolen)


def _to_another_company(keeper: Keeper) -> None:
    other = keeper.add_company(TWO)
    other_id = keeper.store(token_set(5), TWO, other)
    with keeper.app.app_context(), system_scope("test"):
        sealed = db.session.get_one(Grant, other_id).sealed_tokens
    keeper.set(sealed_tokens=sealed)


def _to_another_version(keeper: Keeper) -> None:
    """An old, spent pair put back."""
    old = keeper.row().sealed_tokens
    keeper.store(token_set(5))
    keeper.set(sealed_tokens=old)


def _from_another_column(keeper: Keeper) -> None:
    """A value of the same row and company, sealed for another column."""
    with keeper.app.app_context():
        context = SealContext("sources.sealed_settings", ONE, str(keeper.grant_id), keeper.row().version)
        sealed = keeper.vault.seal(context, b"{}")
    keeper.set(sealed_tokens=sealed)


@pytest.mark.parametrize(
    "move", [_to_another_row, _to_another_company, _to_another_version, _from_another_column]
)
def test_a_sealed_value_that_was_moved_is_refused(keeper: Keeper, move: Callable[[Keeper], None]) -> None:
    move(keeper)
    with pytest.raises(Unsealable):
        keeper.token()


def test_a_grant_that_was_given_to_somebody_else_is_refused(keeper: Keeper) -> None:
    """Somebody who writes to the database names another person as the one whom the tokens serve."""
    other_id = keeper.add_principal("Eve", 8)
    keeper.set(principal_id=other_id)
    with pytest.raises(Unsealable):
        keeper.token()
