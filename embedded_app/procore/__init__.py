"""The Procore client: no Flask, no database. docs/procore-client.md explains it.

Errors are those below `embedded_app.errors.ProcoreError`.
"""

from __future__ import annotations

from embedded_app.procore.app_installations import AppConfiguration, AppInstallation
from embedded_app.procore.authorization import Authorization
from embedded_app.procore.cache import Silence
from embedded_app.procore.caller import CallRecord, OnCall
from embedded_app.procore.change_orders import ChangeOrder, ChangeOrders
from embedded_app.procore.client import CompanyApi, Procore, ViewerApi
from embedded_app.procore.commitments import Commitment, CommitmentKind, Commitments, LineItem
from embedded_app.procore.companies import Company, Me
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.environment import Environment
from embedded_app.procore.grant import Grant
from embedded_app.procore.pacing import RateNotice, RateWindows
from embedded_app.procore.permissions import COMPANY_ADMIN_TOOLS, AccessLevel, Permissions
from embedded_app.procore.projects import Project, Projects
from embedded_app.procore.reading import Read
from embedded_app.procore.tokens import TokenInfo, TokenSet
from embedded_app.procore.transport import PooledTransport, Transport, WireRequest, WireResponse
from embedded_app.procore.vendors import Vendor, Vendors

__all__ = [
    "COMPANY_ADMIN_TOOLS",
    "AccessLevel",
    "AppConfiguration",
    "AppInstallation",
    "Authorization",
    "CallRecord",
    "ChangeOrder",
    "ChangeOrders",
    "Commitment",
    "CommitmentKind",
    "Commitments",
    "Company",
    "CompanyApi",
    "Deadline",
    "Environment",
    "Grant",
    "LineItem",
    "Me",
    "OnCall",
    "Permissions",
    "PooledTransport",
    "Procore",
    "Project",
    "Projects",
    "RateNotice",
    "RateWindows",
    "Read",
    "Silence",
    "TokenInfo",
    "TokenSet",
    "Transport",
    "Vendor",
    "Vendors",
    "ViewerApi",
    "WireRequest",
    "WireResponse",
]
