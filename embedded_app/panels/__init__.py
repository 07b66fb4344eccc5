"""Panels: what belongs beside what, and the reading of it for one viewer. See docs/panels.md."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from embedded_app import principals, sources
from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.panels.definition import (
    Audience,
    Currency,
    Owner,
    PanelDefinition,
    RowIdentity,
    ShownColumn,
)
from embedded_app.panels.editor import EditedPanel, PanelEditor, PanelSummary, Preview
from embedded_app.panels.explaining import Insight, explain
from embedded_app.panels.families import FAMILIES, Family, FamilyField, Record, RecordKey, family_of_view
from embedded_app.panels.forms import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.panels.links import Links, pairs_of
from embedded_app.panels.models import LinkState, PanelState
from embedded_app.panels.project_jobs import AssignedJob, ProjectJobs, suggest_jobs
from embedded_app.panels.service import PanelService
from embedded_app.panels.unmatched_review import Reach, UnmatchedReview
from embedded_app.panels.view import Decision, EmptyJob, PanelRef, PanelView, RecordsSide, RowsSide
from embedded_app.procore import Procore
from embedded_app.storage.fan_out import FanOut

__all__ = [
    "FAMILIES",
    "AssignedJob",
    "Audience",
    "ColumnLine",
    "ComparisonLine",
    "Currency",
    "Decision",
    "EditedPanel",
    "EmptyJob",
    "Family",
    "FamilyField",
    "Insight",
    "KeyLine",
    "LinkState",
    "Links",
    "Owner",
    "PanelDefinition",
    "PanelEditor",
    "PanelForm",
    "PanelRef",
    "PanelService",
    "PanelState",
    "PanelSummary",
    "PanelView",
    "Panels",
    "Preview",
    "ProjectJobs",
    "Reach",
    "Record",
    "RecordKey",
    "RecordsSide",
    "RowIdentity",
    "RowsSide",
    "ShownColumn",
    "UnmatchedReview",
    "explain",
    "family_of_view",
    "init_app",
    "pairs_of",
    "service",
    "suggest_jobs",
]


@dataclass(frozen=True, slots=True)
class Panels:
    """What this package offers to the pages."""

    views: PanelService
    editor: PanelEditor
    jobs: ProjectJobs
    links: Links
    unmatched_review: UnmatchedReview


def init_app(app: Flask, config: Config, *, procore: Procore, fan_out: FanOut, clock: Clock) -> None:
    """Build the services, kept as ``app.extensions["panels"]``. Principals and sources come before."""
    del config
    with app.app_context():
        views = PanelService(
            procore=procore,
            principals=principals.service(),
            sources=sources.service(),
            fan_out=fan_out,
            clock=clock,
        )
        editor = PanelEditor(views, sources.service(), clock)
    app.extensions["panels"] = Panels(views, editor, ProjectJobs(), Links(clock), UnmatchedReview(clock))


def service() -> Panels:
    """The services of the current app."""
    panels: Panels = current_app.extensions["panels"]
    return panels
