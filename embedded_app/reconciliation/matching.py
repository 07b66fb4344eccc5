"""Which row belongs to which record: first what people linked, then each key rule in turn, and never a guess.

One pass over each side for each rule, joined through a dictionary.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from embedded_app.reconciliation.normalizers import Normalizer, chain
from embedded_app.reconciliation.rules import BY_LINK, Fields, KeyRule
from embedded_app.reconciliation.values import Item, Link, Value

Key = Hashable
KeyOf = Callable[[Mapping[str, Value]], Key | None]
"""From an item's values to its normalised key; `None` if a part of it is missing."""
Sides = tuple[Sequence[Item], Sequence[Item]]
"""The records and the rows that share a key."""
Refusals = tuple[Mapping[str, set[str]], Mapping[str, set[str]]]
"""For each record the rows that are not its own, and for each row the records."""


@dataclass(slots=True)
class Group:
    """What stands in one finding: a record with its rows, an item alone, or all that share an ambiguous key.

    `matched_by` is the key rule's name, `BY_LINK`, or `None` for an item alone.
    """

    records: tuple[Item, ...]
    rows: tuple[Item, ...]
    matched_by: str | None
    is_ambiguous: bool = False


@dataclass(slots=True)
class Matching:
    """Where every item went: each record, and each row, is in exactly one place.

    Attributes:
        groups: linked first, then by key rule, then records alone, then rows alone.
        linked_elsewhere: rows linked to a record that was not given.
        broken_links: links of a given record to a row that was not given.
    """

    groups: list[Group]
    linked_elsewhere: list[Item]
    broken_links: list[Link]


def match(
    records: Sequence[Item],
    rows: Sequence[Item],
    key_rules: Sequence[KeyRule],
    links: Collection[Link],
    rejected: Collection[Link],
) -> Matching:
    """Pair up both sides. See `reconcile` for the arguments and what is raised."""
    free_records, free_rows = _by_id(records, "record"), _by_id(rows, "row")
    matching = _take_linked(free_records, free_rows, links)
    refused = _refusals(rejected)
    for rule in key_rules:
        for group in _sharing_a_key(rule, free_records.values(), free_rows.values(), refused):
            matching.groups.append(group)
            for record in group.records:
                del free_records[record.id]
            for row in group.rows:
                del free_rows[row.id]
    matching.groups += [Group((record,), (), None) for record in free_records.values()]
    matching.groups += [Group((), (row,), None) for row in free_rows.values()]
    return matching


def _sharing_a_key(
    rule: KeyRule, records: Iterable[Item], rows: Iterable[Item], refused: Refusals | None
) -> list[Group]:
    record_at, crowded_records = _by_key(records, record_key_of(rule))
    row_at, crowded_rows = _by_key(rows, row_key_of(rule))
    shared: list[Sides] = [
        (crowded_records.get(key) or (record,), crowded_rows.get(key) or (row_at[key],))
        for key, record in record_at.items()
        if key in row_at
    ]
    if refused is not None:
        shared = [_without_refused(*sides, refused) for sides in shared]
    return [
        Group(tuple(inside), tuple(outside), rule.name, len(inside) > 1 or len(outside) > 1)
        for inside, outside in shared
        if inside and outside
    ]


def _by_key(items: Iterable[Item], key_of: KeyOf) -> tuple[dict[Key, Item], dict[Key, list[Item]]]:
    """The first item of each key, and all items of the keys that several share, which are few."""
    first_at: dict[Key, Item] = {}
    crowded: dict[Key, list[Item]] = {}
    for item in items:
        if (key := key_of(item.values)) is None:
            continue
        first = first_at.setdefault(key, item)
        if first is not item:
            crowded.setdefault(key, [first]).append(item)
    return first_at, crowded


def record_key_of(rule: KeyRule) -> KeyOf:
    """How `rule` reads the key of a record."""
    return _composed([(pair.record_field, pair.record_normalizers) for pair in rule.pairs])


def row_key_of(rule: KeyRule) -> KeyOf:
    """How `rule` reads the key of a row."""
    return _composed([(pair.row_field, pair.row_normalizers) for pair in rule.pairs])


def _composed(parts: Sequence[tuple[Fields, Sequence[Normalizer]]]) -> KeyOf:
    readers = [part_reader(fields, normalizers) for fields, normalizers in parts]
    if len(readers) == 1:
        return readers[0]

    def key(values: Mapping[str, Value]) -> Key | None:
        found = tuple(reader(values) for reader in readers)
        return None if None in found else found

    return key


def part_reader(
    fields: Fields, normalizers: Sequence[Normalizer]
) -> Callable[[Mapping[str, Value]], str | None]:
    """How one part of a key is read and normalised; `None` comes back if a field of it is missing."""
    normalize = chain(normalizers)
    if isinstance(fields, str):
        return lambda values: normalize(values.get(fields))
    segment = chain((Normalizer.TRIM,))

    def compose(values: Mapping[str, Value]) -> str | None:
        segments = [text for field in fields if (text := segment(values.get(field))) is not None]
        return normalize("-".join(segments)) if len(segments) == len(fields) else None

    return compose


def _by_id(items: Sequence[Item], side: str) -> dict[str, Item]:
    by_id = {item.id: item for item in items}
    if len(by_id) < len(items):
        repeated, _ = Counter(item.id for item in items).most_common(1)[0]
        raise ValueError(f"Two {side}s have the id {repeated!r}.")
    return by_id


def _take_linked(records: dict[str, Item], rows: dict[str, Item], links: Collection[Link]) -> Matching:
    """Take what people linked out of `records` and `rows`."""
    record_of: dict[str, str] = {}
    for link in links:
        if record_of.setdefault(link.row_id, link.record_id) != link.record_id:
            raise ValueError(f"The row {link.row_id!r} is linked to two records.")
    linked: dict[str, list[Item]] = defaultdict(list)
    elsewhere, broken = [], []
    for row_id, record_id in sorted(
        record_of.items()
    ):  # so that the first of several rows is always the same
        row = rows.pop(row_id, None)
        if row is None:
            if record_id in records:
                broken.append(Link(record_id, row_id))
        elif record_id in records:
            linked[record_id].append(row)
        else:
            elsewhere.append(row)
    groups = [Group((records.pop(id_),), tuple(rows_), BY_LINK) for id_, rows_ in linked.items()]
    return Matching(groups, elsewhere, broken)


def _refusals(rejected: Collection[Link]) -> Refusals | None:
    if not rejected:
        return None
    of_record: dict[str, set[str]] = defaultdict(set)
    of_row: dict[str, set[str]] = defaultdict(set)
    for pair in rejected:
        of_record[pair.record_id].add(pair.row_id)
        of_row[pair.row_id].add(pair.record_id)
    return of_record, of_row


def _without_refused(records: Sequence[Item], rows: Sequence[Item], refused: Refusals) -> Sides:
    """The sharers of a key without those of which a person said that nothing on the other side is theirs."""
    of_record, of_row = refused
    if not any(record.id in of_record for record in records):
        return records, rows
    record_ids, row_ids = {record.id for record in records}, {row.id for row in rows}
    return (
        [record for record in records if not row_ids <= of_record.get(record.id, frozenset())],
        [row for row in rows if not record_ids <= of_row.get(row.id, frozenset())],
    )
