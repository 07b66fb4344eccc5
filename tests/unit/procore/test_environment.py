from __future__ import annotations

import pytest

from embedded_app.procore import Environment

_PRODUCTION = Environment(
    "production", "https://login.procore.com", "https://api.procore.com", ("https://*.procore.com",)
)
_LOCAL = Environment(
    "custom",
    "http://login.procore.localhost:9000",
    "http://api.procore.localhost:9000",
    ("http://us02.procore.localhost:9000",),
)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.procore.com/rest/v1.0/me",
        "https://login.procore.com/oauth/token/info",
        "https://API.procore.com:443/",
    ],
)
def test_our_two_hosts_may_receive_a_bearer(url: str) -> None:
    assert _PRODUCTION.may_receive_bearer(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.procore.com/rest/v1.0/me",
        "https://api.procore.com:8443/",
        "https://api.procore.com.evil.example/",
        "https://api.procore.com@evil.example/",
        "https://app.procore.com/",
        "https://api.procore.com:x/",
        "//api.procore.com/",
        "ftp://api.procore.com/",
        "",
    ],
)
def test_nobody_else_may(url: str) -> None:
    assert not _PRODUCTION.may_receive_bearer(url)


@pytest.mark.parametrize("url", ["https://us02.procore.com", "https://uk01.procore.com/"])
def test_a_region_host_is_a_portal(url: str) -> None:
    assert _PRODUCTION.is_portal(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://us02.procore.com",
        "https://procore.com.evil.example",
        "https://evilprocore.com",
        "https://us02.procore.com/path",
        "https://us02.procore.com?x=1",
        "https://user@us02.procore.com",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not _PRODUCTION.is_portal(url)


def test_without_a_wildcard_only_the_named_origin_is_a_portal() -> None:
    assert _LOCAL.is_portal("http://us02.procore.localhost:9000")
    assert not _LOCAL.is_portal("http://us02.procore.localhost:9001")
    assert not _LOCAL.is_portal("http://app.procore.localhost:9000")
