"""Panels: what belongs beside what, and the reading of it for one viewer. See docs/panels.md."""

from __future__ import annotations

from dataclasses import dataclass

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
    "pairs_of",
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
