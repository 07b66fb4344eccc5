"""Administrators of one company test a source that says nothing, all of them together, and others work on."""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest
from flask import Flask

from embedded_app.clock import SystemClock
from embedded_app.outbound.network import Network
from embedded_app.services import services
from embedded_app.sources.bounds import PLACES_OF_A_COMPANY
from embedded_app.sources.connectors import sql
from embedded_app.sources.connectors.base import Surroundings
from embedded_app.sources.connectors.sql import SqlConnector
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import CASCADIA, DANA

TESTS = 64
SAVE = "/settings/sources/save"


@pytest.fixture
def _reaches_this_machine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    loopback = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])
    with app.app_context():
        connector = next(each for each in services().sources.connectors() if isinstance(each, SqlConnector))
    monkeypatch.setattr(connector, "_surroundings", Surroundings(loopback, None, SystemClock()))
    monkeypatch.setattr(sql, "CONNECT_SECONDS", 2)


@pytest.mark.usefixtures("_reaches_this_machine")
def test_64_tests_of_a_source_that_says_nothing_end_and_others_are_served(
    dana: Administrator, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    simulator.install(CASCADIA)
    other = person("ingrid.solberg@cascadiacivil.example")
    other.installs(CASCADIA)
    form = dana.opens("/settings/sources/new?kind=sql").form(SAVE).values
    form |= {"name": "Silent", "host": "erp.example.com", "database": "x", "user": "x", "table": "t"}
    form |= {"dialect": "postgresql", "encryption": "off", "act": "test"}
    tabs = [person(DANA) for _ in range(TESTS)]
    for tab in tabs:
        tab.has_cookies_of(dana)
    with (
        socket.create_server(("127.0.0.1", 0), backlog=2 * TESTS) as silent,  # takes calls and says nothing
        ThreadPoolExecutor(TESTS) as pool,
    ):
        form["port"] = str(silent.getsockname()[1])
        asked = [pool.submit(tab.posts, SAVE, form) for tab in tabs]
        wait(asked, return_when=FIRST_COMPLETED)
        assert not all(each.done() for each in asked)
        assert [other.opens(f"/settings/{page}").status for page in ("sources", "panels", "projects")] == [
            200
        ] * 3
        answers: list[Page] = [each.result() for each in asked]
    busy = [each for each in answers if "Too much is being read at this moment." in each.text]
    rest = [each for each in answers if each not in busy]
    assert all("The database did not sign in within 3 s." in each.text for each in rest)
    assert len(busy) >= TESTS - 2 * PLACES_OF_A_COMPANY
    assert len(rest) >= PLACES_OF_A_COMPANY
