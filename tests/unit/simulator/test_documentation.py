"""docs/simulator.md is what a stranger has: each of its tables and lists is whole, and names nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import get_type_hints

from embedded_app.simulator.command import simulator
from embedded_app.simulator.network.faults import Fault
from embedded_app.simulator.network.request_log import Breach
from embedded_app.simulator.options import Options
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.switches import Switches

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


def part(begin: str, end: str) -> str:
    """What stands between these two."""
    assert PAGE.count(begin) == 1, begin
    return PAGE.partition(begin)[2].partition(end)[0]


def words(text: str) -> set[str]:
    """What is written as code, without values: `drop: "after"` is `drop`."""
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"^[\w-]+", code)}


def first_cells(table: str) -> dict[str, str]:
    """Each line of a table by the words of its first cell."""
    lines = (line for line in table.splitlines() if line.startswith("| `"))
    return {word: line for line in lines for word in words(line.split(" | ")[0])}


def test_every_option_has_its_line() -> None:
    options = {opt for parameter in simulator.params for opt in parameter.opts}
    assert first_cells(part("## Start it\n", "\n## ")).keys() == options


def test_every_call_of_the_control_has_its_line() -> None:
    rules = create_simulator(Options(control=True)).url_map.iter_rules()
    calls = {rule.rule.split("/")[2] for rule in rules if rule.endpoint.startswith("control.")}
    table = part("## Control\n", "**Log.**")
    assert set(re.findall(r"^\| `[A-Z]+ /_sim/([\w-]+)", table, re.MULTILINE)) == calls


def test_every_breach_is_named() -> None:
    named = words(part("`breaches`: ", "Tokens and bodies"))
    assert named - {"per_page"} == set(Breach)


def test_every_field_of_a_fault_is_named() -> None:
    table = part("**Faults.**", "```")
    limits = {"path", "method", "times"}
    assert limits <= words(table.partition("| Field |")[0])
    assert first_cells(table).keys() | limits == {each.name for each in fields(Fault) if each.init}


def test_every_family_is_named_where_its_records_are_edited() -> None:
    [line] = re.findall(r"^\| `PATCH /_sim/records/.*$", PAGE, re.MULTILINE)
    daily_logs = {name for name in FAMILIES if name.endswith("_logs")} - {"observation_response_logs"}
    assert "every kind of daily log" in line
    assert set(FAMILIES) - daily_logs <= words(line)


def test_the_table_of_calls_has_every_resource() -> None:
    rules = create_simulator(Options()).url_map.iter_rules()
    resources = {
        word
        for rule in rules
        if rule.endpoint.startswith("rest.") and not rule.endpoint.endswith("._unknown")
        for word in rule.rule.split("/")[3:]
        if word.replace("_", "").isalpha()
    }
    table = part("## What answers\n", "\n\nEverything else")
    written = {word for code in re.findall(r"`([^`]+)`", table) for word in re.findall(r"\w+", code)}
    assert {"me", "commitments", "insurances", "summary"} <= resources
    assert resources - written == set()


def test_every_question_that_is_open_has_its_line_and_every_answer() -> None:
    lines = first_cells(part("### Switches\n", "\n### "))
    assert lines.keys() == {each.name for each in fields(Switches)}
    values = {name: set(kind) for name, kind in get_type_hints(Switches).items() if issubclass(kind, StrEnum)}
    assert len(values) > 5
    for name, known in values.items():
        assert known <= words(lines[name]), name
