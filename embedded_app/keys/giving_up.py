"""Give up what is under a master key that is lost for good: the way out when nobody can put it back.

Nothing of it can be opened anyhow. What goes is the wrapped keys, so that the service starts again and the
companies concerned can connect again, under new keys.
"""

from __future__ import annotations

from embedded_app import audit
from embedded_app.crypto import Vault
from embedded_app.errors import UnknownOption
from embedded_app.keys.holders import Holder, read_holders
from embedded_app.keys.tables import Table, tables_of_wrapped_keys
from embedded_app.keys.use import KeyUse, Standing, list_uses
from embedded_app.storage import db


def find_lost(vault: Vault, key_id: str) -> KeyUse:
    """What would be given up.

    Raises:
        UnknownOption: nothing is under the key, or the key opens what is under it.
        KeysUnreachable: when the provider does not answer: that is no loss.
    """
    use = next(
        (use for use in list_uses(vault) if use.master_key_id == key_id and any(use.rows.values())), None
    )
    if use is None:
        raise UnknownOption(
            f"Nothing is under a master key {key_id!r}. `embedded-app keys status` lists them."
        )
    if use.standing is not Standing.UNUSABLE:
        raise UnknownOption(
            f"The master key {key_id!r} is there and opens what is under it. `embedded-app keys rotate` moves it."
        )
    return use


def give_up(vault: Vault, key_id: str, actor: audit.Actor) -> int:
    """Destroy every wrapped key that is under `key_id`, each with its audit event; how many.

    Raises as `find_lost`.
    """
    find_lost(vault, key_id)
    return sum(_give_up_table(table, key_id, actor) for table in tables_of_wrapped_keys())


def _give_up_table(table: Table, key_id: str, actor: audit.Actor) -> int:
    count = 0
    is_under_it = table.model.master_key_id == key_id
    batch = read_holders(table, is_under_it)
    while batch:
        count += sum(_destroy(table, holder, actor) for holder in batch)
        batch = read_holders(table, is_under_it, table.id > batch[-1].id)
    return count


def _destroy(table: Table, holder: Holder, actor: audit.Actor) -> bool:
    """Whether it was still there."""
    with holder.scope():
        is_gone = table.swap(holder.id, holder.wrapped.wrapped, master_key_id=None, **{table.value.key: None})
        if is_gone and holder.has_company:
            detail = {"reason": "master_key_lost", "master_key": holder.wrapped.master_key_id}
            audit.record("data_key.destroyed", actor=actor, detail=detail)
        db.session.commit()
    return is_gone
