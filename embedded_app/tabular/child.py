"""The process that reads one file: ``python -m embedded_app.tabular.child``, started by `apart`.

It gets no environment, and limits of its own before it looks at the file.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import sys

from embedded_app.clock import SystemClock
from embedded_app.errors import InvalidField
from embedded_app.tabular import file

TOO_LARGE = "The file takes too much memory to read. Leave only the table in it, or divide it."


def main(
    descriptor: int, processor_seconds: int, memory_bytes: int, sheet: str, header_row: int | None
) -> None:
    """Write what the file of `descriptor` holds to standard output, or the field and sentence of what is wrong."""
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))  # says so, then kills
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(10)  # pages come first
    answer: object
    try:
        with os.fdopen(descriptor, "rb") as source:
            content = source.read()
        answer = file.read(content, file.Part(sheet, header_row), SystemClock())
        packed = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except InvalidField as error:
        packed = pickle.dumps((error.field, error.sentence))
    except MemoryError:
        packed = pickle.dumps(("file", TOO_LARGE))
    sys.stdout.buffer.write(packed)


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
