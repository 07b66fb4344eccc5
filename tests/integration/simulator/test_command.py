"""The switches from a shell."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from embedded_app.simulator.command import simulator as command
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.simulator.world import DANA


def run(simulator: SimulatorProcess, name: str, *arguments: str) -> Result:
    return CliRunner().invoke(command, [name, "--at", simulator.base_url, *arguments])


def test_switches_are_thrown_from_a_shell(simulator: SimulatorProcess) -> None:
    assert (
        run(simulator, "control", "POST", "/faults", "path=/rest/*", "status=503", "times=1").exit_code == 0
    )
    token = simulator.access_token(DANA)
    assert simulator.get("/rest/v1.0/me", token).status == 503
    thrown = run(simulator, "control", "patch", "/switches", "consent=remembered", "coop=true")
    assert json.loads(thrown.output)["consent"] == "remembered"
    assert json.loads(run(simulator, "control", "GET", "/switches").output)["coop"] is True


def test_the_log_is_read_from_a_shell(simulator: SimulatorProcess) -> None:
    simulator.get("/rest/v1.0/me", simulator.access_token(DANA))
    simulator.get("/rest/v1.0/nothing", simulator.access_token(DANA))
    whole = run(simulator, "requests").output.splitlines()
    assert whole[0].partition("  ")[2] == "200  GET /rest/v1.0/me"
    (broken,) = run(simulator, "requests", "--broken").output.splitlines()
    assert broken.endswith("400  GET /rest/v1.0/nothing  missing_company_header")


def test_what_does_not_fit_is_one_sentence(simulator: SimulatorProcess) -> None:
    for arguments, sentence in (
        (["PATCH", "/switches", "consent=never"], "Error: ValueError: 'never' is not a valid Consent\n"),
        (["GET", "/nothing"], "Error: There is no such switch, or the simulator runs without --control.\n"),
    ):
        ended = run(simulator, "control", *arguments)
        assert (ended.exit_code, ended.output) == (1, sentence)


def test_options_that_do_not_fit_end_the_start() -> None:
    ended = CliRunner().invoke(command, ["--switch", "colour=red"])
    assert ended.exit_code == 1
    assert ended.output.startswith("Error: There is no switch colour. There are: ")
