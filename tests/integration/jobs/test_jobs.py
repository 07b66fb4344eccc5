"""The queue on both of its storages: what is due runs once, inside the app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask, current_app

from embedded_app.jobs import Jobs, open_jobs
from tests.factories.settings import config


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return Flask("jobs", instance_path=str(tmp_path / "instance"))


@pytest.fixture(params=["sqlite", "redis"])
def queue(request: pytest.FixtureRequest, app: Flask) -> Jobs:
    redis = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return open_jobs(app, config(REDIS_URL=redis, DATABASE_URL="sqlite://"))


def test_what_is_due_runs_once_inside_the_app(app: Flask, queue: Jobs) -> None:
    ran_in: list[str] = []
    queue.every_minutes(10, "sweep", lambda: ran_in.append(current_app.name))
    huey = queue._huey
    assert huey.read_periodic(datetime(2026, 11, 20, 13, 25)) == []  # noqa: DTZ001 # as the queue counts
    for task in huey.read_periodic(datetime(2026, 11, 20, 13, 20)):  # noqa: DTZ001
        huey.enqueue(task)
    huey.execute(huey.dequeue())
    assert ran_in == [app.name]
    assert huey.dequeue() is None


def test_every_job_is_surrounded_by_what_the_program_gives(app: Flask) -> None:
    said: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        said.append("before")
        yield
        said.append("after")

    queue = open_jobs(app, config(DATABASE_URL="sqlite://"), around=around)
    queue.every_minutes(10, "sweep", lambda: said.append("job"))
    for task in queue._huey.read_periodic(datetime(2026, 11, 20, 13, 20)):  # noqa: DTZ001
        queue._huey.execute(task)
    assert said == ["before", "job", "after"]


def test_a_queue_that_answers_is_reachable(queue: Jobs) -> None:
    assert queue.is_reachable()


def test_a_queue_that_does_not_answer_is_not(app: Flask) -> None:
    queue = open_jobs(app, config(REDIS_URL="redis://127.0.0.1:1/0", DATABASE_URL="sqlite://"))
    assert not queue.is_reachable()


def test_the_queue_lies_beside_a_database_file(app: Flask, tmp_path: Path) -> None:
    open_jobs(app, config(DATABASE_URL=f"sqlite:///{tmp_path / 'data' / 'tieback.sqlite3'}"))
    assert (tmp_path / "data" / "jobs.sqlite3").is_file()
