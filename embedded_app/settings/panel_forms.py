"""Between the panel editor's HTML form and `PanelForm`: numbered lines, of which empty ones do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from embedded_app.panels.forms import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.reconciliation import Normalizer

_LINE = re.compile(r"(keys|comparisons|record_columns|row_columns)\.(\d{1,3})\.[a-z_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preset:
    """A chain of normalizers under the words that an administrator chooses it by."""

    chain: tuple[Normalizer, ...]
    label: str

    @property
    def value(self) -> str:
        return ",".join(self.chain)


PRESETS = (
    Preset((Normalizer.TRIM,), "As written"),
    Preset(
        (
            Normalizer.UNICODE,
            Normalizer.CASE,
            Normalizer.PUNCTUATION,
            Normalizer.SPACES,
            Normalizer.LEADING_ZEROS,
        ),
        "Letters and digits, without leading zeros",
    ),
    Preset((Normalizer.DIGITS, Normalizer.LEADING_ZEROS), "Digits only"),
    Preset(
        (
            Normalizer.UNICODE,
            Normalizer.CASE,
            Normalizer.SEGMENTS,
            Normalizer.LAST_SEGMENT,
            Normalizer.LEADING_ZEROS,
        ),
        "Last segment, without leading zeros",
    ),
    Preset(
        (Normalizer.LAST_SEGMENT, Normalizer.DIGITS, Normalizer.LEADING_ZEROS),
        "Digits of the last segment, without leading zeros",
    ),
    Preset((Normalizer.UNICODE, Normalizer.CASE, Normalizer.SEGMENTS), "Code, separators alike"),
    Preset(
        (Normalizer.UNICODE, Normalizer.CASE, Normalizer.PUNCTUATION, Normalizer.COMPANY_SUFFIX),
        "Company name, without its legal form",
    ),
)


def preset_options(chain: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The presets as options of a select; a chain that is none of them stays choosable under its steps' names."""
    options = tuple((preset.value, preset.label) for preset in PRESETS)
    value = ",".join(chain)
    if any(value == known for known, _ in options):
        return options
    return (*options, (value, ", ".join(step.replace("_", " ") for step in chain)))


def read_form(form: Mapping[str, str]) -> PanelForm:
    """What was sent; `PanelEditor` checks it. Lines without their first field do not count."""
    return PanelForm(
        name=form.get("name", ""),
        family=form.get("family", ""),
        source_id=form.get("source_id", ""),
        job_column=form.get("job_column", ""),
        reference=form.get("reference", ""),
        title=form.get("title", ""),
        party=form.get("party", ""),
        keys=tuple(
            KeyLine(
                rule=line.get("rule", ""),
                record_field=line["record_field"],
                column=line.get("column", ""),
                record_normalizers=_chain(line.get("record_normalizers", "")),
                row_normalizers=_chain(line.get("row_normalizers", "")),
            )
            for line in _lines(form, "keys", "record_field")
        ),
        comparisons=tuple(
            ComparisonLine(
                record_field=line["record_field"],
                column=line.get("column", ""),
                label=line.get("label", ""),
                tolerance=line.get("tolerance", ""),
                status_map=line.get("status_map", ""),
                audience=line.get("audience", "readers"),
            )
            for line in _lines(form, "comparisons", "record_field")
        ),
        total=form.get("total", ""),
        record_columns=_columns(form, "record_columns"),
        row_columns=_columns(form, "row_columns"),
        audience=form.get("audience", ""),
        unmatched_audience=form.get("unmatched_audience", ""),
        link_audience=form.get("link_audience", ""),
        owner=form.get("owner", ""),
        currency_column=form.get("currency_column", ""),
        currency=form.get("currency", ""),
    )


def _columns(form: Mapping[str, str], group: str) -> tuple[ColumnLine, ...]:
    return tuple(
        ColumnLine(
            line["field"], line.get("label", ""), line.get("owner", ""), line.get("audience", "readers")
        )
        for line in _lines(form, group, "field")
    )


def _lines(form: Mapping[str, str], group: str, first: str) -> Iterator[Mapping[str, str]]:
    numbers = sorted({int(m[2]) for name in form if (m := _LINE.fullmatch(name)) and m[1] == group})
    for number in numbers:
        prefix = f"{group}.{number}."
        line = {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)}
        if line.get(first):
            yield line


def _chain(value: str) -> tuple[str, ...]:
    return tuple(filter(None, value.split(",")))
