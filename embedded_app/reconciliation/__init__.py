"""The reconciliation engine: values in, findings out. No input, no output, no clock, no guess.

`reconcile` matches two lists, compares what matches and adds it up; `Proposer` says what might belong together;
`preview` says how well rules fit. docs/reconciliation.md holds the rules as a cost engineer reads them.
"""

from embedded_app.reconciliation.candidates import Candidate, Proposer, Reason, ReasonKind
from embedded_app.reconciliation.comparing import Basis, Compared, Verdict
from embedded_app.reconciliation.engine import (
    Finding,
    FindingKind,
    Reconciliation,
    Subtotal,
    Totals,
    reconcile,
)
from embedded_app.reconciliation.normalizers import Normalizer, chain
from embedded_app.reconciliation.preview import MatchRate, UnmatchedKey, preview
from embedded_app.reconciliation.rules import BY_LINK, Comparison, KeyPair, KeyRule, Rules
from embedded_app.reconciliation.values import FieldKind, Item, Link, Value, amount, is_missing, text_of

__all__ = [
    "BY_LINK",
    "Basis",
    "Candidate",
    "Compared",
    "Comparison",
    "FieldKind",
    "Finding",
    "FindingKind",
    "Item",
    "KeyPair",
    "KeyRule",
    "Link",
    "MatchRate",
    "Normalizer",
    "Proposer",
    "Reason",
    "ReasonKind",
    "Reconciliation",
    "Rules",
    "Subtotal",
    "Totals",
    "UnmatchedKey",
    "Value",
    "Verdict",
    "amount",
    "chain",
    "is_missing",
    "preview",
    "reconcile",
    "text_of",
]
