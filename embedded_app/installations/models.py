"""The tables of custody: grants, and the sign-ins under way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.crypto import SealContext, Sealed, WrappedKey
from embedded_app.storage import CompanyOwned, Model, Retention, SealedColumn, UtcDateTime, new_id


class GrantState(StrEnum):
    """Where a grant stands. See docs/custody.md for the ways between the three."""

    GOOD = "good"
    REFRESHING = "refreshing"
    """Somebody has said that they will use the refresh token, and may have done so."""
    LOST = "lost"


class LossCause(StrEnum):
    """Why a grant is lost. Stored, and shown to administrators in words."""

    ABSENT = "absent"
    """There never was one, or it was deleted."""
    REFUSED = "refused"
    """Procore refused the refresh token at the first attempt: revoked, or used by somebody else."""
    ANSWER_LOST = "answer_lost"
    """An answer got lost, and the probe found that it had used up the refresh token."""
    NO_ANSWER = "no_answer"
    """Neither the refresh nor the probe was answered."""
    INTERRUPTED = "interrupted"
    """The process ended in the middle of the probe."""
    NO_REFRESH_TOKEN = "no_refresh_token"  # noqa: S105 # a cause, no password
    """The access token ended and there was nothing to refresh it with."""
    DISCONNECTED = "disconnected"
    """We gave it up when the company disconnected."""
    UNINSTALLED = "uninstalled"
    """We gave it up when Procore said that the app is not connected to the company."""
    SIGNED_OUT = "signed_out"
    """We gave it up because the person signed out everywhere."""
    DORMANT = "dormant"
    """We gave it up because nobody had used it for the retention period."""
    KEY_DESTROYED = "key_destroyed"
    """The company's key was destroyed; when it connected again, this was still sealed under the old one."""


class Grant(CompanyOwned, Model):
    """One principal's authorization for one company.

    The row is changed by compare-and-swap on `version` alone: `version` counts the token sets this row has held,
    and the sealed value is bound to it.
    """

    __tablename__ = "grants"
    retention = Retention(
        "as long as the person; its tokens until 90 days without use", row_of="principal_id"
    )
    __table_args__ = (
        UniqueConstraint("company_id", "principal_id"),
        Index(
            "ix_grants_service_account",
            "company_id",
            unique=True,
            sqlite_where=text("principal_id IS NULL"),
            postgresql_where=text("principal_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    principal_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("principals.id", ondelete="CASCADE"))
    """`None` for the company's service account."""
    sealed_tokens: Mapped[Sealed | None] = mapped_column(SealedColumn)
    """`None` once the tokens were revoked; the grant is lost then."""
    version: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the access token ends."""
    refresh_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From when on the next user refreshes it."""
    state: Mapped[GrantState] = mapped_column(String(16), default=GrantState.GOOD)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """While refreshing: when whoever does it must have finished. After that the outcome is unknown."""
    attempt: Mapped[int] = mapped_column(default=0)
    """How often this token set's refresh was announced: 0 not yet, 1 first, 2 the one probe."""
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """After a refresh that was not sent: no other one before this."""
    last_failure: Mapped[str | None] = mapped_column(String(64))
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_cause: Mapped[str | None] = mapped_column(String(64))
    """Why it is lost; one of `LossCause`."""
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_installer: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether this is the person who connected the company last; background work may fall back to this grant."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def seal_context(self) -> SealContext:
        """Where `sealed_tokens` stands."""
        return token_context(self.company_id, self.id, self.version, self.principal_id)


def token_context(company_id: int, grant_id: UUID, version: int, principal_id: UUID | None) -> SealContext:
    """Where a token set stands: it opens in this row, at this version, for this principal only."""
    return SealContext(
        "grants.sealed_tokens", company_id, str(grant_id), version, principal_mark(principal_id)
    )


def principal_mark(principal_id: UUID | None) -> str:
    """Whose a sealed pair is; the service account's for `None`."""
    return "service account" if principal_id is None else str(principal_id)


class PairKey(CompanyOwned, Model):
    """The key under which a grant's next pair is sealed if the database does not take it; see `aside`.

    It is made with the intent to refresh, when the database answers, and goes when a pair is stored. So it is in
    hand before anything is sent, and shares the fate of every other sealed value: sealed anew with the company,
    unreadable with the company's key.
    """

    __tablename__ = "pair_keys"
    retention = Retention("until the refreshed pair is stored, or with its grant")

    grant_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("grants.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_key: Mapped[Sealed] = mapped_column(SealedColumn)

    def seal_context(self) -> SealContext:
        """Where `sealed_key` stands."""
        return pair_key_context(self.company_id, self.grant_id)


def pair_key_context(company_id: int, grant_id: UUID) -> SealContext:
    """Where the key of a grant's pair stands."""
    return SealContext("pair_keys.sealed_key", company_id, str(grant_id))


OVERTAKEN = "overtaken"
"""The reason of a `Revocation` whose grant lives: another pair took the place of this one."""


class Revocation(CompanyOwned, Model):
    """A token pair that is to be ended at Procore. The row goes when Procore has confirmed it.

    It is written in the transaction that takes the pair out of its grant, so that no crash in between leaves a
    token alive that nobody knows.
    """

    __tablename__ = "revocations"
    retention = Retention("until Procore has ended the pair")

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    grant_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("grants.id", ondelete="SET NULL"), index=True
    )
    """Whose pair it was: with the end of this grant all of its pairs are due."""
    sealed_token: Mapped[Sealed] = mapped_column(SealedColumn)
    """The refresh token, which ends the access token with it; without one, the access token."""
    reason: Mapped[str] = mapped_column(String(32))
    """Why the grant was given up, one of `LossCause`; or `OVERTAKEN`."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """No attempt before this; whoever tries moves it first."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the pair ends by itself, its refresh token being used up or none; `None`: never."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def seal_context(self) -> SealContext:
        """Where `sealed_token` stands."""
        return SealContext("revocations.sealed_token", self.company_id, str(self.id))


class FlowKind(StrEnum):
    """What a sign-in is for."""

    INSTALL = "install"
    TAB = "tab"
    FRAME = "frame"
    CODE = "code"
    """A frame whose browser opens no window: the login runs in a tab of its own and ends with a code."""


class FlowOutcome(StrEnum):
    """How a sign-in ended. A frame is told this very word."""

    READY = "ready"
    DECLINED = "declined"
    NOT_A_MEMBER = "not_a_member"
    NOT_INSTALLED = "not_installed"
    FAILED = "failed"


class SignInFlow(Model):
    """One sign-in under way. It belongs to no company yet: the company it names is a claim until the callback.

    `state` and the cookie are kept as SHA-256 in hexadecimal, so that whoever reads the table can finish nothing.
    `mac` vouches for the row, so that a writer of the table can finish nothing either.
    """

    __tablename__ = "sign_in_flows"
    retention = Retention(
        "an hour, or until Procore has ended its tokens", of_company=False, row_of="principal_id"
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    """For a frame, the `rid` of the protocol."""
    kind: Mapped[FlowKind] = mapped_column(String(16))
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    cookie_hash: Mapped[str] = mapped_column(String(64), index=True)
    challenge: Mapped[str | None] = mapped_column(String(64), index=True)
    """For a frame, with or without a code: base64url of the SHA-256 of the verifier that the frame keeps."""
    company_claim: Mapped[int | None] = mapped_column(BigInteger)
    """No foreign key: it is only what the page said."""
    consent_version: Mapped[str | None] = mapped_column(String(16))
    next_path: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the answer of the login came; a state is good once."""
    outcome: Mapped[FlowOutcome | None] = mapped_column(String(16))
    outcome_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    principal_id: Mapped[UUID | None] = mapped_column(Uuid)
    """For a frame: who signed in, in the company claimed, which was verified by then."""
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    """For a sign-in by code: a MAC of this row's id and the code by the app's key, because a plain hash of eight
    signs is found by trying."""
    wrong_tries: Mapped[int] = mapped_column(default=0)
    """Wrong verifiers, or wrong codes."""
    master_key_id: Mapped[str | None] = mapped_column(String(64))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_sign_in: Mapped[Sealed | None] = mapped_column(SealedColumn)
    """The tokens that the login gave, and who signed in, until a grant has them or Procore has ended them.

    Under a key of this row alone.
    """
    revoke_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """From when on the tokens are to be ended at Procore, if they are still here; no attempt before this."""

    mac: Mapped[str] = mapped_column(String(64), default="")
    """By the app's key, of what the row says about who may finish it and as whom."""

    def seal_context(self) -> SealContext:
        """Where `sealed_sign_in` stands."""
        return sign_in_context(self.id)

    @property
    def own_key(self) -> WrappedKey | None:
        """The wrapped key of `sealed_sign_in`."""
        if self.wrapped_key is None or self.master_key_id is None:
            return None
        return WrappedKey(self.master_key_id, self.wrapped_key)


def sign_in_context(flow_id: UUID) -> SealContext:
    """Where the tokens of a sign-in stand."""
    return SealContext("sign_in_flows.sealed_sign_in", 0, str(flow_id))
