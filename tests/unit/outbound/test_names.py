from __future__ import annotations

import pytest

from embedded_app.outbound.names import is_this_machine, reached_at


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "localhost.", "api.procore.localhost", "a.b.LOCALHOST."]
)
def test_localhost_and_every_name_under_it_is_this_machine(host: str) -> None:
    assert is_this_machine(host)
    assert reached_at(host) == "127.0.0.1"


@pytest.mark.parametrize(
    "host",
    ["notlocalhost", "localhost.example.com", "localhost..", "", ".", "127.0.0.1", "::1", "procore.com"],
)
def test_any_other_host_is_left_to_the_resolver(host: str) -> None:
    assert not is_this_machine(host)
    assert reached_at(host) == host
