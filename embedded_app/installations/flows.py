"""Sign-ins under way: issue a state, consume it once, keep who came back until the company is known.

Three things have to meet at the callback: a state that we issued, that is unused and at most ten minutes old, and
the cookie of the browser that began. See docs/sign-in.md for the attack that each of them stops.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update

from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import (
    KeyDestroyed,
    KeysUnreachable,
    SessionExpired,
    SignInRefused,
    StateMismatch,
    UnknownKey,
    Unsealable,
)
from embedded_app.ids import CompanyId
from embedded_app.installations.models import FlowKind, FlowOutcome, SignInFlow, sign_in_context
from embedded_app.installations.tokens import (
    SignIn,
    pack_sign_in,
    unpack_sign_in,
    unpack_tokens_of_sign_in,
)
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import authenticator, db, new_id

_log = logging.getLogger(__name__)

LIFE = timedelta(minutes=10)
"""Of a flow, of its state and cookie, and of the choice of a company after it."""
READY_LIFE = timedelta(seconds=120)
"""How long the frame has to fetch a finished sign-in."""

_KEPT = timedelta(hours=1)
_ABANDONED_AFTER = LIFE + timedelta(minutes=5)
"""After the login has given tokens: the choice of a company is over by then, with the calls that follow it."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_FORGOTTEN: dict[str, Any] = {
    "sealed_sign_in": None,
    "wrapped_key": None,
    "master_key_id": None,
    "revoke_at": None,
}
_FLOW = "sign-in flow"
_CODE = "sign-in code"
_VOUCHED_FOR = (
    "id",
    "kind",
    "state_hash",
    "cookie_hash",
    "challenge",
    "company_claim",
    "consent_version",
    "next_path",
    "created_at",
    "outcome",
    "outcome_at",
    "principal_id",
    "code_hash",
)
_MOST_WRONG_TRIES = 5
_CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without those that look alike: 0 O, 1 I L
_CODE_LENGTH = 8
_TEXT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # 256 bits in base64url, without padding

_SENTENCES = {
    "expired": "This sign-in took too long. Sign in again.",
    "other": "This sign-in is not known here. Sign in again.",
    "too_early": "Finish signing in in the other tab first. It ends with the code.",
    "wrong_code": "This is not the code. Type the eight characters that the other tab shows.",
    FlowOutcome.DECLINED: "Access was declined in Procore. Nothing was saved.",
    FlowOutcome.NOT_A_MEMBER: "You are not in the directory of this company. Sign in with another account.",
    FlowOutcome.NOT_INSTALLED: "This company has not connected the app. A company administrator can install it.",
    FlowOutcome.FAILED: "The sign-in did not come through. Nothing was saved. Sign in again.",
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A flow that has just begun. `state` goes to the login and `cookie` to the browser; neither is kept."""

    flow_id: UUID
    state: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who a frame may act for."""

    company_id: CompanyId
    principal_id: UUID


class Flows:
    """The life of a sign-in."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def issue(
        self,
        kind: FlowKind,
        *,
        cookie: str | None,
        company_claim: CompanyId | None = None,
        challenge: str | None = None,
        consent_version: str | None = None,
        next_path: str | None = None,
    ) -> Issued:
        """Begin a sign-in, and commit.

        Args:
            kind: what for.
            cookie: what the browser sent. A well-formed one is used again, so that two windows can sign in at
                the same time; nobody but this browser knows it.
            company_claim: the company that the page named, unverified.
            challenge: for a frame, with or without a code, checked with `is_proof_text` by then.
            consent_version: for an install, the version of the text that was agreed to.
            next_path: where to go afterwards, a path of ours.
        """
        now = self._clock.now()
        db.session.execute(
            delete(SignInFlow).where(
                SignInFlow.created_at < now - _KEPT,
                SignInFlow.sealed_sign_in.is_(None),  # the others wait for Procore, see `list_due`
            )
        )
        state = secrets.token_urlsafe(32)
        value = cookie if cookie is not None and is_proof_text(cookie) else secrets.token_urlsafe(32)
        flow = SignInFlow(
            id=new_id(),
            kind=kind,
            state_hash=_hash(state),
            cookie_hash=_hash(value),
            challenge=challenge,
            company_claim=company_claim,
            consent_version=consent_version,
            next_path=next_path,
            created_at=now,
        )
        flow.mac = _mac_of(flow)
        flow_id = flow.id
        db.session.add(flow)
        db.session.commit()
        return Issued(flow_id, state, value)

    def consume(self, *, state: str, cookie: str | None) -> SignInFlow:
        """Use up the state that came back, and commit: of two callbacks with one state, one gets here.

        Raises:
            StateMismatch: `unknown`, `foreign` (begun in another browser; the state stays good for that one),
                `used` or `expired`.
        """
        flow = db.session.scalars(
            select(SignInFlow).where(SignInFlow.state_hash == _hash(state))
        ).one_or_none()
        if flow is None:
            raise StateMismatch("unknown")
        if cookie is None or not hmac.compare_digest(_hash(cookie), flow.cookie_hash):
            raise StateMismatch("foreign")
        if not _is_ours(flow):
            raise StateMismatch("unknown")
        if flow.consumed_at is not None:
            raise StateMismatch("used")
        now = self._clock.now()
        if now - flow.created_at > LIFE:
            raise StateMismatch("expired")
        if not self._set_once(flow.id, "consumed_at"):
            raise StateMismatch("used")
        db.session.commit()
        db.session.refresh(flow)
        return flow

    def hold(self, flow_id: UUID, tokens: TokenSet) -> None:
        """Keep the tokens that the login has just given, sealed under a key of this row alone; commit.

        From here on they are ended at Procore unless a grant takes them, whatever happens to this process.
        """
        self._seal(flow_id, pack_sign_in(tokens))
        db.session.commit()

    def keep(self, flow: SignInFlow, sign_in: SignIn) -> None:
        """Keep who came back as well, until they have chosen a company; commit."""
        self._seal(flow.id, pack_sign_in(sign_in.tokens, sign_in))
        db.session.commit()

    def _seal(self, flow_id: UUID, packed: bytes) -> None:
        wrapped, sealed = self._vault.seal_apart(sign_in_context(flow_id), packed)
        db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow_id)
            .values(
                sealed_sign_in=sealed,
                master_key_id=wrapped.master_key_id,
                wrapped_key=wrapped.wrapped,
                revoke_at=self._clock.now() + _ABANDONED_AFTER,
            )
            .execution_options(synchronize_session="fetch")
        )

    def find_kept(self, kind: FlowKind, cookie: str | None) -> tuple[SignInFlow, SignIn] | None:
        """The newest sign-in of this browser that waits for a company; `None` when there is none any more."""
        if cookie is None:
            return None
        flow = db.session.scalars(
            select(SignInFlow)
            .where(
                SignInFlow.cookie_hash == _hash(cookie),
                SignInFlow.kind == kind,
                SignInFlow.sealed_sign_in.is_not(None),
                SignInFlow.outcome.is_(None),
                SignInFlow.consumed_at > self._clock.now() - LIFE,
            )
            .order_by(SignInFlow.consumed_at.desc())
            .limit(1)
        ).one_or_none()
        if flow is None or flow.sealed_sign_in is None or flow.own_key is None or not _is_ours(flow):
            return None
        packed = self._vault.open_apart(flow.seal_context(), flow.own_key, flow.sealed_sign_in)
        sign_in = unpack_sign_in(str(flow.id), packed)
        return None if sign_in is None else (flow, sign_in)

    def has_finished(self, kind: FlowKind, cookie: str | None) -> bool:
        """Whether the newest sign-in of this browser, not older than `LIFE`, ended well."""
        if cookie is None:
            return False
        outcome = db.session.scalar(
            select(SignInFlow.outcome)
            .where(
                SignInFlow.cookie_hash == _hash(cookie),
                SignInFlow.kind == kind,
                SignInFlow.consumed_at > self._clock.now() - LIFE,
            )
            .order_by(SignInFlow.consumed_at.desc())
            .limit(1)
        )
        return outcome == FlowOutcome.READY

    def finish(self, flow: SignInFlow, outcome: FlowOutcome, principal_id: UUID | None = None) -> None:
        """Say how it ended, in the open transaction.

        When it ended well, a grant has the tokens, and they are forgotten here. Otherwise they are to be ended at
        Procore, from now on.

        Raises:
            SessionExpired: it has ended already: somebody pressed twice, or it took too long.
        """
        now = self._clock.now()
        values: dict[str, Any] = {"outcome": outcome, "outcome_at": now, "principal_id": principal_id}
        values["mac"] = _mac_of(flow, **values)
        values |= _FORGOTTEN if outcome is FlowOutcome.READY else {"revoke_at": now}
        ended = db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow.id, SignInFlow.outcome.is_(None))
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )
        if cast("CursorResult[Any]", ended).rowcount != 1:
            raise SessionExpired("This step took too long. Start again.")

    def list_due(self) -> list[UUID]:
        """Sign-ins whose tokens are to be ended at Procore now: nobody finished them, or they ended without."""
        due = db.session.scalars(
            select(SignInFlow.id)
            .where(SignInFlow.sealed_sign_in.is_not(None), SignInFlow.revoke_at <= self._clock.now())
            .order_by(SignInFlow.revoke_at)
        ).all()
        db.session.commit()
        return list(due)

    def claim(self, flow_id: UUID) -> Secret | None:
        """The token to be ended, and from now on nobody finishes this sign-in; commit.

        The next attempt is moved into the future first, so that nobody else tries now: `None` when somebody did.
        """
        now = self._clock.now()
        flow = db.session.get(SignInFlow, flow_id, populate_existing=True)
        if flow is None or flow.sealed_sign_in is None or flow.revoke_at is None or flow.revoke_at > now:
            db.session.commit()
            return None
        sealed, own_key, context, due = flow.sealed_sign_in, flow.own_key, flow.seal_context(), flow.revoke_at
        age = now - flow.created_at
        db.session.rollback()  # what follows is a write at once, with no read before it
        claimed = db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow_id, SignInFlow.revoke_at == due)
            .values(
                outcome=func.coalesce(SignInFlow.outcome, FlowOutcome.FAILED),
                outcome_at=func.coalesce(SignInFlow.outcome_at, now),
                revoke_at=now + min(max(age, _FIRST_PAUSE), _LONGEST_PAUSE),
            )
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        if cast("CursorResult[Any]", claimed).rowcount != 1:
            return None
        if own_key is None:  # destroyed with its master key
            self.forget(flow_id)
            return None
        try:
            tokens = unpack_tokens_of_sign_in(self._vault.open_apart(context, own_key, sealed))
        except (KeysUnreachable, UnknownKey) as error:  # with the key again they can be ended
            _log.warning("token not revoked yet", extra={"code": error.code})
            return None
        except (KeyDestroyed, Unsealable):
            _log.exception("a token that is to be revoked cannot be opened any more")
            self.forget(flow_id)
            return None
        return tokens.refresh_token or tokens.access_token

    def forget(self, flow_id: UUID) -> None:
        """The tokens are ended: nothing of them stays; commit."""
        db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow_id)
            .values(**_FORGOTTEN)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()

    def make_code(self, flow: SignInFlow) -> str:
        """The code that finishes a sign-in by code, in the open transaction; only a MAC of it is kept."""
        code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
        flow.code_hash = authenticator().mac(_CODE, str(flow.id), code)
        flow.mac = _mac_of(flow)
        return code

    def redeem_code(self, verifier: str, code: str) -> Redeemed:
        """Who signed in in the tab that `code` was read from; as `redeem`, by the frame that began it alone.

        `code` as typed: small letters, spaces and hyphens do not matter.

        Raises:
            SignInRefused: ``too_early`` and ``wrong_code`` leave room for another try, the others end it.
        """
        flow = db.session.scalars(
            select(SignInFlow)
            .where(SignInFlow.challenge == challenge_of(verifier), SignInFlow.kind == FlowKind.CODE)
            .order_by(SignInFlow.created_at.desc())
            .limit(1)
        ).one_or_none()
        if flow is None:
            raise _refused("too_early")  # the tab was not opened yet
        if flow.wrong_tries >= _MOST_WRONG_TRIES:
            raise _refused("other")
        if flow.outcome is None and self._clock.now() - flow.created_at <= LIFE:
            raise _refused("too_early")
        typed = re.sub(r"[\s-]", "", code).upper()
        if flow.code_hash is not None and not authenticator().vouches(
            flow.code_hash, _CODE, str(flow.id), typed
        ):
            self._count_wrong_try(flow.id)
            raise _refused("wrong_code")
        return self._take_result(flow)

    def redeem(self, flow_id: UUID, verifier: str) -> Redeemed | None:
        """What became of a frame's sign-in; `None` while the person is still at it.

        The open transaction gets the mark that it was fetched, so that it is fetched once.

        Raises:
            SignInRefused: with the reason; ``other`` says as little for an id that never was as for a wrong
                verifier or a second time.
        """
        flow = db.session.get(SignInFlow, flow_id, populate_existing=True)
        if flow is None or flow.kind != FlowKind.FRAME or flow.challenge is None:
            raise _refused("other")
        if flow.wrong_tries >= _MOST_WRONG_TRIES:
            raise _refused("other")
        if not hmac.compare_digest(challenge_of(verifier), flow.challenge):
            self._count_wrong_try(flow_id)
            raise _refused("other")
        if flow.outcome is None and self._clock.now() - flow.created_at <= LIFE:
            return None
        return self._take_result(flow)

    def _take_result(self, flow: SignInFlow) -> Redeemed:
        """The result of a flow that nobody waits for any more, once."""
        if flow.outcome is None:
            raise _refused("expired")
        if flow.outcome != FlowOutcome.READY:
            raise _refused(flow.outcome)
        if flow.redeemed_at is not None or flow.principal_id is None or flow.company_claim is None:
            raise _refused("other")
        if not _is_ours(flow):
            raise _refused("other")
        if flow.outcome_at is None or self._clock.now() - flow.outcome_at > READY_LIFE:
            raise _refused("expired")
        if not self._set_once(flow.id, "redeemed_at"):
            raise _refused("other")
        return Redeemed(CompanyId(flow.company_claim), flow.principal_id)

    def _set_once(self, flow_id: UUID, column: str) -> bool:
        """Write the time into `column` if it is empty; whether it was."""
        mark = getattr(SignInFlow, column)
        result = db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow_id, mark.is_(None))
            .values({column: self._clock.now()})
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", result).rowcount == 1

    def _count_wrong_try(self, flow_id: UUID) -> None:
        db.session.execute(
            update(SignInFlow)
            .where(SignInFlow.id == flow_id)
            .values(wrong_tries=SignInFlow.wrong_tries + 1)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def is_unwanted() -> ColumnElement[bool]:
    """Whether a sign-in ended without a session, and Procore has yet to end its tokens."""
    return SignInFlow.sealed_sign_in.is_not(None) & SignInFlow.outcome.is_not(None)


def is_proof_text(text: str) -> bool:
    """Whether `text` is 256 bits in base64url without padding: a verifier, a challenge or a cookie."""
    return _TEXT.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """base64url of the SHA-256 of `verifier`, without padding: method S256 of RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _mac_of(flow: SignInFlow, **changed: Any) -> str:
    """Of the row as it is, or as it will be with what `changed`."""
    return authenticator().mac(_FLOW, *_parts_of(flow, changed))


def _is_ours(flow: SignInFlow) -> bool:
    """Whether this app wrote what the row says."""
    if authenticator().vouches(flow.mac, _FLOW, *_parts_of(flow, {})):
        return True
    _log.error("a sign-in was changed outside the app", extra={"flow": str(flow.id)})
    return False


def _parts_of(flow: SignInFlow, changed: dict[str, Any]) -> tuple[str, ...]:
    values = (changed[name] if name in changed else getattr(flow, name) for name in _VOUCHED_FOR)
    return tuple(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(reason: str) -> SignInRefused:
    return SignInRefused(str(reason), _SENTENCES[reason])
