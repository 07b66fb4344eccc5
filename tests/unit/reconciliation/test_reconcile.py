"""What becomes of records and rows: matches, variances, what stands alone, what nobody may guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.reconciliation import (
    BY_LINK,
    Basis,
    Comparison,
    FieldKind,
    FindingKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Normalizer,
    Omission,
    Reconciliation,
    Rules,
    Totals,
    Value,
    Verdict,
    reconcile,
)

_NUMBER = (Normalizer.LAST_SEGMENT, Normalizer.LEADING_ZEROS)
RULES = Rules(
    key_rules=(
        KeyRule("number", (KeyPair("number", "ref", _NUMBER, _NUMBER),)),
        KeyRule("name", (KeyPair("title", "title", (Normalizer.CASE,), (Normalizer.CASE,)),)),
    ),
    comparisons=(
        Comparison("committed", "Committed", "revised", "total", FieldKind.MONEY),
        Comparison("title", "Title", "title", "title", FieldKind.TEXT, normalizers=(Normalizer.CASE,)),
    ),
    total="committed",
)


def record(id_: str, number: str | None = None, amount: str | None = None, title: str | None = None) -> Item:
    return Item(
        id_, {"number": number, "revised": None if amount is None else Decimal(amount), "title": title}
    )


def row(id_: str, ref: str | None = None, amount: str | None = None, title: str | None = None) -> Item:
    return Item(id_, {"ref": ref, "total": None if amount is None else Decimal(amount), "title": title})


def shape(result: Reconciliation) -> set[tuple[str, tuple[str, ...], tuple[str, ...], str | None]]:
    """Each finding as kind, ids of the records, ids of the rows, matched by."""
    return {
        (
            finding.kind.value,
            tuple(each.id for each in finding.records),
            tuple(each.id for each in finding.rows),
            finding.matched_by,
        )
        for finding in result.findings
    }


def test_a_key_pairs_what_says_the_same_and_what_does_not() -> None:
    result = reconcile(
        [record("a", "SC-011", "100.00"), record("b", "SC-014", "6842500.00"), record("c", "SC-031", "5")],
        [
            row("x", "21-0417-011", "100"),
            row("y", "21-0417-014", "6594250.00"),
            row("z", "21-0417-P118", "7"),
        ],
        RULES,
    )

    assert shape(result) == {
        ("match", ("a",), ("x",), "number"),
        ("variance", ("b",), ("y",), "number"),
        ("only_in_procore", ("c",), (), None),
        ("only_outside", (), ("z",), None),
    }
    variances = {finding.kind: finding.entries[0].variance for finding in result.findings}
    assert variances == {
        FindingKind.MATCH: Decimal(0),
        FindingKind.VARIANCE: Decimal("-248250.00"),
        FindingKind.ONLY_IN_PROCORE: Decimal(-5),
        FindingKind.ONLY_OUTSIDE: Decimal(7),
    }


def test_rules_are_tried_in_order_and_the_first_that_matches_is_named() -> None:
    result = reconcile(
        [record("a", "SC-1", title="Steel"), record("b", None, title="GLASS")],
        [row("x", "PO-01", title="Other"), row("y", None, title="Glass")],
        RULES,
    )

    assert {finding.matched_by for finding in result.findings} == {"number", "name"}


def test_a_key_that_several_rows_share_is_listed_and_not_guessed() -> None:
    result = reconcile([record("a", "SC-7", "1")], [row("x", "A-7", "1"), row("y", "B-7", "2")], RULES)

    assert shape(result) == {("ambiguous", ("a",), ("x", "y"), "number")}
    assert result.findings[0].compared == ()
    assert result.matched == {}


def test_a_key_that_several_records_share_is_listed_and_not_guessed() -> None:
    result = reconcile([record("a", "SC-7"), record("b", "PO-7")], [row("x", "7")], RULES)

    assert shape(result) == {("ambiguous", ("a", "b"), ("x",), "number")}
    assert result.findings[0].record is None


def test_what_one_rule_found_ambiguous_a_later_rule_does_not_decide() -> None:
    result = reconcile(
        [record("a", "SC-7", title="Steel")],
        [row("x", "A-7", title="Steel"), row("y", "B-7", title="Glass")],
        RULES,
    )

    assert [finding.kind for finding in result.findings] == [FindingKind.AMBIGUOUS]


def test_records_that_share_a_key_no_row_has_are_only_in_procore() -> None:
    result = reconcile([record("a", "SC-7"), record("b", "PO-7")], [], RULES)

    assert [finding.kind for finding in result.findings] == [FindingKind.ONLY_IN_PROCORE] * 2


@pytest.mark.parametrize("nothing", [None, "", "   ", "---"])
def test_a_key_without_content_matches_nothing(nothing: str | None) -> None:
    result = reconcile([record("a", nothing)], [row("x", nothing)], RULES)

    assert {finding.kind for finding in result.findings} == {
        FindingKind.ONLY_IN_PROCORE,
        FindingKind.ONLY_OUTSIDE,
    }


def test_every_pair_of_a_rule_must_be_equal() -> None:
    rules = Rules(
        (KeyRule("both", (KeyPair("number", "ref"), KeyPair("title", "title"))),),
        RULES.comparisons,
        "committed",
    )

    result = reconcile(
        [record("a", "7", title="Steel"), record("b", "8", title="Steel"), record("c", "9")],
        [row("x", "7", title="Steel"), row("y", "8", title="Glass"), row("z", "9")],
        rules,
    )

    assert [each for each in shape(result) if each[0] == "variance"] == []
    assert ("match", ("a",), ("x",), "both") in shape(result)
    assert len(result.findings) == 5


def test_fields_compose_one_code_and_all_of_them_are_needed() -> None:
    segments = (Normalizer.SEGMENTS, Normalizer.LEADING_ZEROS)
    rules = Rules(
        (KeyRule("code", (KeyPair("wbs", ("phase", "code"), segments, segments),)),),
        RULES.comparisons,
        "committed",
    )

    result = reconcile(
        [Item("a", {"wbs": "01.510"}), Item("b", {"wbs": "02"})],
        [Item("x", {"phase": "1", "code": Decimal(510)}), Item("y", {"phase": "2", "code": None})],
        rules,
    )

    assert ("variance", ("a",), ("x",), "code") not in shape(result)
    assert ("match", ("a",), ("x",), "code") in shape(result)
    assert ("only_outside", (), ("y",), None) in shape(result)


def test_a_link_wins_over_a_key_and_leaves_the_key_to_the_others() -> None:
    result = reconcile(
        [record("a", "SC-7"), record("b", "SC-8")],
        [row("x", "7"), row("y", "8")],
        RULES,
        links=[Link("a", "y")],
    )

    assert shape(result) == {
        ("match", ("a",), ("y",), BY_LINK),
        ("only_in_procore", ("b",), (), None),
        ("only_outside", (), ("x",), None),
    }


def test_a_link_decides_an_ambiguous_key() -> None:
    result = reconcile(
        [record("a", "SC-7")], [row("x", "A-7"), row("y", "B-7")], RULES, links=[Link("a", "x")]
    )

    assert shape(result) == {("match", ("a",), ("x",), BY_LINK), ("only_outside", (), ("y",), None)}


def test_several_linked_rows_are_summed_and_the_first_by_id_gives_the_text() -> None:
    result = reconcile(
        [record("a", "1", "100.00", "Steel")],
        [row("y", "2", "39.99", "Embeds"), row("x", "3", "60.01", "STEEL")],
        RULES,
        links=[Link("a", "y"), Link("a", "x")],
    )

    (finding,) = result.findings
    committed, title = finding.compared
    assert (finding.kind, [each.id for each in finding.rows]) == (FindingKind.MATCH, ["x", "y"])
    assert (committed.row_value, committed.basis) == (Decimal("100.00"), Basis.SUM_OF_ROWS)
    assert (title.row_value, title.basis) == ("STEEL", Basis.FIRST_OF_ROWS)
    assert finding.entries[0].outside == Decimal("100.00")


def test_a_sum_with_a_missing_part_is_missing_and_in_no_total() -> None:
    result = reconcile(
        [record("a", "1", "100.00")],
        [row("x", "2", "60.00"), row("y", "3", None)],
        RULES,
        links=[Link("a", "x"), Link("a", "y")],
    )

    (finding,) = result.findings
    assert finding.compared[0].verdict is Verdict.MISSING_OUTSIDE
    assert finding.entries[0].variance is None
    assert result.totals == Totals(
        Decimal(0), Decimal(0), records=0, rows=0, omitted={Omission.NO_AMOUNT_OUTSIDE: 1}
    )


def test_a_row_linked_to_a_record_that_is_not_here_is_no_finding_and_in_no_total() -> None:
    result = reconcile([record("a", "7", "1")], [row("x", "7", "50")], RULES, links=[Link("hidden", "x")])

    assert shape(result) == {("only_in_procore", ("a",), (), None)}
    assert [each.id for each in result.linked_elsewhere] == ["x"]
    assert (result.totals.outside, result.totals.rows) == (Decimal(0), 0)


def test_a_link_to_a_row_that_is_gone_is_reported_and_the_key_is_tried() -> None:
    result = reconcile([record("a", "7")], [row("x", "7")], RULES, links=[Link("a", "gone")])

    assert result.broken_links == (Link("a", "gone"),)
    assert shape(result) == {("match", ("a",), ("x",), "number")}


def test_a_rejected_pair_is_not_matched_by_key() -> None:
    result = reconcile([record("a", "7")], [row("x", "7")], RULES, rejected=[Link("a", "x")])

    assert {finding.kind for finding in result.findings} == {
        FindingKind.ONLY_IN_PROCORE,
        FindingKind.ONLY_OUTSIDE,
    }


def test_rejecting_one_of_two_rows_leaves_the_other_as_the_only_one_with_the_key() -> None:
    result = reconcile(
        [record("a", "7")], [row("x", "A-7"), row("y", "B-7")], RULES, rejected=[Link("a", "x")]
    )

    assert shape(result) == {("match", ("a",), ("y",), "number"), ("only_outside", (), ("x",), None)}


def test_rejecting_one_pair_of_a_crowd_leaves_the_crowd_ambiguous() -> None:
    result = reconcile(
        [record("a", "7"), record("b", "07")],
        [row("x", "A-7"), row("y", "B-7")],
        RULES,
        rejected=[Link("a", "x")],
    )

    assert [finding.kind for finding in result.findings] == [FindingKind.AMBIGUOUS]


def test_a_link_wins_over_a_rejection() -> None:
    pair = Link("a", "x")

    result = reconcile([record("a")], [row("x")], RULES, links=[pair], rejected=[pair])

    assert shape(result) == {("match", ("a",), ("x",), BY_LINK)}


def test_a_missing_amount_is_no_zero() -> None:
    result = reconcile([record("a", "7", "0.00")], [row("x", "7", None)], RULES)

    (finding,) = result.findings
    assert finding.kind is FindingKind.VARIANCE
    assert finding.compared[0].verdict is Verdict.MISSING_OUTSIDE
    assert finding.entries[0].variance is None


def test_a_pair_without_an_amount_on_one_side_is_in_the_totals_of_neither() -> None:
    result = reconcile(
        [
            record("a", "1", "10.10"),
            record("b", "2", "0.20"),
            record("c", "3", None),
            record("d", "4", "1.00"),
            record("e", "5", None),
            record("f", "6", None),
        ],
        [
            row("x", "1", "10.10"),
            row("y", "2", "0.30"),
            row("z", "9", "5.55"),
            row("u", "4", None),
            row("v", "5", "7.00"),
            row("w", "6", None),
        ],
        RULES,
    )

    totals = result.totals
    assert (totals.procore, totals.outside, totals.variance) == (
        Decimal("10.30"),
        Decimal("15.95"),
        Decimal("5.65"),
    )
    assert (totals.records, totals.rows) == (2, 3)
    assert totals.omitted == {
        Omission.NO_AMOUNT_IN_PROCORE: 2,
        Omission.NO_AMOUNT_OUTSIDE: 1,
        Omission.NO_AMOUNT: 1,
    }
    variances = [entry.variance for finding in result.findings for entry in finding.entries]
    assert sum(each for each in variances if each is not None) == totals.variance


@pytest.mark.parametrize("odd", ["n/a", True, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999")])
def test_what_is_no_amount_is_counted_and_not_added(odd: Value) -> None:
    result = reconcile([Item("a", {"number": "1", "revised": odd})], [row("x", "1", "5")], RULES)

    assert result.totals.omitted == {Omission.NO_AMOUNT_IN_PROCORE: 1}
    assert result.totals.procore == result.totals.outside == Decimal(0)
    assert [finding.kind for finding in result.findings] == [FindingKind.VARIANCE]


def test_an_id_may_stand_only_once_on_a_side() -> None:
    with pytest.raises(ValueError, match=r"Two rows have the id 'x'\."):
        reconcile([], [row("x"), row("x")], RULES)
    same = record("a")
    with pytest.raises(ValueError, match=r"Two records have the id 'a'\."):
        reconcile([same, same], [], RULES)


def test_a_row_belongs_to_one_record() -> None:
    with pytest.raises(ValueError, match=r"The row 'x' is linked to two records\."):
        reconcile([record("a"), record("b")], [row("x")], RULES, links=[Link("a", "x"), Link("b", "x")])
