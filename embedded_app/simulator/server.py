"""The simulator as a Flask application, and as a process."""

from __future__ import annotations

import socket
import sys
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from gunicorn.app.base import BaseApplication

from embedded_app.simulator import control, keeping, manifest, portal, rest
from embedded_app.simulator.files import storage
from embedded_app.simulator.login import oauth
from embedded_app.simulator.login.authorization_server import LoginServer
from embedded_app.simulator.network import wire
from embedded_app.simulator.options import Options
from embedded_app.simulator.seed import build_app, kept_world
from embedded_app.simulator.state import EXTENSION, Simulator

_SETTINGS = {
    "workers": 1,  # the state is in this process
    "worker_class": "gthread",
    "threads": 32,  # requests that wait for a simulated latency hold one each
    "keepalive": 75,
    "graceful_timeout": 5,
    "loglevel": "warning",
    "preload_app": True,
    "control_socket_disable": True,
}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LEAVE_THE_WORLD = (
    "/oauth/",
    *(
        f"/_sim/{name}"
        for name in (
            "clock",
            "events",
            "faults",
            "login",
            "marks",
            "rate",
            "requests",
            "reset",
            "switches",
            "tokens",
        )
    ),
)
"""What changes other state than the world. Every other request that does not merely read may change the world."""


class _SimulatorApp(Flask):
    """Answers one request at a time: the state has one lock, and an answer costs less than a millisecond."""

    def dispatch_request(self) -> ResponseReturnValue:
        running: Simulator = self.extensions[EXTENSION]
        with running.lock:
            if request.method not in _READING:
                running.rendered.clear()
                if not request.path.startswith(_LEAVE_THE_WORLD):
                    running.world_may_change()
            return super().dispatch_request()


def create_simulator(options: Options) -> Flask:
    """The whole simulated Procore with its seed: login host, API, portal and, if wanted, the control switches.

    Raises:
        NotAManifest: the manifest cannot be read.
    """
    app = _SimulatorApp("embedded_app.simulator")
    made = build_app(options.app_url, options.client_id)
    if options.manifest is not None:
        made = manifest.read(made, options.manifest)
    app.extensions[EXTENSION] = Simulator(options, made, kept_world())
    app.extensions[oauth.EXTENSION] = LoginServer(options)
    wire.attach(app)
    app.register_blueprint(oauth.blueprint)
    app.register_blueprint(rest.blueprint)
    app.register_blueprint(storage.blueprint)
    app.register_blueprint(portal.blueprint)
    if options.control:
        app.register_blueprint(control.blueprint)
    if options.state is not None:
        keeping.attach(app, app.extensions[EXTENSION], options.state)
    return app


def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT. Prints one line, with the address, once requests are accepted.

    Raises:
        OSError: the port cannot be had.
        NotAManifest: the manifest cannot be read.
    """
    app = create_simulator(options)
    listener = socket.create_server((options.host, options.port))
    _Gunicorn(app, listener.detach()).run()


class _Gunicorn(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn, told in Python what it is to run, and on which listening socket (its descriptor)."""

    def __init__(self, app: Flask, listener: int) -> None:
        self._app = app
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"fd://{self._listener}")
        self.cfg.set("when_ready", _announce)
        for name, value in _SETTINGS.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def _announce(arbiter: Any) -> None:
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    sys.stdout.write(f"Simulated Procore is ready at http://{host}:{port}\n")
    sys.stdout.flush()
