"""The register of credentials: recorded, checked by another, renewed, demanded."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from portal.actions.credentials import (
    Gone,
    Unchanged,
    check_credential,
    drop_demand,
    record_credential,
    remind_of_ending,
)
from portal.actions.people import NotOneself, deactivate_person
from portal.models import AuditEvent, Credential, CredentialDemand, Notice
from portal.rules.credentials import CredentialKind, reminder_due
from tests.people_factories import CredentialFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CPC = {"kind": CredentialKind.CPC, "number": "01234567", "expires_on": date(2027, 6, 30)}


def recorded(user, by, **more):
    return record_credential(user=user, by=by, at=NOON, **{**CPC, **more})


def test_a_recorded_credential_is_checked_by_another(ann, max_):
    one = recorded(ann, max_)
    assert not one.plain().counts(NOON.date())
    check_credential(credential=one, by=max_, at=NOON)
    assert one.plain().counts(NOON.date())
    events = AuditEvent.objects.filter(object_id=ann.pk, action__startswith="credential.")
    assert set(events.values_list("action", "actor")) == {
        ("credential.recorded", max_.pk),
        ("credential.checked", max_.pk),
    }


def test_nobody_checks_their_own(ann):
    with pytest.raises(NotOneself):
        check_credential(credential=recorded(ann, ann), by=ann, at=NOON)


def test_a_renewal_is_checked_anew(ann, max_):
    check_credential(credential=recorded(ann, max_), by=max_, at=NOON)
    renewed = recorded(ann, max_, expires_on=date(2029, 6, 30))
    assert (renewed.checked_at, Credential.objects.count()) == (None, 1)


def test_what_is_recorded_already_keeps_its_check(ann, max_):
    check_credential(credential=recorded(ann, max_), by=max_, at=NOON)
    with pytest.raises(Unchanged):
        recorded(ann, max_)
    assert Credential.objects.get().checked_by == max_


def test_what_changed_after_it_was_shown_is_not_checked(ann, max_):
    shown = recorded(ann, max_)
    recorded(ann, max_, number="7654321")
    with pytest.raises(Gone):
        check_credential(credential=shown, by=max_, at=NOON)


@pytest.mark.parametrize(
    ("left", "reminded", "is_due"),
    [(61, None, False), (60, None, True), (59, 60, False), (8, 60, False), (7, 60, True), (6, 7, False), (0, 60, True),
     (0, None, True), (-1, None, False), (-1, 60, False)],
)  # fmt: skip
def test_a_reminder_comes_two_months_before_the_end_and_in_the_last_week(left, reminded, is_due):
    ends = date(2026, 12, 31)
    told = ends - timedelta(days=reminded) if reminded is not None else None
    assert reminder_due(ends, reminded_on=told, on=ends - timedelta(days=left)) is is_due


def test_the_holder_is_told_once_and_again_after_a_renewal(ann, bea, max_):
    recorded(ann, max_, expires_on=date(2026, 12, 1))
    recorded(bea, max_)
    assert [remind_of_ending(at=NOON + timedelta(hours=hours)) for hours in (0, 12)] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (ann, "credential_ending")
    assert notice.words == {"credential": CredentialKind.CPC.label, "ends": "December 1, 2026"}
    recorded(ann, max_, expires_on=date(2026, 12, 20))
    assert remind_of_ending(at=NOON + timedelta(days=1)) == 1


def test_who_is_gone_is_not_told(ann, ada, max_):
    recorded(ann, max_, expires_on=date(2026, 12, 1))
    deactivate_person(user=ann, by=ada, at=NOON)
    assert remind_of_ending(at=NOON) == 0


def test_the_register_shows_what_needs_attention(as_user, ann, max_):
    soon = timezone.localdate(timezone=ZoneInfo(max_.time_zone)) + timedelta(days=30)
    CredentialFactory(user=ann, expires_on=soon)
    CredentialFactory(user=ann, kind=CredentialKind.CCS)
    page = as_user(max_).get("/credentials/").content.decode()
    assert "1 needs attention" in page
    assert "Ends soon" in page
    assert "in 30 days" in page
    page = as_user(max_).get("/credentials/?show=attention").content.decode()
    assert "AHIMA" not in page.split("Record one")[0]


def test_the_register_is_kept_by_hand(as_user, ann, max_):
    browser = as_user(max_)
    form = {"user": ann.pk, "kind": "cpc", "number": "0123", "expires_on": "2031-01-31"}
    assert browser.post("/credentials/record/", form).status_code == 302
    assert browser.post("/credentials/record/", form).status_code == 422
    one = Credential.objects.get()
    browser.post(f"/credentials/{one.pk}/check/")
    one.refresh_from_db()
    assert one.checked_by == max_
    browser.post(f"/credentials/{one.pk}/remove/")
    assert not Credential.objects.exists()


def test_a_credential_is_demanded_and_the_demand_dropped(as_user, max_, river):
    browser = as_user(max_)
    form = {"practice": river.pk, "specialty": "radiology", "kinds": ["cpc", "ccs"]}
    assert browser.post("/credentials/demands/", form).status_code == 302
    browser.post("/credentials/demands/", {**form, "kinds": ["crc"]})
    demand = CredentialDemand.objects.get()
    assert (demand.practice, demand.specialty, demand.kinds) == (river, "radiology", ["crc"])
    assert browser.post("/credentials/demands/", {"specialty": ""}).status_code == 422
    browser.post(f"/credentials/demands/{demand.pk}/drop/")
    assert not CredentialDemand.objects.exists()
    with pytest.raises(Gone):
        drop_demand(demand=demand, by=max_, at=NOON)
