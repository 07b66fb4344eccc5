"""`python -m embedded_app.simulator.sample_erp --folder DIR`: write the sample ERP and the insurance files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from embedded_app.simulator.sample_erp import build_sample_erp, write_insurance_files

DATABASE = "sample-erp.db"


def main(arguments: list[str] | None = None) -> int:
    """Write everything and name what was written, one path per line."""
    parser = argparse.ArgumentParser(
        prog="python -m embedded_app.simulator.sample_erp",
        description="Write a sample job-cost database and insurance lists, the same every time.",
    )
    parser.add_argument("--folder", type=Path, required=True, help="where to write; made if it is missing")
    folder: Path = parser.parse_args(arguments).folder
    build_sample_erp(folder / DATABASE)
    written = (folder / DATABASE, *write_insurance_files(folder))
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
