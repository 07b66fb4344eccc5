"""Making two spellings of one thing equal, in steps that a person chooses and can read.

A chain of normalizers is applied in the order given. Two values are equal if their normal forms are equal and
not empty: a form with nothing left says nothing, and nothing never equals nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache

from embedded_app.reconciliation.values import Value, text_of


class Normalizer(StrEnum):
    """One step. docs/reconciliation.md shows each with an example; a test holds that page to this list."""

    TRIM = "trim"
    """Spaces at both ends go; several inside become one."""
    UNICODE = "unicode"
    """Accents go, typographic dashes and quotes become plain, full-width signs become ordinary ones."""
    CASE = "case"
    """Capitals become small letters; ß becomes ss."""
    PUNCTUATION = "punctuation"
    """Everything but letters, digits and spaces goes; ``&`` is read as "and"."""
    SPACES = "spaces"
    """All spaces go."""
    LEADING_ZEROS = "leading_zeros"
    """Zeros at the head of every run of digits go; a lone zero stays."""
    DIGITS = "digits"
    """Only the digits 0–9 stay."""
    SEGMENTS = "segments"
    """Whatever separates the segments of a code becomes one hyphen."""
    LAST_SEGMENT = "last_segment"
    """Only what follows the last separator stays."""
    COMPANY_SUFFIX = "company_suffix"
    """Legal forms at the end of a name go: Inc., LLC, Co., GmbH & Co. KG. One word always stays."""


Normalize = Callable[[Value], str | None]
"""From a value to its normal form; `None` if nothing is left."""

_SEPARATORS = re.compile(r"[\W_]+")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_SPACES = re.compile(r"\s+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_NO_DIGITS = re.compile(r"[^0-9]+")
_PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("‘’‚‛′", "'") | dict.fromkeys("“”„‟″", '"')
)
_LEGAL_FORMS = frozenset(
    {"inc", "incorporated", "corp", "corporation", "co", "company", "llc", "pllc", "pc"}
    | {"lp", "llp", "lllp", "ltd", "limited", "plc", "ulc", "pty"}
    | {"gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "se"}
    | {"sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "as", "asa", "aps", "oy", "oyj"}
)


def _trim(text: str) -> str:
    return " ".join(text.split())


def _unicode(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN_SIGNS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _punctuation(text: str) -> str:
    if "&" in text:
        text = text.replace("&", " and ")
    return _trim(_PUNCTUATION.sub("", text))


def _segments(text: str) -> str:
    return _SEPARATORS.sub("-", text).strip("-")


def _company_suffix(text: str) -> str:
    words = text.split()
    while len(words) > 1 and (_is_legal_form(words[-1]) or _joins_legal_forms(words)):
        words.pop()
    return " ".join(words).rstrip(" ,")


def _is_legal_form(word: str) -> bool:
    return _SEPARATORS.sub("", word).casefold() in _LEGAL_FORMS


def _joins_legal_forms(words: list[str]) -> bool:
    """Whether the last word is the "&" that stays behind when "Co. KG" has gone from "GmbH & Co. KG"."""
    return words[-1].casefold() in {"&", "and", "und"} and _is_legal_form(words[-2])


_STEPS: dict[Normalizer, Callable[[str], str]] = {
    Normalizer.TRIM: _trim,
    Normalizer.UNICODE: _unicode,
    Normalizer.CASE: str.casefold,
    Normalizer.PUNCTUATION: _punctuation,
    Normalizer.SPACES: lambda text: _SPACES.sub("", text),
    Normalizer.LEADING_ZEROS: lambda text: _LEADING_ZEROS.sub("", text),
    Normalizer.DIGITS: lambda text: _NO_DIGITS.sub("", text),
    Normalizer.SEGMENTS: _segments,
    Normalizer.LAST_SEGMENT: lambda text: _segments(text).rpartition("-")[2],
    Normalizer.COMPANY_SUFFIX: _company_suffix,
}


def chain(normalizers: Iterable[Normalizer], *, remember: bool = False) -> Normalize:
    """One function that applies `normalizers` in order.

    Args:
        normalizers: none leaves the text as it is.
        remember: keep the normal form of every text seen, for as long as the function lives; worth it where
            the same texts come often, as names of vendors do.
    """
    steps = tuple(_STEPS[normalizer] for normalizer in normalizers)

    def normal_form(text: str) -> str | None:
        for step in steps:
            text = step(text)
        return text if text and not text.isspace() else None

    known_form = cache(normal_form) if remember else normal_form

    def normalize(value: Value) -> str | None:
        text = value if type(value) is str else text_of(value)
        return None if text is None else known_form(text)

    return normalize
