"""The one key of the app, for MACs: stored wrapped, found at every use."""

from __future__ import annotations

import logging

from flask import current_app
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.clock import SystemClock
from embedded_app.crypto import Authenticator, SealContext, WrappedKey, app_key_context
from embedded_app.storage._database import MASTER_KEYS, Model, db
from embedded_app.storage.retention import Retention

_log = logging.getLogger(__name__)
_EXTENSION = "authenticator"
_ONLY = "app"


class AppKey(Model):
    """No company's data: the key under which this app vouches for rows. There is one, or none yet."""

    __tablename__ = "app_keys"
    retention = Retention("for good", of_company=False)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    master_key_id: Mapped[str | None] = mapped_column(String(64))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """`None` once it was given up; the next use makes another one."""

    def seal_context(self) -> SealContext:
        """Where `wrapped_key` stands."""
        return app_key_context()


_TABLE = AppKey.__table__
_FOUND = select(_TABLE.c.master_key_id, _TABLE.c.wrapped_key).where(_TABLE.c.id == _ONLY)


def authenticator() -> Authenticator:
    """The current app's."""
    extensions = current_app.extensions
    if _EXTENSION not in extensions:
        extensions[_EXTENSION] = Authenticator(extensions[MASTER_KEYS], _find, _keep, SystemClock())
    found: Authenticator = extensions[_EXTENSION]
    return found


def _find() -> WrappedKey | None:
    row = db.session.connection().execute(_FOUND).one_or_none()
    if row is None or row.master_key_id is None or row.wrapped_key is None:
        return None
    return WrappedKey(row.master_key_id, bytes(row.wrapped_key))


def _keep(new: WrappedKey) -> WrappedKey:
    """Of two that are made at the same moment, the first one stays."""
    values = {"master_key_id": new.master_key_id, "wrapped_key": new.wrapped}
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.execute(
        dialect.insert(AppKey)
        .values(id=_ONLY, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values, where=AppKey.wrapped_key.is_(None))
    )
    found = _find()
    assert found is not None
    if found == new:
        _log.warning("app key made; what was vouched for before is not vouched for any more")
    return found
