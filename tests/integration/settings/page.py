"""A page as a person and a screen reader find it: its words, its links, and its forms ready to send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

_EMPTY = {"input", "img", "br", "hr", "meta", "link", "path", "rect", "circle"}


@dataclass
class Element:
    """A start tag with its attributes and the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every descendant with that tag and attributes; `data_tone` is ``data-tone``, `class_` is ``class``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            if child.tag == tag and all(child.attributes.get(n) == v for n, v in wanted.items()):
                found.append(child)
            found += child.all(tag, **attributes)
        return found


class Form:
    """What a browser would send: the values that stand in the form."""

    def __init__(self, element: Element, page_path: str) -> None:
        self.action = element.attributes.get("action") or page_path
        self.values: dict[str, str] = {}
        self.buttons = [each.text for each in element.all("button")]
        for each in element.all("input"):
            name, kind = each.attributes.get("name", ""), each.attributes.get("type", "text")
            if (
                name
                and kind != "file"
                and (kind not in {"radio", "checkbox"} or "checked" in each.attributes)
            ):
                self.values[name] = each.attributes.get("value", "")
        for each in element.all("textarea"):
            self.values[each.attributes["name"]] = each.text
        for each in element.all("select"):
            options = each.all("option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            self.values[each.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""


class Page:
    """One answer."""

    def __init__(self, path: str, status: int, html: str) -> None:
        self.path = path
        self.status = status
        self.html = html

    @cached_property
    def root(self) -> Element:
        return _parse(self.html)

    @property
    def text(self) -> str:
        """Every word on it, with single spaces."""
        return self.root.text

    @property
    def heading(self) -> str:
        (heading,) = self.root.all("h1")
        return heading.text

    @property
    def alert(self) -> Element:
        """What went wrong, as it is announced."""
        (alert,) = [e for e in _everything(self.root) if e.attributes.get("role") == "alert"]
        return alert

    def form(self, action: str) -> Form:
        """The form that is sent to `action`; its fragment does not count."""
        (found,) = self.forms(action)
        return found

    def forms(self, action: str) -> list[Form]:
        forms = [Form(element, self.path) for element in self.root.all("form")]
        return [form for form in forms if form.action.partition("#")[0] == action]

    def by_id(self, name: str) -> Element:
        (found,) = [e for e in _everything(self.root) if e.attributes.get("id") == name]
        return found

    def by_label(self, tag: str, label: str) -> Element:
        """The table in the region with that name."""
        (region,) = [
            e for e in _everything(self.root) if e.attributes.get("aria-label") == label and e.all(tag)
        ]
        return region.all(tag)[0]

    def links(self) -> dict[str, str]:
        return {each.text: each.attributes["href"] for each in self.root.all("a")}

    def assert_error_at(self, name: str, sentence: str) -> None:
        """The field is marked and described, and the summary at the top leads to it."""
        control = self.by_id(name)
        assert control.attributes.get("aria-invalid") == "true", name
        described = control.attributes["aria-describedby"].split()
        assert any(sentence in self.by_id(each).text for each in described), (sentence, described)
        (link,) = self.alert.all("a")
        assert link.attributes["href"] == f"#{name}"
        assert sentence in link.text
        assert "autofocus" in self.alert.attributes


def _everything(element: Element) -> list[Element]:
    return [each for child in element.children for each in (child, *_everything(child))]


def _parse(html: str) -> Element:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.root


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1:
            element = self._open.pop()
            if element.tag != "textarea":
                element.text = re.sub(r"\s+", " ", element.text).strip()
            if self._open:
                self._open[-1].text += f" {element.text} "
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data

    def close(self) -> None:
        super().close()
        self.handle_endtag("document")
        self.root.text = re.sub(r"\s+", " ", self.root.text).strip()
