"""What the platform does not document, or does not do everywhere alike: one switch for each such question.

The defaults are the simulator's choices, not facts. `PATCH /_sim/switches` sets them, and `--switch` at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, get_type_hints


class RefreshMode(StrEnum):
    """When the old refresh token dies. Both are in use by servers of the kind that Procore runs."""

    AT_ONCE = "at_once"
    """Any attempt to refresh consumes it, whatever comes of the attempt."""
    ON_FIRST_USE = "on_first_use"
    """It works until the access token that it was exchanged for is used for the first time."""


class Consent(StrEnum):
    """Whether a person who allowed the app before is asked again."""

    ASKED = "asked"
    REMEMBERED = "remembered"


class ErrorShape(StrEnum):
    """In which of the bodies of section 4.5 version 1 of the API writes what went wrong."""

    ERRORS = "errors"
    """`{"errors": […]}`, or `{"errors": {field: […]}}` where a field is wrong; code and message for 401, 429."""
    BASE_AND_FIELDS = "base_and_fields"
    """`{"errors": {"base": […], "fields": {field: "…"}}}`"""
    CODE = "code"
    """`{"code", "message", "fields", "reason", "error"}`"""
    ERROR = "error"
    """`{"error": "…"}`"""
    MESSAGE = "message"
    """`{"message": "…"}`"""
    STANDARD = "standard"
    """`{"error": {"code", "message", "details"}}`, which version 2 always uses."""


class LevelIds(StrEnum):
    """The numbers of access levels: only that of Admin is published."""

    COUNTED = "counted"
    """1 None, 2 Read Only, 3 Standard, 4 Admin."""
    SCATTERED = "scattered"
    """Numbers in no order, so that only names can be relied on."""


class Order(StrEnum):
    """In which order the waiting events of a hook are delivered; the platform promises none."""

    KEPT = "kept"
    REVERSED = "reversed"


class ContextIds(StrEnum):
    """The type of the ids in the side panel's context."""

    BY_REGION = "by_region"
    """Numbers in us01, strings elsewhere: an app meets both."""
    NUMBER = "number"
    STRING = "string"


class NoId(StrEnum):
    """How the side panel's context says that a view has no record."""

    ABSENT = "absent"
    EMPTY = "empty"


class NoProject(StrEnum):
    """What a project's tokens become in an address that is opened at company level."""

    EMPTY = "empty"
    LITERAL = "literal"


class OnMove(StrEnum):
    """What the side panel is sent when the person moves to another record without a page load."""

    SETUP = "setup"
    VISIBLE = "visible"
    NOTHING = "nothing"


class TextKind(StrEnum):
    """The content type of an answer of which only the sentence is known."""

    JSON = "json"
    TEXT = "text"


class UnknownFields(StrEnum):
    """What a write does with a field that its record does not have."""

    IGNORE = "ignore"
    REFUSE = "refuse"
    """406, the platform's status for unknown fields."""


class BadDates(StrEnum):
    """What a write does with a date that cannot be read."""

    NULL = "null"
    """It is stored as null, without an error, as the documentation warns."""
    REFUSE = "refuse"


class RfiDueDate(StrEnum):
    """What an RFI's `due_date` is; both are known."""

    DATE = "date"
    DATETIME = "datetime"


class ThreeTiers(StrEnum):
    """How the two-tier calls answer in a project whose change orders have three tiers."""

    EMPTY = "empty"
    NOT_FOUND = "not_found"


class LogCounts(StrEnum):
    """The shape of the counts of daily logs, which is not documented."""

    BY_KIND = "by_kind"
    """`{"manpower_logs": 3, …}`"""
    LIST = "list"
    """`[{"name": "manpower_logs", "count": 3}, …]`"""


class ContractFields(StrEnum):
    """Which fields commitments have in version 2, which is not documented."""

    ALL = "all"
    """Those of version 1."""
    SENT = "sent"
    """Those that one can send."""


@dataclass(slots=True)
class Switches:
    """How this run behaves, where the platform reference leaves it open.

    Attributes:
        latency_ms: what every answer of login host and API takes longer.
        coop: whether the sign-in pages send `Cross-Origin-Opener-Policy: same-origin`, as some companies' do.
        consent: whether the question is put again to a person who allowed the app.
        invalid_grant_status: of a refused code or refresh token, 400 or 401 (section 2.3).
        missing_header_status: of a call without the company header (section 2.5), any 4xx.
        missing_header_as: its content type.
        level_ids: the numbers of access levels below Admin, which is 4.
        error_shape: the body of every error of version 1.
        unknown_fields: what a write does with a field that its record does not have (section 4.5, status 406).
        bad_dates: what a write does with a date that cannot be read (section 4.7).
        rfi_due_date: what an RFI's `due_date` is (section 4.7).
        change_orders_in_three_tiers: how the two-tier calls answer in a project with three (section 5.6).
        commitment_contract_fields: which fields commitments have in version 2 (section 9, number 15).
        daily_log_counts: the shape of the counts of daily logs (section 5.10).
        smallest_part: bytes that each segment of an upload but the last has at least; in version 2.1 it has more.
        upload_polls: how often a complete upload is asked for before it is available.
        uploads_everywhere: whether RFIs, submittals, observations and punch items take `upload_ids` (section
            5.13); otherwise that is a field they do not have.
        unified_uploads_everywhere: whether records beside the document tool take uploads of version 2.1.
        webhook_requisitions: whether subcontractor invoices have events.
        webhook_copies: how often each event is delivered.
        webhook_order: of the events that wait.
        webhook_hold: whether nothing is delivered for now.
        webhook_timeout_ms: how long a subscriber may take, in real time.
        webhook_deactivation: whether a hook is disabled when its events were discarded.
        installations_when_disconnected: whether `app_installations` answers although the app is not connected.
        configurations_survive_update: whether app configurations are still there after an update.
        custom_installs: whether App Management has the button for an installation key.
        uninstall_ends_tokens: whether those end of people without another company that has the app.
        context_ids: how the side panel's `setup` writes ids.
        context_id_on_lists: whether `id` is left out or empty where there is no record.
        project_tokens_at_company: what `{{procore.project.…}}` becomes at company level.
        setup_on_move: what the side panel is sent when another record is opened beside it.
        all_views: whether a panel view that ends in `.all` stands for every view of its resource.
        frame_allow: the `allow` attribute of frames; without one if empty.
        frame_sandbox: the `sandbox` attribute of frames; without one if empty.
        portal_coop: whether the portal's pages send `Cross-Origin-Opener-Policy: same-origin`.
        directory_fan_out: whether updates of people and firms are told for each of their projects, as they were
            before 30 June 2026.
    """

    latency_ms: int = 0
    coop: bool = False
    refresh_mode: RefreshMode = RefreshMode.AT_ONCE
    consent: Consent = Consent.ASKED
    invalid_grant_status: int = 400
    missing_header_status: int = 400
    missing_header_as: TextKind = TextKind.JSON
    level_ids: LevelIds = LevelIds.COUNTED
    error_shape: ErrorShape = ErrorShape.ERRORS
    unknown_fields: UnknownFields = UnknownFields.IGNORE
    bad_dates: BadDates = BadDates.NULL
    rfi_due_date: RfiDueDate = RfiDueDate.DATE
    change_orders_in_three_tiers: ThreeTiers = ThreeTiers.EMPTY
    commitment_contract_fields: ContractFields = ContractFields.ALL
    daily_log_counts: LogCounts = LogCounts.BY_KIND
    smallest_part: int = 5_242_880
    upload_polls: int = 1
    uploads_everywhere: bool = True
    unified_uploads_everywhere: bool = False
    webhook_requisitions: bool = False
    webhook_copies: int = 1
    webhook_order: Order = Order.KEPT
    webhook_hold: bool = False
    webhook_timeout_ms: int = 5000
    webhook_deactivation: bool = False
    directory_fan_out: bool = False
    installations_when_disconnected: bool = False
    configurations_survive_update: bool = True
    custom_installs: bool = True
    uninstall_ends_tokens: bool = False
    context_ids: ContextIds = ContextIds.BY_REGION
    context_id_on_lists: NoId = NoId.ABSENT
    project_tokens_at_company: NoProject = NoProject.EMPTY
    setup_on_move: OnMove = OnMove.SETUP
    all_views: bool = True
    frame_allow: str = ""
    frame_sandbox: str = ""
    portal_coop: bool = False

    def set(self, values: Mapping[str, Any]) -> None:
        """Set all of these, or none.

        Raises:
            LookupError: there is no such switch.
            ValueError: a switch has no such value.
        """
        kinds = get_type_hints(Switches)
        parsed = {}
        for name, value in values.items():
            if name not in kinds:
                raise LookupError(f"There is no switch {name}. There are: {', '.join(sorted(kinds))}.")
            parsed[name] = _parse(name, kinds[name], value)
        for name, value in parsed.items():
            setattr(self, name, value)

    def all(self) -> dict[str, object]:
        """Every switch as it stands."""
        return asdict(self)


def _parse(name: str, kind: type, value: Any) -> object:
    if issubclass(kind, StrEnum):
        return kind(value)
    if type(value) is not kind:  # exactly: True is no number here
        raise ValueError(f"{name} takes {kind.__name__}, not {value!r}.")
    return value
