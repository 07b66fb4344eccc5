"""The pages of the simulated Procore: what people see around an app, and where an app is installed.

Its own look, and no copy of the real pages; what matters is what apps depend on: addresses, the Apps menu, frames
with interpolated addresses, and the side panel's messages (docs/platform-reference.md, section 3).
"""

from embedded_app.simulator.portal import apps, pages, records  # they add their routes to the blueprint
from embedded_app.simulator.portal.blueprint import blueprint

__all__ = ["apps", "blueprint", "pages", "records"]
