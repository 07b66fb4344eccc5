"""What people decide about pairs: they belong together, or "not this one". Nothing links by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from embedded_app import audit, reconciliation
from embedded_app.audit import Actor
from embedded_app.clock import Clock
from embedded_app.errors import AlreadyLinked, LinkForbidden, PermissionMissing, RecordVanished
from embedded_app.ids import ProjectId
from embedded_app.panels.families import Record, RecordKey
from embedded_app.panels.holding import hold
from embedded_app.panels.models import Link, LinkState
from embedded_app.panels.view import Decision, PanelView
from embedded_app.reconciliation import FindingKind, Item, reconcile
from embedded_app.storage import db, new_id


def decisions_of(panel_id: UUID, project_id: ProjectId) -> Mapping[tuple[str, str], Decision]:
    """Every decision in a project, by record item id and row id.

    Confirmed links of other projects are among them, so that a row of a job that two projects share is never given
    away twice.
    """
    links = db.session.scalars(
        select(Link).where(
            Link.panel_id == panel_id,
            (Link.project_id == project_id) | (Link.state == LinkState.CONFIRMED),
        )
    )
    return {
        (f"{link.kind}/{link.record_id}", link.row_id): Decision(
            LinkState(link.state), link.confirmed_by, link.confirmed_at
        )
        for link in links
    }


def pairs_of(decisions: Mapping[tuple[str, str], Decision], state: LinkState) -> list[reconciliation.Link]:
    """The pairs about which that was decided, as the engine takes them."""
    return [reconciliation.Link(*pair) for pair, decision in decisions.items() if decision.state is state]


class Links:
    """Makes and takes back decisions.

    Each use case takes the view that the person decided on: it proves that their own permissions show them the
    record, that they are in the audience of the row, and that they may link. Each says whether anything changed,
    and only what changed something is in the audit log; of two people who decide the same, one changed it.

    Raises, from every use case:
        PermissionMissing: the source is hidden from the person.
        LinkForbidden: they may not link in this panel.
        RecordVanished: the record or the row is no longer in the view, or the panel is gone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def confirm(self, view: PanelView, key: RecordKey, row_id: str, actor: Actor) -> bool:
        """Link the row to the record. Rows that the record has by a key rule are linked along, so that they stay.

        Raises:
            AlreadyLinked: the row is linked by hand to another record in the view.
        """
        record, row = self._pair(view, key, row_id)
        for pair, decision in view.decisions.items():
            if pair[1] == row.id and pair[0] != record.item.id and decision.state is LinkState.CONFIRMED:
                raise AlreadyLinked("This row is linked to another record. Unlink it there first.")
        kept = _rows_by_key(view, record)
        self._hold(view)
        try:
            changed = [
                self._decide(view, key, row_to_link, LinkState.CONFIRMED, actor)
                for row_to_link in dict.fromkeys((*kept, row.id))
            ]
            return self._end("link.confirmed", view, record, row, actor, is_changed=any(changed))
        except IntegrityError as error:
            db.session.rollback()
            raise AlreadyLinked("Somebody else linked this row a moment ago.") from error

    def reject(self, view: PanelView, key: RecordKey, row_id: str, actor: Actor) -> bool:
        """Say that the row does not belong to the record: it is neither matched nor proposed for it any more."""
        record, row = self._pair(view, key, row_id)
        self._hold(view)
        is_changed = self._decide(view, key, row.id, LinkState.REJECTED, actor)
        return self._end("link.rejected", view, record, row, actor, is_changed=is_changed)

    def break_(self, view: PanelView, key: RecordKey, row_id: str, actor: Actor) -> bool:
        """Unlink the pair. If a key rule would match it again at once, it is also kept apart."""
        record, row = self._pair(view, key, row_id)
        self._hold(view)
        if _matches_by_key(view, record.item, row):
            is_changed = self._decide(view, key, row.id, LinkState.REJECTED, actor)
        else:
            is_changed = self._forget(view, key, row.id, LinkState.CONFIRMED)
        return self._end("link.broken", view, record, row, actor, is_changed=is_changed)

    def reconsider(self, view: PanelView, key: RecordKey, row_id: str, actor: Actor) -> bool:
        """Take back a "not this one"."""
        record, row = self._pair(view, key, row_id)
        self._hold(view)
        is_changed = self._forget(view, key, row.id, LinkState.REJECTED)
        return self._end("link.reconsidered", view, record, row, actor, is_changed=is_changed)

    def _hold(self, view: PanelView) -> None:
        if view.panel.id is None or not hold(view.panel.id):
            db.session.rollback()
            raise RecordVanished("The link was not changed: this panel is no longer there.")

    def _end(
        self, event: str, view: PanelView, record: Record, row: Item, actor: Actor, *, is_changed: bool
    ) -> bool:
        """End the transaction, in which the event stands if there is one; gives `is_changed` back."""
        if is_changed:
            audit.record(event, actor=actor, subject=_subject(view, record, row))
        db.session.commit()
        return is_changed

    def _pair(self, view: PanelView, key: RecordKey, row_id: str) -> tuple[Record, Item]:
        if not view.sees_source:
            raise PermissionMissing(
                f"{view.panel.source_name} columns are hidden from you, so you cannot link."
            )
        if not view.may_link:
            raise LinkForbidden(
                "A company administrator decides who links in this panel; you are not among them."
            )
        record = next((each for each in view.records.records or () if each.key == key), None)
        row = next((each for each in view.rows.rows or () if each.id == row_id), None)
        if record is None or row is None:
            gone = "record is no longer in Procore" if record is None else "row is no longer in the source"
            raise RecordVanished(f"The link was not changed: this {gone}, or you cannot see it any more.")
        return record, row

    def _decide(self, view: PanelView, key: RecordKey, row_id: str, state: LinkState, actor: Actor) -> bool:
        """Whether that was decided otherwise, or not at all, before."""
        link = self._find(view, key, row_id)
        if link is None:
            link = Link(
                id=new_id(),
                panel_id=view.panel.id,
                project_id=view.project_id,
                kind=key.kind,
                record_id=key.record_id,
                row_id=row_id,
            )
            db.session.add(link)
        elif link.state == state:
            return False
        link.state = state
        link.confirmed_by_id = actor.id
        link.confirmed_by = actor.name
        link.confirmed_at = self._clock.now()
        db.session.flush()
        return True

    def _forget(self, view: PanelView, key: RecordKey, row_id: str, state: LinkState) -> bool:
        """Take the decision away if it is this one; whether it was."""
        link = self._find(view, key, row_id)
        if link is None or link.state != state:
            return False
        db.session.delete(link)
        db.session.flush()
        return True

    def _find(self, view: PanelView, key: RecordKey, row_id: str) -> Link | None:
        return db.session.scalar(
            select(Link)
            .where(
                Link.panel_id == view.panel.id,
                Link.project_id == view.project_id,
                Link.kind == key.kind,
                Link.record_id == key.record_id,
                Link.row_id == row_id,
            )
            .execution_options(populate_existing=True)
        )


def _rows_by_key(view: PanelView, record: Record) -> Iterable[str]:
    """The rows that the record has now without anybody having linked them."""
    if view.reconciliation is None:
        return ()
    return (
        row.id
        for finding in view.reconciliation.findings
        if finding.kind in {FindingKind.MATCH, FindingKind.VARIANCE}
        and finding.records[0].id == record.item.id
        for row in finding.rows
    )


def _matches_by_key(view: PanelView, record: Item, row: Item) -> bool:
    findings = reconcile([record], [row], view.panel.definition.rules).findings
    return any(finding.records and finding.rows for finding in findings)


def _subject(view: PanelView, record: Record, row: Item) -> str:
    number = record.item.values.get(view.panel.family.number)
    reference = row.values.get(view.panel.definition.identity.reference)
    return f"{number or record.key.record_id} – {reference or row.id}"
