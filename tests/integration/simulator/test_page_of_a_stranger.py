"""The commands of docs/simulator.md are one session that works, as they stand on the page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.fakes.simulator_process import SimulatorProcess

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"
PRELUDE = """set -euo pipefail
curl() { command curl --fail-with-body --max-time 20 "$@"; }
"""


def test_every_command_of_the_page_works(simulator: SimulatorProcess) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 5
    session = "".join(blocks)
    assert session.count("http://127.0.0.1:4000") == 1
    script = PRELUDE + session.replace("http://127.0.0.1:4000", simulator.base_url)
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    for answer in (
        '"login":"dana.whitfield@hollisgrant.example"',
        '"status":"complete"',
        '"resource_id":"41"',
    ):
        assert answer in ran.stdout
    assert '"breaches":["' not in ran.stdout
