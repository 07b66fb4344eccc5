"""What one run of the simulator is told at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""For programs without a browser: the code is shown on a page (docs/platform-reference.md, section 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of one simulator process.

    Attributes:
        port: 0 takes a free one.
        redirect_uris: the exact ones that the app registered.
        app_url: where the app's pages are, without a slash at the end; the portal frames pages below it.
        control: whether the switches under `/_sim/` answer.
        clock_factor: simulated seconds per real second.
        switches: values of `Switches` that differ from its defaults, by name.
        manifest: of an app of one's own, as JSON; None for the app of the seed.
        state: a file that keeps records, installations, sign-ins, consents, tokens and webhooks for the next run.
    """

    host: str = "127.0.0.1"
    port: int = 4000
    client_id: str = "tieback-demo"
    client_secret: str = field(default="demo-secret", repr=False)
    redirect_uris: tuple[str, ...] = ("http://localhost",)
    app_url: str = "http://app.tieback.localhost:5000"
    control: bool = False
    clock_factor: float = 1.0
    switches: Mapping[str, object] = field(default_factory=dict)
    manifest: object = None
    state: Path | None = None
