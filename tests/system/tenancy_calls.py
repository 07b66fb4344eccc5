"""How every route of the product is called, and which of the things it is told are ids.

A value such as ``{panel}`` stands for an id that an attacker would change; ``{own_…}`` for a proof or another
thing that is nobody else's to have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import OK

from tests.fakes.walker import Walker

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """One way to call a route.

    Attributes:
        path: the variable parts of the address.
        base: the fields of a form of one's own that `form` is laid over.
        script: sent as the scripts of a frame do, as JSON, with the bearer if there is one.
        prepare: what the person does just before, so that the call can succeed.
    """

    endpoint: str
    method: str = "GET"
    path: Texts = field(default_factory=dict)
    query: Texts = field(default_factory=dict)
    form: Texts = field(default_factory=dict)
    json: Texts = field(default_factory=dict)
    base: str = ""
    prepare: Callable[[Walker, int], object] | None = None

    @property
    def values(self) -> tuple[str, ...]:
        return (*self.path.values(), *self.query.values(), *self.form.values(), *self.json.values())


def _choose_tab_company(walker: Walker, company_id: int) -> object:
    """A hint at a company that is not connected leaves the choice to the person."""
    del company_id
    return walker.get(walker.at_login(walker.get("/auth/tab?company_id=60274").headers["Location"]))


def _sign_in_if_needed(walker: Walker, company_id: int) -> object:
    """Signing in once more would end what other calls have begun."""
    return walker.get("/sign-ins").status_code == OK or walker.sign_in_tab(company_id)


def _choose_install_company(walker: Walker, company_id: int) -> object:
    del company_id
    return walker.choose_company_to_install()


_FRAME = {"company_id": "{company}", "project_id": "{project}"}
_RECORD = _FRAME | {
    "view": "commitments.work_order_contracts.detail",
    "record_id": "{record_id}",
    "panel": "{panel}",
}
_LINK = _FRAME | {"panel": "{panel}", "record": "{record}", "row_id": "{row}"}
_POSTED = "POST"

CALLS = (
    # Signing in
    Call("signing_in.sign_in", query={"company_id": "{company}", "next": "/settings"}),
    Call("signing_in.callback", query={"state": "{state}", "code": "{own_code}"}),
    Call("signing_in.choose_company", prepare=_choose_tab_company),
    Call("signing_in.take_company", _POSTED, form={"company_id": "{company}"}, prepare=_choose_tab_company),
    Call("frame_sign_in.popup"),
    Call("frame_sign_in.begin", _POSTED, json={"company_id": "{company}", "challenge": "{own_challenge}"}),
    Call("frame_sign_in.redeem", _POSTED, json={"rid": "{rid}", "verifier": "{own_verifier}"}),
    Call("frame_sign_in.begin_code", query={"company_id": "{company}", "challenge": "{own_challenge}"}),
    Call(
        "frame_sign_in.redeem_code",
        _POSTED,
        json={"verifier": "{own_verifier_of_code}", "code": "{own_typed_code}"},
    ),
    Call("frame_sign_in.resume", _POSTED, json={"company_id": "{company}"}),
    Call("frame_sign_in.renew", _POSTED, json={"company_id": "{company}"}),
    # Pages for everybody
    Call("settings.home"),
    Call("settings.privacy"),
    Call("settings.support"),
    Call("health.alive"),
    Call("health.ready"),
    # Frames
    Call("frames.project", query=_FRAME),
    Call("frames.company", query={"company_id": "{company}"}),
    Call("frames.panel"),
    Call("frames.diag"),
    Call("frames.project_view", query=_FRAME | {"panel": "{panel}", "open": "{record}"}),
    Call("frames.line", query=_FRAME | {"panel": "{panel}", "open": "{record}"}),
    Call("frames.export", query=_FRAME | {"panel": "{panel}"}),
    Call("frames.panel_view", query=_RECORD),
    Call("frames.company_view", query={"company_id": "{company}"}),
    Call("frames.links", _POSTED, form=_LINK | {"act": "confirm"}),
    Call("frames.links", _POSTED, form=_LINK | {"act": "break"}),
    Call("frames.links", _POSTED, form=_LINK | {"act": "reject"}),
    Call("frames.links", _POSTED, form=_LINK | {"act": "reconsider"}),
    Call("frames.links", _POSTED, form=_RECORD | _LINK | {"from": "record", "act": "confirm"}),
    # Settings
    Call("settings.overview"),
    Call("settings.connection"),
    Call("settings.audit_log", query={"q": "", "before": ""}),
    Call("settings.sources"),
    Call("settings.new_source", query={"kind": "sql"}),
    Call("settings.source", path={"source_id": "{source}"}),
    Call("settings.save_source", _POSTED, base="source", form={"source_id": "{source}", "act": "test"}),
    Call("settings.save_source", _POSTED, base="source", form={"source_id": "{source}", "act": "save"}),
    Call(
        "settings.save_source",
        _POSTED,
        form={"kind": "spreadsheet", "name": "Uploaded", "file": "{file}", "act": "save"},
    ),
    Call("settings.test_source", _POSTED, path={"source_id": "{source}"}),
    Call("settings.panels"),
    Call("settings.new_panel", query={"source_id": "{source}", "family": "commitments"}),
    Call("settings.panel", path={"panel_id": "{panel}"}),
    Call(
        "settings.save_panel",
        _POSTED,
        base="panel",
        form={"panel_id": "{panel}", "source_id": "{source}", "project_id": "{project}", "act": "preview"},
    ),
    Call(
        "settings.save_panel",
        _POSTED,
        base="panel",
        form={"panel_id": "", "source_id": "{source}", "name": "Another", "act": "publish"},
    ),
    Call(
        "settings.save_panel",
        _POSTED,
        base="panel",
        form={"panel_id": "{panel}", "source_id": "{source}", "act": "publish"},
    ),
    *(
        Call(
            "settings.decide_unmatched",
            _POSTED,
            path={"panel_id": "{panel}", "decision": decision},
            form={"version": "2"},
        )
        for decision in ("narrow", "keep")
    ),
    Call("settings.projects"),
    Call("settings.assign_job", _POSTED, form={"project_id": "{project}", "job": "C-0000"}),
    *(
        Call("settings.change_panel", _POSTED, path={"panel_id": "{panel}", "act": act})
        for act in ("up", "down", "unpublish", "publish", "delete")
    ),
    Call(
        "settings.remove_job",
        _POSTED,
        path={"assignment_id": "{assignment}"},
        form={"project_id": "{project}"},
    ),
    Call("settings.delete_source", _POSTED, path={"source_id": "{spare_source}"}),
    Call(
        "settings.access",
        query={"login": "dana.whitfield@hollisgrant.example", "project_id": "{project}", "panel": "{panel}"},
    ),
    Call("settings.sign_ins"),
    Call("settings.own_sign_ins"),
    # What ends something, and so comes last
    Call("settings.end_own_sign_in", _POSTED, path={"session_id": "{session}"}),
    Call("settings.end_sign_in", _POSTED, path={"session_id": "{session}"}),
    Call("frame_sign_in.logout", _POSTED, json={"company_id": "{company}"}),
    Call("signing_in.sign_out", _POSTED),
    Call(
        "settings.sign_person_out",
        _POSTED,
        path={"principal_id": "{principal}"},
        prepare=_sign_in_if_needed,
    ),
    Call("signing_in.sign_out_everywhere", _POSTED, prepare=Walker.sign_in_tab),
    Call("settings.disconnect", _POSTED, prepare=Walker.sign_in_tab),
    Call("settings.disconnected"),
    Call("settings.install"),
    Call("settings.begin_install", _POSTED),
    Call("settings.choose_company", prepare=_choose_install_company),
    Call(
        "settings.install_company", _POSTED, form={"company_id": "{company}"}, prepare=_choose_install_company
    ),
)
