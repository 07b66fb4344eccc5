"""How the simulator runs: its log, faults, rate limits, clock and switches."""

from __future__ import annotations

import time
from dataclasses import asdict

from flask import request
from werkzeug import Response

from embedded_app.simulator import keeping
from embedded_app.simulator.control.blueprint import answered, blueprint, body_sent, done
from embedded_app.simulator.network.faults import Fault
from embedded_app.simulator.state import Simulator, simulator


@blueprint.get("/requests")
def requests() -> Response:
    """What was asked of the login host and the API, oldest first; `path` limits it to paths that begin so."""
    begin = request.args.get("path", "")
    return answered([asdict(entry) for entry in simulator().log if entry.path.startswith(begin)])


@blueprint.delete("/requests")
def forget_requests() -> Response:
    """Empty the log."""
    simulator().log.clear()
    return done()


@blueprint.post("/faults")
def add_fault() -> Response:
    """Switch a fault on; the fields are those of `Fault`."""
    simulator().faults.add(Fault(**body_sent()))
    return done()


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Switch every fault off."""
    simulator().faults.clear()
    return done()


@blueprint.get("/rate")
def rate() -> Response:
    """Both windows as they stand."""
    return answered(_rate(simulator()))


@blueprint.post("/rate")
def set_rate() -> Response:
    """Set `hour_limit`, `hour_remaining`, `spike_limit`, `spike_remaining` or `send_retry_after`."""
    sent, limits = body_sent(), simulator().limits
    limits.headers()  # rolls the windows on, so that what is set now counts from now
    for name, window in (("hour", limits.hour), ("spike", limits.spike)):
        window.limit = int(sent.get(f"{name}_limit", window.limit))
        window.used = window.limit - int(sent.get(f"{name}_remaining", window.remaining))
    limits.send_retry_after = bool(sent.get("send_retry_after", limits.send_retry_after))
    return answered(_rate(simulator()))


def _rate(running: Simulator) -> dict[str, object]:
    limits = running.limits
    return {
        "hour_limit": limits.hour.limit,
        "hour_remaining": limits.hour.remaining,
        "spike_limit": limits.spike.limit,
        "spike_remaining": limits.spike.remaining,
        "send_retry_after": limits.send_retry_after,
    }


@blueprint.get("/clock")
def clock() -> Response:
    """What time it is here, and how much computing this process has done."""
    running = simulator().clock
    return answered(
        {
            "now": running.now().isoformat(),
            "factor": running.factor,
            "cpu_seconds": time.process_time(),
        }
    )


@blueprint.post("/clock")
def set_clock() -> Response:
    """Jump forward by `advance_seconds`, or run at another `factor`."""
    sent, running = body_sent(), simulator()
    if "factor" in sent:
        running.clock.factor = float(sent["factor"])
    running.clock.advance(float(sent.get("advance_seconds", 0)))
    return clock()


@blueprint.get("/switches")
def switches() -> Response:
    """How the login host, the API and the portal behave."""
    return answered(simulator().switches.all())


@blueprint.patch("/switches")
def set_switches() -> Response:
    """Set those that are sent; the others stay."""
    simulator().switches.set(body_sent())
    return switches()


@blueprint.post("/marks")
def mark() -> Response:
    """Keep everything as it is now, to come back to it by a reset."""
    return answered({"mark": keeping.mark(simulator())})


@blueprint.post("/reset")
def reset() -> Response:
    """Back to the seed, in everything; to a `mark` if one is sent."""
    sent = body_sent()
    if "mark" in sent:
        keeping.go_back(simulator(), sent["mark"])
    else:
        simulator().reset()
    return done()
