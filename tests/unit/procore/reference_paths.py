"""The paths and methods that docs/platform-reference.md describes, read from its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_TEXT = (Path(__file__).parents[3] / "docs" / "platform-reference.md").read_text()
_VERBS = "GET|POST|PATCH|PUT|DELETE"
_CALL = re.compile(rf"`(?:((?:{_VERBS})(?:/(?:{_VERBS}))*) )?((?:\.\.\.)?/[^`]*)`(?: \(also (\w+)\))?")
_PLACE = re.compile(r"\{[^{}]*\}")

Documented = set[tuple[str, str]]
"""Methods with paths; every id in a path is ``{}``."""


def section(number: str) -> str:
    """The text of one section."""
    found = re.search(
        rf"^#{{2,3}} {re.escape(number)}\.? .*?(?=^#{{1,3}} |\Z)", _TEXT, re.MULTILINE | re.DOTALL
    )
    assert found, f"The reference has no section {number}."
    return found[0]


def documented(number: str) -> Documented:
    """What one section describes."""
    reading = _Reading()
    for line in section(number).splitlines():
        reading.line(line)
    return reading.found


def normalised(template: str) -> str:
    """A path with ``{}`` for every id."""
    return _PLACE.sub("{}", template)


@dataclass
class _Reading:
    """How far a section was read: the whole paths of its current table, and what was found so far.

    A path that begins with ``...`` or with its end is a continuation of one before it.
    """

    bases: list[str] = field(default_factory=list)
    found: Documented = field(default_factory=set)

    def line(self, text: str) -> None:
        if text.startswith("|---"):
            self.bases.clear()
        verbs = "GET"
        for named, path, other in _CALL.findall(text):
            if path.startswith(
                "/rest/"
            ):  # the verbs before a whole path count for the whole paths after it, too
                verbs = named or verbs
            for whole in self._whole(path.split("?")[0].strip()):
                self._add(named or verbs, whole)
                if other:
                    self._add(named or verbs, whole.replace("work_order_contracts", other))

        if "... same |" in text:  # everything that the path of the line before has
            before, this = map(normalised, (path.split("?")[0] for path in self.bases[-2:]))
            same = {
                (verb, this + path.removeprefix(before))
                for verb, path in self.found
                if path.startswith(before)
            }
            self.found |= same

    def _add(self, verbs: str, path: str) -> None:
        self.found |= {(verb, normalised(path)) for verb in verbs.split("/")}

    def _whole(self, path: str) -> list[str]:
        """The paths that one mention stands for."""
        if either := re.fullmatch(r"/rest/(\S+) or (v[\d.]+)(/.*)", path):
            return [f"/rest/{version}{either[3]}" for version in either.groups()[:2]]
        if optional := re.fullmatch(r"(.*)\[(/.*)\]", path):
            return [*self._whole(optional[1]), *self._whole(optional[1] + optional[2])]
        if path.startswith("/rest/"):
            self.bases.append(path)
            return [path]
        if path.startswith("/"):
            return [self.bases[-1] + path] if self.bases else []
        end = path.removeprefix("...")
        first = f"/{end.split('/')[1]}"
        heads = {base.partition(first)[0] for base in self.bases if first in base} or set(self.bases)
        return [head + end for head in heads]
