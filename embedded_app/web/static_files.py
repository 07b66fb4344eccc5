"""Our own files under addresses that change with their content, so that browsers may keep them for ever.

The whole tree is served under one hash: ``/static/<hash>/js/frame.js``. Relative imports between ES modules
and between style sheets therefore keep working without rewriting anything. The tree is copied once, with a
compressed twin of each text, into the instance folder, where WhiteNoise serves it from.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from embedded_app.config import Config
from embedded_app.errors import ProgrammingError
from embedded_app.web.headers import Kind, headers_for

SOURCE = Path(__file__).parents[2] / "static"

_HASH_CHARACTERS = 16
_COMPRESSED = frozenset({".css", ".js", ".svg"})
_IMPORT = re.compile(r"""^(?:import|export)\b(?:[^;"']*\bfrom\b)?\s*["'](\.[^"']+)["']""", re.MULTILINE)


def init_app(app: Flask, config: Config) -> None:
    """Publish `SOURCE`, serve it in front of `app`, and offer `asset(path)` and `imports(path)` to templates."""
    files = _files(SOURCE)
    tree_hash = _hash_of(files)
    prefix = f"/static/{tree_hash}/"
    headers = headers_for(Kind.STATIC, config)

    def asset(path: str) -> str:
        """The address of a file of `static/`, for example ``asset("css/base.css")``."""
        if path not in files:
            raise ProgrammingError(f"There is no static file {path!r}.")
        return prefix + path

    direct = {path: _imports_of(path, file) for path, file in files.items() if path.endswith(".js")}
    imported = {path: list(_all_imports(path, direct)) for path in direct}

    def imports(path: str) -> list[str]:
        """The addresses of all that a module imports, so that a page can ask for them at once."""
        return [asset(each) for each in imported[path]]

    def add_headers(target: Headers, path: str, url: str) -> None:
        del path, url
        for name, value in headers.items():
            target[name] = value

    app.jinja_env.globals.update(asset=asset, imports=imports)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign] # how Flask wants its middleware
        app.wsgi_app,
        root=_publish(files, Path(app.instance_path) / "static" / tree_hash),
        prefix=prefix,
        allow_all_origins=False,
        add_headers_function=add_headers,
        immutable_file_test=lambda path, url: True,  # noqa: ARG005 # whitenoise passes both
    )


def _files(root: Path) -> Mapping[str, Path]:
    return {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file()}


def _imports_of(path: str, file: Path) -> list[str]:
    """What the module at `path` imports itself."""
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
        for relative in _IMPORT.findall(file.read_text())
    ]


def _all_imports(path: str, direct: Mapping[str, list[str]]) -> Iterator[str]:
    """What a module imports, and what that imports, each once."""
    found = [path]
    for module in found:  # grows on the way
        for other in direct[module]:
            if other not in found:
                found.append(other)
                yield other


def _hash_of(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in files.items():
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_HASH_CHARACTERS]


def _publish(files: Mapping[str, Path], target: Path) -> Path:
    """Put `files` and their compressed twins under `target`, all or nothing, whoever else does the same."""
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    for name, path in files.items():
        copy = draft / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        copy.write_bytes(content)
        if copy.suffix in _COMPRESSED:
            copy.with_name(f"{copy.name}.gz").write_bytes(gzip.compress(content, mtime=0))
    draft.chmod(0o755)
    try:
        os.rename(draft, target)  # noqa: PTH104 # Path.replace would say what is not meant: nothing is replaced
    except OSError:
        shutil.rmtree(draft)
        if not target.is_dir():  # another process was faster; anything else is a real failure
            raise
    return target
