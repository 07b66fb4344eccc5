from __future__ import annotations

import json
import re
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Answer, SimulatorProcess
from tests.integration.simulator.world import DANA, DANA_ID, HOLLIS

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def authorize_path(**changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "state": "s-1",
    } | changes
    return f"/oauth/authorize?{urlencode(query)}"


def decide(simulator: SimulatorProcess, decision: str, **changes: str) -> dict[str, str]:
    cookie = simulator.portal_cookie(DANA)
    answer = simulator.send(
        "POST", authorize_path(**changes), headers={"Cookie": cookie}, form={"decision": decision}
    )
    assert answer.status == 302
    assert answer.headers["location"].startswith(REDIRECT_URI)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def code(simulator: SimulatorProcess) -> str:
    return decide(simulator, "allow")["code"]


def exchange(simulator: SimulatorProcess, code_: str, **changes: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code_,
        "redirect_uri": REDIRECT_URI,
        **CREDENTIALS,
    } | changes
    return simulator.send("POST", "/oauth/token", form=form)


def refresh(simulator: SimulatorProcess, refresh_token: str, **changes: str) -> Answer:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **CREDENTIALS} | changes
    return simulator.send("POST", "/oauth/token", form=form)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def test_a_person_chooses_who_they_are_and_allows_the_app(simulator: SimulatorProcess) -> None:
    page = simulator.send("GET", authorize_path())
    assert page.status == 200
    assert "Continue as Dana Whitfield" in page.text
    chosen = simulator.send(
        "POST", authorize_path().replace("/authorize", "/sign-in"), form={"user_id": str(DANA_ID)}
    )
    assert chosen.status == 303
    assert chosen.headers["location"] == authorize_path()
    consent = simulator.send("GET", authorize_path(), headers={"Cookie": chosen.headers["set-cookie"]})
    assert {"Allow", "Decline"} <= set(re.findall(r">(\w+)</button>", consent.text))
    assert "Dana Whitfield" in consent.text


def test_the_sign_in_pages_refuse_frames_and_cut_off_openers_when_told(simulator: SimulatorProcess) -> None:
    page = simulator.send("GET", authorize_path())
    assert page.headers["x-frame-options"] == "DENY"
    assert "cross-origin-opener-policy" not in page.headers
    simulator.switch(coop=True)
    assert simulator.send("GET", authorize_path()).headers["cross-origin-opener-policy"] == "same-origin"


def test_the_portal_session_covers_every_host_of_the_platform(simulator: SimulatorProcess) -> None:
    answer = simulator.send(
        "POST",
        authorize_path().replace("/authorize", "/sign-in"),
        headers={"Host": f"login.procore.localhost:{simulator.port}"},
        form={"user_id": str(DANA_ID)},
    )
    assert "Domain=procore.localhost" in answer.headers["set-cookie"]


def test_nobody_decides_without_a_session(simulator: SimulatorProcess) -> None:
    answer = simulator.send("POST", authorize_path(), form={"decision": "allow"})
    assert (answer.status, answer.headers["location"]) == (303, authorize_path())


def test_allowing_gives_a_code_and_the_state_back(simulator: SimulatorProcess) -> None:
    assert decide(simulator, "allow").keys() == {"code", "state"}


def test_declining_gives_access_denied_and_the_state_back(simulator: SimulatorProcess) -> None:
    result = decide(simulator, "decline")
    assert (result["error"], result["state"]) == ("access_denied", "s-1")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "somebody-else"}, 401),
        ({"redirect_uri": REDIRECT_URI + "/"}, 400),
        ({"redirect_uri": 'http://evil.localhost/"'}, 400),
        ({"redirect_uri": ""}, 400),
    ],
)
def test_a_wrong_client_or_redirect_is_told_on_the_page_and_goes_nowhere(
    simulator: SimulatorProcess, changes: dict[str, str], status: int
) -> None:
    answer = simulator.send("GET", authorize_path(**changes))
    assert answer.status == status
    assert "location" not in answer.headers


def test_another_response_type_is_refused_at_the_redirect(simulator: SimulatorProcess) -> None:
    answer = simulator.send("GET", authorize_path(response_type="token"))
    assert answer.status == 302
    assert "error=unsupported_response_type" in answer.headers["location"]


def test_a_code_gives_tokens_for_that_person(simulator: SimulatorProcess) -> None:
    answer = exchange(simulator, code(simulator))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "created_at"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 5400)
    assert simulator.get("/rest/v1.0/me", tokens["access_token"]).json["id"] == DANA_ID
    info = simulator.get("/oauth/token/info", tokens["access_token"]).json
    assert info["resource_owner_id"] == DANA_ID
    assert info["application"] == {"uid": CLIENT_ID}
    assert 5390 <= info["expires_in_seconds"] <= 5400
    assert info["created_at"] == tokens["created_at"]


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_the_token_endpoint_takes_other_bodies_too(simulator: SimulatorProcess, kind: str) -> None:
    fields = {
        "grant_type": "authorization_code",
        "code": code(simulator),
        "redirect_uri": REDIRECT_URI,
        **CREDENTIALS,
    }
    if kind == "json":
        body, content_type = json.dumps(fields), "application/json"
    else:
        parts = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        body, content_type = f"{parts}--b--\r\n", "multipart/form-data; boundary=b"
    answer = simulator.send(
        "POST", "/oauth/token", headers={"Content-Type": content_type}, body=body.encode()
    )
    assert answer.status == 200


def test_a_code_works_once(simulator: SimulatorProcess) -> None:
    code_ = code(simulator)
    assert exchange(simulator, code_).status == 200
    again = exchange(simulator, code_)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")


def test_a_code_works_for_ten_minutes(simulator: SimulatorProcess) -> None:
    code_ = code(simulator)
    simulator.advance(601)
    assert exchange(simulator, code_).json["error"] == "invalid_grant"


def test_a_code_works_for_its_redirect_only(simulator: SimulatorProcess) -> None:
    answer = exchange(simulator, code(simulator), redirect_uri="http://localhost")
    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("changes", [{"client_secret": "wrong"}, {"client_id": "unknown"}])
def test_wrong_credentials_are_answered_401(simulator: SimulatorProcess, changes: dict[str, str]) -> None:
    answer = exchange(simulator, code(simulator), **changes)
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
def test_what_is_missing_or_unknown_is_named(
    simulator: SimulatorProcess, form: dict[str, str], error: str
) -> None:
    answer = simulator.send("POST", "/oauth/token", form=CREDENTIALS | form)
    assert (answer.status, answer.json["error"]) == (400, error)
    assert answer.json["error_description"]


def test_an_exchange_without_its_redirect_is_refused_before_the_code_is_used(
    simulator: SimulatorProcess,
) -> None:
    code_ = code(simulator)
    form = {**CREDENTIALS, "grant_type": "authorization_code", "code": code_}
    answer = simulator.send("POST", "/oauth/token", form=form)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert exchange(simulator, code_).status == 200


def test_refreshing_uses_the_token_up_and_leaves_the_access_token_alive(simulator: SimulatorProcess) -> None:
    old = simulator.tokens(DANA)
    new = refresh(simulator, old["refresh_token"]).json
    assert new["refresh_token"] != old["refresh_token"]
    assert refresh(simulator, old["refresh_token"]).json["error"] == "invalid_grant"
    assert simulator.get("/rest/v1.0/me", old["access_token"]).status == 200
    assert simulator.get("/rest/v1.0/me", new["access_token"]).status == 200


def test_a_failed_attempt_uses_the_refresh_token_up_too(simulator: SimulatorProcess) -> None:
    old = simulator.tokens(DANA)["refresh_token"]
    assert refresh(simulator, old, client_secret="wrong").status == 401
    assert refresh(simulator, old).json["error"] == "invalid_grant"


def test_a_lost_answer_uses_the_refresh_token_up(simulator: SimulatorProcess) -> None:
    old = simulator.tokens(DANA)["refresh_token"]
    simulator.fault("/oauth/token", drop="after", times=1)
    with pytest.raises(ConnectionError):
        refresh(simulator, old)
    assert refresh(simulator, old).json["error"] == "invalid_grant"


def test_of_many_refreshes_at_once_one_wins(simulator: SimulatorProcess) -> None:
    old = simulator.tokens(DANA)["refresh_token"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: refresh(simulator, old).status, range(32)))
    assert sorted(answers) == [200] + [400] * 31


def test_in_the_other_mode_the_old_refresh_token_lives_until_the_new_access_token_is_used(
    simulator: SimulatorProcess,
) -> None:
    simulator.switch(refresh_mode="on_first_use")
    old = simulator.tokens(DANA)["refresh_token"]
    assert refresh(simulator, old).status == 200
    new = refresh(simulator, old).json
    assert simulator.get("/rest/v1.0/me", new["access_token"]).status == 200
    assert refresh(simulator, old).json["error"] == "invalid_grant"


def test_the_service_account_gets_an_access_token_alone(simulator: SimulatorProcess) -> None:
    form = {"grant_type": "client_credentials", **CREDENTIALS}
    tokens = simulator.send("POST", "/oauth/token", form=form).json
    assert "refresh_token" not in tokens
    assert simulator.get("/rest/v1.0/companies", tokens["access_token"], HOLLIS).status == 200


def test_access_tokens_live_5400_seconds(simulator: SimulatorProcess) -> None:
    tokens = simulator.tokens(DANA)
    simulator.advance(5390)
    assert simulator.get("/rest/v1.0/me", tokens["access_token"]).status == 200
    simulator.advance(20)
    refused = simulator.get("/rest/v1.0/me", tokens["access_token"])
    assert (refused.status, refused.json["message"]) == (401, "The access token is invalid")
    assert simulator.get("/oauth/token/info", tokens["access_token"]).status == 401
    assert refresh(simulator, tokens["refresh_token"]).status == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(simulator: SimulatorProcess, which: str) -> None:
    tokens = simulator.tokens(DANA)
    assert simulator.send("POST", "/oauth/revoke", form={"token": tokens[which], **CREDENTIALS}).status == 200
    assert simulator.get("/rest/v1.0/me", tokens["access_token"]).status == 401
    assert refresh(simulator, tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_revoking_nothing_is_refused_in_the_same_shape(simulator: SimulatorProcess) -> None:
    answer = simulator.send("POST", "/oauth/revoke", form=CREDENTIALS)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert answer.json["error_description"]


def test_revoking_an_unknown_token_looks_the_same(simulator: SimulatorProcess) -> None:
    answer = simulator.send("POST", "/oauth/revoke", form={"token": "unknown", **CREDENTIALS})
    assert (answer.status, answer.json) == (200, {})


def test_control_ends_a_persons_tokens(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    other = simulator.access_token(None)
    assert simulator.control("DELETE", f"/tokens?{urlencode({'login': DANA})}").json == {"revoked": 1}
    assert simulator.get("/rest/v1.0/me", token).status == 401
    assert simulator.get("/rest/v1.0/companies", other, HOLLIS).status == 200


def test_the_app_may_name_itself_by_http_basic(simulator: SimulatorProcess) -> None:
    headers = basic(CLIENT_ID, CLIENT_SECRET)
    form = {"grant_type": "authorization_code", "code": code(simulator), "redirect_uri": REDIRECT_URI}
    pair = simulator.send("POST", "/oauth/token", headers=headers, form=form)
    assert pair.status == 200
    form = {"grant_type": "refresh_token", "refresh_token": json.loads(pair.text)["refresh_token"]}
    renewed = simulator.send("POST", "/oauth/token", headers=headers, form=form)
    assert renewed.status == 200
    account = {"grant_type": "client_credentials"}
    assert simulator.send("POST", "/oauth/token", headers=headers, form=account).status == 200
    access_token = json.loads(renewed.text)["access_token"]
    assert (
        simulator.send("POST", "/oauth/revoke", headers=headers, form={"token": access_token}).status == 200
    )
    assert simulator.get("/rest/v1.0/me", access_token).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        basic(CLIENT_ID, "wrong"),
        basic("somebody-else", CLIENT_SECRET),
        basic(CLIENT_ID, ""),
        {"Authorization": "Basic %%%"},
        {"Authorization": f"Bearer {CLIENT_SECRET}"},
    ],
)
def test_wrong_credentials_by_http_basic_are_refused(
    simulator: SimulatorProcess, headers: dict[str, str]
) -> None:
    answer = simulator.send(
        "POST", "/oauth/token", headers=headers, form={"grant_type": "client_credentials"}
    )
    assert (answer.status, json.loads(answer.text)["error"]) == (401, "invalid_client")
