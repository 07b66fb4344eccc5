"""Under which name each region's pages are reached (docs/platform-reference.md, section 1.2)."""

from __future__ import annotations

from flask import request

DOMAIN = "procore.localhost"
_REGIONS = {"us01": f"app.{DOMAIN}", "us02": f"us02.{DOMAIN}"}


def region_host(region: str) -> str:
    """The region's host, with the port of the current request."""
    port = request.host.rpartition(":")[2]
    return _REGIONS[region] + (f":{port}" if port.isdecimal() else "")


def region_address(region: str) -> str:
    """The region's origin: what `company_base_url` answers, and what the portal redirects to."""
    return f"{request.scheme}://{region_host(region)}"
