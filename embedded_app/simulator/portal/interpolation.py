"""From the address that a developer registered to the address that a frame opens."""

from __future__ import annotations

import re
from urllib.parse import quote

from embedded_app.simulator.model import Company, Project

_TOKEN = re.compile(r"\{\{\s*procore\.(company|project)\.(id|name)\s*\}\}")


def interpolate(address: str, company: Company, project: Project | None) -> str:
    """`address` with the platform's tokens replaced (docs/platform-reference.md, section 3.2).

    Values are URI-encoded, also slashes. Without a project its tokens become empty; tokens of other names stay.
    """

    def value(token: re.Match[str]) -> str:
        of: Company | Project | None = company if token[1] == "company" else project
        return "" if of is None else quote(str(getattr(of, token[2])), safe="")

    return _TOKEN.sub(value, address)
