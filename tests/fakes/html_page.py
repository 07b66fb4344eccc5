"""Reads a page or a fragment as a browser does: its links, and its forms with what stands in their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

from werkzeug.test import TestResponse

Attributes = dict[str, str]
_NOT_SENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class Link:
    """An `a` with an address, and what it says."""

    attributes: Attributes
    text: str = ""

    @property
    def href(self) -> str:
        return self.attributes["href"]


@dataclass
class Form:
    """A form; `fields` are what it sends unchanged, in order. `attributes` tell how the scripts treat it."""

    attributes: Attributes
    fields: list[tuple[str, str]] = field(default_factory=list)
    file_fields: list[str] = field(default_factory=list)

    @property
    def action(self) -> str:
        return self.attributes.get("action", "")

    @property
    def method(self) -> str:
        return self.attributes.get("method", "get").upper()

    def filled(self, **changes: str) -> dict[str, str]:
        """The fields with some of them changed; a name that is no field stands for the pressed button."""
        return dict(self.fields) | changes

    def value(self, name: str) -> str:
        return dict(self.fields)[name]


class HtmlPage(HTMLParser):
    """`links` and `forms` stand in the order of the page; `details` is where its closed lines are fetched from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.details: list[str] = []
        self._form: Form | None = None
        self._link: Link | None = None
        self._select: list[tuple[str, bool]] | None = None
        self._select_name = ""
        self._textarea: str | None = None
        self._written = ""
        self._said: list[str] = []
        self.feed(text)
        self.close()

    @classmethod
    def of(cls, response: TestResponse) -> Self:
        return cls(response.text)

    def form(self, action: str, **fields: str) -> Form:
        """The form whose action ends so and that holds these fields; fails when there is none."""
        for form in self.forms:
            if form.action.endswith(action) and set(fields.items()) <= set(form.fields):
                return form
        raise AssertionError(f"No form leads to {action!r} with {fields}: {[f.action for f in self.forms]}")

    def fragment_addresses(self) -> list[str]:
        """Where that leads whose answer the script of a frame puts into the page."""
        return [link.href for link in self.links if "data-fragment" in link.attributes] + self.details

    def link(self, text: str) -> Link:
        """The link that says so."""
        return next(link for link in self.links if " ".join(link.text.split()) == text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "data-src" in attributes:
            self.details.append(attributes["data-src"])
        match tag:
            case "a" if "href" in attributes:
                self._link = Link(attributes)
                self.links.append(self._link)
            case "form":
                self._form = Form(attributes)
                self.forms.append(self._form)
            case "input":
                self._input(attributes)
            case "select":
                self._select, self._select_name = [], attributes.get("name", "")
            case "option" if self._select is not None:
                self._select.append((attributes.get("value", ""), "selected" in attributes))
            case "textarea":
                self._textarea, self._written = attributes.get("name", ""), ""

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "a":
                self._link = None
            case "form":
                self._form = None
            case "select" if self._select is not None:
                if self._select:
                    chosen = next(
                        (value for value, is_chosen in self._select if is_chosen), self._select[0][0]
                    )
                    self._add(self._select_name, chosen)
                self._select = None
            case "textarea" if self._textarea is not None:
                self._add(self._textarea, self._written)
                self._textarea = None

    @property
    def said(self) -> str:
        """The text without its tags, on one line."""
        return " ".join(" ".join(self._said).split())

    def handle_data(self, data: str) -> None:
        self._said.append(data)
        if self._textarea is not None:
            self._written += data
        if self._link is not None:
            self._link.text += data

    def _input(self, attributes: Attributes) -> None:
        kind, name = attributes.get("type", "text"), attributes.get("name", "")
        if kind == "file" and self._form is not None:
            self._form.file_fields.append(name)
        if kind in _NOT_SENT or (kind in {"radio", "checkbox"} and "checked" not in attributes):
            return
        self._add(name, attributes.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        if self._form is not None and name:
            self._form.fields.append((name, value))
