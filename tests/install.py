"""Make sure that the programs the suite drives are on this machine, or say in one sentence how to get them.

On Debian and its kin, as root, the distribution's own packages are installed. Elsewhere the driver that comes
with Selenium looks for a browser of its own, so there is nothing to do. What checks pages comes from npm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PACKAGES = {
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",  # WebKit's browser needs a display and a bus
    "dbus-run-session": "dbus",
    "bwrap": "bubblewrap",  # shows one browser the test's own certificate authority
    "certutil": "libnss3-tools",  # tells the two others of it
    "node": "nodejs",
    "npm": "npm",
    "redis-server": "redis-server",
    "mariadb-install-db": "mariadb-server",
}
"""Each program with the Debian package that it comes in."""

CHECKERS = Path(__file__).parent / "checkers"


def packages_of(programs: Iterable[str]) -> list[str]:
    """The packages to install for `programs`, sorted."""
    return sorted({PACKAGES[program] for program in programs})


def main() -> int:
    _install_packages()
    _install_checkers()
    return 0


def _install_packages() -> None:
    missing = packages_of(program for program in PACKAGES if shutil.which(program) is None)
    apt = shutil.which("apt-get")
    if not missing or apt is None:
        return
    if os.geteuid() != 0:
        print(f"Some tests need: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        return
    print(f"Installing {', '.join(missing)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run([apt, *arguments], check=False, env=environment, stdout=subprocess.DEVNULL)
        if done.returncode:  # a kin of Debian's without one of them; the tests concerned say what they miss
            print("Not everything could be installed.", file=sys.stderr)


def _install_checkers() -> None:
    """Exactly what package-lock.json names, unless it is there. Nothing of it runs while it is installed."""
    npm, lock = shutil.which("npm"), CHECKERS / "package-lock.json"
    installed = CHECKERS / "node_modules" / ".package-lock.json"  # npm writes it when it is done
    if npm is None or (installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime):
        return
    print("Installing what checks pages …", flush=True)
    command = [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run(command, cwd=CHECKERS, check=False).returncode:
        print("It could not be installed. The tests that need it say so.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
