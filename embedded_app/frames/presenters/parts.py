"""Pieces that several pages show, as their templates take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """One side in the head of a page, as the macro `source` has it."""

    name: str
    state: str
    read_at: datetime | None
    lags: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that may be of another day, and is written with its date."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Banner:
    """One fact about the whole view. `retry` offers to read again.

    Args:
        sentence: its pieces, when there are times in it.
        reload_at: when the page should refresh by itself.
    """

    title: str
    sentence: str | tuple[str | datetime | Moment, ...]
    tone: str
    icon: str = ""
    role: str = ""
    retry: bool = False
    reload_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """In place of content. `action` is a link within the frame, `outside` one that opens a tab of its own.

    `explanation` is for administrators alone: what stands in the way, a sentence each.
    """

    title: str
    sentence: str
    icon: str
    tone: str = ""
    action: str = ""
    action_href: str = ""
    outside: str = ""
    outside_href: str = ""
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A tab or a chip; `count` as their macros take it."""

    text: str
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge; `kind` as its macro has it."""

    text: str
    tone: str = ""
    icon: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands in a difference cell: an amount with a state of the macro `variance_badge`, or plain words.

    Words with the state "differs" are a reason to look.
    """

    text: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of a pair. `owner` is the name of the system that owns it."""

    label: str
    procore: str
    outside: str
    is_number: bool
    differs: bool
    difference: Difference
    owner: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for or against a candidate; `tone` "ok" or "warn"."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """A proposed pair. `record` and `row_id` are what its form sends."""

    title: str
    party: str
    amount: str
    confidence: str
    percent: int
    reasons: tuple[Reason, ...]
    is_best: bool
    record: str
    row_id: str


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A row that belongs to a record. `how`: by whom or by which rule, ending in `at` if a person did it.

    `amount` is what it adds to the row's side of the panel's total.
    """

    title: str
    amount: str
    row_id: str
    how: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of which somebody said that it does not belong to the record."""

    title: str
    row_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FormFields:
    """The hidden fields of a form about a pair, all but the pair itself, so that the same view comes back."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
