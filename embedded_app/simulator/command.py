"""The command line of the simulator: start it, and reach the switches of one that runs."""

from __future__ import annotations

import errno
import http.client
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import click
import orjson

from embedded_app.simulator.manifest import NotAManifest
from embedded_app.simulator.options import Options
from embedded_app.simulator.server import serve
from embedded_app.simulator.switches import Switches

_DEFAULTS = Options()
_METHODS = ("GET", "POST", "PATCH", "DELETE")
_at = click.option(
    "--at",
    default=f"http://{_DEFAULTS.host}:{_DEFAULTS.port}",
    show_default=True,
    help="Where the simulator runs; it was started with --control.",
)


class _Assignment(click.ParamType[tuple[str, object]]):
    """`NAME=VALUE`, where the value is JSON, or text if it is no JSON."""

    name = "name=value"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, object]:
        name, sign, text = value.partition("=")
        if not sign:
            self.fail(f"{value} is not NAME=VALUE.", param, ctx)
        try:
            return name, orjson.loads(text)
        except orjson.JSONDecodeError:
            return name, text


@click.group("simulator", invoke_without_command=True)
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
    "--manifest",
    type=click.File("rb"),
    help="Manifest (schema 4.1) of the app that companies can install, instead of Tieback's.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps installations, sign-ins and tokens from one run to the next.",
)
@click.option(
    "--switch",
    "switches",
    multiple=True,
    type=_Assignment(),
    help="A switch that differs from its default, for example coop=true; repeatable.",
)
@click.option("--latency-ms", type=int, help="Short for --switch latency_ms=….")
@click.option("--coop", is_flag=True, help="Short for --switch coop=true.")
@click.pass_context
def simulator(
    context: click.Context,
    *,
    host: str,
    port: int,
    client_id: str,
    client_secret: str,
    redirect_uris: tuple[str, ...],
    app_url: str,
    control: bool,
    clock_factor: float,
    manifest: BinaryIO | None,
    state: Path | None,
    switches: tuple[tuple[str, object], ...],
    latency_ms: int | None,
    coop: bool,
) -> None:
    """Run a local Procore: login host, API and portal in one process, with its state in memory."""
    if context.invoked_subcommand is not None:
        return
    chosen = dict(switches)
    if latency_ms is not None:
        chosen["latency_ms"] = latency_ms
    if coop:
        chosen["coop"] = True
    try:
        Switches().set(chosen)
    except (LookupError, ValueError) as wrong:
        raise click.ClickException(str(wrong.args[0])) from wrong
    options = Options(
        host=host,
        port=port,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=redirect_uris,
        app_url=app_url.rstrip("/"),
        control=control,
        clock_factor=clock_factor,
        switches=chosen,
        manifest=None if manifest is None else _json_of(manifest),
        state=state,
    )
    try:
        serve(options)
    except NotAManifest as wrong:
        raise click.ClickException(f"The manifest cannot be read. {wrong}") from wrong
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(
            f"Port {port} on {host} is taken. Choose another one with --port."
        ) from refused


@simulator.command("control")
@_at
@click.argument("method", type=click.Choice(_METHODS, case_sensitive=False))
@click.argument("path")
@click.argument("values", nargs=-1, type=_Assignment())
def control_command(*, at: str, method: str, path: str, values: tuple[tuple[str, object], ...]) -> None:
    """Throw a switch, for example: control POST /faults path='/rest/*' status=503 times=3."""
    answer = _ask(at, method, path, dict(values))
    if answer:
        click.echo(orjson.dumps(orjson.loads(answer), option=orjson.OPT_INDENT_2))


@simulator.command("requests")
@_at
@click.option("--broken", is_flag=True, help="Only those that broke a rule of the platform.")
def requests_command(*, at: str, broken: bool) -> None:
    """What was asked so far, one line each, with the rules of the platform that it broke."""
    for entry in orjson.loads(_ask(at, "GET", "/requests", {})):
        if entry["breaches"] or not broken:
            rules = ", ".join(entry["breaches"])
            click.echo(f"{entry['at']}  {entry['status'] or 'cut'}  {entry['route']}  {rules}".rstrip())


def _json_of(file: BinaryIO) -> object:
    try:
        return orjson.loads(file.read())
    except orjson.JSONDecodeError as malformed:
        raise click.ClickException(f"The manifest is no JSON: {malformed}") from malformed


def _ask(at: str, method: str, path: str, body: Mapping[str, object]) -> bytes:
    place = urlsplit(at)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=30)
    try:
        connection.request(method.upper(), f"/_sim{path}", orjson.dumps(body) if body else None)
        answer = connection.getresponse()
        content = answer.read()
    except OSError as unreachable:
        raise click.ClickException(f"No simulator answers at {at}.") from unreachable
    finally:
        connection.close()
    if answer.status == http.client.NOT_FOUND:
        raise click.ClickException("There is no such switch, or the simulator runs without --control.")
    if answer.status >= http.client.BAD_REQUEST:
        raise click.ClickException(str(orjson.loads(content).get("problem", answer.reason)))
    return content
