"""Make sure that the programs the suite drives are on this machine, or say in one sentence how to get them.

On Debian and its kin, as root, the distribution's own packages are installed. Elsewhere the driver that comes
with Selenium looks for a browser of its own, so there is nothing to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

PACKAGES = {
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",  # WebKit's browser needs a display and a bus
    "dbus-run-session": "dbus",
    "bwrap": "bubblewrap",  # shows one browser the test's own certificate authority
    "certutil": "libnss3-tools",  # tells the two others of it
    "redis-server": "redis-server",
}
"""Each program with the Debian package that it comes in."""


def packages_of(programs: Iterable[str]) -> list[str]:
    """The packages to install for `programs`, sorted."""
    return sorted({PACKAGES[program] for program in programs})


def main() -> int:
    missing = packages_of(program for program in PACKAGES if shutil.which(program) is None)
    if not missing:
        return 0
    apt = shutil.which("apt-get")
    if apt is None:
        return 0
    if os.geteuid() != 0:
        print(f"Some tests need: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        return 0
    print(f"Installing {', '.join(missing)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *missing]):
        subprocess.run([apt, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
