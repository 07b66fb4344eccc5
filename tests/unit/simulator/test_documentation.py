"""docs/simulator.md is what a stranger has: it names every option, switch, breach and field of a fault."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import get_type_hints

import pytest

from embedded_app.simulator.command import simulator
from embedded_app.simulator.faults import Fault
from embedded_app.simulator.options import Options
from embedded_app.simulator.request_log import Breach
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.switches import Switches

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [opt for parameter in simulator.params for opt in parameter.opts])
def test_every_option_is_documented(option: str) -> None:
    assert f"`{option}`" in PAGE


def test_every_switch_is_documented() -> None:
    rules = create_simulator(Options(control=True)).url_map.iter_rules()
    switches = {rule.rule for rule in rules if rule.endpoint.startswith("control.")}
    assert len(switches) > 10
    for switch in switches:
        assert f"/_sim/{switch.split('/')[2]}" in PAGE, switch


WORDS = (*Breach, *(each.name for each in fields(Fault)), *FAMILIES)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_log_faults_choices_and_families_is_documented(word: str) -> None:
    assert word in PAGE


def test_the_table_of_calls_has_every_resource() -> None:
    rules = create_simulator(Options()).url_map.iter_rules()
    resources = {
        part
        for rule in rules
        if rule.endpoint.startswith("rest.") and not rule.endpoint.endswith("._unknown")
        for part in rule.rule.split("/")[3:]
        if part.replace("_", "").isalpha()
    }
    assert {"me", "commitments", "insurances", "summary"} <= resources
    for resource in resources:
        assert resource in PAGE, resource


@pytest.mark.parametrize("switch", [each.name for each in fields(Switches)])
def test_every_question_that_is_open_is_documented(switch: str) -> None:
    assert f"| `{switch}` |" in PAGE


def test_every_value_of_a_switch_is_documented() -> None:
    row = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for name, kind in get_type_hints(Switches).items():
        for value in kind if issubclass(kind, StrEnum) else ():
            assert f"`{value}`" in row[name], (name, value)
