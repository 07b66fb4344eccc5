"""Run every benchmark of this folder, or those named: ``python -m bench reconciliation``."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    known = sorted(name for name in found if not name.startswith("_"))
    if unknown := set(names) - set(known):
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
        return 2
    for name in names or known:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
