"""docs/procore-client.md lets a stranger use the client: its program runs, and its table is whole."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from embedded_app.ids import CompanyId
from embedded_app.procore import Procore
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import SimulatorProcess

_PAGE = (Path(__file__).parents[3] / "docs" / "procore-client.md").read_text()


def test_the_program_of_the_page_runs(
    simulator: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    [program] = [
        block
        for block in re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
        if "class TokenOfMine" in block
    ]
    names: dict[str, Any] = {"TOKEN": simulator.access_token("dana.whitfield@hollisgrant.example")}
    exec(program.replace(":4000", f":{simulator.port}"), names)  # noqa: S102 # the page's own program
    assert "SC-014 Structural steel 6842500.0" in capsys.readouterr().out


def test_every_family_and_call_stands_in_the_table(procore: Procore) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \| [\d., ]+ \|$", _PAGE, re.MULTILINE))
    company = procore.company(CompanyId(1), FakeGrant())
    families = {name: family for name, family in vars(company).items() if not name.startswith("_")}
    assert rows.keys() == families.keys()
    for name, family in families.items():
        calls = {call for call, _ in inspect.getmembers(family, inspect.ismethod) if not call.startswith("_")}
        assert calls == set(re.findall(r"`(\w+)`", rows[name])), name
