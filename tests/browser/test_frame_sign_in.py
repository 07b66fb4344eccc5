"""Signing in inside Procore's frame, in every engine (docs/sign-in.md)."""

from __future__ import annotations

from tests.browser.engines import Engine, in_every_setting
from tests.browser.sites import HOLLIS, HOST, RIVERSIDE, Sites
from tests.browser.visitor import APP_FRAME, MARCUS, VARIANCE, Visitor

CARD = "Sign in with Procore"
WAITING = "Sign in in the Procore window"
LOOKS_CLOSED = "If the Procore window is gone and nothing happens here, start again."
BLOCKED = "Your browser blocked the sign-in window"
EXPIRED = "Your sign-in has ended"
SIGNED_OUT = "Sign in again to go on"
WAY_TO_THE_VIEW = (
    "/frame/project",
    "/auth/frame/resume",
    "/auth/frame/popup",
    "/auth/frame/begin",
    "/oauth/callback",
    "/frame/project/view",
)
TOO_LATE_SECONDS = 10 * 60 + 1


@in_every_setting
def test_signing_in(visitor: Visitor) -> None:
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_data()
    with visitor.inside(APP_FRAME):
        visitor.finds("summary[aria-label=Menu]").click()
        visitor.sees(f"Signed in as {MARCUS}")


def test_signing_in_where_the_login_cuts_its_window_off(visitor: Visitor, sites: Sites) -> None:
    sites.simulator.switch(coop=True)
    visitor.opens_app()
    with visitor.at_login():
        with visitor.back_in_frame():
            visitor.sees(LOOKS_CLOSED)  # it is not; the frame can no longer tell
        visitor.allows()
    visitor.sees_data()


@in_every_setting
def test_the_host_reloads_the_frame_during_the_login(visitor: Visitor) -> None:
    visitor.opens_app()
    with visitor.at_login():
        with visitor.back_in_frame():
            visitor.browser.execute_script("window.isFromBefore = true")
        with visitor.back_at_host():
            visitor.browser.execute_script(f"document.querySelector('{APP_FRAME}').src += ''")
        with visitor.back_in_frame():
            visitor.waits_for(
                lambda browser: browser.execute_script("return !window.isFromBefore"), "the new frame"
            )
            visitor.sees(WAITING)
        visitor.allows()
    visitor.sees_data()


def test_a_live_procore_session_asks_for_no_password(visitor: Visitor, sites: Sites) -> None:
    visitor.opens_app()
    sites.end_portal_sessions()
    with visitor.at_login():
        visitor.sees("Choose who you are.")
        visitor.allows()
    visitor.sees_data()
    with visitor.inside(APP_FRAME):
        visitor.finds("summary[aria-label=Menu]").click()
        visitor.follows("Not you? Sign out")
    with visitor.at_login():
        visitor.sees(f"Signed in as {MARCUS}")
        visitor.presses("Allow")
        visitor.waits_for_window_to_close()
    visitor.sees_data()


def test_a_popup_blocker_is_told_and_the_next_click_works(visitor: Visitor) -> None:
    visitor.opens_app()
    with visitor.inside(APP_FRAME):
        visitor.sees(CARD)
        visitor.browser.execute_script("document.querySelector('[data-action=sign-in]').click()")
        visitor.sees(BLOCKED)
    visitor.signs_in("Try again")
    visitor.sees_data()


def test_where_no_window_opens_a_code_is_typed(visitor: Visitor) -> None:
    visitor.opens_app()
    with visitor.inside(APP_FRAME):
        visitor.sees(CARD)
        visitor.browser.execute_script("document.querySelector('[data-action=sign-in]').click()")
        visitor.sees(BLOCKED)

    def follow() -> None:
        with visitor.inside(APP_FRAME):
            visitor.follows("Sign in in a tab and type a code")

    with visitor.in_new_window(follow):
        visitor.presses("Allow")
        code = visitor.finds(".code").text
    with visitor.inside(APP_FRAME):
        visitor.types("Code", code)
        visitor.presses("Continue")
    visitor.sees_data()


def test_a_sandbox_without_popups_is_told(visitor: Visitor, sites: Sites) -> None:
    address = sites.frame(company_id=HOLLIS, project_id=RIVERSIDE)
    sandbox = f'<iframe src="{address}" sandbox="allow-scripts allow-same-origin"></iframe>'
    visitor.browser.get(sites.page(HOST, f'<main class="app-frame">{sandbox}</main>'))
    visitor.presses_inside(CARD)
    visitor.sees_inside(BLOCKED)


def test_a_frame_asks_for_its_result_once_at_a_time(visitor: Visitor) -> None:
    """Of two answers to one result the later is a refusal, which could be read first."""
    visitor.opens_app()
    with visitor.at_login():
        with visitor.back_in_frame():
            visitor.browser.execute_script("""
                window.asked = 0;
                window.fetch = () => { window.asked += 1; return new Promise(() => {}); };
            """)
            focus = "window.dispatchEvent(new Event('focus')); return window.asked"
            visitor.waits_for(lambda browser: browser.execute_script(focus) > 0, "a question")
            assert [visitor.browser.execute_script(focus) for _ in range(3)] == [1, 1, 1]
        visitor.allows()


def test_closing_the_window_is_a_hint_and_one_can_start_again(visitor: Visitor) -> None:
    visitor.opens_app()
    with visitor.at_login():
        visitor.browser.close()
    visitor.sees_inside(LOOKS_CLOSED)
    visitor.signs_in("Start again")
    visitor.sees_data()


def test_declining(visitor: Visitor) -> None:
    visitor.opens_app()
    with visitor.at_login():
        visitor.presses("Decline")
        visitor.waits_for_window_to_close()
    visitor.sees_inside("You did not finish signing in")
    visitor.signs_in()
    visitor.sees_data()


def test_a_login_that_takes_too_long_expires(visitor: Visitor, sites: Sites) -> None:
    visitor.opens_app()
    with visitor.at_login():
        sites.clock.advance(TOO_LATE_SECONDS)
        visitor.presses("Allow")
        visitor.sees("This sign-in took too long")
    visitor.sees_inside(EXPIRED)
    visitor.signs_in("Sign in again")
    visitor.sees_data()


@in_every_setting
def test_a_reload_and_a_new_window_go_on_where_the_browser_keeps_anything(
    visitor: Visitor, engine: Engine
) -> None:
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_data()
    visitor.browser.refresh()
    visitor.sees_data()
    visitor.browser.switch_to.new_window("tab")
    visitor.opens_project()
    if engine.keeps_cookies:
        visitor.sees_data()
    else:
        visitor.sees_inside(CARD)


def test_who_has_to_sign_in_again_does_so_beside_what_is_shown(visitor: Visitor, sites: Sites) -> None:
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_data()
    sites.answers["/frame/project/view"] = 401
    with visitor.inside(APP_FRAME):
        visitor.clicks(".chips a")
        visitor.sees(SIGNED_OUT)
    del sites.answers["/frame/project/view"]
    with visitor.at_login("Sign in with Procore"):
        with visitor.back_in_frame():
            visitor.sees(VARIANCE)
            assert WAITING not in visitor.page_text()
        visitor.allows()
    with visitor.inside(APP_FRAME):
        visitor.waits_for(lambda _: SIGNED_OUT not in visitor.page_text(), "the notice to go")
        visitor.sees(VARIANCE)


@in_every_setting
def test_an_app_that_takes_no_session_makes_no_loop(visitor: Visitor, sites: Sites, engine: Engine) -> None:
    """A loop after the first sign-in would show in the counts after the second."""
    sites.answers["/frame/project/view"] = 401
    visitor.opens_app()
    visitor.signs_in()
    visitor.sees_inside(EXPIRED)
    visitor.signs_in("Sign in again")
    visitor.sees_inside(EXPIRED)
    tries = (
        2 if engine.keeps_cookies else 1
    )  # with what the bearer proves, and once more with what resuming gave
    assert {path: len(sites.called(path)) for path in WAY_TO_THE_VIEW} == {
        "/frame/project": 1,
        "/auth/frame/resume": 1 + 2,
        "/auth/frame/popup": 2,
        "/auth/frame/begin": 2,
        "/oauth/callback": 2,
        "/frame/project/view": 2 * tries,
    }
