"""Reads a page as a person does: the lines of its comparison table, by the labels of their cells."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, str]] = []
        self.feet: list[dict[str, str]] = []
        self._part = ""
        self._cell: str | None = None
        self._text: list[str] = []
        self._depth = 0
        self._is_detail = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "table":
            self._depth += 1
        if self._depth != 1:
            return
        if tag in {"tbody", "tfoot"}:
            self._part = tag
        elif tag == "tr":
            self._is_detail = "detail" in (attributes.get("class") or "").split()
            if self._part == "tbody" and not self._is_detail:
                self.lines.append({})
            elif self._part == "tfoot":
                self.feet.append({})
        elif tag in {"th", "td"} and not self._is_detail:
            self._cell, self._text = attributes.get("data-label") or "", []

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        if self._depth == 1 and tag in {"th", "td"} and self._cell is not None:
            text = " ".join("".join(self._text).split())
            if self._part == "tbody":
                self.lines[-1][self._cell] = text
            elif self._part == "tfoot":
                self.feet[-1][self._cell] = text
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._depth == 1 and self._cell is not None:
            self._text.append(data)


def lines_in(html: str) -> list[dict[str, str]]:
    """A dictionary for each line of the table; the head cell of a line is under the empty label."""
    reader = _Reader()
    reader.feed(html)
    return reader.lines


def feet_in(html: str) -> list[dict[str, str]]:
    """Each row of sums below the lines, as `lines_in` gives these; its label is under the empty label."""
    reader = _Reader()
    reader.feed(html)
    return reader.feet


def foot_in(html: str) -> list[str]:
    """The cells of the totals, the last of these rows, in order; nothing where there is no table."""
    return list(next(reversed(feet_in(html)), {}).values())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    """Everything a person reads, with single spaces."""
    text = _Text()
    text.feed(html)
    return " ".join(" ".join(text.parts).split())
