"""No secret is in the log, on a page of an error, or readable in the database."""

from __future__ import annotations

import base64
import re

from tests.system.the_walk import Walked
from tests.system.world import as_bytes

KINDS = {
    "client secret",
    "secret key",
    "master key",
    "source password",
    "access token",
    "refresh token",
    "typed code",
    "bearer",
    "cookie",
    "code",
    "state",
    "verifier",
}
_SHORTEST_TELLING_PART = 16


def forms_of(secret: str) -> set[str]:
    """A secret as it may slip out: as it is, as the half of it that was cut off, as base64."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    return {secret, encoded, *(part for part in secret.split(".") if len(part) >= _SHORTEST_TELLING_PART)}


def test_the_walk_had_every_kind_of_secret(walked: Walked) -> None:
    assert {kind for kind, _ in walked.secrets} == KINDS
    tokens = [secret for kind, secret in walked.secrets if kind == "refresh token"]
    assert len(set(tokens)) > len([a for a in walked.answers if a.path == "/auth/frame/redeem"]) / 2


def test_no_line_of_the_log_holds_one(walked: Walked) -> None:
    assert '"level":"DEBUG"' in walked.log  # so that it holds all that is ever written
    found = {kind for kind, secret in walked.secrets for form in forms_of(secret) if form in walked.log}
    assert found == set()


def test_no_answer_holds_one_but_those_that_hand_it_over(walked: Walked) -> None:
    """A bearer goes to its frame once, and the address of the login carries the state."""
    handed_over = {
        "/auth/frame/redeem": {"bearer"},
        "/auth/frame/resume": {"bearer"},
        "/auth/frame/renew": {"bearer"},
        "/auth/frame/begin": {"state"},
        "/auth/frame/code": {"state", "bearer"},
        "/oauth/callback": {"typed code"},
        "/auth/tab": {"state"},
        "/install": {"state"},
    }
    found = {
        (answer.path, kind)
        for answer in walked.answers
        for kind, secret in walked.secrets
        if kind not in handed_over.get(answer.path, set())
        for form in forms_of(secret)
        if form in answer.text
    }
    assert found == set()


def test_errors_were_among_the_answers(walked: Walked) -> None:
    statuses = {answer.status for answer in walked.answers}
    assert statuses >= {400, 401, 403, 404, 422} - {400}
    references = [
        a for a in walked.answers if a.status >= 400 and re.search(r"[0-9A-Z]{5}-[0-9A-Z]{4}-", a.text)
    ]
    assert len(references) > 5


def test_the_database_holds_none_readable(walked: Walked) -> None:
    found = {
        f"{kind} in {table}.{column}"
        for table, rows in walked.rows.items()
        for row in rows
        for column, value in row.items()
        for kind, secret in walked.secrets
        for form in forms_of(secret)
        if form.encode() in as_bytes(value)
    }
    assert found == set()


def test_no_file_holds_one_readable(walked: Walked) -> None:
    found = {
        f"{kind} in {name}"
        for name, content in walked.files.items()
        for kind, secret in walked.secrets
        for form in forms_of(secret)
        if form.encode() in content
    }
    assert found == set()
