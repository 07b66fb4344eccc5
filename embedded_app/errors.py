"""Every failure the program tells apart, as one tree drawn by what the reader should do.

EmbeddedAppError
├── ConfigurationError            fix the environment; raised at start only
├── InputError                    the person can correct it
│   ├── InvalidField
│   └── UnknownOption
├── AuthenticationError           sign in again
│   ├── SessionExpired
│   ├── StateMismatch
│   ├── SignInRefused
│   └── FrameNotAllowed
├── AuthorizationError            ask an administrator
│   ├── CompanyMismatch
│   └── PermissionMissing
├── InstallationError             reinstall or re-authorise
│   ├── NotInstalled
│   └── GrantLost
├── CredentialError               operators act
│   ├── UnknownKey
│   ├── KeysUnreachable           the key provider does not answer; later it may
│   ├── Unsealable
│   └── KeyDestroyed
├── ProcoreError
│   ├── Unreachable
│   │   ├── ConnectFailed         nothing was sent
│   │   └── TimedOut              sent or not, no answer
│   ├── RateLimited
│   ├── CompanyPaused             refused again and again; we stopped asking for a while
│   ├── TokenRefused              the login host said no; definitive
│   ├── Unauthorized
│   ├── Forbidden
│   │   └── AppNotConnected
│   ├── NotFound
│   ├── Rejected
│   ├── ServerFailed
│   ├── UnexpectedPayload
│   └── OutcomeUnknown            a write may have happened; look before doing it again
├── SourceError
│   ├── SourceUnavailable
│   │   └── SourceBusy            its company reads as much as it may already; it was not asked
│   ├── SourceChangedShape
│   └── SourceRefused             an address or a query that the operator does not allow
├── LinkError
│   ├── RecordVanished
│   ├── AlreadyLinked
│   └── LinkForbidden             the panel gives linking to others
└── ProgrammingError              a bug that must not pass a test
    ├── UnscopedQuery
    └── ForeignCompany

Foreign exceptions are translated at the adapter that meets them and kept as `__cause__`. Nothing secret fits
into an error: no token, no header, no body.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack


class EmbeddedAppError(Exception):
    """Base of the tree.

    Attributes:
        code: stable machine name, snake_case.
        status: HTTP status of an answer that this error ends.
        sentence: safe to show to any person; says what happened and the next step.
        retryable: whether doing the same again later can help.
    """

    code = "failed"
    status = 500
    retryable = False

    def __init__(self, sentence: str = "This page could not be built. The fault is ours.") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ConfigurationError(EmbeddedAppError):
    """The environment is wrong. `problems` lists every one, each with its remedy."""

    code = "configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class InputError(EmbeddedAppError):
    """What was sent can be corrected by the person who sent it."""

    code = "invalid_input"
    status = 422


class InvalidField(InputError):
    """One field is wrong; `field` names it as the form does."""

    code = "invalid_field"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class UnknownOption(InputError):
    """A choice that is not offered."""

    code = "unknown_option"


class AuthenticationError(EmbeddedAppError):
    """We do not know who is asking."""

    code = "sign_in"
    status = 401

    def __init__(self, sentence: str = "Sign in with Procore to go on.") -> None:
        super().__init__(sentence)


class SessionExpired(AuthenticationError):
    """The session ended, was revoked, or never was."""

    code = "session_expired"


class StateMismatch(AuthenticationError):
    """The answer of the login does not belong to a sign-in that this browser began and may still finish.

    `why` is one of ``unknown``, ``used``, ``expired`` and ``foreign``.
    """

    code = "state_mismatch"
    status = 400

    def __init__(self, why: str, sentence: str = "This sign-in cannot be finished. Start again.") -> None:
        super().__init__(sentence)
        self.why = why


class SignInRefused(AuthenticationError):
    """A sign-in ended without a session. `reason` is its code, such as ``declined``."""

    status = 403

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = reason


class FrameNotAllowed(AuthenticationError):
    """A request that only our own pages may send came from elsewhere."""

    code = "frame_not_allowed"
    status = 403


class AuthorizationError(EmbeddedAppError):
    """We know who is asking, and they may not."""

    code = "no_access"
    status = 403

    def __init__(self, sentence: str = "You have no access to this.") -> None:
        super().__init__(sentence)


class CompanyMismatch(AuthorizationError):
    """The session belongs to another company than the one asked for."""

    code = "company_mismatch"


class PermissionMissing(AuthorizationError):
    """Procore does not let this person do or see this.

    `explanation` says more to somebody who administers the company: what is so, and what to click.
    """

    code = "permission_missing"
    explanation: tuple[str, ...] = ()

    def __init__(
        self, sentence: str = "You have no access to this.", *, explanation: Sequence[str] = ()
    ) -> None:
        super().__init__(sentence)
        self.explanation = tuple(explanation)


class InstallationError(EmbeddedAppError):
    """The company's connection is missing or broken."""

    code = "installation"
    status = 409


class NotInstalled(InstallationError):
    """The company has not connected this app, or has disconnected it."""

    code = "not_installed"


class GrantLost(InstallationError):
    """A grant can no longer be used. `cause` is the stored reason, a stable snake_case word."""

    code = "grant_lost"

    def __init__(
        self, cause: str, sentence: str = "The connection to Procore was lost. Sign in again."
    ) -> None:
        super().__init__(sentence)
        self.cause = cause


class CredentialError(EmbeddedAppError):
    """Keys or sealed values cannot be used; an operator has to act."""

    code = "credential"


class UnknownKey(CredentialError):
    """A value is under a master key that the key provider does not hold, or holds another key for."""

    code = "unknown_key"


class KeysUnreachable(CredentialError):
    """The key provider did not answer. Nothing was changed, and the same can be tried again."""

    code = "keys_unreachable"
    status = 503
    retryable = True


class Unsealable(CredentialError):
    """A sealed value was altered, or stands where it was not sealed for."""

    code = "unsealable"


class KeyDestroyed(CredentialError):
    """The company's data key was destroyed; its sealed values are gone for good."""

    code = "key_destroyed"


class ProcoreAnswer(TypedDict, total=False):
    """What is known of the call that failed, and of its answer if there was one."""

    route: str
    request_id: str | None
    status_code: int | None
    messages: Sequence[str]


class ProcoreError(EmbeddedAppError):
    """A call to Procore failed.

    Attributes:
        route: the normalised route, for example ``GET /rest/v1.0/projects``; never a query string.
        request_id: Procore's own id of the request, or ``None``.
        status_code: the HTTP status Procore answered with, or ``None`` without an answer.
        messages: Procore's texts, normalised from every body shape (platform reference, section 4.5).
    """

    code = "procore"
    status = 502

    def __init__(self, sentence: str, **answer: Unpack[ProcoreAnswer]) -> None:
        super().__init__(sentence)
        self.route = answer.get("route", "")
        self.request_id = answer.get("request_id")
        self.status_code = answer.get("status_code")
        self.messages = tuple(answer.get("messages", ()))


class Unreachable(ProcoreError):
    """Procore gave no answer."""

    code = "procore_unreachable"
    status = 503
    retryable = True


class ConnectFailed(Unreachable):
    """No connection came about, so nothing was sent."""

    code = "procore_connect_failed"


class TimedOut(Unreachable):
    """The request may have arrived; no answer came in time."""

    code = "procore_timed_out"
    status = 504


class RateLimited(ProcoreError):
    """Procore asked us to wait; `retry_at` (UTC) is when it accepts the next request."""

    code = "procore_rate_limited"
    status = 503
    retryable = True

    def __init__(
        self,
        sentence: str,
        *,
        retry_at: datetime,
        **answer: Unpack[ProcoreAnswer],
    ) -> None:
        super().__init__(sentence, **answer)
        self.retry_at = retry_at


class CompanyPaused(ProcoreError):
    """Procore refused so many calls of the company in a row that none is made before `retry_at` (UTC)."""

    code = "company_paused"
    status = 503
    retryable = True

    def __init__(
        self,
        sentence: str,
        *,
        retry_at: datetime,
        **answer: Unpack[ProcoreAnswer],
    ) -> None:
        super().__init__(sentence, **answer)
        self.retry_at = retry_at


class TokenRefused(ProcoreError):
    """The token endpoint refused; nothing usable came back, and asking again will not help.

    `error` is the OAuth code of RFC 6749 section 5.2, for example ``invalid_grant`` or ``invalid_client``.
    """

    code = "token_refused"

    def __init__(
        self,
        sentence: str,
        *,
        error: str,
        **answer: Unpack[ProcoreAnswer],
    ) -> None:
        super().__init__(sentence, **answer)
        self.error = error


class Unauthorized(ProcoreError):
    """401: the access token is missing, expired or revoked."""

    code = "procore_unauthorized"
    status = 401


class Forbidden(ProcoreError):
    """403: no permission, tool off, or project not permitted."""

    code = "procore_forbidden"
    status = 403


class AppNotConnected(Forbidden):
    """403 "App is not connected to this company": never installed, or uninstalled.

    Platform reference, section 3.6.

    Attributes:
        asked_at: when the call began, by this process' `Clock.monotonic`; `None` when that is not known. Tells an
            old answer from one about a connection that was made meanwhile.
    """

    code = "app_not_connected"
    asked_at: float | None = None


class NotFound(ProcoreError):
    """404: absent, or not visible to this person; Procore does not tell which."""

    code = "procore_not_found"
    status = 404


class Rejected(ProcoreError):
    """400, 406, 409, 413 or 422: Procore refused what was sent; `messages` says why."""

    code = "procore_rejected"
    status = 422


class ServerFailed(ProcoreError):
    """5xx, or 408: Procore could not do it now."""

    code = "procore_failed"
    status = 502
    retryable = True


class UnexpectedPayload(ProcoreError):
    """An answer that is not what the reference describes."""

    code = "procore_unexpected"


class OutcomeUnknown(ProcoreError):
    """A write was sent, and nothing says whether it happened. It is never repeated without a person's look."""

    code = "procore_outcome_unknown"


class SourceError(EmbeddedAppError):
    """An external source could not be read as it is set up."""

    code = "source"
    status = 502


class SourceUnavailable(SourceError):
    """The source did not answer, or refused the account."""

    code = "source_unavailable"
    retryable = True


class SourceBusy(SourceUnavailable):
    """So much is being read for the company, or for all, that the source was not asked."""

    code = "source_busy"
    status = 503

    def __init__(
        self, sentence: str = "Too much is being read at this moment. Try again in a moment."
    ) -> None:
        super().__init__(sentence)


class SourceChangedShape(SourceError):
    """A column that a panel needs is gone or has another type."""

    code = "source_changed_shape"


class SourceRefused(SourceError):
    """The address or the query is one that we do not allow."""

    code = "source_refused"
    status = 422


class LinkError(EmbeddedAppError):
    """A link could not be made or broken."""

    code = "link"
    status = 409


class RecordVanished(LinkError):
    """The record or the row is no longer there."""

    code = "record_vanished"


class AlreadyLinked(LinkError):
    """The record or the row is linked already."""

    code = "already_linked"


class LinkForbidden(LinkError):
    """The panel gives linking to others than this person."""

    code = "link_forbidden"
    status = 403


class ProgrammingError(EmbeddedAppError):
    """A mistake of ours that must never reach a person."""

    code = "programming"


class UnscopedQuery(ProgrammingError):
    """A query touched company data outside a company scope."""

    code = "unscoped_query"


class ForeignCompany(ProgrammingError):
    """A row of another company was about to be written."""

    code = "foreign_company"
