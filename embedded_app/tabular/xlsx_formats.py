"""Which numbers of a workbook are shown as percentages: 10 % is stored as 0.1."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_LITERAL = re.compile(r'"[^"]*(?:"|\Z)|\\.|[_*].')
"""Text in quotes, a sign behind a backslash, and signs for filling up: a percent sign in them is only shown."""
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)", re.ASCII)
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class _Section:
    """One part of a format: for which numbers it is, and whether it shows them as percentages."""

    compare: Callable[[float, float], bool] | None
    limit: float
    is_percent: bool

    def is_for(self, number: float) -> bool:
        return self.compare is None or self.compare(number, self.limit)


@dataclass(frozen=True, slots=True)
class PercentFormat:
    """A format that shows some numbers as percentages."""

    sections: tuple[_Section, ...]

    def shows_percent(self, number: float) -> bool:
        """Whether it does so with this one: a format may have other signs for negative numbers and zero."""
        return next((section.is_percent for section in self.sections if section.is_for(number)), False)


def percent_formats(codes: Iterable[str]) -> Mapping[int, PercentFormat]:
    """By the number of the style, the format of each that may show a percentage; `codes` are in their order."""
    formats = {style: PercentFormat(_sections(code)) for style, code in enumerate(codes) if "%" in code}
    return {
        style: found
        for style, found in formats.items()
        if any(section.is_percent for section in found.sections)
    }


def _sections(code: str) -> tuple[_Section, ...]:
    parts = _LITERAL.sub("", code).split(";")[:3]  # the fourth is for texts
    return tuple(_section(part, at, len(parts)) for at, part in enumerate(parts))


def _section(part: str, at: int, count: int) -> _Section:
    is_percent = "%" in _BRACKETS.sub("", part)
    for bracket in _BRACKETS.findall(part):
        if found := _CONDITION.fullmatch(bracket.strip()):
            return _Section(_OPERATORS[found[1]], float(found[2]), is_percent)
    if at == count - 1:
        return _Section(None, 0, is_percent)
    if at == 0:
        return _Section(operator.ge if count == 2 else operator.gt, 0, is_percent)  # noqa: PLR2004 # parts
    return _Section(operator.lt, 0, is_percent)
