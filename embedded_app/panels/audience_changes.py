"""What publishing changes about who sees what, in words for the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded_app.panels.definition import Audience, PanelDefinition

_WORDS = {
    Audience.READERS: "everybody",
    Audience.STANDARD: "Standard and Admin",
    Audience.ADMINS: "Admin",
    Audience.ADMINISTRATORS: "administrators",
}


def audience_word(audience: Audience) -> str:
    """The audience as the audit log calls it."""
    return _WORDS[audience]


def audience_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    """``column Paid of Procore: everybody → Admin``, parted by semicolons.

    Both as stored; `before` is `None` for the first publishing, of which it says who sees what.
    """
    new = _parts(PanelDefinition.from_json(after))
    if before is None:
        return "; ".join(
            f"{part}: {_WORDS[audience]}"
            for part, audience in new.items()
            if audience is not Audience.READERS
        )
    old = _parts(PanelDefinition.from_json(before))
    changes = []
    for part in dict.fromkeys((*new, *old)):
        was, is_ = old.get(part, Audience.READERS), new.get(part, Audience.READERS)
        if was is not is_:
            changes.append(f"{part}: {_WORDS[was]} → {_WORDS[is_]}")
    return "; ".join(changes)


def _parts(definition: PanelDefinition) -> dict[str, Audience]:
    """Each part by its name in a sentence; what is not there is for everybody."""
    return {
        "panel": definition.audience,
        "rows without a record": definition.unmatched_audience,
        "linking": definition.link_audience,
        **{f"column {each.label} of Procore": each.audience for each in definition.record_columns},
        **{f"column {each.label} of the source": each.audience for each in definition.row_columns},
        **{
            f"comparison {comparison.label}": definition.audience_of(comparison)
            for comparison in definition.rules.comparisons
        },
    }
