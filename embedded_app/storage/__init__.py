"""The database: one schema, company scope, sealed columns, migrations."""

from embedded_app.storage._columns import SealedColumn, UtcDateTime, new_id
from embedded_app.storage._connections import give_connection_back
from embedded_app.storage._database import Model, database_now, db, init_app, upgrade
from embedded_app.storage._scope import company_scope, current_company_id, find_wrapped_key, system_scope
from embedded_app.storage.app_key import authenticator
from embedded_app.storage.forgetting import forget_person
from embedded_app.storage.models import Company, CompanyOwned, CompanyState
from embedded_app.storage.retention import FORGOTTEN, Retention
from embedded_app.storage.shared_values import shared_value

__all__ = [
    "FORGOTTEN",
    "Company",
    "CompanyOwned",
    "CompanyState",
    "Model",
    "Retention",
    "SealedColumn",
    "UtcDateTime",
    "authenticator",
    "company_scope",
    "current_company_id",
    "database_now",
    "db",
    "find_wrapped_key",
    "forget_person",
    "give_connection_back",
    "init_app",
    "new_id",
    "shared_value",
    "system_scope",
    "upgrade",
]
