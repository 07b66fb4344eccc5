"""Make sure that the programs the suite drives are on this machine, or say in one sentence how to get them.

On Debian and its kin, as root, the distribution's own packages are installed. Elsewhere the driver that comes
with Selenium looks for a browser of its own, so there is nothing to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver", "redis-server": "redis-server"}


def main() -> int:
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if not missing:
        return 0
    apt = shutil.which("apt-get")
    if apt is None:
        return 0
    if os.geteuid() != 0:
        print(f"Some tests need: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        return 0
    print(f"Installing {' and '.join(missing)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *missing]):
        subprocess.run([apt, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
