"""The list of all routes and who may call them: `python -m tests.system.route_list` writes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from embedded_app.app import create_app
from embedded_app.web import access
from tests.factories.settings import config

FILE = Path(__file__).with_suffix(".txt")


def route_list(app: Flask) -> str:
    """A line for each route: path, methods, access rule, kind of page; sorted."""
    lines = []
    for rule in app.url_map.iter_rules():
        guard = access.rule_of(app, rule.endpoint)
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        kind = getattr(app.view_functions[rule.endpoint], "page_kind", None)
        lines.append(f"{rule.rule} {methods} {guard.name if guard else '-'} {kind.value if kind else '-'}\n")
    return "".join(sorted(lines))


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config(DATABASE_URL="sqlite://"), instance_path=Path(folder))
        FILE.write_text(route_list(app))


if __name__ == "__main__":
    main()
