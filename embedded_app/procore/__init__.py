"""The Procore client: no Flask, no database. docs/procore-client.md explains it.

Errors are those below `embedded_app.errors.ProcoreError`.
"""

from __future__ import annotations

from embedded_app.procore.app_installations import AppConfiguration, AppInstallation
from embedded_app.procore.authorization import Authorization
from embedded_app.procore.budget import Budget, BudgetLine, BudgetView
from embedded_app.procore.cache import Silence
from embedded_app.procore.caller import CallRecord, OnCall
from embedded_app.procore.calls import Period
from embedded_app.procore.change_orders import ChangeOrder, ChangeOrders
from embedded_app.procore.client import Procore
from embedded_app.procore.commitments import Balances, Commitment, CommitmentKind, Commitments, LineItem
from embedded_app.procore.companies import Company, Me
from embedded_app.procore.company_access import ApiVersion
from embedded_app.procore.company_api import CompanyApi
from embedded_app.procore.compliance import Compliance, ComplianceDocument
from embedded_app.procore.daily_logs import DailyLogCounts, DailyLogs
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.decoding import Ref
from embedded_app.procore.direct_costs import DirectCost, DirectCosts
from embedded_app.procore.directory import Directory, User
from embedded_app.procore.environment import Environment
from embedded_app.procore.events import Event, read_event
from embedded_app.procore.grant import Grant
from embedded_app.procore.insurances import Insurance, Insurances
from embedded_app.procore.observations import Observation, Observations, ObservationType
from embedded_app.procore.pacing import PacingReport, RateReport
from embedded_app.procore.payments import Payment, Payments
from embedded_app.procore.permissions import COMPANY_ADMIN_TOOLS, AccessLevel, Permissions
from embedded_app.procore.prime_contracts import PrimeContract, PrimeContracts
from embedded_app.procore.projects import Project, Projects
from embedded_app.procore.punch_items import PunchItem, PunchItems
from embedded_app.procore.reading import Read
from embedded_app.procore.requisitions import Requisition, Requisitions
from embedded_app.procore.rfis import Rfi, Rfis
from embedded_app.procore.routes import in_words
from embedded_app.procore.shared_state import StateStore, StoreUnavailable
from embedded_app.procore.submittals import Submittal, Submittals
from embedded_app.procore.tokens import TokenInfo, TokenSet
from embedded_app.procore.transport import PooledTransport, Transport, WireRequest, WireResponse
from embedded_app.procore.uploads import Progress, Upload, Uploads
from embedded_app.procore.vendors import Vendor, Vendors
from embedded_app.procore.viewer_api import ViewerApi
from embedded_app.procore.wbs_codes import WbsCode, WbsCodes

__all__ = [
    "COMPANY_ADMIN_TOOLS",
    "AccessLevel",
    "ApiVersion",
    "AppConfiguration",
    "AppInstallation",
    "Authorization",
    "Balances",
    "Budget",
    "BudgetLine",
    "BudgetView",
    "CallRecord",
    "ChangeOrder",
    "ChangeOrders",
    "Commitment",
    "CommitmentKind",
    "Commitments",
    "Company",
    "CompanyApi",
    "Compliance",
    "ComplianceDocument",
    "DailyLogCounts",
    "DailyLogs",
    "Deadline",
    "DirectCost",
    "DirectCosts",
    "Directory",
    "Environment",
    "Event",
    "Grant",
    "Insurance",
    "Insurances",
    "LineItem",
    "Me",
    "Observation",
    "ObservationType",
    "Observations",
    "OnCall",
    "PacingReport",
    "Payment",
    "Payments",
    "Period",
    "Permissions",
    "PooledTransport",
    "PrimeContract",
    "PrimeContracts",
    "Procore",
    "Progress",
    "Project",
    "Projects",
    "PunchItem",
    "PunchItems",
    "RateReport",
    "Read",
    "Ref",
    "Requisition",
    "Requisitions",
    "Rfi",
    "Rfis",
    "Silence",
    "StateStore",
    "StoreUnavailable",
    "Submittal",
    "Submittals",
    "TokenInfo",
    "TokenSet",
    "Transport",
    "Upload",
    "Uploads",
    "User",
    "Vendor",
    "Vendors",
    "ViewerApi",
    "WbsCode",
    "WbsCodes",
    "WireRequest",
    "WireResponse",
    "in_words",
    "read_event",
]
