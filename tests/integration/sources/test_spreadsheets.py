"""Spreadsheets from the upload to the rows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from embedded_app.audit import list_events
from embedded_app.crypto import Vault, WrappedKey
from embedded_app.errors import InvalidField, KeyDestroyed, SourceRefused, Unsealable
from embedded_app.sources import files as source_files
from embedded_app.sources.files import LARGEST_FILE
from embedded_app.sources.models import SourceFile
from embedded_app.sources.service import SourceService
from embedded_app.storage import Company, db
from tests.factories.workbooks import workbook
from tests.fakes.fake_clock import FakeClock
from tests.integration.sources.conftest import DANA, ONE, events

pytestmark = pytest.mark.usefixtures("_scope")

CERTIFICATES = (
    b"Insurance certificates,,,\n"
    b"vendor,policy,limit,expires\n"
    b"O'Malley's Steel,GL-1,\"$1,000,000.00\",03/31/2027\n"
    b'Ironworks,GL-2,"$2,000,000.00",04/01/2027\n'
    b",GL-3,1,04/01/2027\n"
    b"Rebar,GL-1,1,04/01/2027\n"
)


def upload(service: SourceService, content: bytes = CERTIFICATES, name: str = "certificates.csv") -> str:
    return str(service.upload(name, content, actor=DANA))


def form(file_id: str, **more: str) -> dict[str, str]:
    return {
        "kind": "spreadsheet",
        "name": "Insurance sheet",
        "file": file_id,
        "key_column": "policy",
        **more,
    }


def create(service: SourceService, file_id: str, **more: str) -> UUID:
    return service.create(service.draft(form(file_id, **more)), actor=DANA).id


def files() -> list[SourceFile]:
    return list(db.session.scalars(select(SourceFile).order_by(SourceFile.uploaded_at, SourceFile.id)))


def test_a_csv_becomes_rows_and_rejects(service: SourceService) -> None:
    draft = service.draft(form(upload(service)))
    assert service.test(draft, actor=DANA).ok
    preview = service.preview(draft, limit=1)
    assert (len(preview.rows), preview.row_count) == (1, 3)
    reading = service.read(create(service, upload(service)))
    assert [row.id for row in reading.rows] == ["GL-1", "GL-2", "GL-3"]
    assert reading.rows[0].values == {
        "vendor": "O'Malley's Steel",
        "policy": "GL-1",
        "limit": Decimal("1000000.00"),
        "expires": date(2027, 3, 31),
    }
    assert [(reject.line, reject.reason) for reject in reading.rejects] == [
        (6, "policy: the key “GL-1” is on line 3 already.")
    ]


def test_a_workbook_becomes_rows(service: SourceService) -> None:
    content = workbook([["vendor", "policy", "expires"], ["Ironworks", 7, date(2027, 3, 31)]], title="Certs")
    source_id = create(service, upload(service, content, "certs.xlsx"), sheet="certs")
    assert [(row.id, row.values["expires"]) for row in service.read(source_id).rows] == [
        ("7", date(2027, 3, 31))
    ]


def test_a_filter_is_applied_here(service: SourceService) -> None:
    source_id = create(service, upload(service))
    rows = service.read(source_id, ("vendor", ("Ironworks", "nobody"))).rows
    assert [row.id for row in rows] == ["GL-2"]
    assert [row.id for row in service.read(source_id, ("limit", ("2000000",))).rows] == ["GL-2"]
    assert service.read(source_id, ("vendor", ())).rows == ()


def test_a_file_is_sealed_and_recorded(service: SourceService, clock: FakeClock) -> None:
    upload(service)
    file = files()[0]
    assert b"Ironworks" not in file.content.to_bytes()
    assert (file.file_name, file.size, file.uploaded_by) == (
        "certificates.csv",
        len(CERTIFICATES),
        "Dana Whitfield",
    )
    assert file.uploaded_at == clock.now()
    assert events() == ["source.file_uploaded certificates.csv"]
    assert list_events()[0].detail == {"sha256": file.sha256, "size": str(len(CERTIFICATES))}


def test_a_file_moved_to_another_row_does_not_open(service: SourceService) -> None:
    first, second = upload(service), upload(service, b"a,b\n1,2\n")
    one, two = (db.session.get_one(SourceFile, UUID(file_id)) for file_id in (first, second))
    two.content = one.content
    db.session.commit()
    with pytest.raises(Unsealable):
        service.preview(service.draft(form(second)))


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("C:\\Users\\Dana\\certs.csv", "certs.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\u202e.csv", "ab.csv"),
        ("", "file"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
    ],
)
def test_file_names_are_names_only(service: SourceService, name: str, stored: str) -> None:
    upload(service, name=name)
    assert files()[0].file_name == stored


def test_a_file_of_10_mb_is_taken_and_one_byte_more_or_none_is_refused(service: SourceService) -> None:
    upload(service, b"x" * LARGEST_FILE)
    for content, sentence in ((b"x" * (LARGEST_FILE + 1), "larger than 10 MB"), (b"", "is empty")):
        with pytest.raises(InvalidField, match=sentence) as caught:
            upload(service, content)
        assert caught.value.field == "file"
    assert len(files()) == 1


def test_a_file_without_a_source_goes_after_a_day_and_others_stay(
    service: SourceService, clock: FakeClock
) -> None:
    orphan, kept = upload(service), upload(service, name="kept.csv")
    create(service, kept)
    clock.advance(24 * 3600 - 1)
    upload(service, name="later.csv")
    assert len(files()) == 3
    clock.advance(2)
    upload(service, name="last.csv")
    assert orphan not in {str(file.id) for file in files()}
    assert kept in {str(file.id) for file in files()}
    with pytest.raises(InvalidField, match="Upload it again"):
        create(service, orphan, name="Other")


def test_the_same_file_is_stored_once_while_it_waits_and_not_taken_from_a_source(
    service: SourceService,
) -> None:
    first = upload(service)
    assert upload(service) == first
    assert upload(service, name="other.csv") != first
    assert upload(service, CERTIFICATES + b"x") != first
    assert events().count("source.file_uploaded certificates.csv") == 2
    create(service, first)
    assert upload(service) != first


def test_what_a_company_stores_has_an_end_and_what_waits_makes_room(
    service: SourceService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_files, "MOST_STORED", 3 * len(CERTIFICATES))
    kept = upload(service, name="kept.csv")
    source_id = create(service, kept)
    for number in range(5):
        last = upload(service, name=f"{number}.csv")
    assert [file.file_name for file in files()] == ["kept.csv", "3.csv", "4.csv"]
    service.update(source_id, service.draft(form(last), source_id=source_id), actor=DANA)
    with pytest.raises(InvalidField, match="Delete a source") as caught:
        upload(service, CERTIFICATES * 3)
    assert caught.value.field == "file"
    assert [file.file_name for file in files()] == ["3.csv", "4.csv"], "a refusal removes nothing"


def test_a_new_file_replaces_the_old_one(service: SourceService) -> None:
    old = upload(service)
    source_id = create(service, old)
    assert len(service.read(source_id).rows) == 3
    new = upload(service, b"vendor,policy\nWood,GL-9\n")
    assert len(service.read(source_id).rows) == 3
    service.update(source_id, service.draft(form(new), source_id=source_id), actor=DANA)
    assert [row.id for row in service.read(source_id).rows] == ["GL-9"]
    assert [str(file.id) for file in files()] == [new]


def test_a_deleted_source_takes_its_file_along(service: SourceService) -> None:
    source_id = create(service, upload(service))
    service.delete(source_id, actor=DANA)
    assert files() == []


def test_a_file_belongs_to_one_source(service: SourceService) -> None:
    file_id = upload(service)
    create(service, file_id)
    with pytest.raises(InvalidField, match="belongs to another source"):
        create(service, file_id, name="Other")
    assert len(service.list_()) == 1


@pytest.mark.parametrize("file_id", ["", "nonsense", "00000000-0000-7000-8000-000000000000", "' OR 1=1"])
def test_a_file_that_is_not_there_is_asked_for(service: SourceService, file_id: str) -> None:
    with pytest.raises(InvalidField) as caught:
        create(service, file_id)
    assert caught.value.field == "file"


def test_a_file_is_read_once_and_not_again_until_it_is_replaced(
    service: SourceService, clock: FakeClock
) -> None:
    source_id = create(service, upload(service))
    first = service.read(source_id)
    for file in files():
        db.session.delete(file)
    db.session.commit()
    clock.advance(24 * 3600 - 1)
    assert service.read(source_id).rows == first.rows
    clock.advance(1)
    with pytest.raises(SourceRefused, match="Upload it again"):
        service.read(source_id)


def test_a_refresh_reads_the_file_again(service: SourceService, clock: FakeClock) -> None:
    source_id = create(service, upload(service))
    service.read(source_id)
    clock.advance(3600)
    assert service.read(source_id).read_at < clock.now()
    assert service.read(source_id, refresh=True).read_at == clock.now()


def test_what_was_read_of_a_file_ends_with_the_key_of_the_company(
    service: SourceService, vault: Vault, clock: FakeClock
) -> None:
    """Also what this process remembers of it, and also when the company has a new key."""
    source_id = create(service, upload(service))
    assert len(service.read(source_id).rows) == 3
    set_key(None)
    with pytest.raises(KeyDestroyed):
        service.read(source_id)
    set_key(Vault(vault.provider, lambda _company_id: None, clock).new_company_key(ONE))
    with pytest.raises(SourceRefused):
        service.read(source_id)


def set_key(key: WrappedKey | None) -> None:
    db.session.get_one(Company, ONE).wrapped_key = key
    db.session.commit()
