"""The full-screen page of a project: what it says in every situation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import delete

from embedded_app.errors import (
    CompanyPaused,
    Forbidden,
    ProcoreError,
    RateLimited,
    SourceChangedShape,
    SourceRefused,
    SourceUnavailable,
    TimedOut,
)
from embedded_app.ids import RecordId
from embedded_app.panels import RecordKey
from embedded_app.procore import Silence
from embedded_app.storage import Company, db
from tests.fakes.html_table import foot_in, lines_in, text_of
from tests.fakes.panel_sides import PROJECT, READ_AT, VIEWER, commitment, row
from tests.fakes.panel_world import ACTOR, World
from tests.unit.frames.conftest import Pages


@pytest.fixture(autouse=True)
def _riverside(world: World) -> None:
    world.procore.commitments = [
        commitment(
            14, "6480000.00", approved="362500.00", invoiced=Decimal("4105500.00"), title="Structural steel"
        ),
        commitment(11, "7905640.00"),
        commitment(27, "1377215.40"),
        commitment(31, "1186400.00", title="Medical <gas> piping", vendor_name="O'Rourke & Sons"),
        commitment(24, "1218600.00"),
    ]
    world.sources.rows = [
        row(
            14, "6480000.00", approved="114250.00", invoiced=Decimal("4105500.00"), paid=Decimal("6600000.00")
        ),
        row(11, "7905640.00"),
        row(27, "1377215.42"),
        row("21-0417-24A", "700000.00"),
        row("21-0417-24B", "518600.00"),
        row("21-0417-P118", "86900.00", title="Temporary power"),
    ]
    world.publish()


def names(html: str) -> list[str]:
    return [line[""].split()[0] for line in lines_in(html)]


def amount(text: str) -> Decimal:
    found = re.search(r"[+−]?[0-9,]+\.[0-9]+", text)
    return Decimal(found[0].replace("−", "-").replace(",", "")) if found else Decimal(0)


def test_lines_say_what_they_are_largest_variance_first(pages: Pages) -> None:
    html = pages.project()
    by_name = {line[""].split()[0]: line for line in lines_in(html)}
    assert names(html)[:2] == ["SC-024", "SC-031"]
    assert by_name["SC-014"]["Variance"] == "−248,250.00 Title, approved change orders and 2 more differ"
    assert by_name["SC-014"]["Percent"] == "−3.6 %"
    assert by_name["SC-011"]["Variance"] == "Match0.00"
    assert by_name["SC-027"]["Variance"] == "Within tolerance+0.02"
    assert by_name["SC-031"]["Sage ERP"].startswith("Not in Sage ERP")
    assert by_name["SC-031"]["Variance"] == "−1,186,400.00"
    assert by_name["SC-024"]["Sage ERP"].startswith("More than one match")
    assert by_name["Temporary"]["Procore"].startswith("Not in Procore")
    assert by_name["Temporary"]["Variance"] == "+86,900.00"


def test_the_lines_on_the_screen_add_up_to_the_totals_to_the_cent(pages: Pages) -> None:
    html = pages.project()
    lines, foot = lines_in(html), foot_in(html)
    assert foot[0] == "All 8 lines"
    procore = sum(amount(line.get("Procore committed", "")) for line in lines)
    outside = sum(amount(line.get("Sage ERP committed", "")) for line in lines)
    assert (procore, outside) == (amount(foot[2]), amount(foot[5]))
    assert sum(amount(line["Variance"]) for line in lines) == amount(foot[8]) == outside - procore


def test_tiles_agree_with_the_totals(pages: Pages) -> None:
    text = text_of(pages.project())
    assert "Committed in Procore $18,530,355 5 commitments" in text
    assert "Committed in Sage ERP $17,182,605 6 rows" in text
    assert "Variance −$1,347,750 −7.3 % of committed · 1 record beyond tolerance" in text
    assert "Unmatched 2 1 only in Procore · 1 only in Sage ERP" in text


def test_a_filter_shows_its_lines_and_totals_of_these(pages: Pages) -> None:
    html = pages.project(show="only_in_procore")
    assert names(html) == ["SC-031"]
    assert foot_in(html)[0] == "1 of 8 lines"
    assert amount(foot_in(html)[2]) == Decimal("1186400.00")


@pytest.mark.parametrize(
    ("show", "number"),
    [("all", 8), ("variance", 1), ("only_in_procore", 1), ("only_outside", 1), ("ambiguous", 3)],
)
def test_a_chip_counts_the_lines_it_shows(pages: Pages, show: str, number: int) -> None:
    html = pages.project(show=show)
    assert len(lines_in(html)) == number
    assert 'aria-current="true">' in html
    assert f'<span class="count">{number}</span></a>' in html.partition('aria-current="true">')[2][:80]


def test_the_tab_of_the_panel_that_is_read_counts_what_needs_a_look(world: World, pages: Pages) -> None:
    world.publish(name="Second")
    [tabs] = re.findall(r'<nav class="tabs".*?</nav>', pages.project(), re.DOTALL)
    assert text_of(tabs) == "Commitments vs Sage ERP 6 Second"
    assert text_of(re.findall(r"<a [^>]*aria-current.*?</a>", tabs)[0]) == "Commitments vs Sage ERP 6"


@pytest.mark.parametrize("search", ["sc-031", "medical gas", "O'ROURKE", "  piping  medical "])
def test_the_search_finds_numbers_titles_and_parties(pages: Pages, search: str) -> None:
    found = names(pages.project(q=search.replace("gas", "<gas>")))
    assert found == ["SC-031"]


def test_the_search_finds_rows_by_their_reference(pages: Pages) -> None:
    assert names(pages.project(q="p118")) == ["Temporary"]


@pytest.mark.parametrize(
    "sort",
    ["name", "variance", "record.status", "record.revised_contract", "row.paid", "row.commitment_no", "x"],
)
def test_every_column_sorts_both_ways_and_loses_no_line(pages: Pages, sort: str) -> None:
    down, up = names(pages.project(sort=sort)), names(pages.project(sort=sort, order="asc"))
    assert sorted(down) == sorted(up)
    assert len(down) == 8


def test_sorted_amounts_are_in_order_with_missing_ones_last(pages: Pages) -> None:
    lines = lines_in(pages.project(sort="record.revised_contract", order="asc"))
    amounts = [amount(line["Procore committed"]) for line in lines if "Procore committed" in line]
    assert all(one <= other for one, other in pairwise(amounts))
    assert ["Procore committed" in line for line in lines] == [True] * 5 + [False] * 3


def test_values_of_either_side_are_text_and_never_html(pages: Pages) -> None:
    html = pages.project(open="subcontract/9000000000031")
    assert "Medical &lt;gas&gt; piping" in html
    assert "O&#39;Rourke &amp; Sons" in html
    assert "<gas>" not in html
    assert "Riverside &lt;Medical&gt; Center" in html


def test_a_value_that_is_wrong_in_itself_is_flagged(pages: Pages) -> None:
    assert "Paid is more than committed" in text_of(pages.project())


def test_each_compared_field_says_who_owns_it(pages: Pages) -> None:
    text = text_of(pages.project())
    assert "System of record: Procore; Sage ERP for Paid in Sage ERP, Retainage in Sage ERP." in text
    assert "Variance is Sage ERP minus Procore. An unmatched record counts in full." in text


def test_links_lead_to_the_record_in_procore(pages: Pages) -> None:
    address = (
        "https://us02.procore.example/562949953500001/project/commitments/work_order_contracts/9000000000014"
    )
    assert address in pages.project()


def test_a_thousand_lines_are_cut_into_pages_that_add_up(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(number, f"{number}.10") for number in range(1, 1001)]
    world.sources.rows = [row(number, f"{number}.10") for number in range(1, 1001)]
    first = pages.project(sort="name", order="asc")
    assert "1 to 50 of 1,000" in text_of(first)
    assert foot_in(first)[2] == "500,600.00"
    last = pages.project(sort="name", order="asc", page=20)
    assert names(last)[-1] == "SC-1000"
    assert 'href="/frame/project/view' in last
    assert names(pages.project(sort="name", order="asc", page=999)) == names(last)


def test_the_viewers_own_words_come_back_escaped(pages: Pages) -> None:
    html = pages.project(q='"><script>x</script>')
    assert "<script>" not in html
    assert "Nothing fits" in html


@pytest.mark.parametrize(
    ("failure", "title", "beside"),
    [
        (SourceUnavailable("It did not answer."), "Sage ERP is not answering", "not answering"),
        (SourceChangedShape("The column paid is gone."), "Sage ERP has changed", "changed"),
        (SourceRefused("The address is not allowed."), "Sage ERP cannot be read", "cannot be read"),
    ],
)
def test_a_source_that_is_down_leaves_procore_alone(
    world: World, pages: Pages, failure: SourceUnavailable, title: str, beside: str
) -> None:
    world.sources.failure = failure
    html = pages.project()
    text = text_of(html)
    assert f"Sage ERP {beside} Refresh" in text
    assert title in text
    assert "You see Procore alone, and nothing is compared." in text
    assert "Only in" not in text
    assert names(html) == ["SC-011", "SC-014", "SC-024", "SC-027", "SC-031"]
    assert {line["Variance"] for line in lines_in(html)} == {"—"}
    assert foot_in(html)[2] == "18,530,355.40"


def test_stale_rows_are_shown_with_their_age(world: World, pages: Pages) -> None:
    world.sources.stale_because = SourceUnavailable("It did not answer.")
    text = text_of(pages.project())
    assert "Sage ERP is not answering You see its numbers from 1:26 PM UTC . Procore is live." in text
    assert "−248,250.00" in text


def test_while_procore_asks_us_to_wait_the_page_says_until_when_and_comes_back(
    world: World, pages: Pages
) -> None:
    pages.project()
    world.procore.failure = RateLimited("Wait.", retry_at=READ_AT + timedelta(minutes=15))
    html = pages.project()
    assert 'data-reload-at="2026-11-20T13:41:00Z"' in html
    text = text_of(html)
    assert "Procore asked us to wait It accepts the next request at 1:41 PM UTC" in text
    assert "You see Sage ERP alone, and nothing is compared." in text
    assert sorted(names(html)) == ["Temporary", *["Work"] * 5]
    assert "Not in Procore" not in text


def test_stale_records_are_shown_with_their_age_and_since_when_procore_is_silent(
    world: World, pages: Pages
) -> None:
    world.procore.silence = Silence(TimedOut("No answer."), READ_AT + timedelta(minutes=4))
    html = pages.project()
    assert (
        "Procore is not answering It has not answered since 1:30 PM UTC . "
        "You see its commitments from 1:26 PM UTC . Sage ERP is as fresh as stated. Try now" in text_of(html)
    )
    assert "data-reload-at" not in html


def test_stale_records_say_until_when_procore_asked_us_to_wait(world: World, pages: Pages) -> None:
    failure = RateLimited("Wait.", retry_at=READ_AT + timedelta(minutes=15))
    world.procore.silence = Silence(failure, READ_AT + timedelta(minutes=4))
    html = pages.project()
    assert (
        "Procore asked us to wait It accepts the next request at 1:41 PM UTC ; "
        "the page then refreshes by itself. You see its commitments from 1:26 PM UTC ." in text_of(html)
    )
    assert 'data-reload-at="2026-11-20T13:41:00Z"' in html


def test_a_company_that_is_paused_is_said_to_be_and_asked_again_when_a_person_wants(
    world: World, pages: Pages
) -> None:
    world.procore.failure = CompanyPaused("No.", retry_at=READ_AT + timedelta(minutes=15))
    text = text_of(pages.project())
    assert "Procore refused this company several times" in text
    assert "So it is not asked before 1:41 PM UTC , or until you try now." in text
    assert not world.procore.insists
    world.views.assemble(world.views.published()[0], VIEWER, PROJECT, refresh=True)
    assert world.procore.insists


def test_nothing_at_all_can_be_shown_when_neither_side_answers(world: World, pages: Pages) -> None:
    pages.project()
    world.procore.failure = TimedOut("No answer.")
    world.sources.failure = SourceUnavailable("It did not answer.")
    html = pages.project()
    assert "Neither Procore nor Sage ERP is answering Nothing was changed. Try now" in text_of(html)
    assert "Nothing can be shown now" in text_of(html)
    assert html.count("Try now") == 1


def test_old_numbers_of_both_sides_are_one_sentence(world: World, pages: Pages) -> None:
    pages.project()
    world.procore.silence = Silence(TimedOut("No answer."), READ_AT + timedelta(minutes=4))
    world.sources.stale_because = SourceUnavailable("It did not answer.")
    html = pages.project()
    assert (
        "Neither Procore nor Sage ERP is answering "
        "You see Procore from 1:26 PM UTC and Sage ERP from 1:26 PM UTC ." in text_of(html)
    )
    assert 'data-announce="Neither Procore nor Sage ERP is answering. ' in html
    assert html.count("Try now") == 1


def test_while_procore_asks_us_to_wait_and_the_source_is_silent_the_page_comes_back_by_itself(
    world: World, pages: Pages
) -> None:
    pages.project()
    world.procore.failure = RateLimited("Wait.", retry_at=READ_AT + timedelta(minutes=15))
    world.sources.failure = SourceUnavailable("It did not answer.")
    html = pages.project()
    assert (
        "Procore asked us to wait, and Sage ERP is not answering "
        "Procore accepts the next request at 1:41 PM UTC ; the page then refreshes by itself."
        in text_of(html)
    )
    assert "Try now" not in html


def test_two_failures_that_do_not_end_alike_have_one_next_step(world: World, pages: Pages) -> None:
    pages.project()
    world.procore.failure = TimedOut("No answer.")
    world.sources.failure = SourceRefused("The password is wrong.")
    html = pages.project()
    assert "Procore is not answering" in html
    assert "Sage ERP cannot be read" in html
    assert html.count("Try now") == 1


def test_without_the_right_to_read_commitments_nothing_of_either_side_is_shown(
    world: World, pages: Pages
) -> None:
    world.procore.failure = Forbidden("No.")
    html = pages.project()
    assert "Commitments are hidden from you in Procore" in html
    assert "Procore hidden from you" in text_of(html)
    assert "not answering" not in text_of(html)
    assert lines_in(html) == []
    for secret in ("SC-014", "21-0417-014", "P118", "86,900", "6,594,250"):
        assert secret not in html


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (RateLimited("Wait.", retry_at=READ_AT + timedelta(minutes=2)), "Procore asked us to wait"),
        (CompanyPaused("Refused.", retry_at=READ_AT + timedelta(minutes=2)), "Procore not asked now"),
        (TimedOut("No answer."), "Procore not answering"),
    ],
)
def test_beside_a_name_stands_what_happened(
    world: World, pages: Pages, failure: ProcoreError, said: str
) -> None:
    world.procore.failure = failure
    assert f"{said} Refresh" in text_of(pages.project())


def test_outside_the_audience_procore_is_shown_alone(world: World, pages: Pages) -> None:
    panel = world.views.published()[0]
    assert panel.id is not None
    world.editor.update(panel.id, world.form(audience="administrators"), ACTOR, version=2)
    world.editor.publish(panel.id, ACTOR)
    html = pages.project()
    assert "Sage ERP columns are hidden from you" in html
    assert len(lines_in(html)) == 5
    for secret in ("21-0417-014", "P118", "86,900.00", "6,594,250.00", "Paid"):
        assert secret not in html


def test_a_project_without_a_job_says_so_and_claims_nothing(world: World, pages: Pages) -> None:
    world.jobs.remove(world.jobs.list_()[0].id, ACTOR)
    text = text_of(pages.project())
    assert "This project has no Sage ERP job yet" in text
    assert "Not in Sage ERP" not in text


def test_a_project_without_a_panel_says_what_comes_next(world: World, pages: Pages) -> None:
    panel = world.views.published()[0]
    assert panel.id is not None
    world.editor.unpublish(panel.id, ACTOR)
    assert "Nothing to compare yet" in pages.project()


def test_an_empty_project_is_no_error(world: World, pages: Pages) -> None:
    world.procore.commitments, world.sources.rows = [], []
    assert "No commitments yet" in pages.project()


def test_a_filter_without_results_is_good_news(world: World, pages: Pages) -> None:
    world.procore.commitments, world.sources.rows = [commitment(11)], [row(11)]
    text = text_of(pages.project(show="variance"))
    assert "No variance beyond tolerance 1 matched line agrees in every compared field. Show all 1" in text


def test_lines_that_could_not_be_read_are_counted(world: World, pages: Pages) -> None:
    world.sources.rejects = 2
    assert "2 lines of Sage ERP could not be read Totals leave them out." in text_of(pages.project())


def test_a_link_to_a_row_that_is_gone_is_said(world: World, pages: Pages) -> None:
    world.links.confirm(
        world.view(), RecordKey("subcontract", RecordId(9000000000031)), "21-0417-P118", ACTOR
    )
    world.sources.rows.pop()
    text = text_of(pages.project())
    assert "1 link leads to a row that Sage ERP no longer has." in text


def test_screen_readers_are_told_how_many_lines_there_are(pages: Pages) -> None:
    assert 'data-announce="8 lines, 1 record beyond tolerance"' in pages.project()
    assert 'data-announce="1 of 8 lines"' in pages.project(q="SC-031")


def test_several_currencies_are_not_added_up(world: World, pages: Pages) -> None:
    world.procore.commitments.append(commitment(50, currency="CAD"))
    html = pages.project()
    assert "Amounts are in several currencies" in html
    assert "Committed in Procore" not in text_of(html)
    assert foot_in(html)[2] == ""


def test_an_unknown_currency_is_not_guessed(world: World, pages: Pages) -> None:
    world.procore.commitments = [commitment(11, "7905640.00", currency=None)]
    text = text_of(pages.project())
    assert "7,905,640" in text
    assert "$" not in text
    assert "US dollars" not in text


def test_amounts_smaller_than_a_cent_are_not_rounded_away(world: World, pages: Pages) -> None:
    world.sources.rows.append(row("21-0417-902", "0.005"))
    html = pages.project(show="only_outside")
    assert "0.005" in [line["Sage ERP committed"] for line in lines_in(html)]
    assert foot_in(html)[5] == "86,900.005"


def test_a_row_with_a_strange_id_can_be_opened(world: World, pages: Pages) -> None:
    strange = 'A/7 "x" & <y>?#ü'
    world.sources.rows.append(row(strange, "5.00"))
    html = pages.project(open=f"row/{strange}")
    assert f"Commitments in Procore that could belong to {strange}." in text_of(html)
    assert "<y>" not in html


def test_another_company_in_the_address_is_refused(pages: Pages) -> None:
    response = pages.get("/frame/project/view", company_id=55188)
    assert response.status_code == 403
    assert "SC-014" not in response.text


def test_a_company_that_is_deleted_meanwhile_is_refused(world: World, pages: Pages) -> None:
    with world.app.app_context():
        db.session.execute(delete(Company))
        db.session.commit()
    assert pages.get("/frame/project/view").status_code == 403


@pytest.mark.parametrize("name", ["company_id", "project_id", "panel"])
@pytest.mark.parametrize("claim", ["", "0", "-1", "1e3", "9223372036854775808", "x", "１"])
def test_a_claim_that_is_no_id_is_refused(pages: Pages, name: str, claim: str) -> None:
    if name == "panel" and not claim:
        claim = "not-a-uuid"
    assert pages.get("/frame/project/view", **{name: claim}).status_code == 422


def test_keys_that_differ_by_blanks_alone_are_named_and_stay_in_the_totals(
    world: World, pages: Pages
) -> None:
    before = text_of(pages.project())
    assert "but for blanks" not in before
    twin = row(11, "1000.00")
    world.sources.rows.append(replace(twin, id=" 21-0417-011"))
    html = pages.project()
    assert "Committed in Sage ERP $17,183,605 7 rows" in text_of(html)
    assert (
        "Sage ERP has 21-0417-011 more than once, the same but for blanks around it. Each of these rows counts in "
        "the totals." in text_of(html)
    )
    lines, foot = lines_in(html), foot_in(html)
    assert sum(amount(line.get("Sage ERP committed", "")) for line in lines) == amount(foot[5])


def test_a_job_that_lost_its_rows_is_a_warning_and_adds_nothing_up(world: World, pages: Pages) -> None:
    pages.project()
    world.sources.rows = []
    html = pages.project()
    text = text_of(html)
    assert (
        "Sage ERP has no row for job 21-0417 now It had 6 rows on Nov 20, 2026, 1:26 PM UTC . Its last load may "
        "be incomplete. You see Procore alone: nothing is compared or added up while rows may be missing."
        in text
    )
    assert 'data-tone="warn"' in html
    assert "not answering" not in text
    assert "Not in Sage ERP" not in text
    assert "Variance −" not in text
    assert "Unmatched" not in text
    lines = lines_in(html)
    assert len(lines) == 5
    assert {line["Sage ERP"] for line in lines} == {"Not compared"}


def test_a_job_that_never_had_a_row_is_named_and_may_be_new(world: World, pages: Pages) -> None:
    world.sources.rows = []
    text = text_of(pages.project())
    assert (
        "Sage ERP has no row for job 21-0417 That is normal while nothing of it is entered there. If Sage ERP "
        "should have rows, a company administrator checks the job in the settings under Projects." in text
    )
    assert "Not in Sage ERP" not in text
    assert "Variance −" not in text


def test_one_of_two_jobs_without_rows_is_named_beside_the_comparison(world: World, pages: Pages) -> None:
    world.jobs.assign(PROJECT, "21-0417-B", ACTOR)
    text = text_of(pages.project())
    assert "Sage ERP has no row for job 21-0417-B " in text
    assert "The rows of the other jobs are compared." in text
    assert "Variance −$1,347,750" in text


@pytest.mark.parametrize("show", ["variance", "only_in_procore", "ambiguous"])
def test_a_filter_says_nothing_while_nothing_is_compared(world: World, pages: Pages, show: str) -> None:
    world.sources.rows = []
    html = pages.project(show=show)
    assert len(lines_in(html)) == 5
    assert "agree in every compared field" not in text_of(html)
    world.sources.failure = SourceUnavailable("No answer.")
    assert len(lines_in(pages.project(show=show))) == 5
