"""Making two spellings of one thing equal, in steps that a person chooses and can read.

A chain of normalizers is applied in the order given. Two values are equal if their normal forms are equal and
not empty: a form with nothing left says nothing, and nothing never equals nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum

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


_END_OF_ALPHABETS = 0x2000
"""Signs beyond, of which there are a million, are worked out each time, so that no file can make tables grow."""


class _Signs(dict[int, str]):
    """A table for `str.translate` that works out each sign when it first meets it; faster than a pattern."""

    def __init__(self, *, keep: Callable[[str], bool], instead: str) -> None:
        super().__init__()
        self._keep, self._instead = keep, instead

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        result = sign if self._keep(sign) else self._instead
        if code < _END_OF_ALPHABETS:
            self[code] = result
        return result


_WORDS_ONLY = _Signs(keep=lambda sign: sign.isalnum() or sign.isspace(), instead="")
_LETTERS_AND_DIGITS = _Signs(keep=str.isalnum, instead="")
_SEPARATORS_AS_SPACES = _Signs(keep=str.isalnum, instead=" ")
_DIGITS_ONLY = _Signs(keep="0123456789".__contains__, instead="")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("‘’‚‛′", "'") | dict.fromkeys("“”„‟″", '"')
)
_LEGAL_FORMS = frozenset(
    {"inc", "incorporated", "corp", "corporation", "co", "company", "llc", "pllc", "pc"}
    | {"lp", "llp", "lllp", "ltd", "limited", "plc", "ulc", "pty"}
    | {"gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "se"}
    | {"sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "as", "asa", "aps", "oy", "oyj"}
)
_JOINTS = frozenset({"&", "and", "und"})  # what stays of "GmbH & Co." when "Co." has gone


def _trim(text: str) -> str:
    return " ".join(text.split())


def _unicode(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN_SIGNS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _punctuation(text: str) -> str:
    return _trim(text.replace("&", " and ").translate(_WORDS_ONLY))


def _leading_zeros(text: str) -> str:
    if text.isdecimal():
        return text.lstrip("0") or "0"
    return _LEADING_ZEROS.sub("", text)


def _segments(text: str) -> list[str]:
    return text.translate(_SEPARATORS_AS_SPACES).split()


def _last_segment(text: str) -> str:
    tail = text.rpartition("-")[2]
    return tail if tail.isalnum() else "".join(_segments(text)[-1:])


def _company_suffix(text: str) -> str:
    words = [word for word in text.split() if word.strip(",")]
    while len(words) > 1 and words[-1].translate(_LETTERS_AND_DIGITS).casefold() in _LEGAL_FORMS:
        words.pop()
        if len(words) > 1 and words[-1].casefold() in _JOINTS:
            words.pop()
    return " ".join(words).rstrip(" ,")


_STEPS: dict[Normalizer, Callable[[str], str]] = {
    Normalizer.TRIM: _trim,
    Normalizer.UNICODE: _unicode,
    Normalizer.CASE: str.casefold,
    Normalizer.PUNCTUATION: _punctuation,
    Normalizer.SPACES: lambda text: "".join(text.split()),
    Normalizer.LEADING_ZEROS: _leading_zeros,
    Normalizer.DIGITS: lambda text: text.translate(_DIGITS_ONLY),
    Normalizer.SEGMENTS: lambda text: "-".join(_segments(text)),
    Normalizer.LAST_SEGMENT: _last_segment,
    Normalizer.COMPANY_SUFFIX: _company_suffix,
}


def chain(normalizers: Iterable[Normalizer]) -> Normalize:
    """One function that applies `normalizers` in order; none leaves the text as it is."""
    steps = tuple(_STEPS[normalizer] for normalizer in normalizers)

    def normalize(value: Value) -> str | None:
        text = value if type(value) is str else text_of(value)
        if text is None:
            return None
        for step in steps:
            text = step(text)
        return None if not text or text.isspace() else text

    return normalize
