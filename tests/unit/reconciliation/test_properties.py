"""What holds for every reconciliation, whatever the records, the rows and what people decided."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_app.reconciliation import (
    BY_LINK,
    Comparison,
    FieldKind,
    Finding,
    FindingKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Normalizer,
    Reconciliation,
    Rules,
    Verdict,
    add_up,
    chain,
    preview,
    reconcile,
)

_CHAIN = (Normalizer.TRIM, Normalizer.CASE, Normalizer.LEADING_ZEROS)
RULES = Rules(
    key_rules=(
        KeyRule("number", (KeyPair("number", "number", _CHAIN, _CHAIN),)),
        KeyRule("vendor and title", (KeyPair("vendor", "vendor"), KeyPair("title", "title"))),
    ),
    comparisons=(
        Comparison("amount", "Amount", "amount", "amount", FieldKind.MONEY, Decimal("0.05")),
        Comparison("title", "Title", "title", "title", FieldKind.TEXT),
    ),
    total="amount",
)

_AMOUNTS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40
) | st.decimals(places=2, min_value=-100, max_value=100)
_ITEM_VALUES = st.fixed_dictionaries(
    {
        "number": st.sampled_from([None, "", "1", "01", "2", "3 ", "a", "A"]),
        "vendor": st.sampled_from([None, "Acme", "Best"]),
        "title": st.sampled_from([None, "Steel", "Glass"]),
        "amount": st.none() | _AMOUNTS,
    }
)


@dataclass(frozen=True)
class World:
    records: list[Item]
    rows: list[Item]
    links: list[Link]
    rejected: list[Link]

    def reconcile(self) -> Reconciliation:
        return reconcile(self.records, self.rows, RULES, links=self.links, rejected=self.rejected)


@st.composite
def worlds(draw: st.DrawFn, *, several_rows: bool = True, currencies: bool = False) -> World:
    codes = st.sampled_from([None, "USD", "CAD"]) if currencies else st.none()
    of_records = draw(codes)
    records = [
        Item(f"r{n}", values, of_records) for n, values in enumerate(draw(st.lists(_ITEM_VALUES, max_size=8)))
    ]
    rows = [
        Item(f"w{n}", values, draw(codes))
        for n, values in enumerate(draw(st.lists(_ITEM_VALUES, max_size=8)))
    ]
    record_ids = st.sampled_from([*(each.id for each in records), "r-gone"])
    row_ids = st.sampled_from([*(each.id for each in rows), "w-gone"])
    unique = (_row_of, _row_of if several_rows else _record_of)
    pairs = st.builds(Link, record_ids, row_ids)
    links = draw(st.lists(pairs, max_size=4, unique_by=unique))
    return World(records, rows, links, draw(st.lists(pairs, max_size=4)))


def _row_of(link: Link) -> str:
    return link.row_id


def _record_of(link: Link) -> str:
    return link.record_id


def _shape(finding: Finding) -> tuple[FindingKind, frozenset[str], frozenset[str], str | None]:
    return (
        finding.kind,
        frozenset(record.id for record in finding.records),
        frozenset(row.id for row in finding.rows),
        finding.matched_by,
    )


@given(worlds())
def test_every_record_and_every_row_is_in_exactly_one_place(world: World) -> None:
    result = world.reconcile()

    records = Counter(record.id for finding in result.findings for record in finding.records)
    rows = Counter(row.id for finding in result.findings for row in finding.rows)
    rows.update(row.id for row in result.linked_elsewhere)
    assert records == Counter(record.id for record in world.records)
    assert rows == Counter(row.id for row in world.rows)


@given(worlds())
def test_without_unpaired_rows_the_pairs_stand_as_they_do_and_nothing_tells_of_the_rest(world: World) -> None:
    whole = world.reconcile()
    part = reconcile(
        world.records,
        world.rows,
        RULES,
        links=world.links,
        rejected=world.rejected,
        with_unpaired_rows=False,
    )
    paired = {FindingKind.MATCH, FindingKind.VARIANCE}
    assert [_shape(each) for each in part.findings if each.kind in paired] == [
        _shape(each) for each in whole.findings if each.kind in paired
    ]
    assert [(each.kind, each.records) for each in part.findings] == [
        (each.kind, each.records) for each in whole.findings if each.records
    ]
    assert all(each.kind in paired for each in part.findings if each.rows)
    assert part.linked_elsewhere == ()
    # As if the other rows were not in the source at all: no count and no total depends on them.
    shown = [row for row in world.rows if row.id in whole.matched]
    assert sum(len(each.rows) for each in part.findings) == len(shown)
    of_pairs = add_up(entry for each in whole.findings if each.kind in paired for entry in each.entries)
    assert (part.totals.outside, part.totals.rows) == (of_pairs.outside, of_pairs.rows)


@given(worlds(currencies=True))
def test_totals_are_exact_and_leave_nothing_out_silently(world: World) -> None:
    result = world.reconcile()
    entries = [entry for finding in result.findings for entry in finding.entries]
    elsewhere = {row.id for row in result.linked_elsewhere}

    assert Counter(entry.record.id for entry in entries if entry.record) == Counter(
        r.id for r in world.records
    )
    assert Counter(row.id for entry in entries for row in entry.rows) == Counter(
        row.id for row in world.rows if row.id not in elsewhere
    )
    counted = [entry for entry in entries if entry.omission is None]
    assert sum(result.totals.omitted.values()) == len(entries) - len(counted)
    assert Fraction(result.totals.procore) == sum(Fraction(entry.procore or 0) for entry in counted)
    assert Fraction(result.totals.outside) == sum(Fraction(entry.outside or 0) for entry in counted)
    assert Fraction(result.totals.variance) == sum(Fraction(entry.variance or 0) for entry in entries)
    for entry in entries:
        assert (entry.variance is None) == (entry.omission is not None)


@given(worlds(currencies=True))
def test_what_is_added_is_there_and_in_one_currency(world: World) -> None:
    result = world.reconcile()
    for finding in result.findings:
        for entry in finding.entries:
            items = [*([entry.record] if entry.record else []), *entry.rows]
            stated = {each.currency for each in items if each.currency is not None}
            if entry.omission is None:
                assert all(each.values["amount"] is not None for each in items)
                assert len(stated) <= 1
                if not entry.record and result.currency is not None:
                    assert stated <= {result.currency}
            for compared in finding.compared:
                if compared.difference is not None:
                    assert len(stated) <= 1


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_changes_nothing(world: World, shuffler: random.Random) -> None:
    def shuffled(items: list[Any]) -> list[Any]:
        return shuffler.sample(items, len(items))

    other = World(*(shuffled(items) for items in (world.records, world.rows, world.links, world.rejected)))

    first, second = world.reconcile(), other.reconcile()

    assert {_shape(each) for each in first.findings} == {_shape(each) for each in second.findings}
    assert first.totals == second.totals
    assert {_shape(each): each.compared for each in first.findings} == {
        _shape(each): each.compared for each in second.findings
    }


@given(worlds(several_rows=False))
def test_the_two_sides_may_change_places(world: World) -> None:
    def turned(links: list[Link]) -> list[Link]:
        return [
            Link(link.row_id, link.record_id) for link in links if "gone" not in link.record_id + link.row_id
        ]

    there = World(
        world.records,
        world.rows,
        [Link(link.row_id, link.record_id) for link in turned(world.links)],
        [Link(link.row_id, link.record_id) for link in turned(world.rejected)],
    ).reconcile()
    back = World(world.rows, world.records, turned(world.links), turned(world.rejected)).reconcile()

    mirrored = {
        FindingKind.ONLY_IN_PROCORE: FindingKind.ONLY_OUTSIDE,
        FindingKind.ONLY_OUTSIDE: FindingKind.ONLY_IN_PROCORE,
    }
    assert {_shape(each) for each in there.findings} == {
        (mirrored.get(kind, kind), rows, records, matched_by)
        for kind, records, rows, matched_by in map(_shape, back.findings)
    }
    assert there.totals.variance == back.totals.variance.copy_negate()


@given(worlds())
def test_every_match_has_a_link_or_an_equal_key_that_nobody_else_free_shares(world: World) -> None:
    result = world.reconcile()
    links = {(link.record_id, link.row_id) for link in world.links}
    rejected = {(link.record_id, link.row_id) for link in world.rejected}
    number = chain(_CHAIN)

    for finding in result.findings:
        if finding.kind not in (FindingKind.MATCH, FindingKind.VARIANCE):
            continue
        (record,) = finding.records
        for row in finding.rows:
            if finding.matched_by == BY_LINK:
                assert (record.id, row.id) in links
                continue
            assert (record.id, row.id) not in rejected
            if finding.matched_by == "number":
                assert number(record.values["number"]) == number(row.values["number"]) is not None
            else:
                assert record.values["vendor"] == row.values["vendor"] is not None
                assert record.values["title"] == row.values["title"] is not None


@given(worlds())
def test_a_finding_matches_only_if_nothing_differs(world: World) -> None:
    for finding in world.reconcile().findings:
        verdicts = {compared.verdict for compared in finding.compared}
        if finding.kind is FindingKind.MATCH:
            assert verdicts <= {Verdict.SAME, Verdict.SAME_AFTER_NORMALISING, Verdict.WITHIN_TOLERANCE}
        if any(finding.kind is kind for kind in (FindingKind.ONLY_IN_PROCORE, FindingKind.ONLY_OUTSIDE)):
            assert not verdicts
            assert finding.matched_by is None


@given(worlds())
def test_the_preview_counts_what_reconcile_finds(world: World) -> None:
    rate = preview(world.records, world.rows, RULES, world.links, world.rejected)
    result = world.reconcile()

    assert rate.matched == sum(
        finding.kind in (FindingKind.MATCH, FindingKind.VARIANCE) for finding in result.findings
    )
    assert rate.matched + rate.ambiguous_records + len(rate.unmatched_records) == rate.records
    assert rate.percent is None or (rate.percent == 100) == (rate.matched == rate.records)


@settings(max_examples=5)
@given(st.integers(1, 2**32))
def test_ten_thousand_pairs_add_up_to_the_cent(seed: int) -> None:
    inside = [seed * n * 2_654_435_761 % 10**11 - 10**10 for n in range(10_000)]
    outside = [cents + seed * n % 3 for n, cents in enumerate(inside)]

    def items(side: str, cents: list[int]) -> list[Item]:
        return [
            Item(f"{side}{n}", {"number": str(n), "amount": Decimal(each).scaleb(-2)})
            for n, each in enumerate(cents)
        ]

    result = reconcile(items("r", inside), items("w", outside), RULES)

    assert result.totals.procore == Decimal(sum(inside)).scaleb(-2)
    assert result.totals.outside == Decimal(sum(outside)).scaleb(-2)
    assert len(result.matched) == 10_000
