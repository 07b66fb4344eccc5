"""The reconciliation engine: values in, findings out. No input, no output, no clock, no guess.

`reconcile` matches two lists, compares what matches and adds it up; `Proposer` says what might belong together;
`preview` says how well rules fit. docs/reconciliation.md holds the rules as a cost engineer reads them.
"""

from embedded_app.reconciliation.candidates import Candidate, Proposer, Reason, ReasonKind
from embedded_app.reconciliation.comparing import Basis, Compared, Verdict
from embedded_app.reconciliation.currencies import UNKNOWN, agree, currency_named, narrowed
from embedded_app.reconciliation.engine import (
    Entry,
    Finding,
    FindingKind,
    Omission,
    Reconciliation,
    Totals,
    add_up,
    reconcile,
)
from embedded_app.reconciliation.normalizers import Normalizer, chain
from embedded_app.reconciliation.preview import MatchRate, UnmatchedKey, preview
from embedded_app.reconciliation.rules import BY_LINK, Comparison, KeyPair, KeyRule, Rules
from embedded_app.reconciliation.values import FieldKind, Item, Link, Value, amount, is_missing, text_of

__all__ = [
    "BY_LINK",
    "UNKNOWN",
    "Basis",
    "Candidate",
    "Compared",
    "Comparison",
    "Entry",
    "FieldKind",
    "Finding",
    "FindingKind",
    "Item",
    "KeyPair",
    "KeyRule",
    "Link",
    "MatchRate",
    "Normalizer",
    "Omission",
    "Proposer",
    "Reason",
    "ReasonKind",
    "Reconciliation",
    "Rules",
    "Totals",
    "UnmatchedKey",
    "Value",
    "Verdict",
    "add_up",
    "agree",
    "amount",
    "chain",
    "currency_named",
    "is_missing",
    "narrowed",
    "preview",
    "reconcile",
    "text_of",
]
