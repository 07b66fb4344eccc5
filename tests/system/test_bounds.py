"""No request takes more than its share: every route reads at most its limit, and no body is a fault of ours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, request
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from embedded_app.app import create_app
from embedded_app.sources.files import LARGEST_FILE
from embedded_app.storage import db, upgrade
from embedded_app.web.bounds import LARGE_FORM, LONGEST_QUERY, MOST_FIELDS, SMALL, limit_of
from tests.factories.settings import config

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SLACK = 64 * 1024
"""What a reader may take in one gulp beyond the limit before it notices."""
ORIGIN = "https://tieback.example"
SCRIPT = {"HTTP_ORIGIN": ORIGIN, "HTTP_X_REQUESTED_BY": "tieback"}
BOMBS = {
    "deep list": (JSON, b"[" * 5000),
    "deep object": (JSON, b'{"a":' * 5000),
    "long number": (JSON, b'{"company_id": ' + b"9" * 5000 + b"}"),
    "no text": (JSON, b'{"company_id": "\xff"}'),
    "half a pair": (JSON, b'{"company_id": "\\ud800", "rid": "\\ud800", "verifier": "\\ud800"}'),
    "another type": (JSON, b"7"),
    "nothing": (JSON, b""),
    "many fields": (FORM, b"a&" * (SMALL // 2)),
    "long field": (FORM, b"company_id=" + b"9" * 5000),
    "many parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1100 + b"--x--",
    ),
    "no part ends": ("multipart/form-data; boundary=x", b"--x\r\n" * 5000),
}


class Endless(io.RawIOBase):
    """A body that goes on for ever, and counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0, "nobody reads to the end of what has none"
        self.taken += size
        return b"a" * size

    def readinto(self, buffer: Any) -> int:
        buffer[:] = self.read(len(buffer))
        return len(buffer)


@contextmanager
def running(folder: Path) -> Iterator[Flask]:
    app = create_app(config(DATABASE_URL=f"sqlite:///{folder / 'test.sqlite3'}"), instance_path=folder)
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with running(tmp_path_factory.mktemp("bounds")) as app:
        yield app


@pytest.fixture(scope="module")
def open_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Another one with every access rule taken away, and in which every route reads all that it can get."""
    with running(tmp_path_factory.mktemp("open")) as app:
        _open(app)
        yield app


def _open(app: Flask) -> None:
    checks = app.extensions["access"]
    for rule in list(checks):
        checks[rule] = lambda: None

    @app.before_request
    def read_everything() -> None:
        request.get_data()

    # The hook was registered last; it comes before the check of the CSRF token and the views.
    hooks = app.before_request_funcs[None]
    hooks.insert(next(i for i, hook in enumerate(hooks) if hook.__name__ == "_enforce"), hooks.pop())


def calls(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every route."""
    values: dict[str, object] = {"filename": "x", "tree": "x", "name": "x", "view": "x"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            known = {
                name: UUID(int=7)
                if "uuid" in str(rule._converters.get(name)).lower()
                else next(iter(getattr(rule._converters.get(name), "items", [values.get(name, 7)])))
                for name in rule.arguments
            }
            built = rule.build(known)
            assert built is not None, rule
            found += [(rule.endpoint, method, built[1]) for method in rule.methods or ()]
    return found


def send(app: Flask, method: str, address: str, **environ: Any) -> tuple[int, bytes]:
    builder = EnvironBuilder(address, method=method, base_url=ORIGIN)
    sent = builder.get_environ() | SCRIPT | environ
    body, status, _ = run_wsgi_app(app, sent, buffered=True)
    return int(status.split()[0]), b"".join(body)


def test_the_limits_are_small_but_where_a_file_or_a_table_is_sent(app: Flask) -> None:
    larger = {name: limit_of(app, name) for name in app.view_functions if limit_of(app, name) != SMALL}
    assert larger == {
        "settings.save_source": LARGEST_FILE + LARGE_FORM.most_bytes,
        "settings.save_panel": LARGE_FORM.most_bytes,
    }


def test_what_says_that_it_is_too_long_is_refused_before_it_is_read(open_app: Flask) -> None:
    for endpoint, method, address in calls(open_app):
        body = Endless()
        length = str(limit_of(open_app, endpoint) + 1)
        status, _ = send(
            open_app, method, address, **{"wsgi.input": body, "CONTENT_LENGTH": length, "CONTENT_TYPE": JSON}
        )
        assert (status, body.taken) == (413, 0), (method, address)


@pytest.mark.parametrize("content_type", [JSON, FORM, "multipart/form-data; boundary=x", "text/plain"])
def test_what_does_not_say_how_long_it_is_is_read_up_to_the_limit(open_app: Flask, content_type: str) -> None:
    for endpoint, method, address in calls(open_app):
        body = Endless()
        status, _ = send(
            open_app,
            method,
            address,
            **{
                "wsgi.input": body,
                "wsgi.input_terminated": True,
                "HTTP_TRANSFER_ENCODING": "chunked",
                "CONTENT_TYPE": content_type,
            },
        )
        assert status == 413, (method, address)
        assert 0 < body.taken <= limit_of(open_app, endpoint) + SLACK, (method, address)


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_body_is_a_fault_of_ours(app: Flask, bomb: str) -> None:
    content_type, content = BOMBS[bomb]
    for _, method, address in calls(app):
        status, answer = send(
            app,
            method,
            address,
            **{
                "wsgi.input": io.BytesIO(content),
                "CONTENT_LENGTH": str(len(content)),
                "CONTENT_TYPE": content_type,
            },
        )
        assert status < 500, (method, address, answer)


def test_no_query_is_a_fault_of_ours(app: Flask) -> None:
    for name in ("page", "company_id", "project_id", "record_id", "before", "keep_seconds", "state"):
        for length in (LONGEST_QUERY - len(name) - 1, 5000):
            for _, method, address in calls(app):
                status, _ = send(app, method, address, QUERY_STRING=f"{name}={'9' * length}")
                assert status < 500 or address in {"/readyz", "/livez"}, (method, address)
                assert status == 400 or length < LONGEST_QUERY, (method, address)


def begin(app: Flask, content: bytes) -> TestResponse:
    return app.test_client().post(
        "/auth/frame/begin",
        data=content,
        content_type=JSON,
        base_url=ORIGIN,
        headers={"Origin": ORIGIN, "X-Requested-By": "tieback"},
    )


@pytest.mark.parametrize(
    ("content", "status"), [(b"[" * 5000, 400), (b" " * SMALL + b"1", 413), (b'{"a": ' + b"9" * 5000, 400)]
)
def test_a_script_gets_json_with_a_sentence_and_a_reference(app: Flask, content: bytes, status: int) -> None:
    answer = begin(app, content)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["message"]
    assert answer.json["error"]["reference"]


def test_a_person_gets_a_page_with_a_sentence_and_a_reference(app: Flask) -> None:
    client = app.test_client()
    for path, sent, status, title in (
        ("/auth/company", {"data": {"company_id": "9" * SMALL}}, 413, "This is too large"),
        ("/auth/company", {"query_string": {"a": "9" * 5000}}, 400, "This cannot be used as it is"),
        (
            "/auth/company",
            {"data": dict.fromkeys(map(str, range(MOST_FIELDS + 1)), "")},
            413,
            "This is too large",
        ),
    ):
        answer = client.post(path, base_url=ORIGIN, headers={"Origin": ORIGIN}, **sent)
        assert answer.status_code == status
        assert f"<h1>{title}</h1>" in answer.text
        assert "Reference" in answer.text
