"""The project's page and the side panel over the real thing: simulated Procore, sample ERP."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from embedded_app.principals import Viewer
from embedded_app.procore import PooledTransport, WireRequest, WireResponse
from tests.fakes.fake_clock import FakeClock
from tests.fakes.html_table import foot_in, lines_in, text_of
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.frames.conftest import (
    DANA,
    MARCUS,
    PRIYA,
    RIVERSIDE,
    SEAN,
    Frame,
    publish_panel,
)

OpenFrame = Callable[[str], Frame]

pytestmark = pytest.mark.usefixtures("published")


def reads(simulator: SimulatorProcess) -> list[str]:
    """The paths of the API that were asked for since the last look."""
    paths = [each["path"] for each in simulator.requests("/rest")]
    simulator.forget_requests()
    return sorted(path.removeprefix("/rest/v1.0/") for path in paths)


def record_id(frame: Frame, number: str) -> int:
    html = frame.view(q=number).text
    return int(html.partition("work_order_contracts/")[2].partition('"')[0])


def test_three_commitments_show_what_the_books_say(open_frame: OpenFrame) -> None:
    lines = {line[""].split()[0]: line for line in lines_in(open_frame(DANA).view().text)}
    assert lines["SC-014"]["Variance"].startswith("−248,250.00 Approved change orders")
    assert lines["SC-014"]["Procore committed"] == "6,842,500.00"
    assert lines["SC-014"]["Sage ERP committed"] == "6,594,250.00"
    assert lines["SC-011"]["Variance"] == "Match0.00"
    assert lines["SC-031"]["Sage ERP"].startswith("Not in Sage ERP")
    assert lines["SC-022"]["Variance"].startswith("+94,600.00 ")
    assert lines["SC-027"]["Variance"] == "Within tolerance+0.02"
    assert lines["SC-024"]["Sage ERP"].startswith("More than one match")
    assert "Paid is more than committed" in lines["PO-107"]["Sage ERP paid"]
    assert lines["Temporary"]["Sage ERP reference"] == "21-0417-P118"


def test_the_view_makes_one_call_more_than_it_shows_families_and_none_for_a_second_look(
    open_frame: OpenFrame, simulator: SimulatorProcess
) -> None:
    frame = open_frame(DANA)
    simulator.forget_requests()
    assert frame.view().status_code == 200
    # Commitments are two lists in Procore, one for each kind.
    assert reads(simulator) == [f"projects/{RIVERSIDE}", "purchase_order_contracts", "work_order_contracts"]
    assert frame.view(show="variance").status_code == 200
    frame.record(record_id(frame, "SC-014"))
    assert frame.get("/frame/project/export.csv").status_code == 200
    assert reads(simulator) == []


def test_refresh_asks_procore_again(open_frame: OpenFrame, simulator: SimulatorProcess) -> None:
    frame = open_frame(DANA)
    frame.view()
    simulator.forget_requests()
    frame.view(refresh=1)
    assert reads(simulator) == ["purchase_order_contracts", "work_order_contracts"]


@pytest.mark.parametrize("path", ["/frame/project/view", "/frame/panel/view"])
def test_a_later_look_is_answered_at_once_and_reads_again_behind_the_page(
    open_frame: OpenFrame, simulator: SimulatorProcess, clock: FakeClock, path: str
) -> None:
    frame = open_frame(DANA)
    steel = record_id(frame, "SC-014")
    query = {"view": "commitments.work_order_contracts.detail", "record_id": steel}
    simulator.edit("contracts", steel, title="Zebra steel")
    clock.advance(30)
    simulator.fault("/rest/v1.0/work_order_contracts", latency_ms=2000)
    page = frame.get(path, **query).text
    assert ("Zebra" in page, "data-lags" in page, "Procore live" in page) == (False, True, False)
    looks = 0
    while "data-lags" in page:  # as the page does each second
        looks += 1
        assert looks < 1000, "it is never read again"
        page = frame.get(path, **query).text
    assert ("Zebra" in page, "Procore live" in page) == (True, True)
    assert [each["path"] for each in simulator.requests("/rest/v1.0/work_order")].count(
        "/rest/v1.0/work_order_contracts"
    ) == 2


def test_what_leaves_the_page_or_follows_an_act_waits_for_what_is_true_now(
    open_frame: OpenFrame, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    frame = open_frame(DANA)
    simulator.edit("contracts", record_id(frame, "SC-014"), title="Zebra steel")
    clock.advance(30)
    assert "Zebra" in frame.get("/frame/project/export.csv").text


def test_the_side_panel_shows_the_row_of_the_record(open_frame: OpenFrame) -> None:
    frame = open_frame(MARCUS)
    text = text_of(frame.record(record_id(frame, "SC-014")).text)
    assert "SC-014 · Structural steel" in text
    assert "Sage ERP is 248,250.00 lower" in text
    assert "21-0417-014 · Structural steel" in text


def test_a_link_is_made_seen_by_others_and_taken_back(open_frame: OpenFrame) -> None:
    marcus, priya = open_frame(MARCUS), open_frame(PRIYA)
    gas = record_id(marcus, "SC-031")
    assert "Very likely" in text_of(marcus.record(gas).text)
    form = {"from": "project", "record": f"subcontract/{gas}", "row_id": "21-0417-047"}
    assert "Linked" in marcus.post("/frame/links", **form, act="confirm").text
    text = text_of(priya.record(gas).text)
    assert "21-0417-047 · Med gas Linked by Marcus Oyelaran" in text
    assert "Unlinked" in priya.post("/frame/links", **form, act="break").text
    assert "No Sage ERP row is linked" in text_of(marcus.record(gas).text)


def test_who_has_no_commitments_in_procore_sees_none_of_the_books(open_frame: OpenFrame) -> None:
    frame = open_frame(SEAN)
    html = frame.view().text
    assert "Commitments are hidden from you in Procore" in html
    for secret in ("21-0417-014", "6,594,250", "HARLAN", "SC-014"):
        assert secret not in html
    assert "21-0417-014" not in frame.get("/frame/project/export.csv").text


def test_a_project_that_procore_does_not_show_is_no_page(open_frame: OpenFrame) -> None:
    marcus = open_frame(MARCUS)
    foreign = marcus.view(project_id=562949953500005)  # not his
    absent = marcus.view(project_id=999)
    assert (foreign.status_code, absent.status_code) == (403, 403)
    assert _without_reference(foreign.text) == _without_reference(absent.text)
    assert marcus.view(company_id=55188).status_code == 403


def test_an_administrator_reads_what_stands_in_the_way(open_frame: OpenFrame) -> None:
    dana, marcus = open_frame(DANA), open_frame(MARCUS)
    text = text_of(dana.view(project_id=999).text)
    assert "You have no access to this" in text
    assert "The project does not exist for this person. In Procore: the project → Directory" in text
    assert "what stands in the way" not in marcus.view(project_id=999).text


def _without_reference(html: str) -> str:
    return " ".join(word for word in text_of(html).split() if "-" not in word and not word.isalnum())


def test_the_books_down_leaves_procore(open_frame: OpenFrame, erp: Path) -> None:
    erp.unlink()
    html = open_frame(DANA).view().text
    assert "Sage ERP is not answering" in html
    assert "You see Procore alone, and nothing is compared." in html
    assert len(lines_in(html)) == 38


def test_the_books_down_later_leaves_what_was_read(
    open_frame: OpenFrame, erp: Path, clock: FakeClock
) -> None:
    frame = open_frame(DANA)
    frame.view()
    erp.unlink()
    clock.advance(10 * 60)
    html = frame.view().text
    assert "You see its numbers from" in html
    assert "−248,250.00" in html


def test_procore_down_leaves_what_was_read(
    open_frame: OpenFrame, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    frame = open_frame(DANA)
    frame.view()
    simulator.fault("/rest/*", status=503)
    clock.advance(60)
    html = frame.view().text
    assert "Procore is not answering" in html
    assert "You see its commitments from" in html
    assert "−248,250.00" in html


def test_refreshing_while_procore_is_down_takes_nothing_away(
    open_frame: OpenFrame, simulator: SimulatorProcess
) -> None:
    frame = open_frame(DANA)
    frame.view()
    simulator.fault("/rest/*", status=503)
    for _ in range(2):
        text = text_of(frame.view(refresh=1).text)
        assert "Procore is not answering It has not answered since" in text
        assert "You see its commitments from" in text
        assert "−248,250.00" in text
    simulator.clear_faults()
    simulator.forget_requests()
    assert "Procore is not answering" not in frame.view(refresh=1).text
    assert len(reads(simulator)) >= 2  # both lists, although the kept ones are young


def test_while_procore_is_silent_nothing_is_decided_on_an_old_allow(
    open_frame: OpenFrame, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    frame = open_frame(DANA)
    gas = record_id(frame, "SC-031")
    simulator.fault("/rest/*", status=503)
    clock.advance(6 * 60)
    assert "SC-031" in frame.view(q="SC-031").text
    form = {"from": "project", "record": f"subcontract/{gas}", "row_id": "21-0417-047", "act": "confirm"}
    assert "Procore is not answering" in frame.post("/frame/links", **form).text
    simulator.clear_faults()
    clock.advance(60)
    assert "No Sage ERP row is linked" in text_of(frame.record(gas).text)


def test_signing_out_forgets_what_was_read(open_frame: OpenFrame, simulator: SimulatorProcess) -> None:
    frame = open_frame(DANA)
    frame.view()
    frame.sign_out()
    simulator.forget_requests()
    assert open_frame(DANA).view().status_code == 200
    asked = [path for path in reads(simulator) if path not in {"me", "companies"}]
    assert f"projects/{RIVERSIDE}" in asked
    assert {"purchase_order_contracts", "work_order_contracts"} <= set(asked)


def test_all_calls_of_a_page_share_one_deadline(
    open_frame: OpenFrame, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = open_frame(DANA)
    clock.advance(10 * 60)  # so that the company is verified first, and then its projects are read
    began, ends = clock.monotonic(), []
    send = PooledTransport.send

    def slowly(self: PooledTransport, request: WireRequest, *, seconds: float) -> WireResponse:
        if "/rest/" in request.route:
            ends.append(clock.monotonic() + seconds)
        clock.advance(4)
        return send(self, request, seconds=seconds)

    monkeypatch.setattr(PooledTransport, "send", slowly)
    assert frame.get("/frame/company/view").status_code == 200
    assert ends == [began + 20] * 2


def test_opening_a_line_asks_procore_nothing_more(open_frame: OpenFrame, simulator: SimulatorProcess) -> None:
    frame = open_frame(DANA)
    key = f"subcontract/{record_id(frame, 'SC-014')}"
    simulator.forget_requests()
    text = text_of(frame.get("/frame/project/line", open=key).text)
    assert "All of it is in approved change orders" in text
    assert reads(simulator) == []


def test_nobody_opens_a_line_of_a_project_or_record_that_is_hidden_from_them(open_frame: OpenFrame) -> None:
    dana, sean = open_frame(DANA), open_frame(SEAN)
    key = f"subcontract/{record_id(dana, 'SC-014')}"
    html = sean.get("/frame/project/line", open=key).text
    assert "This line cannot be opened now" in html
    assert "6,594,250.00" not in html
    hidden = sean.get("/frame/project/line", project_id=562949953500003, open=key)
    assert hidden.status_code == 403


def test_the_export_holds_what_is_on_the_screen(open_frame: OpenFrame) -> None:
    frame = open_frame(DANA)
    response = frame.get("/frame/project/export.csv", show="variance")
    assert response.headers["Content-Disposition"] == f'attachment; filename="commitments-{RIVERSIDE}.csv"'
    *rows, total = csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff")))
    assert (total["Finding"], total["Sage ERP minus Procore"]) == ("total", "-172596.40")
    assert len(rows) == len(lines_in(frame.view(show="variance").text))
    steel = next(each for each in rows if each["Number"] == "SC-014")
    assert (steel["Procore Committed"], steel["Sage ERP Committed"]) == ("6842500.00", "6594250.00")
    assert (steel["Sage ERP minus Procore"], steel["Finding"]) == ("-248250.00", "variance")


def test_the_company_page_lists_the_viewers_projects(
    open_frame: OpenFrame, simulator: SimulatorProcess
) -> None:
    marcus = open_frame(MARCUS)
    simulator.forget_requests()
    lines = lines_in(marcus.get("/frame/company/view").text)
    assert [line["Job"] for line in lines] == ["21-0417", *["No job yet"] * 3]
    assert lines[0][""].startswith("Riverside Medical Center")
    assert len(reads(simulator)) == 2  # whether the viewer is still in the company, and their projects


def test_a_private_commitment_is_not_claimed_to_be_missing(open_frame: OpenFrame) -> None:
    dana, priya = open_frame(DANA), open_frame(PRIYA)
    private = record_numbers(dana.view().text) - record_numbers(priya.view().text)
    assert len(private) == 1
    assert "it may be private" in priya.view().text


def record_numbers(html: str) -> set[str]:
    return {name for line in lines_in(html) if (name := line[""].split()[0]).startswith(("SC-", "PO-"))}


def test_the_totals_tie_with_procores_own(open_frame: OpenFrame) -> None:
    foot = foot_in(open_frame(DANA).view().text)
    assert foot[2] == "50,286,690.40"


@pytest.mark.parametrize("path", ["/frame/project", "/frame/company", "/frame/panel", "/frame/diag"])
def test_a_shell_is_the_same_for_everybody_and_holds_no_data(app: Flask, path: str) -> None:
    client = app.test_client()
    one = client.get(f"{path}?company_id=1&project_id=2&x=<script>")
    other = client.get(path)
    assert one.status_code == 200
    assert one.data == other.data
    assert "frame-ancestors http://app.procore.localhost" in one.headers["Content-Security-Policy"]


@pytest.mark.parametrize("project_id", ["", "{{procore.project.id}}"])
def test_at_company_level_the_one_address_shows_the_company(app: Flask, project_id: str) -> None:
    client = app.test_client()
    shown = client.get("/frame/project", query_string={"company_id": "1", "project_id": project_id})
    assert shown.data == client.get("/frame/company").data
    assert shown.data != client.get("/frame/project").data


@pytest.mark.parametrize(
    "path",
    [
        "/frame/project/view",
        "/frame/project/line",
        "/frame/company/view",
        "/frame/panel/view",
        "/frame/project/export.csv",
    ],
)
def test_a_piece_without_a_bearer_is_refused(app: Flask, path: str) -> None:
    response = app.test_client().get(f"{path}?company_id=562949953443325&project_id={RIVERSIDE}")
    assert response.status_code == 401
    assert "SC-0" not in response.text


def test_a_decision_without_a_bearer_is_refused(app: Flask) -> None:
    assert app.test_client().post("/frame/links", data={"act": "confirm"}).status_code == 401


class TestAudience:
    """Only the administrators see what comes from the books."""

    @pytest.fixture
    def published(self, app: Flask, administrator: Viewer) -> None:
        publish_panel(app, administrator, audience="administrators")

    def test_others_see_procore_alone(self, open_frame: OpenFrame) -> None:
        html = open_frame(MARCUS).view().text
        assert "Sage ERP columns are hidden from you" in html
        assert len(lines_in(html)) == 37  # one is private
        assert "21-0417-014" not in html
        assert "−248,250.00" in lines_in(open_frame(DANA).view(q="SC-014").text)[0]["Variance"]
