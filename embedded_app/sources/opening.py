"""From a stored source, or a draft of one, to a reader: its settings, its opened secrets, its connections."""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import select

from embedded_app.crypto import Sealed, Vault
from embedded_app.errors import InvalidField, SourceRefused, UnknownOption, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.secret import Secret
from embedded_app.sources import columns
from embedded_app.sources.connectors.base import Connector, Filled, Input, Reader
from embedded_app.sources.drafts import Draft, merged_secrets
from embedded_app.sources.files import Files
from embedded_app.sources.models import Source
from embedded_app.sources.rows import Column
from embedded_app.storage import current_company_id, db

_log = logging.getLogger(__name__)

OPEN_READERS = 32
_Key = tuple[CompanyId, UUID, int, bytes]
"""Company, source, version and mark of the key."""
CHANGED_OUTSIDE = (
    "The settings of this source were changed outside the app. Check them, then enter its password again."
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A source as it was when its row was read, so that no transaction stays open behind it."""

    id: UUID
    name: str
    version: int
    kind: str
    settings: Mapping[str, str]
    secrets: Mapping[str, Secret]
    key_column: str | None
    keep_seconds: int
    columns: tuple[Column, ...]
    key_mark: bytes
    """Of the company's data key, for a sealed file: what is remembered of it ends with that key."""
    changed_outside: bool = False
    """Its settings are not those it was saved with. It has no secrets then, and only saving it repairs it."""


class Opener:
    """Opens sources of the company in scope, and keeps a few readers of stored ones until they change."""

    def __init__(self, connectors: Sequence[Connector], vault: Vault, files: Files) -> None:
        self.connectors = tuple(connectors)
        self._vault = vault
        self._files = files
        self._readers: OrderedDict[_Key, Reader] = OrderedDict()
        self._lock = threading.Lock()

    def connector(self, kind: str) -> Connector:
        """The connector of that kind.

        Raises:
            UnknownOption: when there is none.
        """
        for connector in self.connectors:
            if connector.kind == kind:
                return connector
        raise UnknownOption("There is no such kind of source. Choose one of the list.")

    def find(self, source_id: UUID) -> Source:
        """The row; raises UnknownOption when the company has none of that id."""
        source = db.session.scalar(select(Source).where(Source.id == source_id))
        if source is None:
            raise UnknownOption("This source does not exist. It may have been deleted.")
        return source

    def load(self, source_id: UUID) -> Saved:
        """Everything that a reading needs. Ends the transaction.

        Raises:
            KeyDestroyed: the company has no data key any more.
            SourceRefused: its settings were changed outside the app, and nothing is sent where they lead.
        """
        saved = self.load_to_edit(source_id)
        if saved.changed_outside:
            _log.warning("source changed outside the app", extra={"source": str(source_id)})
            raise SourceRefused(CHANGED_OUTSIDE)
        return saved

    def load_to_edit(self, source_id: UUID) -> Saved:
        """The same, also of a source whose settings were `changed_outside`; never to read with."""
        source = self.find(source_id)
        secrets = self._unseal(source)
        saved = Saved(
            id=source.id,
            name=source.name,
            version=source.version,
            kind=source.kind,
            settings=dict(source.settings),
            secrets={} if secrets is None else secrets,
            key_column=source.key_column,
            keep_seconds=source.keep_seconds,
            columns=columns.from_json(source.columns),
            key_mark=self._key_mark(source),
            changed_outside=secrets is None,
        )
        db.session.commit()
        return saved

    def secrets_of(self, draft: Draft) -> Mapping[str, Secret]:
        """The secrets that a draft would be saved with, for a source that exists with those that stay.

        Raises:
            InvalidField: when a stored secret would go to another place than it was entered for.
        """
        if draft.source_id is None:
            return draft.secrets
        saved = self.load_to_edit(draft.source_id)
        if saved.kind != draft.kind:
            raise InvalidField("kind", "A source keeps its kind. Add another source instead.")
        return merged_secrets(draft, self.connector(draft.kind), saved.settings, saved.secrets)

    def seal(self, source: Source, secrets: Mapping[str, Secret]) -> Sealed:
        """The credentials column for `source` as it is now, its version and settings included.

        Without secrets as well: the seal vouches for the settings.
        """
        plain = orjson.dumps({name: secret.reveal() for name, secret in secrets.items()})
        source.company_id = current_company_id()
        return self._vault.seal(source.seal_context(), plain)

    @contextmanager
    def reader(self, target: Saved | Draft) -> Iterator[Reader]:
        """A reader; one of a draft is closed afterwards.

        Raises:
            InvalidField: when the settings are wrong.
        """
        if isinstance(target, Saved):
            yield self._kept(target)
            return
        reader = self._open(target.kind, target.settings, self.secrets_of(target))
        try:
            yield reader
        finally:
            reader.close()

    def forget(self, source_id: UUID) -> None:
        """Close the readers of a source that changed."""
        company_id = current_company_id()
        with self._lock:
            keys = [key for key in self._readers if key[:2] == (company_id, source_id)]
            readers = [self._readers.pop(key) for key in keys]
        for reader in readers:
            reader.close()

    def attach_file(self, source: Source) -> None:
        """Give the file that the settings name to `source`; does not commit."""
        if option := _file_option(self.connector(source.kind)):
            self._files.attach(source.settings.get(option, ""), source.id)

    def _kept(self, saved: Saved) -> Reader:
        key = (current_company_id(), saved.id, saved.version, saved.key_mark)
        with self._lock:
            reader = self._readers.get(key)
            if reader is not None:
                self._readers.move_to_end(key)
                return reader
            reader = self._readers[key] = self._open(saved.kind, saved.settings, saved.secrets)
            superfluous = (
                self._readers.pop(self._superfluous()) if len(self._readers) > OPEN_READERS else None
            )
        if superfluous is not None:
            superfluous.close()
        return reader

    def _superfluous(self) -> _Key:
        """Of the company with the most readers the one unused for longest."""
        companies = Counter(company_id for company_id, *_ in self._readers)
        [(most, _)] = companies.most_common(1)
        return next(key for key in self._readers if key[0] == most)

    def _open(self, kind: str, settings: Mapping[str, str], secrets: Mapping[str, Secret]) -> Reader:
        connector = self.connector(kind)
        option = _file_option(connector)
        file_id = settings.get(option, "") if option else ""
        folder = str(current_company_id())
        return connector.open(Filled(settings, secrets, lambda: self._files.fetch(file_id), folder))

    def _key_mark(self, source: Source) -> bytes:
        """Empty without a file; credentials need none, because they are opened for each reading."""
        has_file = _file_option(self.connector(source.kind)) is not None
        return self._vault.fingerprint(current_company_id()) if has_file else b""

    def _unseal(self, source: Source) -> dict[str, Secret] | None:
        """`None` when the row is not as it was sealed."""
        if source.credentials is None:
            return None
        try:
            plain: dict[str, str] = orjson.loads(self._vault.open(source.seal_context(), source.credentials))
        except Unsealable:
            return None
        return {name: Secret(value) for name, value in plain.items()}


def _file_option(connector: Connector) -> str | None:
    return next((option.name for option in connector.options if option.input is Input.FILE), None)
