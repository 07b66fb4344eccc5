"""What an administrator learns about rules before publishing them."""

from __future__ import annotations

from decimal import Decimal

from embedded_app.reconciliation import (
    Comparison,
    FieldKind,
    Item,
    KeyPair,
    KeyRule,
    Link,
    Normalizer,
    Rules,
    UnmatchedKey,
    preview,
)

_END = (Normalizer.LAST_SEGMENT, Normalizer.LEADING_ZEROS)
RULES = Rules(
    key_rules=(
        KeyRule("number", (KeyPair("number", "ref", _END, _END),)),
        KeyRule("vendor and title", (KeyPair("vendor", "vendor"), KeyPair("title", "title"))),
    ),
    comparisons=(
        Comparison("committed", "Committed", "amount", "amount", FieldKind.MONEY),
        Comparison("title", "Title", "title", "title", FieldKind.TEXT),
    ),
    total="committed",
)


def test_the_match_rate_says_how_and_what_not() -> None:
    records = [
        Item("a", {"number": "SC-011", "amount": Decimal(1), "title": "Steel"}),
        Item("b", {"number": "SC-012", "amount": Decimal(2), "title": "Glass"}),
        Item("c", {"number": "SC-013"}),
        Item("d", {"number": "SC-014"}),
        Item("e", {"number": "SC-031", "vendor": "Harlan", "title": "Gas"}),
        Item("f", {"number": None, "vendor": "Acme", "title": "Doors"}),
    ]
    rows = [
        Item("u", {"ref": "21-011", "amount": Decimal(1), "title": "Steel"}),
        Item("v", {"ref": "21-012", "amount": Decimal(3), "title": "Glass"}),
        Item("w", {"ref": "X"}),
        Item("x", {"ref": "21-014"}),
        Item("y", {"ref": "22-014"}),
        Item("z", {"ref": "21-P118", "vendor": "Brightline", "title": None}),
        Item("f2", {"vendor": "Acme", "title": "Doors"}),
    ]

    rate = preview(records, rows, RULES, [Link("c", "w")])

    assert (rate.records, rate.rows, rate.matched, rate.percent) == (6, 7, 4, 66)
    assert (rate.by_link, rate.by_key) == (1, {"number": 2, "vendor and title": 1})
    assert (rate.ambiguous_records, rate.ambiguous_rows) == (1, 2)
    assert rate.unmatched_records == (UnmatchedKey(records[4], ("31", "Harlan + Gas")),)
    assert rate.unmatched_rows == (UnmatchedKey(rows[5], ("P118", None)),)
    assert rate.agreeing == {"committed": 3, "title": 4}


def test_without_records_there_is_no_rate() -> None:
    assert preview([], [Item("x", {"ref": "1"})], RULES).percent is None
