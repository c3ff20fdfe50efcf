"""The audit trail: added to only, chained, checked, searched."""

import csv
import io
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from config import embedded
from portal import scope
from portal.actions import audit
from portal.actions.audit import chain_state, overdue_events, record, seal_audit_trail, unsealed, verify_chain
from portal.models import AuditEvent, AuditSeal, Outcome
from tests import factories


def write_events(number, *, by, at=None):
    at = at or timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at + timedelta(milliseconds=count), action="page.viewed", actor=by, object_id=count, detail={"n": count}
        )
        for count in range(number)
    )


def by_superuser(statement, *values):
    """Change the trail past every guard in the database, as somebody with its keys could."""
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute(statement, values)


@pytest.fixture
def sealed(transactional_db, ada):
    """A thousand events, sealed."""
    write_events(1000, by=ada, at=timezone.now() - timedelta(hours=2))
    assert seal_audit_trail(at=timezone.now()) == 1000


def faults():
    return [(fault.position, fault.event_id, fault.fault) for fault in verify_chain()]


def event_at(position):
    return str(AuditSeal.objects.get(position=position).event_id)


def test_a_thousand_events_verify(sealed, capsys):
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert out.startswith("OK 1000 events, head ")
    assert AuditSeal.objects.get(position=1000).hash in out
    assert chain_state().verified_to == 1000


@pytest.mark.parametrize(
    "change",
    [
        "action = 'page.other'",
        "detail = '{\"n\": 1}'",
        "at = at + interval '1 second'",
        "actor_id = NULL",
        "object_id = 7",
        "outcome = 'refused'",
        "address = '10.1.1.1'",
    ],
)
def test_a_changed_event_is_named(sealed, change):
    event = event_at(500)
    by_superuser(f"UPDATE portal_auditevent SET {change} WHERE id = %s", event)
    assert faults() == [(500, event, "the event was changed")]


def test_a_removed_event_is_named_and_the_command_fails(sealed, capsys):
    event = event_at(17)
    by_superuser("DELETE FROM portal_auditevent WHERE id = %s", event)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert f"BROKEN position 17 event {event}: the event was removed" in capsys.readouterr().err
    assert chain_state().breaks == 1


def test_two_events_in_each_others_place_are_named(sealed):
    one, other = event_at(3), event_at(4)
    spare = "00000000-0000-0000-0000-000000000000"
    for position, event in ((3, spare), (4, one), (3, other)):
        by_superuser("UPDATE portal_auditseal SET event_id = %s WHERE position = %s", event, position)
    assert [(position, event) for position, event, _ in faults()] == [(3, other), (4, one)]


def test_an_event_removed_with_its_link_is_noticed(sealed):
    event = event_at(50)
    by_superuser("DELETE FROM portal_auditevent WHERE id = %s", event)
    by_superuser("DELETE FROM portal_auditseal WHERE position = 50")
    found = faults()
    assert (50, "", "links 50 to 50 are missing") in found
    assert (51, event_at(51), "the link does not follow the one before it") in found


def test_a_cut_tail_is_caught_by_the_anchor(sealed):
    by_superuser(
        "DELETE FROM portal_auditevent WHERE id IN (SELECT event_id FROM portal_auditseal WHERE position > 990)"
    )
    by_superuser("DELETE FROM portal_auditseal WHERE position > 990")
    [(position, _, fault)] = faults()
    assert position == 1000
    assert "its end was cut" in fault


def test_a_chain_written_anew_is_caught_by_the_anchor(sealed):
    by_superuser("UPDATE portal_auditevent SET action = 'forged' WHERE id = %s", event_at(1000))
    event = AuditEvent.objects.get(pk=event_at(1000))
    seal = AuditSeal.objects.get(position=1000)
    by_superuser(
        "UPDATE portal_auditseal SET hash = %s WHERE position = 1000", audit.link(seal.previous_hash, 1000, event)
    )
    [(position, _, fault)] = faults()
    assert position == 1000
    assert "not the head noted" in fault


def test_an_event_put_in_with_an_old_date_is_pointed_out(sealed, ada, capsys):
    write_events(1, by=ada, at=timezone.now() - timedelta(days=3))
    [late] = overdue_events(at=timezone.now())
    call_command("verify_audit")
    assert f"WARNING event {late.pk}" in capsys.readouterr().err


@pytest.mark.usefixtures("db")
def test_events_of_just_now_are_not_late():
    record("page.viewed", at=timezone.now())
    assert overdue_events(at=timezone.now()) == []


@pytest.mark.django_db
def test_sealing_goes_on_where_it_stopped(ada, monkeypatch):
    monkeypatch.setattr(audit, "SEAL_AT_ONCE", 40)
    write_events(100, by=ada)
    assert [seal_audit_trail(at=timezone.now()) for _ in range(4)] == [40, 40, 20, 0]
    write_events(5, by=ada)
    assert seal_audit_trail(at=timezone.now()) == 5
    assert faults() == []


@pytest.mark.django_db
def test_after_a_standstill_of_a_day_no_event_is_left_behind(ada, monkeypatch):
    monkeypatch.setattr(audit, "SEAL_AT_ONCE", 40)
    now = timezone.now()
    for hours in range(24, 0, -1):
        write_events(5, by=ada, at=now - timedelta(hours=hours))
    while seal_audit_trail(at=now):
        pass
    assert AuditSeal.objects.count() == 120
    assert unsealed(since=None) == []


@pytest.mark.django_db
def test_an_event_that_commits_late_is_sealed_later(ada):
    now = timezone.now()
    write_events(3, by=ada, at=now)
    seal_audit_trail(at=now + timedelta(minutes=1))
    write_events(1, by=ada, at=now - timedelta(minutes=5))
    assert seal_audit_trail(at=now + timedelta(minutes=2)) == 1
    assert faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE portal_auditevent SET action = 'x'", "DELETE FROM portal_auditevent"])
def test_the_site_cannot_change_the_trail(ada, statement):
    write_events(1, by=ada)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_not_even_the_owner_changes_the_trail(sealed):
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        server.execute("SET ROLE chartline_owner")
        server.execute("SET chartline.staff = 'on'")
        for statement in ("DELETE FROM portal_auditseal", "TRUNCATE portal_auditevent", "TRUNCATE portal_auditseal"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="only added"):
                server.execute(statement)


@pytest.mark.parametrize("table", ["portal_auditevent", "portal_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_superuser_changes_the_trail_only_by_switching_its_triggers_off(sealed, table, statement):
    """Rights and row security do not bind a superuser; what is done in passing is still refused."""
    column = "hash" if table == "portal_auditseal" else "action"
    with (
        psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"]), autocommit=True) as server,
        pytest.raises(psycopg.errors.RestrictViolation, match="only added"),
    ):
        server.execute(statement.format(table, column, column))


def test_a_practice_adds_to_the_trail_but_does_not_read_it(river, ada):
    write_events(1, by=ada)
    with scope.practice(river.pk):
        record("page.viewed", at=timezone.now(), practice_id=river.pk)
        assert not AuditEvent.objects.exists()
        assert not AuditSeal.objects.exists()
    assert AuditEvent.objects.count() == 2


def test_an_outcome_is_one_of_two(ada):
    with pytest.raises(DatabaseError, match="portal_auditevent_outcome_known"), transaction.atomic():
        AuditEvent.objects.create(at=timezone.now(), action="x", outcome="maybe")


def test_sessions_are_told_apart_without_being_named(as_user, cleo):
    browser = as_user(cleo)
    browser.get("/audit/")
    event = AuditEvent.objects.get(action="access.refused")
    assert len(event.session) == 16
    assert event.session not in browser.session.session_key


# -- the page --------------------------------------------------------------------------------------


@pytest.fixture
def trail(ada, ann, river):
    now = timezone.now()
    chart = factories.ChartFactory(batch__practice=river)
    record("page.viewed", at=now - timedelta(days=2), by=ann, about=chart, page=1)
    record("role.granted", at=now - timedelta(days=1), by=ada, about=ann, role="verifier")
    record("sign_in.failed", at=now, by=ann, outcome=Outcome.REFUSED)
    return chart


def actions_on(answer):
    return [event["action"] for event in answer.context["events"]]


def test_the_newest_stands_first(as_user, ada, trail):
    assert actions_on(as_user(ada).get("/audit/")) == ["sign_in.failed", "role.granted", "page.viewed"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"person": "archer"}, ["sign_in.failed", "page.viewed"]),
        ({"action": "sign_in"}, ["sign_in.failed"]),
        ({"action": "role."}, ["role.granted"]),
        ({"object": "chart {chart}"}, ["page.viewed"]),
        ({"object": "portal.chart {chart}"}, ["page.viewed"]),
        ({"object": "chart"}, ["page.viewed"]),
        ({"outcome": "refused"}, ["sign_in.failed"]),
        ({"practice": "{practice}"}, ["page.viewed"]),
        ({"action": "nothing"}, []),
        ({"person": "archer", "action": "page"}, ["page.viewed"]),
    ],
)
def test_events_are_found(as_user, ada, trail, search, expected):
    filled = {name: value.format(chart=trail.pk, practice=trail.practice_id) for name, value in search.items()}
    assert actions_on(as_user(ada).get("/audit/", filled)) == expected


def test_events_are_found_by_day(as_user, ada, trail):
    yesterday = (timezone.now() - timedelta(days=1)).astimezone(ZoneInfo(ada.time_zone)).date()
    search = {"since": yesterday.isoformat(), "until": yesterday.isoformat()}
    assert actions_on(as_user(ada).get("/audit/", search)) == ["role.granted"]


def test_a_search_that_makes_no_sense_is_explained(as_user, ada, trail):
    answer = as_user(ada).get("/audit/", {"object": "chart 1 2"})
    assert "There is a problem" in answer.content.decode()
    assert actions_on(answer) == []


def test_pages_show_every_event_once_also_at_the_same_instant(as_user, ada):
    at = timezone.now()
    AuditEvent.objects.bulk_create(AuditEvent(at=at, action="page.viewed") for _ in range(120))
    admin, seen, address = as_user(ada), [], ""
    while address is not None:
        answer = admin.get(f"/audit/{address}")
        seen += [event["id"] for event in answer.context["events"]]
        address = answer.context["pagination"]["next_url"]
    assert len(seen) == len(set(seen)) == 120
    back = admin.get(f"/audit/{answer.context['pagination']['previous_url']}")
    assert [event["id"] for event in back.context["events"]] == seen[50:100]


def test_a_mark_that_is_none_is_left_aside(as_user, ada, trail):
    assert len(actions_on(as_user(ada).get("/audit/?before=x&after=2020-01-01_y"))) == 3


def test_the_page_says_how_far_the_chain_was_checked(as_user, ada, trail):
    assert "Never verified" in as_user(ada).get("/audit/").content.decode()
    seal_audit_trail(at=timezone.now())
    call_command("verify_audit")
    assert "Verified to event 3" in as_user(ada).get("/audit/").content.decode()


def test_a_broken_chain_cannot_be_overlooked(as_user, ada, trail):
    record("audit.verified", at=timezone.now(), sealed=3, head="0" * 64, breaks=2)
    assert "broken in 2 places" in as_user(ada).get("/audit/").content.decode()


def test_an_export_holds_what_was_found_and_is_noted(as_user, ada, trail):
    answer = as_user(ada).post("/audit/export/", {"action": "role"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["action"] for row in rows] == ["role.granted"]
    assert json.loads(rows[0]["detail"]) == {"role": "verifier"}
    event = AuditEvent.objects.get(action="audit.exported")
    assert event.actor == ada
    assert event.detail == {"rows": 1, "filters": ["action"]}


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "\x01=HYPERLINK(1)", "＝HYPERLINK(1)", "\n=HYPERLINK(1)", "+1", "@x"]
)
def test_no_cell_of_an_export_is_a_formula(as_user, ada, name):
    record("page.viewed", at=timezone.now(), by=factories.UserFactory(name=name))
    [row] = csv.DictReader(io.StringIO(as_user(ada).post("/audit/export/").content.decode()))
    assert row["actor"] == "'" + name.removeprefix("\x01")
