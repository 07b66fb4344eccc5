"""What is proposed for a record without a row, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from embedded_app.reconciliation import (
    Candidate,
    Comparison,
    FieldKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Normalizer,
    Proposer,
    Reason,
    ReasonKind,
    Rules,
    reconcile,
)
from embedded_app.reconciliation.candidates import LEAST_SCORE

RULES = Rules(
    key_rules=(KeyRule("number", (KeyPair("number", "ref"),)),),
    comparisons=(
        Comparison(
            "vendor",
            "Vendor",
            "vendor",
            "vendor",
            FieldKind.TEXT,
            normalizers=(Normalizer.CASE, Normalizer.COMPANY_SUFFIX),
        ),
        Comparison("title", "Title", "title", "title", FieldKind.TEXT),
        Comparison("committed", "Committed", "revised", "total", FieldKind.MONEY),
    ),
    total="committed",
)


def propose(
    record: Item,
    rows: Sequence[Item],
    rules: Rules,
    *,
    matched: Mapping[str, str] | None = None,
    rejected: Collection[Link] = (),
    limit: int = 5,
) -> tuple[Candidate, ...]:
    return Proposer(rows, rules, matched=matched, rejected=rejected).candidates(record, limit)


def row(
    id_: str,
    ref: str | None = None,
    vendor: str | None = None,
    total: str | None = None,
    title: str | None = None,
) -> Item:
    return Item(
        id_,
        {"ref": ref, "vendor": vendor, "total": None if total is None else Decimal(total), "title": title},
    )


GAS = Item(
    "SC-031",
    {
        "number": "SC-031",
        "vendor": "Harlan Mechanical, Inc.",
        "revised": Decimal("1186400.00"),
        "title": "Medical gas piping",
    },
)
THE_ROW = row("031", "21-0417-031", "HARLAN MECHANICAL INC", "1186400", "Med gas")
PLUMBING = row("020", "21-0417-020", "HARLAN MECHANICAL INC", "3204450.00", "Plumbing")
STRANGER = row("099", "21-0417-099", "Delmar Excavation LLC", "12.00", "Earthwork")


def test_same_company_amount_and_end_of_the_number_are_almost_certain() -> None:
    best, other = propose(GAS, [STRANGER, PLUMBING, THE_ROW], RULES)

    assert (best.row, best.score >= 95) == (THE_ROW, True)
    assert best.reasons_for == (
        Reason(ReasonKind.SAME_COMPANY, "vendor", similarity=100),
        Reason(ReasonKind.SIMILAR_TEXT, "title", similarity=51),
        Reason(ReasonKind.SAME_AMOUNT, "committed", amount=Decimal("1186400.00")),
        Reason(ReasonKind.SAME_NUMBER_END, "number"),
    )
    assert best.reasons_against == ()
    assert (other.row, other.score < 40) == (PLUMBING, True)


def test_what_speaks_against_is_said() -> None:
    (candidate,) = propose(GAS, [PLUMBING], RULES, matched={"020": "SC-020"})

    assert candidate.reasons_against == (
        Reason(ReasonKind.AMOUNT_DIFFERS, "committed", difference=Decimal("2018050.00")),
        Reason(ReasonKind.DIFFERENT_NUMBER, "number"),
        Reason(ReasonKind.LINKED_ELSEWHERE, record_id="SC-020"),
    )


def test_a_row_of_another_company_with_the_same_amount_is_possible_not_more() -> None:
    (candidate,) = propose(GAS, [row("x", "77", "Delmar Excavation", "1186400.00")], RULES)

    assert 40 <= candidate.score < 80
    assert candidate.reasons_against[0] == Reason(ReasonKind.DIFFERENT_COMPANY, "vendor")


def test_a_similar_company_is_not_the_same() -> None:
    (candidate,) = propose(GAS, [row("x", vendor="Harlan Mechanical Services", total="1186400.00")], RULES)

    assert candidate.reasons_for[0].kind is ReasonKind.SIMILAR_COMPANY


def test_what_is_missing_speaks_neither_for_nor_against() -> None:
    (candidate,) = propose(GAS, [row("x", total="1186400.00")], RULES)

    assert (candidate.score, candidate.reasons_against) == (80, ())


def test_zero_equals_zero_everywhere_and_proves_nothing() -> None:
    nothing = Item("SC-1", {"revised": Decimal(0)})

    assert propose(nothing, [row("x", total="0.00")], RULES) == ()


def test_a_rejected_pair_is_not_proposed_again_to_the_same_record() -> None:
    rejected = [Link("SC-031", "031")]
    twin = Item("SC-032", GAS.values)

    proposer = Proposer([THE_ROW], RULES, rejected=rejected)

    assert proposer.candidates(GAS) == ()
    assert [candidate.row.id for candidate in proposer.candidates(twin)] == ["031"]


def test_a_row_that_the_record_has_already_is_not_proposed() -> None:
    assert propose(GAS, [THE_ROW], RULES, matched={"031": "SC-031"}) == ()


def test_being_linked_elsewhere_halves_the_score() -> None:
    (free,) = propose(GAS, [THE_ROW], RULES)
    (taken,) = propose(GAS, [THE_ROW], RULES, matched={"031": "SC-001"})

    assert taken.score == free.score // 2


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    rows = [row(f"{n:02}", vendor="Harlan Mechanical", total="1186400.00") for n in range(9)]

    found = propose(GAS, rows[::-1], RULES, limit=3)

    assert [candidate.row.id for candidate in found] == ["00", "01", "02"]


_TEXTS = st.sampled_from([None, "", "Acme", "ACME, Inc.", "Acme Steel", "Harlan Mechanical, Inc.", "&"])
_ROWS = st.lists(
    st.builds(
        lambda ref, vendor, total, title: {"ref": ref, "vendor": vendor, "total": total, "title": title},
        st.sampled_from([None, "SC-031", "31", "X"]),
        _TEXTS,
        st.none() | st.decimals(allow_nan=False) | st.just(Decimal("1186400.00")),
        _TEXTS,
    ),
    max_size=12,
).map(lambda found: [Item(f"w{n}", values) for n, values in enumerate(found)])


@given(_ROWS, st.lists(st.integers(0, 11).map(lambda n: Link("SC-031", f"w{n}"))))
def test_scores_are_between_0_and_100_in_order_and_have_a_reason(
    rows: list[Item], rejected: list[Link]
) -> None:
    found = propose(GAS, rows, RULES, rejected=rejected, limit=12)

    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert all(LEAST_SCORE <= score <= 100 for score in scores)
    assert all(candidate.reasons_for for candidate in found)
    assert not {candidate.row.id for candidate in found} & {link.row_id for link in rejected}


def test_the_matched_rows_come_from_a_reconciliation() -> None:
    other = Item("SC-020", {"number": "21-0417-020"})

    result = reconcile([GAS, other], [THE_ROW, PLUMBING], RULES)

    assert result.matched == {"020": "SC-020"}
