"""The component macros: accessible by default."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Flask, render_template_string

IMPORT = "{{% from 'components/{0}.html' import {1} %}}"


def _render(app: Flask, component: str, names: str, source: str, **values: object) -> str:
    with app.test_request_context():
        return render_template_string(IMPORT.format(component, names) + source, **values)


def test_macros_escape_what_people_wrote(app: Flask) -> None:
    html = _render(app, "badge", "badge", "{{ badge(text, 'warn', 'warn') }}", text="<b>&")
    assert "&lt;b&gt;&amp;" in html
    assert "<svg" in html


def test_field_joins_hint_and_error(app: Flask) -> None:
    html = _render(app, "field", "field", "{{ field('due', 'Due date', hint='H', error='E') }}")
    assert '<label for="due">Due date</label>' in html
    assert 'aria-describedby="due-hint due-error"' in html
    assert 'aria-invalid="true"' in html


def test_password_is_never_filled_in(app: Flask) -> None:
    html = _render(app, "field", "field", "{{ field('p', 'Password', 'hunter2', type='password') }}")
    assert "hunter2" not in html


def test_one_chip_is_chosen_and_counts_show_zero(app: Flask) -> None:
    items = [
        {"text": "All", "href": "?show=all", "is_current": False, "count": 42},
        {"text": "Variance", "href": "?show=variance&q=a", "is_current": True, "count": 0},
    ]
    html = _render(app, "chips", "chips", "{{ chips('Show', items, fragment=true) }}", items=items)
    assert html.count('aria-current="true"') == 1
    assert html.count("data-fragment") == 2
    assert '<span class="count">0</span>' in html


def test_variance_says_in_words_what_the_shape_says(app: Flask) -> None:
    html = _render(app, "badge", "variance_badge", "{{ variance_badge('0.00', 'equal') }}")
    assert '<span class="visually-hidden">Match</span>' in html


def test_source_is_always_named_with_its_age(app: Flask) -> None:
    read_at = datetime(2026, 11, 20, 10, 32, tzinfo=UTC)
    html = _render(app, "source", "source", "{{ source('Sage ERP', 'stale', at) }}", at=read_at)
    assert 'data-tone="warn"' in html
    assert "<b>Sage ERP</b>" in html
    assert '<time datetime="2026-11-20T10:32:00Z" data-time="clock">10:32 AM UTC</time>' in html
    down = _render(app, "source", "source", "{{ source('Sage ERP', 'down') }}")
    assert "not answering" in down


def test_bar_is_drawn_up_to_its_end(app: Flask) -> None:
    assert 'width="100%"' in _render(app, "table", "bar", "{{ bar(105.2) }}")


def test_shells_carry_every_card_and_no_data(app: Flask) -> None:
    with app.test_request_context():
        html = app.jinja_env.get_template("frames/shell_panel.html").render(
            host_origins="https://*.procore.com"
        )
    cards = set(re.findall(r'<template id="card-([a-z-]+)">', html))
    assert cards == {
        "sign-in", "waiting", "blocked", "cancelled", "no-access", "not-installed", "storage", "expired",
        "error", "offline",
        "outside",
    }  # fmt: skip
    assert 'data-host-origins="https://*.procore.com"' in html
