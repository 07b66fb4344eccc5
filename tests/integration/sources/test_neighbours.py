"""What one company's source does is felt by that company alone."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading

import pytest
from flask import Flask

from embedded_app.clock import SystemClock
from embedded_app.errors import SourceBusy
from embedded_app.outbound.network import Network
from embedded_app.sources.bounds import PLACES_OF_A_COMPANY
from embedded_app.sources.connectors import sql
from embedded_app.sources.connectors.base import Surroundings
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.service import SourceService
from embedded_app.storage import company_scope, db
from tests.integration.sources.conftest import DANA, ONE, TWO

TESTS = 64
SCRIPTED = {"kind": "scripted", "name": "ERP", "host": "erp.example.com", "key_column": "sc_no"}


def test_64_tests_of_a_source_that_says_nothing_leave_another_company_served(
    app: Flask, service: SourceService, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback = Network((ipaddress.ip_network("127.0.0.0/8"),), look_up=lambda _host: ["127.0.0.1"])
    connector = next(each for each in service.connectors() if isinstance(each, SqlConnector))
    monkeypatch.setattr(connector, "_surroundings", Surroundings(loopback, None, SystemClock()))
    monkeypatch.setattr(sql, "CONNECT_SECONDS", 2)
    results: queue.Queue[str] = queue.Queue()

    def test_it(port: int) -> None:
        form = {"kind": "sql", "name": "Silent", "host": "erp.example.com", "port": str(port)}
        form |= {"database": "x", "user": "x", "encryption": "off", "table": "t"}
        with app.app_context(), company_scope(ONE):
            try:
                report = service.test(service.draft(form), actor=DANA)
                results.put("passed" if report.ok else report.checks[-1].text)
            except SourceBusy:
                results.put("busy")
            finally:
                db.session.remove()

    with socket.create_server(("127.0.0.1", 0), backlog=2 * TESTS) as silent:  # takes calls and says nothing
        port = silent.getsockname()[1]
        threads = [threading.Thread(target=test_it, args=(port,)) for _ in range(TESTS)]
        for thread in threads:
            thread.start()
        found = [results.get(timeout=60) for _ in range(TESTS - PLACES_OF_A_COMPANY)]
        with company_scope(TWO):
            source_id = service.create(service.draft(SCRIPTED), actor=DANA).id
            assert len(service.read(source_id, ("job_no", ("21-0417",))).rows) == 2
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
    found += [results.get_nowait() for _ in range(PLACES_OF_A_COMPANY)]
    assert "busy" in found
    assert {each for each in found if each != "busy"} == {
        "The database did not sign in within 3 s. Look whether it is up."
    }
