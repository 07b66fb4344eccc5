"""What an attacker could try against signing in inside a frame, in every engine (docs/sign-in.md).

Each test plays the attack to its end: without the defence that its docstring names it fails, because the attacker
gets what they came for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from selenium.webdriver.remote.webdriver import WebDriver
from werkzeug.test import TestResponse

from tests.browser.engines import Engine, in_every_engine
from tests.browser.sites import APP, EVIL, HOLLIS, HOST, RIVERSIDE, Sites
from tests.browser.visitor import APP_FRAME, MARCUS, PANEL_FRAME, VARIANCE, Visitor
from tests.fakes.person import challenge_of, new_verifier

INSIDER = "priya.raman@hollisgrant.example"  # a member of the victim's company, with a login of her own
NORTHGATE, OF_NORTHGATE = 71001, 71001001  # a company that Marcus is not in
WITHOUT_MARCUS = 562949953500005  # a project of his company
OF_CASCADIA = 55188001
RESUME = "__Host-ea_resume"
NO_ACCESS = "You have no access"
REPLACED_SECONDS = 61

COUNT_FOREIGN = """
window.foreign = 0;
addEventListener("message", (event) => { if (event.origin !== location.origin) window.foreign += 1; });
"""


def lure(address: str, attack: str) -> str:
    """A page with a button that opens `address`, and does `attack` when `attacks` tells it to."""
    return f"""<button>Claim your voucher</button><script>
var heard = [];
addEventListener("message", (event) => heard.push(event.data));
let opened = null;
document.querySelector("button").onclick = () => {{ opened = window.open({json.dumps(address)}); }};
function attack() {{ {attack} }}
</script>"""


def attacks(visitor: Visitor, attacker: str, css: str | None = None) -> None:
    """Let the page in the window `attacker` attack three times, each time until this window hears it.

    With `css`, until the frame in it does. `COUNT_FOREIGN` has to run there before.
    """
    here = visitor.browser.current_window_handle
    for times in (1, 2, 3):

        def hears(browser: WebDriver, times: int = times) -> bool:
            return bool(browser.execute_script("return window.foreign >= arguments[0]", times))

        visitor.browser.switch_to.window(attacker)
        visitor.browser.execute_script("window.attack()")
        visitor.browser.switch_to.window(here)
        with visitor.inside(css) if css else nullcontext():
            visitor.waits_for(hears, "the attacker's messages")


def heard_by_attacker(visitor: Visitor) -> list[Any]:
    heard: list[Any] = visitor.browser.execute_script("return window.heard")
    return heard


def pending_in_frame(visitor: Visitor) -> dict[str, str]:
    """The id and the verifier that a frame remembers during the login; to be called inside of it."""
    key = f"tieback.sign-in.{HOLLIS}"
    kept = visitor.waits_for(
        lambda browser: browser.execute_script("return sessionStorage.getItem(arguments[0])", key),
        "a sign-in under way",
    )
    pending = json.loads(kept)
    return {name: pending[name] for name in ("rid", "verifier")}


@in_every_engine
def test_a_lure_cannot_start_the_popup_for_the_victim(visitor: Visitor, sites: Sites) -> None:
    """The popup speaks to its own origin alone, and obeys nobody else."""
    visitor.signs_in_to_portal(sites.portal("/"), MARCUS)
    challenge = {"type": "challenge", "challenge": challenge_of(new_verifier()), "company_id": str(HOLLIS)}
    script = f"""
      const hello = heard.find((message) => message.type === "hello");
      const started = heard.find((message) => message.type === "started");
      opened.postMessage({{ v: 1, nonce: hello?.nonce, ...{json.dumps(challenge)} }}, "*");
      opened.postMessage({{ v: 1, type: "go", rid: started?.rid ?? null }}, "*");"""
    visitor.browser.get(sites.page(EVIL, lure(f"{sites.origin(APP)}/auth/frame/popup", script)))
    attacker = visitor.browser.current_window_handle
    with visitor.in_new_window(lambda: visitor.presses("Claim")):
        visitor.sees("One moment")
        visitor.browser.execute_script(COUNT_FOREIGN)
        attacks(visitor, attacker)
        assert visitor.browser.current_url == f"{sites.origin(APP)}/auth/frame/popup"
    assert heard_by_attacker(visitor) == []
    assert sites.called("/auth/frame/begin") == []


def test_a_foreign_window_cannot_play_the_popup(visitor: Visitor, sites: Sites) -> None:
    """The frame hears its own origin and its own popup alone; else it would ask for the attacker's sign-in."""
    body = {"challenge": challenge_of(new_verifier()), "company_id": str(HOLLIS)}
    begun = sites.elsewhere(INSIDER).ask("begin", body).json
    assert begun is not None
    visitor.opens_app()
    script = f"""
      opened.frames[0].postMessage({{ v: 1, type: "hello", nonce: "n" }}, "*");
      opened.frames[0].postMessage({{ v: 1, type: "started", rid: {json.dumps(begun["rid"])} }}, "*");"""
    address = visitor.browser.current_url
    visitor.browser.get(sites.page(EVIL, lure(address, script)))
    attacker = visitor.browser.current_window_handle
    with visitor.in_new_window(lambda: visitor.presses("Claim")):
        victim = visitor.browser.current_window_handle
        with visitor.inside(APP_FRAME):
            visitor.sees("Sign in with Procore")
            visitor.browser.execute_script(COUNT_FOREIGN)
        with visitor.at_login():
            popup = visitor.browser.current_window_handle
            visitor.browser.switch_to.window(victim)
            attacks(visitor, attacker, APP_FRAME)
            visitor.browser.switch_to.window(popup)
            visitor.allows()
        visitor.sees_data()
    assert heard_by_attacker(visitor) == []
    assert {call.status for call in sites.called("/auth/frame/redeem")} <= {200, 202}


def test_a_login_that_was_begun_elsewhere_gives_the_attacker_nothing(visitor: Visitor, sites: Sites) -> None:
    """The state is bound to the cookie of the browser that began."""
    attacker, verifier = sites.elsewhere(INSIDER), new_verifier()
    body = {"challenge": challenge_of(verifier), "company_id": str(HOLLIS)}
    begun = attacker.ask("begin", body).json
    assert begun is not None
    visitor.signs_in_to_portal(sites.portal("/"), MARCUS)
    visitor.browser.get(
        sites.page(EVIL, f'<a href="{begun["authorize_url"].replace("&", "&amp;")}">Claim</a>')
    )
    visitor.follows("Claim")
    visitor.presses("Allow")
    visitor.sees("This sign-in was begun in another browser")
    assert attacker.ask("redeem", {"rid": begun["rid"], "verifier": verifier}).status_code == 202


def test_a_callback_of_the_attacker_signs_nobody_in(visitor: Visitor, sites: Sites) -> None:
    """The state is bound to the cookie of the browser that began; else the victim would work as the attacker."""
    attacker = sites.elsewhere(INSIDER)
    callback = attacker.at_login(attacker.get("/auth/tab").location)
    visitor.opens_app()
    visitor.signs_in()  # so that there is a cookie of the victim's own
    address = f"{sites.origin(APP)}{callback}".replace("&", "&amp;")
    visitor.browser.get(sites.page(EVIL, f'<a href="{address}">Claim</a>'))
    visitor.follows("Claim")
    visitor.sees("This sign-in was begun in another browser")
    visitor.browser.get(f"{sites.origin(APP)}/settings")
    visitor.sees("Allow Tieback to use your account?")  # nobody is signed in here: the login asks
    visitor.sees(MARCUS)


def test_somebody_who_knows_the_id_cannot_collect_the_session(visitor: Visitor, sites: Sites) -> None:
    """The result is bound to the verifier, which never leaves the frame."""
    thief = sites.elsewhere(INSIDER)
    visitor.opens_app()
    with visitor.at_login():
        with visitor.back_in_frame():
            rid = pending_in_frame(visitor)["rid"]
        with visitor.back_at_host():
            visitor.browser.get(sites.portal("/"))  # the frame is gone, and asks no more
        visitor.allows()
    answer = thief.ask("redeem", {"rid": rid, "verifier": new_verifier()})
    assert (answer.status_code, code_of(answer)) == (403, "other")
    visitor.opens_project()
    visitor.sees_data()


def test_a_sign_in_is_redeemed_once(visitor: Visitor, sites: Sites) -> None:
    visitor.opens_app()
    with visitor.at_login():
        with visitor.back_in_frame():
            pending = pending_in_frame(visitor)
        visitor.allows()
    visitor.sees_data()
    replayed = sites.elsewhere(INSIDER).ask("redeem", pending)
    assert (replayed.status_code, code_of(replayed)) == (403, "other")


def test_a_stolen_resume_cookie_is_worth_nothing_after_the_next_one(
    visitor: Visitor, sites: Sites, engine: Engine
) -> None:
    """Each use replaces it; the former one only bridges a minute, and gets no successor."""
    thief = sites.elsewhere(INSIDER)
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_data()
    (stolen,) = resume_cookies(sites)
    if engine.keeps_cookies:
        visitor.browser.switch_to.new_window("tab")
        visitor.opens_project()
        visitor.sees_data()
        successor = resume_cookies(sites)[-1]
    else:  # this one keeps none to steal; another program of the victim's stands for those that do
        owner = sites.elsewhere(INSIDER)
        owner.client.set_cookie(RESUME, stolen, domain=APP)
        successor = cookies_in(
            owner.ask("resume", {"company_id": str(HOLLIS)}).headers.getlist("Set-Cookie")
        )[0]
    sites.clock.advance(REPLACED_SECONDS)
    thief.client.set_cookie(RESUME, stolen, domain=APP)
    assert thief.ask("resume", {"company_id": str(HOLLIS)}).status_code == 401
    thief.client.set_cookie(RESUME, successor, domain=APP)
    assert thief.ask("resume", {"company_id": str(HOLLIS)}).status_code == 200  # so it was about the cookie


def test_only_procore_frames_our_pages(visitor: Visitor, sites: Sites) -> None:
    """frame-ancestors, which holds for every page around the frame."""
    shown = set()
    chains = ((HOST,), (EVIL,), (EVIL, HOST), (HOST, EVIL))
    for path in ("/frame/project", "/frame/panel", "/auth/frame/popup", "/privacy"):
        query = urlencode({"company_id": HOLLIS, "project_id": RIVERSIDE})
        for hosts in chains:
            visitor.browser.get(sites.framing(f"{sites.origin(APP)}{path}?{query}", *hosts))
            for _ in hosts[:-1]:
                visitor.browser.switch_to.frame(visitor.finds("iframe"))
            visitor.waits_for(lambda browser: browser.execute_script("return window.loaded"), "the frame")
            visitor.browser.switch_to.frame(visitor.finds("iframe"))
            if "Tieback" in visitor.browser.execute_script("return document.title"):
                shown.add((path, hosts))
            visitor.browser.switch_to.default_content()
    assert shown == {("/frame/project", (HOST,)), ("/frame/panel", (HOST,))}


def test_a_forged_company_is_refused(visitor: Visitor, sites: Sites) -> None:
    """The person's own list of companies decides."""
    visitor.signs_in_to_portal(sites.portal("/"), MARCUS)
    visitor.browser.get(sites.framing(sites.frame(company_id=NORTHGATE, project_id=OF_NORTHGATE), HOST))
    with visitor.at_login():
        visitor.presses("Allow")
        visitor.sees("You are not in this company")
    visitor.sees_inside(NO_ACCESS)


def test_a_forged_project_is_refused(visitor: Visitor, sites: Sites) -> None:
    """The project is read with the person's own token, in the company of the session."""
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_data()
    for project_id in (WITHOUT_MARCUS, OF_CASCADIA, OF_NORTHGATE):
        visitor.browser.get(sites.framing(sites.frame(company_id=HOLLIS, project_id=project_id), HOST))
        visitor.sees_inside(NO_ACCESS)


def test_a_forged_record_is_refused(visitor: Visitor, sites: Sites) -> None:
    """The record is read with the person's own token, in a project that is read with it."""
    contexts = {
        "readable": context(sites, "SC-014"),
        "private": context(sites, "SC-019"),
        "elsewhere": context(sites, "SC-014") | {"project_id": WITHOUT_MARCUS},
    }
    visitor.signs_in_to_portal(sites.portal("/"), MARCUS)
    buttons = "".join(f"<button>{name}</button>" for name in contexts)
    script = f"""<script>
      const contexts = {json.dumps(contexts)};
      let open = "readable";
      const send = () => frames[0].postMessage({{ type: "setup", context: contexts[open] }}, "*");
      addEventListener("message", send); // the panel asks until it is told
      for (const button of document.querySelectorAll("button")) button.onclick = () => {{
        open = button.textContent;
        send();
      }};</script>"""
    panel = f'<main class="app-frame"><iframe src="{sites.frame("panel")}" height="800"></iframe></main>'
    visitor.browser.get(sites.page(HOST, f"{buttons}{panel}{script}"))
    visitor.signs_in()
    visitor.sees_data()
    for name, said in (("private", "Procore does not show you this commitment"), ("elsewhere", NO_ACCESS)):
        visitor.presses(name)
        visitor.sees_inside(said)
        with visitor.inside(APP_FRAME):
            assert "Low voltage" not in visitor.page_text()
        visitor.presses("readable")
        visitor.sees_data()


def test_a_foreign_window_cannot_say_which_record_is_open(visitor: Visitor, sites: Sites) -> None:
    """The side panel hears the window around it alone, and that only from an origin of Procore's."""
    visitor.signs_in_to_portal(sites.portal("/"), MARCUS)
    path = f"/{RIVERSIDE}/project/commitments/work_order_contracts/{sites.record_ids['SC-014']}"
    forged = {"type": "setup", "context": context(sites, "SC-011")}
    script = f'opened.frames[0].postMessage({json.dumps(forged)}, "*");'
    visitor.browser.get(sites.page(EVIL, lure(sites.portal(path), script)))
    attacker = visitor.browser.current_window_handle
    with visitor.in_new_window(lambda: visitor.presses("Claim")):
        visitor.clicks("#dock-button")
        with visitor.in_new_window(lambda: visitor._presses_in(PANEL_FRAME, "Sign in with Procore")):
            visitor.allows()
        with visitor.inside(PANEL_FRAME):
            visitor.sees(VARIANCE)
            visitor.browser.execute_script(COUNT_FOREIGN)
        attacks(visitor, attacker, PANEL_FRAME)
        with visitor.inside(PANEL_FRAME):
            visitor.sees("SC-014")
    asked = {call.query["record_id"] for call in sites.called("/frame/panel/view")}
    assert asked == {str(sites.record_ids["SC-014"])}


def context(sites: Sites, number: str) -> dict[str, object]:
    """What Procore says when a commitment of Riverside is open."""
    return {
        "company_id": HOLLIS,
        "project_id": RIVERSIDE,
        "view": "commitments.work_order_contracts.detail",
        "id": sites.record_ids[number],
    }


def code_of(answer: TestResponse) -> str:
    """Of a refusal; "" of an answer that is none."""
    code: str = answer.get_json().get("error", {}).get("code", "")
    return code


def resume_cookies(sites: Sites) -> list[str]:
    """The values that frames were given, oldest first."""
    return [value for call in sites.calls for value in cookies_in(call.set_cookies)]


def cookies_in(headers: Iterable[str]) -> list[str]:
    pairs = [header.partition(";")[0].partition("=") for header in headers]
    return [value for name, _, value in pairs if name == RESUME and value]
