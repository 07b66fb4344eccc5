"""The guard before every connection to a customer's system. No name is really looked up."""

from __future__ import annotations

import ipaddress

import pytest

from embedded_app.errors import SourceRefused, SourceUnavailable
from embedded_app.outbound.network import Network, is_host

PUBLIC = "93.184.216.34"

FORBIDDEN = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 # an address to refuse, not to bind
    "10.1.2.3",
    "172.16.0.9",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_is_not_public_is_refused_as_a_literal_and_behind_a_name(address: str) -> None:
    network = Network(look_up=lambda _host: [address])
    with pytest.raises(SourceRefused):
        network.resolve(address)
    with pytest.raises(SourceRefused, match="SOURCE_NETWORKS"):
        network.resolve("erp.example.com")


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_what_one_connects_to(address: str) -> None:
    assert Network(look_up=lambda _host: [address]).resolve("erp.example.com") == address


@pytest.mark.parametrize("host", ["localhost", "erp.localhost", "ERP.LOCALHOST."])
def test_names_of_this_machine_are_judged_as_loopback_without_a_look_up(host: str) -> None:
    with pytest.raises(SourceRefused, match="SOURCE_NETWORKS"):
        Network().resolve(host)
    loopback = ipaddress.ip_network("127.0.0.0/8")
    assert Network(allowed=(loopback,)).resolve(host) == "127.0.0.1"


def test_the_first_address_that_is_allowed_is_used() -> None:
    assert Network(look_up=lambda _host: ["10.0.0.1", PUBLIC]).resolve("erp.example.com") == PUBLIC


def test_the_operator_can_allow_a_network_and_no_more() -> None:
    network = Network((ipaddress.ip_network("10.1.0.0/16"),), look_up=lambda host: [host])
    assert network.resolve("10.1.2.3") == "10.1.2.3"
    assert network.resolve("::ffff:10.1.2.3") == "::ffff:a01:203"
    with pytest.raises(SourceRefused):
        network.resolve("10.2.0.1")


def test_an_allowed_network_of_one_family_allows_nothing_of_the_other() -> None:
    network = Network((ipaddress.ip_network("::1/128"),))
    assert network.resolve("::1") == "::1"
    with pytest.raises(SourceRefused):
        network.resolve("127.0.0.1")


def test_a_name_without_an_address_says_so() -> None:
    def nowhere(host: str) -> list[str]:
        raise OSError(host)

    with pytest.raises(SourceUnavailable, match=r"erp\.example\.com"):
        Network(look_up=nowhere).resolve("erp.example.com")


@pytest.mark.parametrize(
    "text", ["/var/run/postgresql", "a b", "", "a,b", "http://x", "host:5432", "x@y", "@abstract", "a" * 254]
)
def test_what_is_no_host_is_refused_without_a_look_up(text: str) -> None:
    def fail(host: str) -> list[str]:
        raise AssertionError(host)

    assert not is_host(text)
    with pytest.raises(SourceRefused):
        Network(look_up=fail).resolve(text)


@pytest.mark.parametrize("text", ["sql.example.com", "erp", "erp.example.com.", "sql_01.corp", "::1", PUBLIC])
def test_hosts_are_hosts(text: str) -> None:
    assert is_host(text)
