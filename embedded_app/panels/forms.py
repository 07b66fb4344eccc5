"""What an administrator types into the panel editor, before anything of it is believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A pair of fields that must be equal. Lines with the same `rule` hold together; rules are tried in order."""

    rule: str
    record_field: str
    column: str
    record_normalizers: tuple[str, ...] = ("trim",)
    row_normalizers: tuple[str, ...] = ("trim",)


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """Two fields that should say the same.

    `tolerance` is a plain decimal (of days, for dates) or empty for none. `status_map` is one line per status in
    Procore: ``Complete = Closed, Done``. `audience` limits who sees the comparison.
    """

    record_field: str
    column: str
    label: str = ""
    tolerance: str = ""
    status_map: str = ""
    audience: str = "readers"


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the table. An empty label means the field's own; `owner` is "procore", "source" or empty.

    `audience` limits who sees the column.
    """

    field: str
    label: str = ""
    owner: str = ""
    audience: str = "readers"


@dataclass(frozen=True, slots=True)
class PanelForm:
    """The whole editor page.

    Errors name the form's fields as ``name``, ``source_id``, ``keys.0.column``, ``comparisons.2.tolerance``.
    `total` is the record field of the comparison that the tiles add up. Rows without a record, and linking, are
    for those who see every record until somebody chooses otherwise. `currency_column` names the currency of each
    row; `currency` is the code of what states none. Either may be empty.
    """

    name: str
    family: str
    source_id: str
    job_column: str
    reference: str
    keys: tuple[KeyLine, ...]
    comparisons: tuple[ComparisonLine, ...]
    total: str
    record_columns: tuple[ColumnLine, ...] = ()
    row_columns: tuple[ColumnLine, ...] = ()
    title: str = ""
    party: str = ""
    audience: str = "readers"
    unmatched_audience: str = "admins"
    link_audience: str = "admins"
    owner: str = "procore"
    currency_column: str = ""
    currency: str = ""
