from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from embedded_app.errors import ProgrammingError
from embedded_app.web import static_files

from .conftest import MakeApp


def _asset(app: Flask, path: str) -> str:
    with app.app_context():
        return render_template_string("{{ asset(path) }}", path=path)


def test_file_is_served_for_ever_under_its_hash(app: Flask) -> None:
    url = _asset(app, "css/tokens.css")
    assert re.fullmatch(r"/static/[0-9a-f]{16}/css/tokens\.css", url)
    response = app.test_client().get(url, buffered=True)
    assert response.status_code == 200
    assert response.data == (static_files.SOURCE / "css/tokens.css").read_bytes()
    assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_script_has_the_type_that_modules_need(app: Flask) -> None:
    response = app.test_client().get(_asset(app, "js/pinned-theme.js"), buffered=True)
    assert response.mimetype == "text/javascript"


def test_compressed_twin_is_served_to_those_who_take_it(app: Flask) -> None:
    response = app.test_client().get(
        _asset(app, "css/tokens.css"), headers={"Accept-Encoding": "gzip"}, buffered=True
    )
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(response.data) == (static_files.SOURCE / "css/tokens.css").read_bytes()


def test_unknown_file_is_a_mistake_in_the_template(app: Flask) -> None:
    with app.app_context(), pytest.raises(ProgrammingError, match="no-such"):
        render_template_string("{{ asset('no-such.css') }}")


def test_a_module_names_all_that_it_imports_once(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "a.js").write_text(
        """import { b } from "./lib/b.js";\nimport {\n  c,\n} from './lib/c.js'\n"""
    )
    (tmp_path / "lib/b.js").write_text(
        'export { c } from "./c.js";\nexport const other = "./not-a-module.js";'
    )
    (tmp_path / "lib/c.js").write_text('import "../d.js";\n// import "./nothing.js"')
    (tmp_path / "d.js").write_text('import "./a.js";')
    monkeypatch.setattr(static_files, "SOURCE", tmp_path)
    with make_app().app_context():
        written = render_template_string("{{ imports('a.js')|join(' ') }}")
    assert [address.split("/", 3)[3] for address in written.split()] == ["lib/b.js", "lib/c.js", "d.js"]


def test_any_change_changes_every_address(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "js/a.js").write_text("import './b.js'")
    (source / "js/b.js").write_text("1")
    monkeypatch.setattr(static_files, "SOURCE", source)
    before = _asset(make_app(), "js/a.js")
    assert _asset(make_app(), "js/a.js") == before
    (source / "js/b.js").write_text("2")
    app = make_app()
    after = _asset(app, "js/a.js")
    assert after != before
    assert app.test_client().get(after.replace("a.js", "b.js"), buffered=True).data == b"2"
