"""A secret that nobody sees by accident."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import pytest

from embedded_app.secret import Secret

PLANTED = "eyJ-planted"


def test_no_way_of_printing_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(PLANTED)
    logging.getLogger("test").error("%s %r", secret, secret)
    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{[secret]}", caplog.text):
        assert "Secret(…)" in shown
        assert PLANTED not in shown


def test_it_is_not_serialised_copied_or_hashed() -> None:
    secret = Secret(PLANTED)
    for leak in (pickle.dumps, json.dumps, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            leak(secret)


def test_it_compares_and_reveals() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret(PLANTED).reveal() == PLANTED
    assert not Secret("")
