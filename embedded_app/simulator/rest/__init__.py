"""The simulated API, one module per family of resources (docs/platform-reference.md, sections 4 and 5)."""

from embedded_app.simulator.rest import apps, company, compliance, families, projects, uploads, vendors
from embedded_app.simulator.rest.access import blueprint
from embedded_app.simulator.rest.hooks import webhooks, webhooks_v1

__all__ = [
    "apps",
    "blueprint",
    "company",
    "compliance",
    "families",
    "projects",
    "uploads",
    "vendors",
    "webhooks",
    "webhooks_v1",
]
