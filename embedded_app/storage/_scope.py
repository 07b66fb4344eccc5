"""Company scope: a session sees one company, whoever wrote the query.

A query that touches company data outside a scope raises `UnscopedQuery`. Inside `company_scope` the criterion is
added here to every mapped table the statement names, in subqueries and lazy loads too. Statements that cannot be
limited this way (plain tables, text, bulk inserts) are refused. A flush of another company's row raises.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, TextClause, bindparam, event, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import FromClause

from embedded_app.crypto import WrappedKey
from embedded_app.errors import ForeignCompany, UnscopedQuery
from embedded_app.ids import CompanyId
from embedded_app.storage._database import db
from embedded_app.storage.models import Company, CompanyOwned

_log = logging.getLogger(__name__)
_OWNER = f"{Company.__tablename__}.id"
_COMPANIES = Company.__table__
_WRAPPED_KEY = select(_COMPANIES.c.master_key_id, _COMPANIES.c.wrapped_data_key).where(
    _COMPANIES.c.id == bindparam("id")
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """`company_id` is `None` for work across companies, and `reason` then says why."""

    company_id: CompanyId | None
    reason: str = ""


_scope: ContextVar[_Scope | None] = ContextVar("company_scope", default=None)


@contextmanager
def company_scope(company_id: CompanyId) -> Iterator[None]:
    """Limit the session to one company.

    Entering it again for the same company is allowed; for another one it is a mistake.

    Raises:
        ForeignCompany: when a scope of another company is open.
    """
    outer = _scope.get()
    if outer is not None and outer.company_id not in {None, company_id}:
        raise ForeignCompany("A scope of another company is open.")
    if outer is None or outer.company_id is None:
        _forget_other_companies(company_id)
    token = _scope.set(_Scope(company_id))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def system_scope(reason: str) -> Iterator[None]:
    """See every company, for work that has none: sweeps, key rotation, metrics. `reason` is logged."""
    outer = _scope.get()
    if outer is not None and outer.company_id is not None:
        raise UnscopedQuery("Work for one company may not widen to all of them.")
    _log.info("system scope", extra={"reason": reason})
    token = _scope.set(_Scope(None, reason))
    try:
        yield
    finally:
        _scope.reset(token)


def current_company_id() -> CompanyId:
    """The company of the open scope.

    Raises:
        UnscopedQuery: when no company scope is open.
    """
    scope = _scope.get()
    if scope is None or scope.company_id is None:
        raise UnscopedQuery("No company scope is open.")
    return scope.company_id


def find_wrapped_key(company_id: int) -> WrappedKey | None:
    """The stored data key of a company for the vault; `None` when it was destroyed or never was.

    Read anew each time, past the identity map, so that a destroyed key counts at once. Every sealed value begins
    with it, so it is a statement on the session's connection, which names its company itself; the session would
    take several times as long to limit it to that company. What the session has not flushed it does not see.

    Raises:
        ForeignCompany: when a scope of another company is open.
    """
    scope = _scope.get()
    if scope is not None and scope.company_id not in {None, company_id}:
        raise ForeignCompany("A scope of another company is open.")
    row = db.session.connection().execute(_WRAPPED_KEY, {"id": company_id}).one_or_none()
    if row is None or row.master_key_id is None or row.wrapped_data_key is None:
        return None
    return WrappedKey(row.master_key_id, row.wrapped_data_key)


def _forget_other_companies(company_id: CompanyId) -> None:
    """Take other companies' rows out of the identity map, where `Session.get` would find them unasked.

    A row that has expired goes too: to ask whose it is would be a query outside of every scope.
    """
    for row in list(db.session.identity_map.values()):
        if not isinstance(row, CompanyOwned | Company) or row in db.session.dirty:
            continue
        known = vars(row).get("company_id" if isinstance(row, CompanyOwned) else "id")
        if known != company_id:
            db.session.expunge(row)


def _company_of(row: object) -> int | None:
    if isinstance(row, CompanyOwned):
        return row.company_id
    if isinstance(row, Company):
        return row.id
    return None


@event.listens_for(Session, "do_orm_execute")
def _limit(state: ORMExecuteState) -> None:
    scope = _scope.get()
    if scope is not None and scope.company_id is None:
        return
    touched = _touched(state)
    if not touched:
        return
    if scope is None:
        raise UnscopedQuery(f"A query touches {', '.join(sorted(touched))} outside a company scope.")
    if any(name.startswith("plain ") for name in touched):
        raise UnscopedQuery(
            f"A query uses {', '.join(sorted(touched))}, which cannot be limited to a company."
        )
    company_id = scope.company_id
    state.statement = state.statement.options(
        with_loader_criteria(CompanyOwned, lambda cls: cls.company_id == company_id, include_aliases=True),
        with_loader_criteria(Company, lambda cls: cls.id == company_id, include_aliases=True),
    )


def _touched(state: ORMExecuteState) -> set[str]:
    """The company tables that a statement names; with "plain " before what no criterion can be added to."""
    statement: Any = state.statement
    selected = {str(m.local_table) for m in state.all_mappers if _is_owned(m.local_table)}
    mapped = set(selected)
    bare: set[str] = set()
    plain: set[str] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, TextClause):
            plain.add("plain text")
        table = element.table if isinstance(element, ColumnClause) else element
        if not isinstance(table, Table) or not _is_owned(table) or table.name in selected:
            continue
        if "parententity" in element._annotations:  # noqa: SLF001 # SQLAlchemy's only mark of a mapped element
            mapped.add(table.name)
        elif isinstance(element, ColumnClause):
            plain.add(f"plain {table.name}")
        else:
            bare.add(table.name)  # a mapped query names its tables bare as well
    if state.is_insert and (mapped or bare):
        return {"plain insert"}
    return mapped | plain | {f"plain {name}" for name in bare - mapped}


def _is_owned(table: FromClause) -> bool:
    return table is Company.__table__ or (
        isinstance(table, Table) and any(key.target_fullname == _OWNER for key in table.foreign_keys)
    )


@event.listens_for(Session, "before_flush")
def _refuse_foreign_rows(session: Session, context: UOWTransaction, instances: object) -> None:
    del context, instances
    scope = _scope.get()
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, CompanyOwned | Company):
            continue
        table = type(row).__name__
        if scope is None:
            raise UnscopedQuery(f"A row of {table} is written outside a company scope.")
        if scope.company_id is None:
            continue
        if isinstance(row, CompanyOwned) and _company_of(row) is None:
            row.company_id = scope.company_id
        if _company_of(row) != scope.company_id:
            raise ForeignCompany(f"A row of {table} belongs to another company.")
