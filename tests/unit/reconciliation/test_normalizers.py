"""Each step of normalising, alone and in company."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embedded_app.reconciliation import Normalizer, Value, chain


@pytest.mark.parametrize(
    ("normalizer", "text", "form"),
    [
        (Normalizer.TRIM, "  SC-014\t Steel ", "SC-014 Steel"),
        (Normalizer.UNICODE, "Müller–Bau ‘Süd’", "Muller-Bau 'Sud'"),
        (Normalizer.UNICODE, "ＳＣ－０１４", "SC-014"),
        (Normalizer.CASE, "Große STRASSE", "grosse strasse"),
        (Normalizer.PUNCTUATION, "Smith & Sons, Inc.", "Smith and Sons Inc"),
        (Normalizer.PUNCTUATION, "SC_014-A", "SC014A"),
        (Normalizer.SPACES, "SC 014 A", "SC014A"),
        (Normalizer.LEADING_ZEROS, "SC-0014", "SC-14"),
        (Normalizer.LEADING_ZEROS, "000", "0"),
        (Normalizer.LEADING_ZEROS, "0417", "417"),
        (Normalizer.LEADING_ZEROS, "A100", "A100"),
        (Normalizer.DIGITS, "SC-014 (rev 2)", "0142"),
        (Normalizer.SEGMENTS, "01-510.E", "01-510-E"),
        (Normalizer.SEGMENTS, " 01 / 510 . E.", "01-510-E"),
        (Normalizer.LAST_SEGMENT, "21-0417-014", "014"),
        (Normalizer.LAST_SEGMENT, "014", "014"),
        (Normalizer.COMPANY_SUFFIX, "Cascade Steel Erectors, Inc.", "Cascade Steel Erectors"),
        (Normalizer.COMPANY_SUFFIX, "Brightline Electric Co., LLC", "Brightline Electric"),
        (Normalizer.COMPANY_SUFFIX, "Delmar L.L.C.", "Delmar"),
        (Normalizer.COMPANY_SUFFIX, "Hoch Tief GmbH & Co. KG", "Hoch Tief"),
        (Normalizer.COMPANY_SUFFIX, "Smith & Co", "Smith"),
        (Normalizer.COMPANY_SUFFIX, "Limited Inc", "Limited"),
        (Normalizer.COMPANY_SUFFIX, "Company of Glass", "Company of Glass"),
    ],
)
def test_one_step(normalizer: Normalizer, text: str, form: str) -> None:
    assert chain((normalizer,))(text) == form


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Decimal("14.00"), "14"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.5"),
        (Decimal("NaN"), None),
        (date(2026, 11, 9), "2026-11-09"),
        (True, "true"),
        (datetime(2026, 11, 9, 23, 30, tzinfo=timezone(timedelta(hours=-5))), "2026-11-10T04:30:00+00:00"),
        (datetime(2026, 11, 9, 23, 30), "2026-11-09T23:30:00"),  # noqa: DTZ001 # sources also send naive times
        (None, None),
        ("  ", None),
    ],
)
def test_values_that_are_no_text(value: Value, form: str | None) -> None:
    assert chain(())(value) == form


def test_steps_are_applied_in_the_order_given() -> None:
    assert chain((Normalizer.LEADING_ZEROS, Normalizer.PUNCTUATION))("1-05") == "15"
    assert chain((Normalizer.PUNCTUATION, Normalizer.LEADING_ZEROS))("1-05") == "105"


def test_a_form_with_nothing_left_is_none() -> None:
    assert chain((Normalizer.DIGITS,))("SC") is None


_NAMES = st.lists(st.sampled_from(["Acme", "SC-0014", "&", "Co.", "Inc", "L.L.C.", ",", "007"])).map(" ".join)
_STRANGE = st.text(st.characters(codec="utf-8")) | _NAMES


@example(Normalizer.COMPANY_SUFFIX, "0 CO ,")
@given(st.sampled_from(Normalizer), _STRANGE)
def test_a_step_done_twice_is_the_step_done_once(normalizer: Normalizer, text: str) -> None:
    once = chain((normalizer,))(text)

    assert chain((normalizer,))(once) == once
