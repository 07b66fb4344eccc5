"""What a page says about its two sides: how fresh they are, what is missing, what still holds, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from embedded_app.errors import (
    CompanyPaused,
    EmbeddedAppError,
    Forbidden,
    NotFound,
    RateLimited,
    SourceChangedShape,
    SourceRefused,
)
from embedded_app.frames.amounts import Currencies
from embedded_app.frames.presenters.parts import Banner, Blank, Freshness, Moment
from embedded_app.panels import EmptyJob, PanelView
from embedded_app.procore import Silence
from embedded_app.reconciliation import UNKNOWN
from embedded_app.web.formatting import plural


def freshness(view: PanelView) -> tuple[Freshness, ...]:
    """Both sides; the source's only for its audience."""
    records, rows = view.records, view.rows
    procore_state = "down" if records.records is None else "stale" if records.is_stale else "fresh"
    lags = records.is_lagging
    name = "Procore live" if procore_state == "fresh" and not lags else "Procore"
    if is_refused(view):
        procore_state = "hidden"
    sides = [Freshness(name, procore_state, records.read_at, lags, _why_nothing(records.failure))]
    if view.sees_source and view.jobs:
        state = "stale" if rows.is_stale or lost_rows(view) else "fresh"
        if rows.rows is None and not rows.is_withheld:
            state = "down"
        why = _why_nothing(rows.failure)
        sides.append(Freshness(view.panel.source_name, state, rows.read_at, why=why))
    return tuple(sides)


def _why_nothing(failure: EmbeddedAppError | None) -> str:
    """Why a side shows nothing, in the words that follow its name; not every failure is a silence."""
    match failure:
        case Forbidden() | NotFound():
            return "hidden from you"
        case RateLimited():
            return "asked us to wait"
        case CompanyPaused():
            return "not asked now"
        case SourceChangedShape():
            return "changed"
        case SourceRefused():
            return "cannot be read"
        case _:
            return "not answering"


def is_refused(view: PanelView) -> bool:
    """Whether Procore does not let this viewer read the records."""
    return isinstance(view.records.failure, (Forbidden, NotFound))


def refused(view: PanelView, explanation: tuple[str, ...]) -> Blank:
    """In place of the table, for a viewer who cannot read the records; an administrator reads more."""
    many = view.panel.family.many
    return Blank(
        title=f"{many.capitalize()} are hidden from you in Procore",
        sentence=(
            f"Procore does not let you see {many} of this project, so what belongs to them is hidden as well. "
            "Ask the project administrator for access in Procore."
        ),
        icon="lock",
        explanation=explanation,
    )


def lost_rows(view: PanelView) -> bool:
    """Whether the source has no row for a job that had some. One that never had any may be new."""
    had_rows = any(each.had_rows for each in view.rows.empty_jobs)
    return had_rows or (view.rows.is_withheld and bool(view.missing_rows))


def nothing_read(view: PanelView) -> bool:
    """Whether there is nothing to show at all, because neither side could be read."""
    return view.records.records is None and view.rows.rows is None


def banners(view: PanelView) -> tuple[Banner, ...]:
    """Every fact about the whole view that a reader has to know before the numbers. Only one has a next step."""
    found = _about_both(view) or [*_about_procore(view), *_about_source(view)]
    found += _without_currency(view)
    first = next((banner for banner in found if banner.retry or banner.reload_at), None)
    return tuple(banner if banner is first else replace(banner, retry=False) for banner in found)


def not_added_up(view: PanelView) -> tuple[Banner, ...]:
    """What keeps the amounts of several records from being added up."""
    if Currencies(view).add_up:
        return ()
    sentence = (
        f"They are not added up. Each {view.panel.family.one} is compared with rows in its own currency."
    )
    return (Banner("Amounts are in several currencies", sentence, "warn"),)


def _without_currency(view: PanelView) -> list[Banner]:
    """What keeps rows from being compared, because Procore states no currency."""
    unknown = view.reconciliation is not None and view.reconciliation.currency == UNKNOWN
    if unknown and Currencies(view).add_up:
        return [
            Banner(
                f"Amounts of {view.panel.source_name} are in several currencies",
                "Procore does not say in which its own are, so rows that state one are not compared. "
                "A company administrator can state Procore’s currency in the panel.",
                "warn",
            )
        ]
    return []


def announcement(notice: Banner | None, above: Sequence[Banner], content: str) -> str:
    """What a screen reader says of a new page: the outcome of an act, what is wrong, and what is there."""
    told = [notice, *above]
    return ". ".join([*(banner.title for banner in told if banner is not None), content])


def _about_both(view: PanelView) -> list[Banner]:
    """Both sides are silent: one sentence. Empty when one of them is not."""
    records, rows, source = view.records, view.rows, view.panel.source_name
    silent = records.failure or (records.silence.failure if records.silence is not None else None)
    if silent is None or rows.failure is None or not view.sees_source or is_refused(view):
        return []
    if isinstance(
        rows.failure, (SourceChangedShape, SourceRefused)
    ):  # it waits for somebody, not for an answer
        return []
    seen = _seen_of_both(view)
    if isinstance(silent, RateLimited):
        wait = (
            "Procore accepts the next request at ",
            silent.retry_at,
            "; the page then refreshes by itself. ",
        )
        return [
            Banner(
                f"Procore asked us to wait, and {source} is not answering",
                (*wait, *seen),
                "warn",
                icon="clock",
                role="status",
                reload_at=silent.retry_at,
            )
        ]
    title = f"Neither Procore nor {source} is answering"
    return [Banner(title, seen, "warn", icon="clock", role="status", retry=True)]


def _seen_of_both(view: PanelView) -> tuple[str | datetime, ...]:
    """What is left to see of two silent sides, and how old it is."""
    source = view.panel.source_name
    of_records = view.records.read_at if view.records.records is not None else None
    of_rows = view.rows.read_at if view.rows.rows is not None else None
    if of_records is not None and of_rows is not None:
        return ("You see Procore from ", of_records, f" and {source} from ", of_rows, ".")
    if of_records is not None:
        return ("You see Procore alone, from ", of_records, ", and nothing is compared.")
    if of_rows is not None:
        return (f"You see {source} alone, from ", of_rows, ", and nothing is compared.")
    return ("Nothing was changed.",)


def _about_procore(view: PanelView) -> list[Banner]:
    records, source = view.records, view.panel.source_name
    rest = f"You see {source} alone, and nothing is compared." if view.rows.rows is not None else ""
    if isinstance(records.failure, RateLimited):
        return [
            Banner(
                "Procore asked us to wait",
                (
                    "It accepts the next request at ",
                    records.failure.retry_at,
                    f". The page then refreshes by itself. {rest}".rstrip(),
                ),
                "warn",
                icon="clock",
                role="status",
                reload_at=records.failure.retry_at,
            )
        ]
    if isinstance(records.failure, CompanyPaused):
        return [
            Banner(
                "Procore refused this company several times",
                (
                    "So it is not asked before ",
                    records.failure.retry_at,
                    f", or until you try now. {rest}".rstrip(),
                ),
                "warn",
                icon="clock",
                role="status",
                retry=True,
            )
        ]
    if records.failure is not None and not is_refused(view):
        sentence = rest or (
            f"The {view.panel.family.many} cannot be shown until it does. Nothing was changed."
        )
        return [Banner("Procore is not answering", sentence, "warn", icon="clock", role="status", retry=True)]
    if records.silence is not None and records.read_at is not None:
        return [_past_its_time(view, records.silence, records.read_at)]
    return []


def _past_its_time(view: PanelView, silence: Silence, read_at: datetime) -> Banner:
    """Why old records are shown, how old they are, and when newer ones come."""
    source, failure = view.panel.source_name, silence.failure
    seen = (
        f"You see its {view.panel.family.many} from ",
        read_at,
        f". {source} is as fresh as stated." if view.rows.rows is not None else ".",
    )
    if isinstance(failure, RateLimited):
        wait = ("It accepts the next request at ", failure.retry_at, "; the page then refreshes by itself. ")
        return Banner(
            "Procore asked us to wait",
            (*wait, *seen),
            "warn",
            icon="clock",
            role="status",
            reload_at=failure.retry_at,
        )
    since = ("It has not answered since ", silence.since, ". ")
    return Banner(
        "Procore is not answering", (*since, *seen), "warn", icon="clock", role="status", retry=True
    )


def _about_source(view: PanelView) -> list[Banner]:
    rows, source = view.rows, view.panel.source_name
    if is_refused(view):
        return []
    if not view.sees_source:
        if view.records.records is None:
            return []  # Procore's silence is what matters, and it is said already
        return [
            Banner(
                f"{source} columns are hidden from you",
                "A company administrator decides who sees them. You see Procore alone.",
                "info",
                icon="lock",
            )
        ]
    if not view.jobs:
        return [
            Banner(
                f"This project has no {source} job yet",
                "A company administrator assigns it in the settings under Projects. You see Procore alone.",
                "info",
            )
        ]
    found = [*_source_failure(view), *_empty_jobs(view)]
    if rows.rejected_lines:
        lines = plural(rows.rejected_lines, "line", "lines") if view.sees_unmatched else "Some lines"
        found.append(
            Banner(
                f"{lines} of {source} could not be read",
                "Totals leave them out. The source's page in the settings lists them.",
                "bad",
            )
        )
    return found


def _source_failure(view: PanelView) -> list[Banner]:
    rows, source = view.rows, view.panel.source_name
    if rows.failure is None:
        return []
    if (rows.rows is not None or rows.is_withheld) and rows.read_at is not None:
        live = "." if view.records.is_stale or view.records.records is None else ". Procore is live."
        return [
            Banner(
                f"{source} is not answering",
                ("You see its numbers from ", rows.read_at, live),
                "warn",
                icon="clock",
                role="status",
                retry=True,
            )
        ]
    alone = "You see Procore alone, and nothing is compared." if view.records.records is not None else ""
    if isinstance(rows.failure, SourceChangedShape):
        title, sentence = f"{source} has changed", rows.failure.sentence
    elif isinstance(rows.failure, SourceRefused):
        title, sentence = (
            f"{source} cannot be read",
            "A company administrator can correct it in the settings.",
        )
    else:
        title, sentence = f"{source} is not answering", ""
    return [Banner(title, f"{sentence} {alone}".strip(), "bad", icon="warn", role="status", retry=True)]


def _empty_jobs(view: PanelView) -> list[Banner]:
    """The jobs for which the source has no row: it lost them, or it never had any."""
    rows, source = view.rows, view.panel.source_name
    if not rows.empty_jobs:
        return []
    jobs = [each.job for each in rows.empty_jobs]
    named = f"job {jobs[0]}" if len(jobs) == 1 else f"jobs {', '.join(jobs[:-1])} and {jobs[-1]}"
    title = f"{source} has no row for {named}"
    if lost_rows(view):
        step = (
            f"Its last load may be incomplete. {_not_compared(view)} If {source} is right, a company "
            "administrator changes the job in the settings under Projects."
        )
        return [
            Banner(f"{title} now", (*_last_had(rows.empty_jobs), step), "warn", role="status", retry=True)
        ]
    rest = _not_compared(view) if rows.is_withheld else "The rows of the other jobs are compared."
    sentence = (
        f"That is normal while nothing of it is entered there. If {source} should have rows, a company "
        f"administrator checks the job in the settings under Projects. {rest}"
    )
    return [Banner(title, sentence, "info")]


def _not_compared(view: PanelView) -> str:
    alone = "You see Procore alone: nothing" if view.records.records is not None else "Nothing"
    return f"{alone} is compared or added up while rows may be missing."


def _last_had(jobs: Sequence[EmptyJob]) -> tuple[str | Moment, ...]:
    """``It had 26 rows on Nov 20, 2026, 8:09 PM. ``, for each job that had some."""
    pieces: list[str | Moment] = []
    for each in jobs:
        if each.read_at is not None:
            whose = f"Job {each.job}" if len(jobs) > 1 else "It"
            what = plural(each.row_count, "row", "rows") if each.row_count is not None else "rows"
            pieces += [f"{whose} had {what} on ", Moment(each.read_at), ". "]
    return tuple(pieces)
