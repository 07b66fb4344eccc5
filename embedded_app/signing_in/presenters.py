"""What the pages at the end of a sign-in say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedded_app.errors import Unauthorized
from embedded_app.installations import FlowKind, FlowOutcome
from embedded_app.principals.sign_in import Ended
from embedded_app.procore import in_words
from embedded_app.web import request_ids


@dataclass(frozen=True, slots=True)
class EndPage:
    """A page at the end of the login.

    Attributes:
        title: what happened.
        sentence: what still holds, and the next step.
        icon: of the components.
        tone: of the components.
        closes: whether the window closes itself.
        action: the words of the one link, ``""`` for none.
        action_endpoint: where it leads.
        status: of the answer.
        code: for the person to type into the frame, ``""`` for none.
        reference: for support, where something failed; ``""`` otherwise.
    """

    title: str
    sentence: str
    icon: str = "warn"
    tone: str = "warn"
    closes: bool = False
    action: str = ""
    action_endpoint: str = ""
    status: int = 200
    code: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """The page on which a person chooses one of their connected companies.

    `problem` says why the last choice could not be taken, ``""`` before the first.
    """

    login: str
    companies: tuple[tuple[int, str], ...]
    problem: str = ""


_MISMATCHES = {
    "unknown": EndPage(
        "This sign-in is not known here",
        "Nothing was signed in. Go back to the page you came from and start again.",
        icon="lock",
        status=400,
    ),
    "used": EndPage(
        "This sign-in is finished already",
        "A sign-in works once. Go back to the page you came from; start again there if you are not signed in.",
        icon="info",
        tone="info",
        status=400,
    ),
    "expired": EndPage(
        "This sign-in took too long",
        "It is good for 10 minutes. Go back to the page you came from and start again.",
        icon="clock",
        status=400,
    ),
    "foreign": EndPage(
        "This sign-in was begun in another browser",
        "Nobody was signed in. If you did not begin it yourself, close this window: "
        "somebody may have sent you the address. Otherwise start again here, with cookies allowed.",
        icon="lock",
        tone="bad",
        status=400,
    ),
}
_OUTCOMES = {
    FlowOutcome.DECLINED: EndPage(
        "You did not allow access",
        "Nothing was saved. Declined by mistake? Start again and choose Allow.",
        icon="info",
        tone="info",
        status=403,
    ),
    FlowOutcome.NOT_A_MEMBER: EndPage(
        "You are not in this company",
        "Your login is not in its directory. Ask its administrator, or sign in with another account.",
        icon="person",
        status=403,
    ),
    FlowOutcome.NOT_INSTALLED: EndPage(
        "This company is not connected",
        "A company administrator can connect it in about five minutes.",
        icon="box",
        tone="info",
        status=403,
    ),
    FlowOutcome.FAILED: EndPage(
        "The sign-in did not come through",
        "Procore did not confirm it. Nothing was saved. Start again.",
        status=502,
    ),
}
_START_AGAIN = {
    FlowKind.INSTALL: ("Start again", "settings.install"),
    FlowKind.TAB: ("Sign in again", "signing_in.sign_in"),
}


def page_of_mismatch(why: str) -> EndPage:
    """The page for `StateMismatch.why`."""
    return _MISMATCHES[why]


def page_of_refusal(error: Unauthorized) -> EndPage:
    """The page for a sign-in whose token Procore does not take: it names the call."""
    return EndPage(
        "Procore refused a call",
        f"You signed in, and Procore does not accept it when it is asked for {in_words(error.route)}. Nothing was "
        "saved. Sign in again in a minute; if it stays so, write to support with the reference.",
        icon="lock",
        status=502,
        action="Sign in again",
        action_endpoint="signing_in.sign_in",
        reference=request_ids.current(),
    )


def page_of(ended: Ended) -> EndPage:
    """The page for a callback that leads nowhere else."""
    if ended.outcome is FlowOutcome.READY:
        who = ended.name if ended.name == ended.login else f"{ended.name} ({ended.login})"
        if ended.code is not None:
            return EndPage(
                "Type this code into the page in Procore",
                f"Signed in as {who}. The code is good for two minutes and works once. Tell it to nobody: "
                "whoever has it can sign in as you. If you did not ask for it, close this tab.",
                icon="lock",
                tone="ok",
                code=f"{ended.code[:4]} {ended.code[4:]}",
            )
        return EndPage(
            "You are signed in",
            f"Signed in as {who}. This window closes by itself; the page in Procore goes on.",
            icon="check",
            tone="ok",
            closes=True,
        )
    assert ended.outcome is not None
    page = _OUTCOMES[ended.outcome]
    if ended.outcome is FlowOutcome.FAILED:
        page = replace(page, reference=request_ids.current())
    if isinstance(ended.failure, Unauthorized):
        page = page_of_refusal(ended.failure)
    if ended.kind is FlowKind.CODE:
        return replace(page, action="", action_endpoint="")
    if ended.kind is FlowKind.FRAME:  # the frame says the rest, and offers to start again
        return replace(page, closes=ended.outcome is FlowOutcome.DECLINED, action="", action_endpoint="")
    if ended.outcome is FlowOutcome.NOT_INSTALLED:
        return replace(page, action="Connect a company", action_endpoint="settings.install")
    action, endpoint = _START_AGAIN[ended.kind]
    return replace(page, action=action, action_endpoint=endpoint)
