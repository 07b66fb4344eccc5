"""A whole list out of its pages (docs/platform-reference.md, section 4.3).

The first page says how many there are; the others are read side by side. What came into the list meanwhile, or
was not counted, follows where the last one names a next. Where the headers are missing, pages are read one after
another until one is short, empty or the same again: not every list knows pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from embedded_app.errors import UnexpectedPayload
from embedded_app.outbound.wire import WireResponse
from embedded_app.procore.calls.pool import CallPool
from embedded_app.procore.sentences import NOT_UNDERSTOOD

MOST_PAGES = 200
_LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="?([a-z]+)"?')
_ROUND = 10  # a server that quietly serves smaller pages than asked for serves round ones


class Identified(Protocol):
    """A record with its id, unique in its list."""

    @property
    def id(self) -> int:
        """The id."""
        ...


R = TypeVar("R", bound=Identified)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page: its records, the length of a whole page, and what its headers said about the list."""

    records: tuple[R, ...]
    size: int
    last: int | None
    has_next: bool | None

    @classmethod
    def of(cls, records: tuple[R, ...], response: WireResponse, per_page: int) -> Page[R]:
        """`records` with the headers of `response`, which was asked for `per_page`."""
        links = _links(response.header("Link") or "")
        total = _number(response.header("Total"))
        size = _number(response.header("Per-Page")) or per_page
        last = _page_number(links.get("last"))
        if last is None and total is not None and total >= len(records):
            last = max(1, -(-total // size))
        return cls(records, max(1, size), last, "next" in links if links else None)

    def may_have_successor(self, per_page: int, *, is_counted: bool) -> bool:
        """Whether to ask for the page after this one; `is_counted` says that it should be the last."""
        if is_counted or self.has_next is not None:
            return bool(self.has_next)
        count = len(self.records)
        return count > 0 and (count >= per_page or count % _ROUND == 0)


def read_list(
    fetch: Callable[[int], Page[R]], pool: CallPool, *, per_page: int, route: str, most: int | None = None
) -> tuple[R, ...]:
    """The records, each once, in Procore's order.

    Args:
        fetch: reads one page; the first is 1.
        pool: where the other pages are read.
        per_page: what `fetch` asks for.
        route: for the error.
        most: how many are wanted; no page beyond them is read. All when ``None``.

    Raises:
        UnexpectedPayload: the list has more than `MOST_PAGES` pages.
    """
    pages = [fetch(1)]
    last, size = pages[0].last, pages[0].size
    if last is not None:
        last = last if most is None else min(last, -(-most // size))
        _limit(last, route)
        pages += pool.run([partial(fetch, number) for number in range(2, last + 1)])
    while most is None or sum(len(page.records) for page in pages) < most:
        if not pages[-1].may_have_successor(per_page, is_counted=last is not None):
            break
        _limit(len(pages) + 1, route)
        page = fetch(len(pages) + 1)
        if page.records == pages[-1].records:
            break
        pages.append(page)
    return _distinct(pages)[:most]


def _limit(pages: int, route: str) -> None:
    if pages > MOST_PAGES:
        raise UnexpectedPayload(NOT_UNDERSTOOD, route=route, messages=(f"more than {MOST_PAGES} pages",))


def _distinct(pages: list[Page[R]]) -> tuple[R, ...]:
    """A record that moved to another page between two reads comes twice; it counts once."""
    found: dict[int, R] = {}
    for page in pages:
        for record in page.records:
            found[record.id] = record
    return tuple(found.values())


def _links(header: str) -> Mapping[str, str]:
    return {rel: url for url, rel in _LINK.findall(header)}


def _page_number(url: str | None) -> int | None:
    """The page that a link means. The link itself is never followed."""
    if url is None:
        return None
    try:
        values = parse_qs(urlsplit(url).query).get("page", [])
    except ValueError:
        return None
    return _number(values[0]) if values else None


def _number(text: str | None) -> int | None:
    """A positive or zero decimal of reasonable length."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("999999999") else None
