"""A network in which the hosts of one environment are the simulator."""

from __future__ import annotations

from dataclasses import replace

from embedded_app.procore import Environment, PooledTransport, WireRequest, WireResponse


class RelayedTransport:
    """Sends what goes to the environment's two hosts to the simulator; any other host fails the test."""

    def __init__(self, environment: Environment, port: int) -> None:
        self._hosts = {
            environment.login_url: f"http://login.procore.localhost:{port}",
            environment.api_url: f"http://api.procore.localhost:{port}",
        }
        self._wire = PooledTransport()

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        [(theirs, ours)] = [pair for pair in self._hosts.items() if request.url.startswith(f"{pair[0]}/")]
        return self._wire.send(replace(request, url=ours + request.url.removeprefix(theirs)), seconds=seconds)

    def close(self) -> None:
        self._wire.close()
