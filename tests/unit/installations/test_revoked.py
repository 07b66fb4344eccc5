"""What people are told about connections that were to be ended."""

from __future__ import annotations

import pytest

from embedded_app.installations import Revoked


@pytest.mark.parametrize(
    ("revoked", "sentence"),
    [
        (Revoked(), "There was no connection left to end at Procore."),
        (Revoked(ended=1), "Procore confirmed the end of the one connection."),
        (Revoked(ended=1200), "Procore confirmed the end of all 1,200 connections."),
        (
            Revoked(ended=2, waiting=1),
            ("2 of 3 connections were ended at Procore. 1 is tried again until Procore confirms it."),
        ),
        (
            Revoked(waiting=2, unreadable=1),
            (
                "0 of 3 connections were ended at Procore. "
                "2 are tried again until Procore confirms them. "
                "1 could not be opened any more, and was deleted here without an end at Procore."
            ),
        ),
    ],
)
def test_the_sentence_says_what_happened_and_no_more(revoked: Revoked, sentence: str) -> None:
    assert revoked.sentence == sentence


def test_it_goes_through_a_cookie() -> None:
    revoked = Revoked(ended=3, waiting=2, unreadable=1)
    assert Revoked.from_text(revoked.to_text()) == revoked


@pytest.mark.parametrize("text", ["", "1.2", "1.2.x", "١.2.3", f"{'9' * 5000}.0.0", "1.2.3\n", "-1.0.0"])
def test_what_somebody_else_wrote_is_nothing(text: str) -> None:
    assert Revoked.from_text(text) is None
