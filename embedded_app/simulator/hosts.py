"""Under which name each region's pages are reached (docs/platform-reference.md, section 1.2)."""

from __future__ import annotations

from flask import request

DOMAIN = "procore.localhost"
_REGIONS = {"us01": f"app.{DOMAIN}", "us02": f"us02.{DOMAIN}", "uk01": f"uk01.{DOMAIN}"}


def region_host(region: str) -> str:
    """The region's host, with the port of the current request."""
    return _with_port(_REGIONS[region])


def region_address(region: str) -> str:
    """The region's origin: what `company_base_url` answers, and what the portal redirects to."""
    return host_address(_REGIONS[region])


def host_address(host: str) -> str:
    """The origin of another name of this process."""
    return f"{request.scheme}://{_with_port(host)}"


def _with_port(host: str) -> str:
    port = request.host.rpartition(":")[2]
    return host + (f":{port}" if port.isdecimal() else "")
