"""Which master keys the database uses, and whether they are there and right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func, select

from embedded_app.audit import AuditEvent
from embedded_app.crypto import SealContext, Vault, WrappedKey
from embedded_app.errors import CredentialError, UnknownKey, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.keys.tables import Table, tables_of_wrapped_keys
from embedded_app.storage import db, system_scope

_PROBE = SealContext("keys.probe", 0, "probe")
_SAMPLES = 3  # one row may be damaged; three are not, unless the key is wrong


class Standing(StrEnum):
    """What a master key is good for."""

    ACTIVE = "active"
    OLD = "old"
    """It unwraps only. Without any use it can be removed."""
    UNUSABLE = "unusable"
    """Missing, or another key under the same id."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much stands under one master key: rows by table."""

    master_key_id: str
    standing: Standing
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A company's way to a new data key that began and has not ended: it is under way, or was interrupted."""

    company_id: CompanyId
    begun_at: datetime


def list_unfinished() -> tuple[Unfinished, ...]:
    """Every re-encryption that has not ended, by company; told by the audit log, which asks no key provider."""
    begun = func.max(case((AuditEvent.event == "data_key.renewal_begun", AuditEvent.sequence)))
    ended = func.max(case((AuditEvent.event != "data_key.renewal_begun", AuditEvent.sequence)))
    events = ("data_key.renewal_begun", "data_key.renewed", "data_key.destroyed")
    latest = (
        select(AuditEvent.company_id, begun.label("begun"))
        .where(AuditEvent.event.in_(events))
        .group_by(AuditEvent.company_id)
        .having(begun > func.coalesce(ended, 0))
        .subquery()
    )
    with system_scope("unfinished re-encryptions"):
        rows = db.session.execute(
            select(AuditEvent.company_id, AuditEvent.at)
            .join(
                latest,
                (AuditEvent.company_id == latest.c.company_id) & (AuditEvent.sequence == latest.c.begun),
            )
            .order_by(AuditEvent.company_id)
        ).all()
    return tuple(Unfinished(CompanyId(company_id), at) for company_id, at in rows)


def list_uses(vault: Vault) -> tuple[KeyUse, ...]:
    """Every master key that the database uses, and the active one, which comes first.

    Raises:
        KeysUnreachable: when the provider does not answer.
    """
    active = vault.provider.active_id
    counts: dict[str, dict[str, int]] = {active: {}}
    tables = tables_of_wrapped_keys()
    for table in tables:
        for key_id, count in _count_by_key(table).items():
            counts.setdefault(key_id, {})[table.name] = count
    return tuple(
        KeyUse(key_id, _standing(vault, key_id), {t.name: counts[key_id].get(t.name, 0) for t in tables})
        for key_id in sorted(counts, key=lambda key_id: (key_id != active, key_id))
    )


def check_keys(vault: Vault) -> None:
    """Make sure that everything the database holds can be unwrapped, and something new be wrapped.

    Raises:
        UnknownKey: with a sentence that names the variable and the remedy, and the way out when there is none.
        KeysUnreachable: when the provider does not answer.
    """
    vault.open_apart(_PROBE, *vault.seal_apart(_PROBE, b"probe"))
    for key_id in sorted({key_id for table in tables_of_wrapped_keys() for key_id in _count_by_key(table)}):
        try:
            _check_key(vault, key_id)
        except UnknownKey as unknown:
            raise UnknownKey(
                f"{unknown.sentence} If that key is lost for good, `embedded-app keys give-up {key_id}` gives up "
                "what is under it."
            ) from unknown


def _standing(vault: Vault, key_id: str) -> Standing:
    try:
        _check_key(vault, key_id)
    except UnknownKey:
        return Standing.UNUSABLE
    return Standing.ACTIVE if key_id == vault.provider.active_id else Standing.OLD


def _check_key(vault: Vault, key_id: str) -> None:
    failure: CredentialError | None = None
    for table in tables_of_wrapped_keys():
        for context, wrapped in _samples(table, key_id):
            try:
                vault.provider.unwrap(wrapped, context)
            except Unsealable as error:
                failure = error
            else:
                return
    if failure is not None:
        setting = vault.provider.setting
        raise UnknownKey(
            f"{setting} holds another key under the id {key_id!r} than the one that the database uses. "
            f"Put the right key into {setting}."
        ) from failure


def _count_by_key(table: Table) -> dict[str, int]:
    key_id = table.model.master_key_id
    with system_scope("which master keys are in use"):
        rows = db.session.execute(
            select(key_id, func.count()).where(table.value.is_not(None)).group_by(key_id)
        ).all()
    return {name: count for name, count in rows if name is not None}


def _samples(table: Table, key_id: str) -> list[tuple[SealContext, WrappedKey]]:
    with system_scope("samples of wrapped keys"):
        rows = db.session.scalars(
            select(table.model)
            .where(table.model.master_key_id == key_id, table.value.is_not(None))
            .order_by(table.id)
            .limit(_SAMPLES)
            .execution_options(populate_existing=True)
        ).all()
    return [(row.seal_context(), WrappedKey(key_id, getattr(row, table.value.key))) for row in rows]
