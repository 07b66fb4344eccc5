"""The door to customers' systems and files: who is let in, for how long, and that there is no other way."""

from __future__ import annotations

import ast
import time
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

import pytest

import embedded_app
from embedded_app.errors import ProgrammingError, SourceBusy, SourceUnavailable
from embedded_app.ids import CompanyId
from embedded_app.outbound.network import Network
from embedded_app.sources import bounds as door
from embedded_app.sources.bounds import Bounds
from embedded_app.sources.connectors import all_connectors
from embedded_app.sources.connectors.base import Surroundings
from tests.fakes.fake_clock import FakeClock

ONE, TWO, THREE = CompanyId(1), CompanyId(2), CompanyId(3)


def test_a_company_has_its_share_and_no_more_and_others_have_theirs() -> None:
    bounds = Bounds(places=4, share=2)
    with bounds.enter(ONE), bounds.enter(ONE):
        with pytest.raises(SourceBusy), bounds.enter(ONE):
            pass
        with bounds.enter(TWO):
            pass
    with bounds.enter(ONE):
        pass


def test_all_together_have_a_limit() -> None:
    bounds = Bounds(places=3, share=2)
    with ExitStack() as stack:
        for company_id in (ONE, ONE, TWO):
            stack.enter_context(bounds.enter(company_id))
        with pytest.raises(SourceBusy), bounds.enter(THREE):
            pass
    with bounds.enter(THREE):
        pass


def test_a_place_is_given_back_also_after_a_failure() -> None:
    bounds = Bounds(places=1, share=1)
    for _ in range(3):
        with suppress(ZeroDivisionError), bounds.enter(ONE) as allowance, allowance.file():
            raise ZeroDivisionError


def test_files_have_a_share_of_their_own() -> None:
    bounds = Bounds()
    with ExitStack() as stack:
        allowance = stack.enter_context(bounds.enter(ONE))
        for _ in range(2):
            stack.enter_context(allowance.file())
        with pytest.raises(SourceBusy), allowance.file():
            pass
        with bounds.enter(TWO) as other, other.file():
            pass


def test_an_allowance_ends_in_time_and_with_its_place() -> None:
    with Bounds(seconds=60).enter(ONE) as allowance:
        assert 0 < allowance.seconds() <= 60
        assert allowance.seconds(3) == 3
    with pytest.raises(ProgrammingError):
        allowance.seconds()
    with Bounds(seconds=0).enter(ONE) as allowance, pytest.raises(SourceUnavailable, match="too long"):
        allowance.seconds()


# No other way


@cache
def calls() -> list[tuple[str, ast.Call]]:
    root = Path(embedded_app.__file__).parent
    return [
        (path.relative_to(root).as_posix(), node)
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def test_only_the_door_makes_allowances() -> None:
    found = {
        path
        for path, call in calls()
        if (isinstance(call.func, ast.Name) and call.func.id == "Allowance")
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "Allowance")
    }
    assert found == {"sources/bounds.py"}


def test_readers_are_opened_in_one_place_and_called_with_an_allowance_by_the_service_alone() -> None:
    opened = {
        path
        for path, call in calls()
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func) in {"connector.open", "opener.reader", "self._opener.reader"}
    }
    assert opened == {"sources/opening.py", "sources/service.py"}
    asked = [
        (path, ast.unparse(call.args[0]))
        for path, call in calls()
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in {"reader.read", "reader.test"}
        if path.startswith("sources/")
    ]
    assert asked == [("sources/service.py", "allowance")] * 2


def test_every_reader_asks_for_an_allowance_first() -> None:
    for connector in all_connectors(Surroundings(Network(), None, FakeClock())):
        opens = type(connector).open.__annotations__["return"]
        module = __import__(type(connector).__module__, fromlist=[opens])
        for method in ("read", "test"):
            names = list(getattr(getattr(module, opens), method).__annotations__)
            assert names[0] == "allowance", (opens, method)


class Processor:
    """The clock of a thread's own work, and what it sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.spent = 0.0
        self.work_at_each_look = 0.0
        self.slept: list[float] = []
        monkeypatch.setattr(time, "thread_time", self._look)
        monkeypatch.setattr(time, "sleep", self.slept.append)

    def _look(self) -> float:
        self.spent += self.work_at_each_look
        return self.spent

    def work(self, seconds: float) -> None:
        self.spent += seconds


def test_who_works_through_rows_rests_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = Processor(monkeypatch)
    with Bounds().enter(ONE) as allowance:
        for _ in allowance.spread(range(1000)):
            processor.work(0.001)
    assert len(processor.slept) > 100
    assert sum(processor.slept) == pytest.approx(processor.spent, rel=0.02)


def test_all_together_work_no_more_than_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = Processor(monkeypatch)
    bounds = Bounds()
    with ExitStack() as stack:
        threads = [stack.enter_context(bounds.enter(company)) for company in (ONE, TWO, TWO)]
        *_, rest = [stack.enter_context(thread.working()) for thread in threads]
        processor.work(0.001)
        rest()
    assert processor.slept == [pytest.approx(0.005)], "of three threads, each takes a sixth"


def test_a_little_work_needs_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = Processor(monkeypatch)
    with Bounds().enter(ONE) as allowance, allowance.working() as rest:
        processor.work(door.SLICE_SECONDS)
        rest()
    assert processor.slept == []


def test_rows_that_take_longer_than_the_time_allowed_end_there(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = Processor(monkeypatch)
    with Bounds(seconds=0.0).enter(ONE) as allowance:
        processor.work_at_each_look = 0.001
        with pytest.raises(SourceUnavailable, match="took too long"):
            list(allowance.spread(range(1000)))
