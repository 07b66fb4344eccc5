"""Whatever is asked of the API is answered; nothing is a failure of the simulator.

`FUZZ_CASES` and `FUZZ_SEED` choose how many requests the deep test makes, and which.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from embedded_app.simulator.rest.families import FAMILIES
from tests.integration.simulator.families.api import Api
from tests.integration.simulator.world import HOLLIS, RIVERSIDE

_CASES = [1000, pytest.param(int(os.environ.get("FUZZ_CASES", "10000")) // 2, marks=pytest.mark.deep)]
_SEED = os.environ.get("FUZZ_SEED", "tieback")
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 1.5, 1e308, "", "x", "-5", "9" * 5000, "\0", "é☃", "NaN", "1e999"),
    *("2026-11-20", "2026-13-45", "0001-01-01", "9999-12-31T23:59:59-14:00", "...", "2026-01-01..."),
    *([], {}, [None], [[1]], {"a": 1}, [{"id": 1}], {"id": None}, RIVERSIDE, str(RIVERSIDE)),
)
_NAMES = tuple(sorted({field.name for family in FAMILIES.values() for field in family.fields}))
_PLACE = re.compile(r"<(?:int:)?([a-z_]+)>")


class _Requests:
    """Random ones to every address of the API, about records that are there."""

    def __init__(self, api: Api) -> None:
        self._random = Random(_SEED)  # noqa: S311 # repeatable on purpose
        self._records = api.simulator.running.world.records
        self._addresses = api.simulator.addresses("/rest/")

    def next(self) -> tuple[str, str, Any]:
        method, rule = self._random.choice(self._addresses)
        path = _PLACE.sub(lambda place: self._id(place[1], rule[: place.start()]), rule)
        query: dict[str, Any] = {"project_id": RIVERSIDE, "per_page": 5}
        for _ in range(self._random.randint(0, 2)):
            name = self._random.choice(_NAMES)
            query[self._random.choice((name, f"filters[{name}]", f"filters[{name}][]"))] = self._value()
        query["sort"] = self._random.choice(("", "-")) + self._random.choice(_NAMES)
        record = {self._random.choice(_NAMES): self._value() for _ in range(self._random.randint(0, 3))}
        wrapper = rule.split("/<")[0].rpartition("/")[2].removesuffix("s")
        body = self._random.choice((record, {wrapper: record}, {**record, wrapper: record}, [record]))
        return method, f"{path.removeprefix('/rest')}?{urlencode(query)}"[:4000], body

    def _id(self, name: str, before: str) -> str:
        known = {"company_id": HOLLIS, "project_id": RIVERSIDE}
        if name in known:
            return str(known[name])
        collection = before.rstrip("/").rpartition("/")[2]
        return str(self._random.choice([1, *list(self._records.get(collection, ()))[:20]]))

    def _value(self) -> Any:
        return self._random.choice(_VALUES)


@pytest.mark.parametrize("cases", _CASES)
def test_no_request_makes_the_simulator_fail(api: Api, cases: int) -> None:
    requests = _Requests(api)
    answers: Counter[int] = Counter()
    for number in range(cases):
        method, path, body = requests.next()
        answer = api.write(method, path, None if method == "GET" else body)
        assert answer.status_code < 500, f"{number} of seed {_SEED}: {method} {path} {body!r}"
        answers[answer.status_code] += 1
    assert min(answers[status] for status in (200, 400, 404)) > cases // 20, f"of one sort only: {answers}"
