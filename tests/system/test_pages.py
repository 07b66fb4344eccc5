"""Routes and templates as a whole: who may call what, and what a page is written from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined, meta, nodes

from embedded_app.app import ROOT, create_app
from tests.factories.settings import config
from tests.system.route_list import FILE, route_list
from tests.system.the_walk import Walked

FOLDER = ROOT / "templates"
ONLY_WHEN_A_SHELL_FAILS = (
    "errors/frame.html"  # shells ask nobody, so nothing that a person does makes one fail
)
GIVEN_TO_EVERY_PAGE = {"request", "session", "g"}  # by Flask


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(config(DATABASE_URL="sqlite://"), instance_path=tmp_path_factory.mktemp("instance"))


def test_every_route_is_as_the_list_says(app: Flask) -> None:
    """Who may call what is decided, not found out: `python -m tests.system.route_list` writes the list anew."""
    assert route_list(app) == FILE.read_text()


def test_a_name_that_nobody_gave_is_an_error(app: Flask) -> None:
    assert app.jinja_env.undefined is StrictUndefined


def test_pages_use_no_name_but_those_of_their_context(app: Flask, walked: Walked) -> None:
    """Also in the branches that the walk did not take."""
    contexts = {ONLY_WHEN_A_SHELL_FAILS: {"problem"}, **walked.contexts}
    unknown = {
        name: used
        for name, given in contexts.items()
        if (used := names_used(app.jinja_env, name) - given - GIVEN_TO_EVERY_PAGE)
    }
    assert unknown == {}


def test_the_walk_wrote_every_page(walked: Walked) -> None:
    """So that no page goes unchecked. Parts and layouts are checked with the pages that use them."""
    pages = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.html")
        if not path.name.startswith("_") and path.parts[-2] not in {"components", "layouts"}
    }
    assert pages - set(walked.contexts) == {ONLY_WHEN_A_SHELL_FAILS}


def test_components_use_nothing_but_their_arguments(app: Flask) -> None:
    """They are imported without the context of the page."""
    used = {
        path.name: names
        for path in (FOLDER / "components").glob("*.html")
        if (names := names_used(app.jinja_env, f"components/{path.name}"))
    }
    assert used == {}


def test_only_web_writes_pages() -> None:
    """`web.pages.render` takes a dataclass; what goes past it could hand anything to a template."""
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "embedded_app").rglob("*.py")
        if not {"web", "simulator"} & set(path.relative_to(ROOT).parts)
        for name in imported(path)
        if name.startswith(("flask.render_template", "flask.stream_template", "jinja2"))
    ]
    assert found == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def names_used(environment: Environment, name: str) -> set[str]:
    """The free names of a template and of what it extends and includes, without the globals."""
    free: set[str] = set()
    bound: set[str] = set()
    for tree in _with_parts(environment, name):
        free |= meta.find_undeclared_variables(tree)
        bound |= _bound(tree)
    return free - bound - set(environment.globals)


def _with_parts(environment: Environment, name: str) -> Iterator[nodes.Template]:
    assert environment.loader is not None
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    yield tree
    for part in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(part, nodes.Extends | nodes.Include)
        assert isinstance(part.template, nodes.Const)
        yield from _with_parts(environment, part.template.value)


def _bound(tree: nodes.Template) -> set[str]:
    """What a template sets, imports or defines; what it extends and includes sees it."""
    names = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for scope in tree.find_all(nodes.With):
        names |= {target.name for target in scope.targets if isinstance(target, nodes.Name)}
    for node in tree.body:
        if isinstance(node, nodes.Macro):
            names.add(node.name)
        elif isinstance(node, nodes.Import):
            names.add(node.target)
        elif isinstance(node, nodes.FromImport):
            names |= {each if isinstance(each, str) else each[1] for each in node.names}
    return names
