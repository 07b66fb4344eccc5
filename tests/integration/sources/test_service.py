"""Sources from the form to the rows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.orm.exc import StaleDataError

from embedded_app.audit import list_events, verify
from embedded_app.errors import (
    InputError,
    InvalidField,
    SourceChangedShape,
    SourceRefused,
    SourceUnavailable,
    UnknownOption,
)
from embedded_app.secret import Secret
from embedded_app.sources.drafts import Draft
from embedded_app.sources.models import Source
from embedded_app.sources.service import SourceService
from embedded_app.storage import company_scope, db, give_connection_back, new_id
from tests.fakes.fake_clock import FakeClock
from tests.fakes.scripted_connector import ScriptedConnector
from tests.integration.sources.conftest import DANA, ONE, events

pytestmark = pytest.mark.usefixtures("_scope")

FORM = {"kind": "scripted", "name": "Sage ERP", "host": "erp.example.com", "password": "canary-secret"}
KEYED = FORM | {"key_column": "sc_no"}


def create(service: SourceService, form: dict[str, str] | None = None) -> UUID:
    return service.create(service.draft(form or KEYED), actor=DANA).id


def update(service: SourceService, source_id: UUID, **changes: str) -> Source:
    form = {"name": "Sage ERP", "host": "erp.example.com", "key_column": "sc_no", **changes}
    return service.update(source_id, service.draft(form, source_id=source_id), actor=DANA)


def test_a_created_source_knows_its_columns_and_how_it_was_read(
    service: SourceService, clock: FakeClock
) -> None:
    source = service.create(service.draft(KEYED | {"keep_seconds": "30"}), actor=DANA)
    assert source.name == "Sage ERP"
    assert source.kind == "scripted"
    assert source.settings == {"host": "erp.example.com", "table": ""}
    assert source.columns == [
        {"name": "sc_no", "kind": "text"},
        {"name": "job_no", "kind": "text"},
        {"name": "amount", "kind": "money"},
    ]
    assert (source.key_column, source.keep_seconds, source.row_count) == ("sc_no", 30, 3)
    assert source.last_success_at == source.created_at == clock.now()
    assert source.last_failure_code is None
    assert service.get_(source.id) is source
    assert events() == ["source.created Sage ERP"]


def test_sources_are_listed_by_name(service: SourceService) -> None:
    for name in ("sage", "Insurance", "Zebra"):
        create(service, FORM | {"name": name})
    assert [source.name for source in service.list_()] == ["Insurance", "sage", "Zebra"]


@pytest.mark.parametrize("name", ["x" * 60, "O'Malley's \"ERP\" <b>", "ERP – Zürich"])
def test_odd_names_are_names(service: SourceService, name: str) -> None:
    create(service, FORM | {"name": name})
    assert [source.name for source in service.list_()] == [name]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"host": ""}, "host"),
        ({"keep_seconds": "4"}, "keep_seconds"),
        ({"keep_seconds": "3601"}, "keep_seconds"),
        ({"keep_seconds": "soon"}, "keep_seconds"),
        ({"key_column": "gone"}, "key_column"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(
    service: SourceService, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidField) as caught:
        create(service, KEYED | changes)
    assert caught.value.field == field
    assert not service.list_()
    assert events() == []


def test_a_name_is_taken_once_in_a_company_whatever_its_capitals(service: SourceService) -> None:
    create(service)
    other = create(service, FORM | {"name": "Other"})
    for attempt in (
        lambda: create(service, FORM | {"name": "SAGE erp"}),
        lambda: update(service, other, name="sage ERP", key_column=""),
    ):
        with pytest.raises(InvalidField, match="There is a source named"):
            attempt()
    assert [source.name for source in service.list_()] == ["Other", "Sage ERP"]


def test_a_source_that_cannot_be_read_is_not_saved(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    scripted.error = SourceUnavailable("down")
    with pytest.raises(SourceUnavailable):
        create(service)
    assert not service.list_()


def test_an_unknown_kind_is_refused(service: SourceService) -> None:
    with pytest.raises(UnknownOption):
        service.draft(FORM | {"kind": "ftp"})


# Credentials


def test_credentials_are_sealed_and_no_method_gives_them_back(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    service.test(source_id, actor=DANA)
    service.read(source_id)
    assert scripted.passwords == [Secret("canary-secret")] * 3
    assert service.secret_names(source_id) == {"password"}
    stored = service.get_(source_id).credentials
    assert stored is not None
    assert b"canary" not in stored.to_bytes()
    give_connection_back()
    for table in inspect(db.engine).get_table_names():
        with db.engine.connect() as connection:
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                assert "canary" not in repr(tuple(row))
    assert "canary" not in repr(service.draft(FORM))
    assert "canary" not in repr([(event.event, event.detail) for event in list_events()])


def test_credentials_moved_to_another_row_or_version_do_not_open(service: SourceService) -> None:
    first, second = create(service), create(service, KEYED | {"name": "Other"})
    stolen = service.get_(first).credentials
    service.get_(second).credentials = stolen
    db.session.commit()
    with pytest.raises(SourceRefused):
        service.read(second)
    update(service, first, password="new-secret")
    service.get_(first).credentials = stolen
    db.session.commit()
    with pytest.raises(SourceRefused):
        service.read(first)


def _without_seal(source: Source) -> None:
    source.settings = source.settings | {"host": "evil.example.com"}
    source.credentials = None


@pytest.mark.parametrize(
    "change",
    [
        lambda source: setattr(source, "settings", source.settings | {"host": "evil.example.com"}),
        lambda source: setattr(source, "settings", source.settings | {"port": "1"}),
        lambda source: setattr(source, "settings", source.settings | {"table": "salaries"}),
        lambda source: setattr(source, "kind", "sql"),
        _without_seal,
    ],
)
@pytest.mark.parametrize("password", ["canary-secret", ""])
def test_a_source_that_was_changed_in_the_database_is_not_read(
    service: SourceService, scripted: ScriptedConnector, change: Callable[[Source], None], password: str
) -> None:
    source_id = create(service, KEYED | {"password": password})
    service.read(source_id)  # its reader is kept
    change(service.get_(source_id))
    db.session.commit()
    scripted.asked.clear()
    for attempt in (
        lambda: service.read(source_id, refresh=True),
        lambda: service.test(source_id, actor=DANA),
        lambda: service.preview(source_id),
    ):
        with pytest.raises(SourceRefused, match="changed outside the app"):
            attempt()
    assert scripted.asked == []
    assert service.find_refusal(source_id)


def test_such_a_source_is_repaired_by_saving_it_with_its_password(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    source = service.get_(source_id)
    source.settings = source.settings | {"host": "evil.example.com"}
    db.session.commit()
    scripted.passwords.clear()
    assert service.secret_names(source_id) == frozenset()
    update(service, source_id)  # without the password, nothing of it is sent anywhere
    assert Secret("canary-secret") not in scripted.passwords
    update(service, source_id, password="canary-secret")
    service.read(source_id)
    assert scripted.passwords[-1] == Secret("canary-secret")
    assert service.find_refusal(source_id) is None


def test_an_option_that_a_release_adds_changes_no_seal(service: SourceService) -> None:
    """It is empty in what was saved before, and counts as one that is not there."""
    source_id = create(service)
    source = service.get_(source_id)
    source.settings = source.settings | {"added": ""}
    db.session.commit()
    assert service.read(source_id).rows


def test_a_secret_that_is_not_entered_stays(service: SourceService, scripted: ScriptedConnector) -> None:
    source_id = create(service)
    update(service, source_id, table="other")
    service.read(source_id)
    assert scripted.passwords[-1] == Secret("canary-secret")


def test_a_stored_secret_is_never_sent_to_another_host(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.passwords.clear()
    moved = service.draft({"name": "x", "host": "evil.example.com"}, source_id=source_id)
    attempts: list[Callable[[], object]] = [
        lambda: service.test(moved, actor=DANA),
        lambda: service.preview(moved),
        lambda: service.update(source_id, moved, actor=DANA),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidField, match="Host changed") as caught:
            attempt()
        assert caught.value.field == "password"
    assert scripted.passwords == []
    update(service, source_id, host="new.example.com", password="other-secret")
    assert scripted.passwords == [Secret("other-secret")]


def test_a_source_keeps_its_kind(service: SourceService) -> None:
    source_id = create(service)
    draft = Draft("spreadsheet", "x", {"file": "1"}, {})
    with pytest.raises(InvalidField) as caught:
        service.update(source_id, draft, actor=DANA)
    assert caught.value.field == "kind"


# Changing and removing


def test_a_change_is_tried_kept_and_recorded_without_values(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.columns = ("sc_no", "job_no", "total")
    source = update(service, source_id, name="Sage", table="t2", password="new-secret", keep_seconds="90")
    assert (source.name, source.version, source.keep_seconds) == ("Sage", 2, 90)
    assert [column["name"] for column in source.columns] == ["sc_no", "job_no", "total"]
    assert events() == ["source.created Sage ERP", "source.updated Sage"]
    assert list_events()[0].detail == {"changed": "keep_seconds, name, password, table"}
    assert verify() is None


def test_a_new_name_alone_needs_no_reading(service: SourceService, scripted: ScriptedConnector) -> None:
    source_id = create(service)
    scripted.error = SourceUnavailable("down")
    assert update(service, source_id, name="Sage", keep_seconds="90").name == "Sage"
    assert len(scripted.asked) == 1
    with pytest.raises(SourceUnavailable):
        update(service, source_id, table="t2")
    assert service.get_(source_id).settings["table"] == ""


def test_two_people_who_change_a_source_at_once_do_not_overwrite_each_other(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)

    def somebody_else() -> None:
        scripted.while_reading = lambda: None
        update(service, source_id, name="Theirs")

    scripted.while_reading = somebody_else
    with pytest.raises(InputError, match="Somebody else changed"):
        update(service, source_id, name="Ours", table="t2")
    assert service.get_(source_id).name == "Theirs"


def test_what_was_read_before_a_change_is_not_served_after_it(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    service.read(source_id)
    scripted.cells = scripted.cells[:1]
    update(service, source_id, keep_seconds="61")
    assert len(service.read(source_id).rows) == 1


def test_a_deleted_source_is_gone(service: SourceService, scripted: ScriptedConnector) -> None:
    source_id = create(service)
    service.read(source_id)
    closed = scripted.closed
    service.delete(source_id, actor=DANA)
    assert not service.list_()
    assert scripted.closed == closed + 1
    with pytest.raises(UnknownOption):
        service.read(source_id)
    assert events() == ["source.created Sage ERP", "source.deleted Sage ERP"]


# Trying


def test_a_test_is_recorded_with_its_result(service: SourceService, scripted: ScriptedConnector) -> None:
    assert service.test(service.draft(FORM), actor=DANA).ok
    source_id = create(service)
    scripted.error = SourceUnavailable("down")
    assert not service.test(source_id, actor=DANA).ok
    assert events() == ["source.tested Sage ERP", "source.created Sage ERP", "source.tested Sage ERP"]
    assert [event.detail for event in list_events(prefixes=["source.tested"])] == [
        {"result": "failed"},
        {"result": "passed"},
    ]


def test_a_draft_is_previewed_and_closed_again(service: SourceService, scripted: ScriptedConnector) -> None:
    preview = service.preview(service.draft(KEYED), limit=2)
    assert [row.id for row in preview.rows] == ["SC-014", "SC-011"]
    assert preview.row_count == 3
    assert [column.kind.value for column in preview.columns] == ["text", "text", "money"]
    assert scripted.closed == 1
    assert not service.list_()


def test_a_saved_source_is_previewed_with_its_saved_kinds(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.cells.append(("SC-099", "x", "about 5"))
    preview = service.preview(source_id)
    assert len(preview.rows) == 3
    assert [reject.line for reject in preview.rejects] == [4]


# Reading


def test_rows_are_read_typed_and_kept(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    reading = service.read(source_id)
    assert [(row.id, str(row.values["amount"])) for row in reading.rows] == [
        ("SC-014", "1250000.25"),
        ("SC-011", "5.00"),
        ("SC-031", "-7.50"),
    ]
    assert (reading.stale, reading.failure, reading.read_at) == (False, None, clock.now())
    count = len(scripted.asked)
    service.read(source_id)
    assert len(scripted.asked) == count
    clock.advance(60)
    service.read(source_id)
    assert len(scripted.asked) == count + 1


def test_a_refresh_reads_within_the_seconds_that_a_reading_serves(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    where = ("job_no", ("21-0388",))
    service.read(source_id, where)
    scripted.cells[2] = ("SC-031", "21-0388", "99.00")
    clock.advance(5)
    assert str(service.read(source_id, where).rows[0].values["amount"]) == "-7.50"
    refreshed = service.read(source_id, where, refresh=True)
    assert (str(refreshed.rows[0].values["amount"]), refreshed.read_at) == ("99.00", clock.now())


def test_rows_are_as_old_as_the_beginning_of_their_reading(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    begun_at = clock.now()
    scripted.while_reading = lambda: clock.advance(8)
    assert service.read(source_id).read_at == begun_at


def test_a_filter_is_asked_of_the_source_once_whatever_its_order(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    for values in (("21-0417", "x"), ("x", "21-0417"), ("x", "21-0417", "x")):
        reading = service.read(source_id, ("job_no", values))
        assert [row.id for row in reading.rows] == ["SC-014", "SC-011"]
    assert scripted.asked == [None, ("job_no", ("21-0417", "x"))]


def test_numbered_rows_keep_their_numbers_under_a_filter(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service, FORM)
    assert [row.id for row in service.read(source_id, ("job_no", ("21-0388",))).rows] == ["3"]
    assert [row.id for row in service.read(source_id, ("amount", ("5",))).rows] == ["2"]
    assert scripted.asked == [None, None]


@pytest.mark.parametrize("form", [KEYED, FORM], ids=["with a key", "numbered"])
def test_what_a_source_filtered_is_judged_again(
    service: SourceService, scripted: ScriptedConnector, form: dict[str, str]
) -> None:
    """Databases differ in what they take for equal; a row of another project is shown to nobody."""
    jobs = ["21-0417", " 21-0417", "21-0417\u00a0", "21-0417-1", "21", "A-1", "a-1", "\u00c1-1", None]
    scripted.cells = [(f"SC-{number}", job, "1.00") for number, job in enumerate(jobs, start=1)]
    scripted.lets_all_through = True
    source_id = create(service, form)

    def found(*wanted: str) -> list[object]:
        return [row.values["sc_no"] for row in service.read(source_id, ("job_no", wanted)).rows]

    assert found("21-0417") == found(" 21-0417 ") == ["SC-1", "SC-2", "SC-3"]
    assert found("a-1") == ["SC-7"]
    assert found("21", "A-1") == ["SC-5", "SC-6"]
    assert found("") == found("None") == found() == []


def test_a_filter_on_no_column_of_the_source_is_refused(service: SourceService) -> None:
    source_id = create(service)
    with pytest.raises(UnknownOption, match="Sage ERP has no column gone"):
        service.read(source_id, ("gone", ("1",)))


def test_no_transaction_is_open_while_a_source_is_asked(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    transactions: list[bool] = []
    scripted.while_reading = lambda: transactions.append(db.session.registry().in_transaction())
    source_id = create(service)
    service.preview(source_id)
    service.read(source_id)
    update(service, source_id, table="t2")
    assert transactions == [False] * 4


def test_a_source_that_is_down_shows_its_last_rows_and_says_so(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    good = service.read(source_id)
    clock.advance(61)
    scripted.error = SourceUnavailable("The database does not answer.")
    stale = service.read(source_id)
    assert (stale.rows, stale.stale, stale.read_at) == (good.rows, True, good.read_at)
    assert stale.failure is scripted.error
    source = service.get_(source_id)
    assert (source.last_failure_code, source.last_failure) == (
        "source_unavailable",
        "The database does not answer.",
    )
    assert source.last_failure_at == clock.now()
    assert source.last_success_at == good.read_at
    clock.advance(10)
    service.read(source_id)
    scripted.error = None
    clock.advance(10)
    assert not service.read(source_id).stale
    source = service.get_(source_id)
    assert (source.last_failure_code, source.last_failure) == (None, None)
    assert source.last_success_at == clock.now()
    assert events() == ["source.created Sage ERP", "source.failed Sage ERP", "source.recovered Sage ERP"]


def test_a_success_is_written_down_every_thirty_seconds(service: SourceService, clock: FakeClock) -> None:
    source_id = create(service, KEYED | {"keep_seconds": "5"})
    noted = service.get_(source_id).last_success_at
    clock.advance(29)
    service.read(source_id)
    assert service.get_(source_id).last_success_at == noted
    clock.advance(6)
    service.read(source_id)
    assert service.get_(source_id).last_success_at == clock.now()


def test_of_a_failure_500_signs_are_written_down(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    clock.advance(61)
    scripted.error = SourceUnavailable("x" * 501)
    with pytest.raises(SourceUnavailable):
        service.read(source_id)
    assert service.get_(source_id).last_failure == "x" * 500


def test_a_filter_that_was_never_read_has_nothing_to_show(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.error = SourceUnavailable("down")
    with pytest.raises(SourceUnavailable):
        service.read(source_id, ("job_no", ("21-0417",)))


def test_columns_that_vanish_are_named_and_noted(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    service.read(source_id)
    clock.advance(61)
    scripted.columns = ("sc_no", "job", "total")
    with pytest.raises(SourceChangedShape, match="no longer has the columns job_no and amount"):
        service.read(source_id)
    assert service.get_(source_id).last_failure_code == "source_changed_shape"


def test_a_key_that_vanishes_is_a_change_of_shape_too(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.columns = ("number", "job_no", "amount")
    with pytest.raises(SourceChangedShape, match="sc_no"):
        service.read(source_id)


def test_settings_that_are_no_longer_in_order_are_a_failure_of_the_source(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    scripted.error = InvalidField("host", "Not any more.")
    with pytest.raises(SourceRefused, match="Not any more"):
        service.read(source_id)
    assert service.get_(source_id).last_failure_code == "source_refused"


def test_more_rows_than_allowed_are_read_by_filter_only_and_only_with_a_key(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    scripted.truncated = True
    with pytest.raises(InvalidField, match="more than 50,000 rows") as caught:
        create(service, FORM)
    assert caught.value.field == "key_column"
    source_id = create(service)
    assert service.get_(source_id).row_count is None
    with pytest.raises(SourceRefused, match="more than 50,000 rows"):
        service.read(source_id)
    scripted.truncated = False
    assert len(service.read(source_id, ("job_no", ("21-0417",))).rows) == 2


def test_a_source_without_rows_is_a_source(service: SourceService, scripted: ScriptedConnector) -> None:
    scripted.cells = []
    source_id = create(service)
    assert service.read(source_id).rows == ()
    assert service.get_(source_id).row_count == 0


def test_readers_of_many_sources_are_closed_when_they_are_too_many(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    ids = [create(service, FORM | {"name": f"Source {number}"}) for number in range(33)]
    closed = scripted.closed
    for source_id in ids:
        service.read(source_id)
    assert scripted.closed == closed + 1


def test_an_id_of_nothing_is_unknown(service: SourceService) -> None:
    with pytest.raises(UnknownOption, match="does not exist"):
        service.read(new_id())


# The texts of one column


def test_the_texts_of_a_column_are_asked_for_once_and_a_failure_is_not_noted(
    service: SourceService, scripted: ScriptedConnector, clock: FakeClock
) -> None:
    source_id = create(service)
    jobs = frozenset({"21-0417", "21-0388"})
    asked = len(scripted.asked)
    for _ in range(2):
        assert service.texts(source_id, "job_no", seconds=60) == jobs
    assert len(scripted.asked) == asked + 1
    assert service.texts(source_id, "gone", seconds=60) is None
    clock.advance(600)
    scripted.error = SourceUnavailable("down")
    for _ in range(2):
        assert service.texts(source_id, "job_no", seconds=60) is None
    assert len(scripted.asked) == asked + 2, "a source that does not answer is not asked by every page"
    assert service.get_(source_id).last_failure_code is None
    assert events() == ["source.created Sage ERP"]


def test_without_time_no_source_is_asked_for_texts(
    service: SourceService, scripted: ScriptedConnector
) -> None:
    source_id = create(service)
    asked = len(scripted.asked)
    assert service.texts(source_id, "job_no", seconds=0) is None
    assert len(scripted.asked) == asked


def test_of_two_who_filled_in_the_same_form_the_second_is_told(service: SourceService) -> None:
    """Also when the first one saved after the second one's request had begun: the form says what it began from."""
    source_id = create(service)
    version = str(service.get_(source_id).version)
    update(service, source_id, table="invoices", version=version)
    with pytest.raises(InputError, match="changed this source meanwhile"):
        update(service, source_id, name="Sage", version=version)
    source = service.get_(source_id)
    assert (source.name, source.settings["table"]) == ("Sage ERP", "invoices")


def test_a_source_is_written_at_the_version_at_which_it_was_read(app: Flask, service: SourceService) -> None:
    source_id = create(service)
    db.session.commit()
    with app.app_context(), company_scope(ONE):  # another administrator's session
        theirs = service.get_(source_id)
        db.session().expire_on_commit = False
        db.session.commit()  # the form is on their screen, and no transaction is open
        assert theirs.version == 1
        with app.app_context(), company_scope(ONE):
            update(service, source_id, table="invoices")
        theirs.version, theirs.name = 2, "Sage"
        with pytest.raises(StaleDataError):
            db.session.flush()
        db.session.rollback()
    db.session.expire_all()
    assert service.get_(source_id).settings["table"] == "invoices"
