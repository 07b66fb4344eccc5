"""The app that companies can install in the simulated App Management."""

from __future__ import annotations

from embedded_app.simulator.model.apps import App
from embedded_app.simulator.model.levels import Level

APP_UID = "0d2f6a1c-5b8e-4e0b-9a57-6f6d1c3b8a20"
INSTALLATION_KEY = "b7c9e4d2-1f35-4a68-8e0a-93d5c2f7b416"
"""What one pastes into Install Custom App: 36 characters, as the Developer Portal gives them."""

VERSION = "1.0.0"
_PROJECT = "company_id={{procore.company.id}}&project_id={{procore.project.id}}"


def build_app(app_url: str, client_id: str = "tieback-demo") -> App:
    """The app as its developer registered it, with its pages below `app_url` (an origin without final slash)."""
    return App(
        uid=APP_UID,
        client_id=client_id,
        name="Tieback",
        installation_key=INSTALLATION_KEY,
        semantic_version=VERSION,
        full_screen_url=f"{app_url}/frame/project?{_PROJECT}",
        panel_url=f"{app_url}/frame/panel?{_PROJECT}",
        panel_views=(
            "commitments.contracts.list",
            "commitments.work_order_contracts.detail",
            "commitments.purchase_order_contracts.detail",
        ),
        notes="Open the setup page below, connect this company, and choose which projects see the app.",
        notes_page_label="Set up Tieback",
        notes_page_url=f"{app_url}/install",
        service_levels={"webhooks": Level.STANDARD},
    )
