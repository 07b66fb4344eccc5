"""The words of a rich text."""

from __future__ import annotations

from html.parser import HTMLParser


def plain(html: str | None) -> str:
    """The words of a rich text: without its mark-up, which is never trusted on a page."""
    reader = _Words()
    reader.feed(html or "")
    reader.close()
    return " ".join("".join(reader.words).split())


class _Words(HTMLParser):
    _SILENT = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent = tag in self._SILENT
        self.words.append(" · " if tag == "li" else " ")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._silent = False
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
