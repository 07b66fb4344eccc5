"""A thread holds one database connection at a time.

Threads that each hold one and wait for one more, or for a thread that needs one, wait for each other until the
pool gives up. So whoever is about to wait for Procore, or takes a connection beside the session's, gives that back
first.
"""

from __future__ import annotations

from flask import has_app_context
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from embedded_app.storage._database import db

_HAS_WRITTEN = "has_written"


def give_connection_back() -> None:
    """End the session's transaction where it has only read; its objects are read again when they are looked at.

    One that has written or locked rows stays open: only its owner may end it.
    """
    if not has_app_context():
        return
    session = db.session()
    is_writing = _HAS_WRITTEN in session.info or session.new or session.dirty or session.deleted
    if session.in_transaction() and not is_writing:
        session.rollback()


@event.listens_for(Session, "after_flush")
def _note_flush(session: Session, context: UOWTransaction) -> None:
    del context
    session.info[_HAS_WRITTEN] = True


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    locks = getattr(state.statement, "_for_update_arg", None)  # SQLAlchemy has no public mark of it
    if locks is not None or not state.is_select:
        state.session.info[_HAS_WRITTEN] = True


@event.listens_for(Session, "after_transaction_end")
def _note_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HAS_WRITTEN, None)
