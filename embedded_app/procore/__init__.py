"""The Procore client: no Flask, no database. docs/procore-client.md explains it.

Errors are those below `embedded_app.errors.ProcoreError`.
"""

from __future__ import annotations

from embedded_app.outbound.wire import WireRequest, WireResponse
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.caller import CallRecord, OnCall
from embedded_app.procore.calls.decoding import Ref
from embedded_app.procore.calls.routes import in_words
from embedded_app.procore.calls.transport import PooledTransport, Transport
from embedded_app.procore.client import Procore
from embedded_app.procore.company import CompanyApi
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.environment import Environment
from embedded_app.procore.files.uploads import Progress, Upload, Uploads
from embedded_app.procore.grant import Grant
from embedded_app.procore.hooks import Event, read_event
from embedded_app.procore.oauth.authorization import Authorization
from embedded_app.procore.oauth.tokens import TokenInfo, TokenSet
from embedded_app.procore.pacing.pacer import PacingReport, RateReport
from embedded_app.procore.pacing.shared_state import StateStore, StoreUnavailable
from embedded_app.procore.reading.cache import Silence
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import ApiVersion
from embedded_app.procore.records.app_installations import AppConfiguration, AppInstallation
from embedded_app.procore.records.budget import Budget, BudgetLine, BudgetView
from embedded_app.procore.records.change_orders import ChangeOrder, ChangeOrders
from embedded_app.procore.records.commitments import (
    Balances,
    Commitment,
    CommitmentKind,
    Commitments,
    LineItem,
)
from embedded_app.procore.records.companies import Company, Me
from embedded_app.procore.records.compliance import Compliance, ComplianceDocument
from embedded_app.procore.records.daily_logs import DailyLogCounts, DailyLogs
from embedded_app.procore.records.direct_costs import DirectCost, DirectCosts
from embedded_app.procore.records.directory import Directory, User
from embedded_app.procore.records.insurances import Insurance, Insurances
from embedded_app.procore.records.observations import Observation, Observations, ObservationType
from embedded_app.procore.records.payments import Payment, Payments
from embedded_app.procore.records.permissions import COMPANY_ADMIN_TOOLS, AccessLevel, Permissions
from embedded_app.procore.records.prime_contracts import PrimeContract, PrimeContracts
from embedded_app.procore.records.projects import Project, Projects
from embedded_app.procore.records.punch_items import PunchItem, PunchItems
from embedded_app.procore.records.requisitions import Requisition, Requisitions
from embedded_app.procore.records.rfis import Rfi, Rfis
from embedded_app.procore.records.submittals import Submittal, Submittals
from embedded_app.procore.records.vendors import Vendor, Vendors
from embedded_app.procore.records.wbs_codes import WbsCode, WbsCodes
from embedded_app.procore.viewer import ViewerApi

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
