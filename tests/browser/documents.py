"""Everything that was shown on the way through the product, as documents that a browser opens by themselves.

A fragment stands in the shell that would have fetched it; cards and notices, which wait in the shells, stand where
the script puts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from tests.fakes.walker import Answer

PLACE = '<div id="view"></div>'
_TEMPLATE = re.compile(r'<template id="(card|notice)-([a-z-]+)">(.*?)</template>', re.DOTALL)
_NOTICE_PLACE = re.compile(r'<div id="notice"([^>]*) hidden>')
_CLOSED_LINE = re.compile(r' hidden(><td [^>]*><div) data-src="[^"]*">.*?</div>', re.DOTALL)
_FRAME_SCRIPT = re.compile(r"js/(frame|panel)\.js")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADINGS = ("h1", "h2", "h3", "h4")
_OF_NOTE = ("type", "role", "data-tone", "hidden", "aria-current", "aria-invalid", "data-reload-at")


@dataclass(frozen=True)
class Document:
    """`name` says where it comes from; `html` is all of it."""

    name: str
    html: str


def documents(answers: Iterable[Answer]) -> list[Document]:
    """All that people saw."""
    pages = [answer for answer in answers if answer.text.lstrip().startswith("<") and answer.status != 303]
    shells = {answer.path: answer.text for answer in pages if PLACE in answer.text}
    full, panel = shells["/frame/project"], shells["/frame/panel"]
    table = next(answer.text for answer in pages if _CLOSED_LINE.search(answer.text))
    short = min((a.text for a in pages if a.path == "/frame/company/view"), key=len)
    found = [*_waiting(full, "full screen", short)]
    found += _waiting(panel, "side panel", next(a.text for a in pages if _is_panel(a.text)))
    for answer in pages:
        name = _ID.sub("…", f"{answer.method} {answer.path} {answer.status}")
        if "<!doctype" in answer.text:
            found.append(Document(name, answer.text))
        elif _is_panel(answer.text) or answer.path.startswith("/frame/panel"):
            found.append(Document(name, filled(panel, answer.text)))
        elif 'class="page"' in answer.text:
            found.append(Document(name, filled(full, answer.text)))
        else:
            found.append(Document(name, filled(full, _opened(table, answer.text))))
    return found


def filled(shell: str, content: str) -> str:
    """A shell with its content, and with the script of other pages, which fetches nothing."""
    return _FRAME_SCRIPT.sub("js/standalone.js", shell).replace(PLACE, f'<div id="view">{content}</div>')


def _opened(table: str, line: str) -> str:
    """A project's page with its first line open."""
    return _CLOSED_LINE.sub(lambda found: f"{found[1]}>{line}</div>", table, count=1)


def _is_panel(html: str) -> bool:
    return html.lstrip().startswith('<article class="panel"')


def _waiting(shell: str, name: str, content: str) -> Iterator[Document]:
    """The cards and notices of a shell, each as if it was shown."""
    for kind, which, html in _TEMPLATE.findall(shell):
        if kind == "card":
            yield Document(f"card {which}, {name}", filled(shell, html))
        else:
            shown = _NOTICE_PLACE.sub(lambda place: f'<div id="notice"{place[1]}>{html}', shell, count=1)  # noqa: B023
            yield Document(f"notice {which}, {name}", filled(shown, content))


class _Shape(HTMLParser):
    """What a document is built of, whatever it says: its kinds of elements, and which heading follows which."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: set[tuple[str, ...]] = set()
        self._heading = ""
        self.feed(_TEMPLATE.sub("", html))  # nobody sees what waits

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = " ".join(sorted((given.get("class") or "").split()))
        self.parts.add((tag, classes, *(f"{name}={given[name]}" for name in _OF_NOTE if name in given)))
        if tag in _HEADINGS:
            self.parts.add((self._heading, tag))
            self._heading = tag


def one_of_each(found: Iterable[Document]) -> Iterator[Document]:
    """Leave out a document all of whose parts stand together on another one of the same page."""
    shapes: dict[str, list[set[tuple[str, ...]]]] = {}
    known = [(document, _Shape(document.html).parts) for document in found]
    for document, parts in sorted(known, key=lambda pair: -len(pair[1])):
        of_page = shapes.setdefault(document.name, [])
        if not any(parts <= others for others in of_page):
            of_page.append(parts)
            yield document
