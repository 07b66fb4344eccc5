"""The command line of the simulator."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from embedded_app.simulator.options import Options
from embedded_app.simulator.server import serve

_DEFAULTS = Options()


@click.command("simulator")
@click.option("--host", default=_DEFAULTS.host, show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=_DEFAULTS.port, show_default=True, help="Port to listen on; 0 takes a free one."
)
@click.option("--client-id", default=_DEFAULTS.client_id, show_default=True, help="Client id of the app.")
@click.option(
    "--client-secret",
    envvar="SIMULATOR_CLIENT_SECRET",
    default=_DEFAULTS.client_secret,
    help="Client secret of the app; better given as SIMULATOR_CLIENT_SECRET.",
)
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    default=_DEFAULTS.redirect_uris,
    show_default=True,
    help="A redirect URI that the app registered, exactly; repeatable.",
)
@click.option("--app-url", default=_DEFAULTS.app_url, show_default=True, help="Where the app's pages are.")
@click.option("--control", is_flag=True, help="Answer the switches under /_sim/.")
@click.option(
    "--clock-factor",
    default=_DEFAULTS.clock_factor,
    show_default=True,
    help="Simulated seconds per real second.",
)
@click.option(
    "--latency-ms", default=_DEFAULTS.latency_ms, show_default=True, help="What every answer takes longer."
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps installations, sign-ins and tokens from one run to the next.",
)
@click.option("--coop", is_flag=True, help="Let the sign-in pages cut themselves off from their opener.")
def simulator(
    *,
    host: str,
    port: int,
    client_id: str,
    client_secret: str,
    redirect_uris: tuple[str, ...],
    app_url: str,
    control: bool,
    clock_factor: float,
    latency_ms: int,
    coop: bool,
    state: Path | None,
) -> None:
    """Run a local Procore: login host, API and portal in one process, with its state in memory."""
    options = Options(
        host=host,
        port=port,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=redirect_uris,
        app_url=app_url.rstrip("/"),
        control=control,
        clock_factor=clock_factor,
        latency_ms=latency_ms,
        coop=coop,
        state=state,
    )
    try:
        serve(options)
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(
            f"Port {port} on {host} is taken. Choose another one with --port."
        ) from refused
