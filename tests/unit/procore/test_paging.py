from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import CompanyId
from embedded_app.procore import Company, WireResponse
from embedded_app.procore.calls.paging import Page, read_list
from embedded_app.procore.calls.pool import CallPool

_POOL = CallPool(2)
_HEADERS = ("Total", "Per-Page", "Link")


def _company(number: int) -> Company:
    return Company(CompanyId(number), f"Company {number}", is_active=True)


class _Server:
    """A list of `count` companies in pages of at most `most`, with the headers named."""

    def __init__(self, count: int, most: int = 2000, headers: tuple[str, ...] = _HEADERS) -> None:
        self.companies = [_company(number) for number in range(1, count + 1)]
        self._most = most
        self._headers = headers
        self.asked: list[int] = []
        self.per_page = 0

    def read(self, per_page: int) -> list[int]:
        self.per_page = per_page
        return [company.id for company in read_list(self.fetch, _POOL, per_page=per_page, route="GET /x")]

    def fetch(self, number: int) -> Page[Company]:
        self.asked.append(number)
        size = min(self.per_page, self._most)
        records = tuple(self.companies[(number - 1) * size : number * size])
        return Page.of(records, WireResponse(200, self._all_headers(number, size)), self.per_page)

    def _all_headers(self, number: int, size: int) -> dict[str, str]:
        last = max(1, -(-len(self.companies) // size))
        links = [f'<https://elsewhere.example/x?page={last}&per_page={size}>; rel="last"']
        if number < last:
            links.append(f'<https://elsewhere.example/x?page={number + 1}>; rel="next"')
        every = {
            "Total": str(len(self.companies)),
            "Per-Page": str(size),
            "Link": ", ".join(links),
        }
        return {name: every[name] for name in self._headers}


def _numbers(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_one_page_is_one_call() -> None:
    server = _Server(7)
    assert server.read(1000) == _numbers(7)
    assert server.asked == [1]


def test_an_empty_list_is_one_call() -> None:
    server = _Server(0)
    assert server.read(100) == []
    assert server.asked == [1]


@pytest.mark.parametrize("headers", [_HEADERS, ("Total", "Per-Page"), ("Total",), ("Link",)])
def test_further_pages_are_read_once_each(headers: tuple[str, ...]) -> None:
    server = _Server(250, headers=headers)
    assert server.read(100) == _numbers(250)
    assert sorted(server.asked) == [1, 2, 3]


@given(
    count=st.integers(0, 70),
    per_page=st.sampled_from([10, 20, 30, 100]),
    most=st.sampled_from([10, 20, 100]),
    headers=st.sampled_from([_HEADERS, ("Total", "Per-Page"), ("Link",), ("Per-Page",), ()]),
)
def test_every_record_comes_once_whatever_the_headers(
    count: int, per_page: int, most: int, headers: tuple[str, ...]
) -> None:
    assert _Server(count, most, headers).read(per_page) == _numbers(count)


def test_a_list_without_pages_is_not_read_for_ever() -> None:
    records = tuple(_company(number) for number in _numbers(20))
    asked: list[int] = []

    def fetch(number: int) -> Page[Company]:
        asked.append(number)
        return Page.of(records, WireResponse(200), 10)

    assert read_list(fetch, _POOL, per_page=10, route="GET /x") == records
    assert asked == [1, 2]


@pytest.mark.parametrize(("count", "asked"), [(15, [1]), (20, [1, 2])])
def test_a_short_page_is_the_last_unless_it_is_a_round_one(count: int, asked: list[int]) -> None:
    server = _Server(count, most=20, headers=())
    assert server.read(100) == _numbers(count)
    assert server.asked == asked


def test_a_record_that_moved_between_two_pages_counts_once() -> None:
    pages = {1: (_company(1), _company(2)), 2: (_company(2), _company(3))}

    def fetch(number: int) -> Page[Company]:
        return Page.of(pages[number], WireResponse(200, {"Total": "4", "Per-Page": "2"}), 2)

    assert [company.id for company in read_list(fetch, _POOL, per_page=2, route="GET /x")] == [1, 2, 3]


def _linked(numbers: list[int], next_page: int | None, **headers: str) -> Page[Company]:
    link = {} if next_page is None else {"Link": f'<https://x.example/?page={next_page}>; rel="next"'}
    return Page.of(tuple(map(_company, numbers)), WireResponse(200, {**link, **headers}), 2)


def test_what_came_into_the_list_while_it_was_read_is_read_too() -> None:
    pages = {
        1: _linked([1, 2], 2, Total="4"),
        2: _linked([3, 4], 3, Total="5"),  # which was the last a moment ago
        3: _linked([5], None, Total="5"),
    }
    assert [each.id for each in read_list(pages.__getitem__, _POOL, per_page=2, route="GET /x")] == _numbers(
        5
    )


@pytest.mark.parametrize("total", ["0", "1", "2"])
def test_a_total_that_is_too_small_hides_nothing(total: str) -> None:
    pages = {1: _linked([1, 2], 2, Total=total), 2: _linked([3], None, Total=total)}
    assert [each.id for each in read_list(pages.__getitem__, _POOL, per_page=2, route="GET /x")] == _numbers(
        3
    )


def test_a_total_that_is_smaller_than_its_page_counts_for_nothing() -> None:
    pages = {1: _linked([1, 2], None, Total="1"), 2: _linked([3], None, Total="1")}
    assert [each.id for each in read_list(pages.__getitem__, _POOL, per_page=2, route="GET /x")] == _numbers(
        3
    )


def test_pages_that_always_name_a_next_one_end() -> None:
    def fetch(number: int) -> Page[Company]:
        return _linked([number], number + 1, Total="1")

    with pytest.raises(UnexpectedPayload):
        read_list(fetch, _POOL, per_page=2, route="GET /x")


@pytest.mark.parametrize("headers", [_HEADERS, ()])
def test_a_list_beyond_reason_is_refused(headers: tuple[str, ...]) -> None:
    assert len(_Server(200 * 10 - 1, headers=headers).read(10)) == 1_999
    with pytest.raises(UnexpectedPayload):
        _Server(200 * 10 + 1, headers=headers).read(10)


@pytest.mark.parametrize(
    "headers",
    [
        {"Link": "garbage"},
        {"Link": "<http://[>; rel=last"},
        {"Link": '<https://x.example/?page=x>; rel="last"'},
        {"Total": "many", "Per-Page": "-1"},
        {"Total": "3", "Per-Page": "0"},
    ],
)
def test_headers_that_make_no_sense_do_no_harm(headers: dict[str, str]) -> None:
    page = Page.of((_company(1), _company(2), _company(3)), WireResponse(200, headers), 100)
    assert read_list(lambda _: page, _POOL, per_page=100, route="GET /x") == page.records


@pytest.mark.parametrize("headers", [_HEADERS, ("Total",), ("Link",), ()])
@pytest.mark.parametrize(("most", "pages"), [(1, 1), (10, 1), (11, 2), (25, 3), (70, 7)])
def test_no_page_beyond_what_is_wanted_is_read(headers: tuple[str, ...], most: int, pages: int) -> None:
    server = _Server(70, headers=headers)
    server.per_page = 10
    found = read_list(server.fetch, _POOL, per_page=10, route="GET /x", most=most)
    assert [company.id for company in found] == _numbers(70)[:most]
    assert len(server.asked) == pages


def test_a_server_that_gives_shorter_pages_is_asked_for_enough_of_them() -> None:
    server = _Server(70, most=20)
    server.per_page = 50
    found = read_list(server.fetch, _POOL, per_page=50, route="GET /x", most=50)
    assert len(found) == 50
    assert sorted(server.asked) == [1, 2, 3]
