"""From the address that a developer registered to the address that a frame opens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from embedded_app.simulator.model.people import Company
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.switches import NoProject

_TOKEN = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def interpolate(
    address: str,
    company: Company,
    project: Project | None,
    values: Mapping[str, str] | None = None,
    *,
    without_project: NoProject = NoProject.EMPTY,
) -> str:
    """`address` with the platform's tokens and the app's own replaced (platform reference, section 3.2).

    `values` are what an administrator filled in, by key. Everything is URI-encoded, also slashes. Tokens without a
    value stay, a project's where there is none as `without_project` says.
    """
    known: dict[str, object] = {f"procore.company.{name}": getattr(company, name) for name in ("id", "name")}
    for name in ("id", "name"):
        if project is not None:
            known[f"procore.project.{name}"] = getattr(project, name)
        elif without_project is NoProject.EMPTY:
            known[f"procore.project.{name}"] = ""
    own = {key: value for key, value in (values or {}).items() if not key.startswith("procore.")}

    def value(token: re.Match[str]) -> str:
        found = {**own, **known}.get(token[1])
        return token[0] if found is None else quote(str(found), safe="")

    return _TOKEN.sub(value, address)


def origin_pattern(address: str) -> str:
    """The origins that `address` can have once it is filled in, as a content security policy writes them.

    Tokens may be in the sub-domain (platform reference, section 3.2); there a policy knows only a leading `*`.
    """
    parts = urlsplit(_TOKEN.sub("*", address))
    _, star, after = parts.netloc.rpartition("*")
    if star:
        _, dot, rest = after.partition(".")
        return f"{parts.scheme}://*{dot}{rest}"
    return f"{parts.scheme}://{after}"
