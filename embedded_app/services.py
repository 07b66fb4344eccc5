"""What the pages and the commands work with. `app.create_app` makes each service once, from its collaborators."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from embedded_app.config import Config
from embedded_app.installations import InstallationService
from embedded_app.jobs import Jobs
from embedded_app.keys import KeyService
from embedded_app.panels import Panels
from embedded_app.principals import PrincipalService, SignIns
from embedded_app.procore import Procore
from embedded_app.sources import SourceService

_EXTENSION = "services"


@dataclass(frozen=True, slots=True)
class Services:
    """All of one app."""

    config: Config
    procore: Procore
    jobs: Jobs
    keys: KeyService
    installations: InstallationService
    principals: PrincipalService
    sign_ins: SignIns
    sources: SourceService
    panels: Panels


def init_app(app: Flask, services: Services) -> None:
    """Let `services` be found where a request or a command of `app` is handled."""
    app.extensions[_EXTENSION] = services


def services() -> Services:
    """The current app's. A service does not look for others here: it is given them when it is made."""
    found: Services = current_app.extensions[_EXTENSION]
    return found
