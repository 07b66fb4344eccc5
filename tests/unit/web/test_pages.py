from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from jinja2 import DictLoader, UndefinedError

from embedded_app.web import fragments, pages


@dataclass(frozen=True)
class Context:
    name: str


def test_page_sees_the_fields_of_its_context_and_nothing_else(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"good.html": "Hello {{ name }}", "bad.html": "{{ title }}"})
    with app.test_request_context():
        assert pages.render("good.html", Context("<Dana>")).get_data(as_text=True) == "Hello &lt;Dana&gt;"
        with pytest.raises(UndefinedError, match="title"):
            pages.render("bad.html", Context("Dana"))


def test_refusing_fragment_is_marked(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"piece.html": "{{ name }}"})
    with app.test_request_context():
        assert "X-Fragment" not in fragments.render("piece.html", Context("x")).headers
        refused = fragments.refuse("piece.html", Context("x"), status=403)
    assert (refused.status_code, refused.headers["X-Fragment"]) == (403, "error")


def test_leaving_does_not_redirect(app: Flask) -> None:
    with app.test_request_context():
        response = pages.leave("https://login.procore.com/oauth/authorize?state=a&x=b")
    assert response.status_code == 200
    assert response.headers["Refresh"] == "0; url=https://login.procore.com/oauth/authorize?state=a&x=b"
    assert 'href="https://login.procore.com/oauth/authorize?state=a&amp;x=b"' in response.get_data(
        as_text=True
    )
