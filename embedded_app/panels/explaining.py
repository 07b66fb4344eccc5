"""Why somebody sees a part of a panel, or does not: each condition, what proves it, and what to click. Pure.

As with the install doctor, what was not asked or could not be told is `None` and proves nothing. Which level
somebody else has, only they can ask Procore (docs/platform-reference.md, section 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from embedded_app.panels.definition import Audience, PanelDefinition
from embedded_app.panels.families import Family
from embedded_app.panels.view import PanelRef
from embedded_app.procore import AccessLevel


@dataclass(frozen=True, slots=True)
class Insight:
    """What is known about a person, a project and a panel.

    Attributes:
        login: by which the person was looked for.
        name: `None` when nobody with the login has signed in here.
        has_grant: whether their connection to Procore is good.
        is_in_project: whether the project's directory lists them.
        level: in the panel's tool.
        administers: whether they administer the company.
        jobs: those of the project.
    """

    login: str
    name: str | None
    has_grant: bool
    is_in_project: bool | None
    level: AccessLevel | None
    administers: bool | None
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that has to hold. `holds` is `None` when nobody but the person can tell; `fix` may be empty."""

    name: str
    holds: bool | None
    evidence: str
    fix: str


def explain(known: Insight, panel: PanelRef | None) -> tuple[Condition, ...]:
    """Every condition for seeing the panel and each part of it, in the order in which they are checked.

    Without a `panel` only what every panel needs.
    """
    conditions = [_sign_in(known), _project(known)]
    if panel is not None:
        conditions += [
            _records(known, panel.family),
            _job(known, panel),
            *_audiences(known, panel.definition, panel.family, panel.source_name),
            _single_records(panel.family),
        ]
    return tuple(conditions)


def _sign_in(known: Insight) -> Condition:
    if known.name is None:
        evidence, fix = (
            f"Nobody with the login {known.login} has signed in here.",
            "They open the app in Procore and sign in.",
        )
        return Condition("Sign-in", holds=False, evidence=evidence, fix=fix)
    if not known.has_grant:
        evidence = f"The connection of {known.name} to Procore is lost."
        return Condition("Sign-in", holds=False, evidence=evidence, fix="They sign in again.")
    evidence = f"{known.name} has signed in, and the connection to Procore is good."
    return Condition("Sign-in", holds=True, evidence=evidence, fix="")


def _project(known: Insight) -> Condition:
    evidence, fix = {
        True: ("The project’s directory lists them.", ""),
        False: (
            "The project’s directory does not list them.",
            "In Procore: the project → Directory → Users → Add.",
        ),
        None: (
            "Procore does not show you this project’s directory.",
            "In Procore: the project → Directory: look whether they are listed.",
        ),
    }[known.is_in_project]
    return Condition("Project", known.is_in_project, evidence, fix)


def _records(known: Insight, family: Family) -> Condition:
    name, path = family.many.capitalize(), "In Procore: the project → Directory → the person → Permissions"
    if known.level is None:
        evidence = f"Only they can ask Procore for their level in {name}."
        return Condition(name, None, evidence, f"{path}: at least Read Only in {name}.")
    if known.level is AccessLevel.NONE:
        evidence = f"{name} is off in this project, or they have no right in it."
        fix = f"In Procore: the project → Admin → Tool Settings → {name}; and the person’s Permissions."
        return Condition(name, holds=False, evidence=evidence, fix=fix)
    return Condition(name, holds=True, evidence=f"Their level in {name} is {_words(known.level)}.", fix="")


def _job(known: Insight, panel: PanelRef) -> Condition:
    if known.jobs:
        evidence = f"The project has the job {', '.join(known.jobs)}."
        return Condition("Job", holds=True, evidence=evidence, fix="")
    evidence = f"The project has no job, so no row of {panel.source_name} can be shown."
    return Condition(
        "Job", holds=False, evidence=evidence, fix="Settings → Projects → the project → Add job."
    )


def _audiences(
    known: Insight, definition: PanelDefinition, family: Family, source: str
) -> Iterator[Condition]:
    yield _audience(known, f"What comes from {source}", definition.audience, family)
    yield _audience(known, f"Rows without a {family.one}", definition.unmatched_reach, family)
    yield _audience(known, "Linking", definition.link_reach, family)
    for side, columns in (("Procore", definition.record_columns), (source, definition.row_columns)):
        for column in columns:
            if column.audience is not Audience.READERS:
                yield _audience(known, f"Column {column.label} of {side}", column.audience, family)
    for comparison in definition.rules.comparisons:
        limit = definition.audience_of(comparison)
        if limit is not Audience.READERS:
            yield _audience(known, f"Comparison {comparison.label}", limit, family)


def _audience(known: Insight, name: str, audience: Audience, family: Family) -> Condition:
    many = family.many.capitalize()
    evidence, level = {
        Audience.READERS: (f"It is for everybody who reads {family.many}.", AccessLevel.READ_ONLY),
        Audience.STANDARD: (f"It is for Standard and Admin in {many}.", AccessLevel.STANDARD),
        Audience.ADMINS: (f"It is for Admin in {many}.", AccessLevel.ADMIN),
        Audience.ADMINISTRATORS: ("It is for administrators of the company.", AccessLevel.READ_ONLY),
    }[audience]
    holds = None if known.level is None else known.level >= level
    if audience is Audience.ADMINISTRATORS and holds is not False:
        holds = known.administers
    change = "Settings → Panels → the panel: choose a wider audience; or give them the level in Procore."
    return Condition(name, holds, evidence, "" if holds else change)


def _single_records(family: Family) -> Condition:
    evidence = (
        f"Procore may hide single {family.many} from them, such as private ones. "
        f"Such a {family.one} looks to them as if it were not there."
    )
    fix = f"In Procore: open the {family.one} and look who may see it."
    return Condition(f"Single {family.many}", None, evidence, fix)


def _words(level: AccessLevel) -> str:
    return level.name.replace("_", " ").title()
