"""The app that the environment configures, for a command to run in."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask

from embedded_app.app import create_app
from embedded_app.config import Config
from embedded_app.errors import ConfigurationError

Command = TypeVar("Command", bound=Callable[..., Any])


def read_config() -> Config:
    """The environment; every problem of it is printed, and the command ends."""
    try:
        return Config.from_environment(os.environ)
    except ConfigurationError as error:
        raise click.ClickException("\n".join(error.problems)) from None


def configured_app(config: Config | None = None) -> Flask:
    """The app of `config`, which is read when it is not given."""
    return create_app(config or read_config())


def with_app(function: Command) -> Command:
    """Run a command inside the app that the environment configures."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with configured_app().app_context():
            return function(*args, **kwargs)

    return run  # type: ignore[return-value] # same signature, by `wraps`
