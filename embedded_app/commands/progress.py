"""How long work on keys is told while it goes on."""

from __future__ import annotations

from collections.abc import Iterable

import click

from embedded_app.keys import Progress

_ROWS = {"app_keys": "app keys", "sign_in_flows": "pending sign-ins"}


def name_of(table: str) -> str:
    """What operators call the rows of a table."""
    return _ROWS.get(table, table)


def show(news: Iterable[Progress]) -> int:
    """Print the news as it comes; returns how many rows failed."""
    failed: dict[str, int] = {}
    for progress in news:
        failed[progress.table] = progress.failed
        click.echo(f"{name_of(progress.table)}: {progress.done:,} of {progress.total:,}")
    return sum(failed.values())
