"""What one can do with sources: set them up, try them, and read their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from embedded_app import audit
from embedded_app.audit import SYSTEM, Actor
from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import (
    InputError,
    InvalidField,
    SourceBusy,
    SourceError,
    SourceRefused,
    UnknownOption,
)
from embedded_app.ids import CompanyId
from embedded_app.memory import SharedMemory
from embedded_app.secret import Secret
from embedded_app.sources import columns
from embedded_app.sources.bounds import Allowance, Bounds
from embedded_app.sources.cells import trimmed
from embedded_app.sources.connectors.base import Connector
from embedded_app.sources.drafts import Draft, check_name, draft_from
from embedded_app.sources.files import Files
from embedded_app.sources.kept import ReadingKey, Readings
from embedded_app.sources.models import Source
from embedded_app.sources.opening import CHANGED_OUTSIDE, Opener, Saved
from embedded_app.sources.rows import RowSet, SourceRead, TestReport, Where
from embedded_app.storage import current_company_id, db, new_id
from embedded_app.tabular.table import MOST_ROWS

_SUCCESS_NOTED_EVERY = timedelta(seconds=30)
_LONGEST_SENTENCE = 500
_UNCHANGING_SECONDS = 24 * 3600.0
_TEXTS_SECONDS = 600.0
_MOST_TEXTS = 100_000  # of a company
_TextsKey = tuple[CompanyId, UUID, int, bytes, str]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a column holds; `None` if it could not be told."""

    texts: frozenset[str] | None


class SourceService:
    """Works in the company scope that is open.

    Every method is a use case of its own: it commits, and holds no transaction while a source is asked. No
    method gives a credential back.
    """

    def __init__(
        self, connectors: Sequence[Connector], vault: Vault, clock: Clock, bounds: Bounds | None = None
    ) -> None:
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._files = Files(vault, clock)
        self._opener = Opener(connectors, vault, self._files)
        self._readings = Readings(clock, self._bounds)
        self._texts: SharedMemory[_TextsKey, _Texts] = SharedMemory(
            clock,
            seconds=_TEXTS_SECONDS,
            limit=_MOST_TEXTS * 10,
            share=_MOST_TEXTS,
            weigh=lambda found: 1 + len(found.texts or ()),
            owner=lambda key: key[0],
        )

    def connectors(self) -> tuple[Connector, ...]:
        """The kinds of sources on offer, each with its form."""
        return self._opener.connectors

    def list_(self) -> Sequence[Source]:
        """The company's sources by name."""
        return db.session.scalars(select(Source).order_by(func.lower(Source.name))).all()

    def get_(self, source_id: UUID) -> Source:
        """One source.

        Raises:
            UnknownOption: when the company has no such source.
        """
        return self._opener.find(source_id)

    def secret_names(self, source_id: UUID) -> frozenset[str]:
        """Which of the connector's secrets are stored; never what they are."""
        return frozenset(self._opener.load_to_edit(source_id).secrets)

    def find_refusal(self, source_id: UUID) -> str | None:
        """Why the source is not read as it is saved, for who can save it again; `None` when nothing forbids it."""
        return CHANGED_OUTSIDE if self._opener.load_to_edit(source_id).changed_outside else None

    def draft(self, form: Mapping[str, str], *, source_id: UUID | None = None) -> Draft:
        """The draft that a form describes; see `draft_from`. A source that exists keeps its ``kind``.

        Raises:
            InvalidField, UnknownOption: when it cannot be one.
        """
        kind = form.get("kind", "") if source_id is None else self.get_(source_id).kind
        return draft_from(form, self._opener.connector(kind), source_id)

    def upload(self, file_name: str, content: bytes, *, actor: Actor) -> UUID:
        """Keep a file for a draft; its id is the value of the connector's ``file`` option.

        It goes after a day when no source was saved with it.

        Raises:
            InvalidField: when it is empty or too large.
            SourceBusy: when too much is being read.
        """
        with self._bounds.enter(current_company_id()):
            return self._files.add(file_name, content, actor=actor)

    def file_name(self, file_id: str) -> str:
        """What an uploaded file was called; raises InvalidField when it is no longer there."""
        return self._files.name_of(file_id)

    def create(self, draft: Draft, *, actor: Actor) -> Source:
        """Save a new source, after reading it once: its columns and their kinds are kept.

        Raises:
            InvalidField: when the form is wrong, or the name is taken.
            SourceError: when the source cannot be read.
        """
        name = check_name(draft.name)
        draft = replace(draft, source_id=None)
        found = self._read_to_save(draft)
        now = self._clock.now()
        source = Source(id=new_id(), kind=draft.kind, version=1, created_at=now)
        _fill(source, draft, name, now)
        _show_success(source, found, found.read_at)
        source.columns = columns.to_json(found.columns)
        source.credentials = self._opener.seal(source, draft.secrets)
        self._save(source, "source.created", {"kind": draft.kind}, actor)
        return source

    def update(self, source_id: UUID, draft: Draft, *, actor: Actor) -> Source:
        """Save changes, if there are any, after reading the source once when it will be read in another way.

        Raises:
            InvalidField, SourceError: as `create`; also when the source moved to another place and its secrets
                were not entered again.
            InputError: when somebody else changed it meanwhile.
        """
        name = check_name(draft.name)
        draft = replace(draft, source_id=source_id)
        saved = self._opener.load_to_edit(source_id)
        secrets = self._opener.secrets_of(draft)
        changed = _changed(saved, draft, name, secrets)
        if not changed and not saved.changed_outside:
            return self.get_(source_id)
        is_read_anew = saved.changed_outside or changed - {"name", "keep_seconds"}
        found = self._read_to_save(draft) if is_read_anew else None
        source = self._held(source_id)
        if source.version != saved.version or draft.version not in {None, source.version}:
            db.session.rollback()
            raise _changed_meanwhile()
        source.version += 1
        _fill(source, draft, name, self._clock.now())
        if found is not None:
            _show_success(source, found, found.read_at)
            source.columns = columns.to_json(found.columns)
        source.credentials = self._opener.seal(source, secrets)
        self._save(source, "source.updated", {"changed": ", ".join(sorted(changed))}, actor)
        self._forget(source_id)
        return source

    def delete(self, source_id: UUID, *, actor: Actor) -> None:
        """Remove a source with its credentials and its file.

        Raises:
            UnknownOption: when there is none.
            InputError: while a panel uses it.
        """
        source = self._held(source_id)
        name = source.name
        try:
            db.session.delete(source)
            db.session.flush()
        except IntegrityError as error:
            db.session.rollback()
            raise InputError(f"A panel still uses {name}. Remove the panel first.") from error
        audit.record("source.deleted", actor=actor, subject=name)
        db.session.commit()
        self._forget(source_id)

    def test(self, target: UUID | Draft, *, actor: Actor) -> TestReport:
        """Try a saved source or a draft, step by step. A step that fails is in the report and raises nothing.

        Raises:
            InvalidField, UnknownOption: when the draft cannot be tried at all.
            SourceBusy: when too much is being read.
        """
        opened = target if isinstance(target, Draft) else self._opener.load(target)
        with self._bounds.enter(current_company_id()) as allowance, self._opener.reader(opened) as reader:
            report = reader.test(allowance)
        result = "passed" if report.ok else "failed"
        audit.record("source.tested", actor=actor, subject=opened.name, detail={"result": result})
        db.session.commit()
        return report

    def preview(self, target: UUID | Draft, limit: int = 20) -> RowSet:
        """The first `limit` rows as they would be read, with the columns inferred from all of them.

        The columns of a saved source keep the kinds that were saved.

        Raises:
            InvalidField, UnknownOption, SourceError: when it cannot be read.
        """
        opened = target if isinstance(target, Draft) else self._opener.load(target)
        with self._bounds.enter(current_company_id()) as allowance:
            rows = self._typed(opened, None, allowance)
        return replace(rows, rows=rows.rows[:limit])

    def read(self, source_id: UUID, where: Where | None = None, *, refresh: bool = False) -> SourceRead:
        """The rows, all of them or those whose column holds one of some texts.

        Blanks around a text do not count; case, accents and zeros do, whatever the source takes for equal.
        Readings are shared between viewers for the source's `keep_seconds`; `refresh` reads again unless the last
        reading began within 5 seconds. When the source is down, the last good one of the past 24 hours comes back,
        `stale` and with the `failure`.

        Raises:
            UnknownOption: when there is no such source, or it has no such column.
            SourceUnavailable: when it is down and nothing was kept.
            SourceChangedShape: when saved columns are gone.
            SourceRefused: when the operator, the query or the limits do not allow it.
        """
        saved = self._opener.load(source_id)
        connector = self._opener.connector(saved.kind)
        where = _in_one_order(where, saved)
        # Numbered rows are numbered in the whole table; a filter there would give a row another id.
        pushed = where if connector.filters and saved.key_column else None
        reading = self._readings.get(
            ReadingKey(current_company_id(), source_id, saved.version, pushed, saved.key_mark),
            saved.keep_seconds if connector.live else _UNCHANGING_SECONDS,
            lambda allowance: self._read_now(saved, pushed, allowance),
            refresh=refresh,
        )
        return reading if where is None else _filtered(reading, where)

    def texts(self, source_id: UUID, column: str, *, seconds: float) -> frozenset[str] | None:
        """Every text in a column, as it was up to ten minutes ago; `None` if it cannot be told in `seconds`.

        Only that column is read. How it went says nothing about the source, and is not noted.
        """
        saved = self._opener.load(source_id)
        kind = next((known for known in saved.columns if known.name == column), None)
        key = (current_company_id(), source_id, saved.version, saved.key_mark, column)
        found = self._texts.get(key)
        if found is not None or kind is None or seconds <= 0:
            return found.texts if found is not None else None
        try:
            with self._bounds.enter(key[0], seconds) as allowance, self._opener.reader(saved) as reader:
                table = reader.distinct(allowance, column)
        except SourceBusy:
            return None
        except (InputError, SourceError):
            found = _Texts(None)
        else:
            found = _Texts(None if table.truncated else columns.texts_of(table, kind))
        self._texts.put(key, found)
        return found.texts

    def _read_now(self, saved: Saved, where: Where | None, allowance: Allowance) -> RowSet:
        try:
            rows = self._typed(saved, where, allowance)
            if rows.truncated:
                raise SourceRefused(_too_many(saved.key_column))
        except InputError as error:  # what was in order when it was saved is a failure of the source now
            refused = SourceRefused(error.sentence)
            self._note(saved, refused)
            raise refused from error
        except SourceBusy:
            raise
        except SourceError as error:
            self._note(saved, error)
            raise
        self._note(saved, rows if where is None else None)
        return rows

    def _read_to_save(self, draft: Draft) -> RowSet:
        with self._bounds.enter(current_company_id()) as allowance:
            found = self._typed(draft, None, allowance)
        if found.truncated and not (draft.key_column and self._opener.connector(draft.kind).filters):
            raise InvalidField("key_column", _too_many(draft.key_column))
        return found

    def _typed(self, target: Saved | Draft, where: Where | None, allowance: Allowance) -> RowSet:
        begun_at = self._clock.now()  # what changes at the source from now on may be missing
        with self._opener.reader(target) as reader:
            table = reader.read(allowance, where)
        return columns.typed(
            table,
            read_at=begun_at,
            key_column=target.key_column,
            saved=target.columns if isinstance(target, Saved) else (),
            spread=allowance.spread,
        )

    def _save(self, source: Source, event: str, detail: Mapping[str, str], actor: Actor) -> None:
        name = source.name
        taken = InvalidField("name", f"There is a source named {name} already. Choose another name.")
        with db.session.no_autoflush:
            others = select(Source.name).where(Source.id != source.id)
            if name.casefold() in {other.casefold() for other in db.session.scalars(others)}:
                db.session.rollback()
                raise taken
        try:
            db.session.add(source)
            db.session.flush()
            self._opener.attach_file(source)
            audit.record(event, actor=actor, subject=name, detail=detail)
            db.session.commit()
        except IntegrityError as error:  # somebody took the name between the look and the flush
            db.session.rollback()
            raise taken from error
        except StaleDataError as error:
            db.session.rollback()
            raise _changed_meanwhile() from error
        except InvalidField:
            db.session.rollback()
            raise

    def _note(self, saved: Saved, outcome: RowSet | SourceError | None) -> None:
        """Write down how a reading went, if that is news. `None` is a success that read only a part."""
        source = db.session.scalar(select(Source).where(Source.id == saved.id))
        is_failing = isinstance(outcome, SourceError)
        if source is not None and is_failing is (source.last_failure_code is None):
            source = self._find_held(
                saved.id
            )  # an event: of many readings at the same moment, one records it
        if source is None or source.version != saved.version:
            db.session.rollback()
            return
        now = self._clock.now()
        was_failing = source.last_failure_code is not None
        if isinstance(outcome, SourceError):
            source.last_failure_at = now
            source.last_failure_code = outcome.code
            source.last_failure = outcome.sentence[:_LONGEST_SENTENCE]
            if not was_failing:
                audit.record("source.failed", actor=SYSTEM, subject=saved.name, detail={"code": outcome.code})
        elif (
            was_failing
            or source.last_success_at is None
            or now - source.last_success_at >= _SUCCESS_NOTED_EVERY
        ):
            _show_success(source, outcome, now)
            if was_failing:
                audit.record("source.recovered", actor=SYSTEM, subject=saved.name)
        try:
            db.session.commit()
        except StaleDataError:  # it was saved at this moment, and what was read is of the version before
            db.session.rollback()

    def _held(self, source_id: UUID) -> Source:
        """The source as it stands now; whoever else changes it waits for the end of this transaction.

        Raises:
            UnknownOption: it is no longer there.
        """
        source = self._find_held(source_id)
        if source is None:
            db.session.rollback()
            raise UnknownOption("This source does not exist. It may have been deleted.")
        return source

    def _find_held(self, source_id: UUID) -> Source | None:
        db.session.execute(
            update(Source)
            .where(Source.id == source_id)
            .values(version=Source.version)
            .execution_options(synchronize_session=False)
        )
        return db.session.scalar(
            select(Source).where(Source.id == source_id).execution_options(populate_existing=True)
        )

    def _forget(self, source_id: UUID) -> None:
        self._readings.forget(current_company_id(), source_id)
        self._opener.forget(source_id)


def _fill(source: Source, draft: Draft, name: str, now: datetime) -> None:
    source.name = name
    source.settings = dict(draft.settings)
    source.key_column = draft.key_column
    source.keep_seconds = draft.keep_seconds
    source.updated_at = now


def _show_success(source: Source, rows: RowSet | None, at: datetime) -> None:
    source.last_success_at = at
    source.last_failure_code = source.last_failure = None
    if rows is not None:
        source.row_count = None if rows.truncated else rows.row_count


def _changed(saved: Saved, draft: Draft, name: str, secrets: Mapping[str, Secret]) -> set[str]:
    """Names of what differs, for the audit log; of secrets too, but never their values."""
    changed = {
        option
        for option in saved.settings.keys() | draft.settings.keys()
        if saved.settings.get(option, "") != draft.settings.get(option, "")
    }
    changed |= {
        option
        for option in saved.secrets.keys() | secrets.keys()
        if saved.secrets.get(option) != secrets.get(option)
    }
    for field, old, new in (
        ("name", saved.name, name),
        ("key_column", saved.key_column, draft.key_column),
        ("keep_seconds", saved.keep_seconds, draft.keep_seconds),
    ):
        if old != new:
            changed.add(field)
    return changed


def _in_one_order(where: Where | None, saved: Saved) -> Where | None:
    """The same filter always written the same, so that it is kept once."""
    if where is None:
        return None
    column, values = where
    if all(known.name != column for known in saved.columns):
        raise UnknownOption(f"{saved.name} has no column {column}. Choose one of its columns.")
    return column, tuple(sorted({value.strip() for value in values} - {""}))


def _filtered(reading: SourceRead, where: Where) -> SourceRead:
    """The rows of the reading that `where` asks for.

    Also of one that the source filtered: databases take "a" for "A", and a number for a text that begins with it.
    """
    column, values = where
    wanted = frozenset(values)
    return replace(reading, rows=tuple(row for row in reading.rows if trimmed(row.values[column]) in wanted))


def _changed_meanwhile() -> InputError:
    return InputError("Somebody else changed this source meanwhile. Open it again.")


def _too_many(key_column: str | None) -> str:
    remedy = (
        "Narrow the query." if key_column else "Narrow it, or choose the column that is the key of a row."
    )
    return f"The source holds more than {MOST_ROWS:,} rows. {remedy}"
