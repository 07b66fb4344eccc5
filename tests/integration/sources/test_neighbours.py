"""What one company's source does is felt by that company alone."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from embedded_app.clock import SystemClock
from embedded_app.crypto import Sealed, Vault
from embedded_app.errors import SourceBusy
from embedded_app.outbound.network import Network
from embedded_app.sources import files
from embedded_app.sources.bounds import PLACES_OF_A_COMPANY
from embedded_app.sources.connectors import sql
from embedded_app.sources.connectors.base import Surroundings
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.models import SourceFile
from embedded_app.sources.opening import OPEN_READERS
from embedded_app.sources.service import SourceService
from embedded_app.storage import company_scope, db
from embedded_app.storage._database import POOL
from tests.fakes.fake_clock import FakeClock
from tests.fakes.scripted_connector import ScriptedConnector
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


@pytest.mark.usefixtures("app")
def test_many_sources_of_a_company_close_the_connections_of_no_other(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    with company_scope(TWO):
        theirs = service.create(service.draft(SCRIPTED), actor=DANA).id
        service.read(theirs)
    with company_scope(ONE):
        for number in range(OPEN_READERS + 3):
            own = service.create(service.draft(SCRIPTED | {"name": f"ERP {number}"}), actor=DANA).id
            service.read(own)
    opened = scripted.opened
    asked = len(scripted.asked)
    clock.advance(3600)
    with company_scope(TWO):
        service.read(theirs, refresh=True)
    assert len(scripted.asked) == asked + 1
    assert scripted.opened == opened


@pytest.fixture
def _a_connection_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POOL, "pool_size", 7)


@pytest.mark.usefixtures("_a_connection_for_each")
def test_uploads_that_come_together_stay_within_the_room_of_a_company(
    app: Flask, vault: Vault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_STORED", 250)
    store = files.Files(vault, clock)
    seal = vault.seal

    def slowly(*arguments: Any) -> Sealed:
        time.sleep(0.1)  # between the look at what is stored and the commit
        return seal(*arguments)

    monkeypatch.setattr(vault, "seal", slowly)
    everybody = threading.Barrier(6)
    results: queue.Queue[str] = queue.Queue()

    def upload(number: int) -> None:
        with app.app_context(), company_scope(ONE):
            everybody.wait(60)
            store.add(f"{number}.csv", b"x" * 99 + bytes([48 + number]), actor=DANA)
            results.put("stored")
            db.session.remove()

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results.qsize() == 6
    with company_scope(ONE):
        assert db.session.scalar(select(func.sum(SourceFile.size))) == 200
