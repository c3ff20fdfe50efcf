"""Admins set up practices."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.actions.practices import ContractOverlaps, change_contract
from portal.models import (
    AuditEvent,
    BusinessAssociateAgreement,
    Contract,
    Damage,
    DamagedFile,
    LegalHold,
    Location,
    Membership,
    Payer,
    Practice,
    Provider,
)
from tests import factories

TERMS = {
    "turnaround_hours": 48, "accuracy_target": "96.50", "verification_share": 20, "retention_months": 120,
    "query_days": 5, "query_stops_clock": True, "delivery_formats": ["csv"],
}  # fmt: skip


@pytest.fixture
def admin(as_user, ada):
    return as_user(ada)


def test_a_practice_is_added(admin):
    answer = admin.post(
        "/practices/new/",
        {
            "name": "Hill Cardiology",
            "code": "hill",
            "time_zone": "America/Chicago",
            "language": "es",
            "is_active": "on",
        },
    )
    practice = Practice.objects.get(code="HILL")
    assert answer.url == f"/practices/{practice.pk}/"
    page = admin.get(answer.url).content.decode()
    assert "No business-associate agreement is in force" in page
    assert "No contract is in force" in page
    assert AuditEvent.objects.get(action="practice.added").practice == practice


@pytest.mark.parametrize("code", ["X", "TOOLONGCODE", "A B", "ÄÖ", "RIVER"])
def test_a_code_that_does_not_do_is_explained(admin, river, code):
    answer = admin.post(
        "/practices/new/", {"name": "Hill", "code": code, "time_zone": "America/Chicago", "language": "es"}
    )
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not Practice.objects.filter(name="Hill").exists()


def test_the_database_wants_a_proper_code(river):
    with pytest.raises(IntegrityError, match="portal_practice_code_form"), transaction.atomic():
        Practice.objects.filter(pk=river.pk).update(code="a b")


def test_a_practice_is_changed(admin, river):
    admin.post(
        f"/practices/{river.pk}/edit/",
        {"name": "River Clinic", "code": "RIVER", "time_zone": "America/Denver", "language": "es"},
    )
    river.refresh_from_db()
    assert (river.name, river.time_zone, river.language) == ("River Clinic", "America/Denver", "es")
    assert not river.is_active
    assert AuditEvent.objects.get(action="practice.changed").detail == {"active": False}


def test_a_provider_needs_an_npi_whose_check_digit_holds(admin, river):
    address = f"/practices/{river.pk}/provider/new/"
    sent = {"name": "Dr. Rosa Reyes", "specialty": "primary_care", "is_active": "on"}
    wrong = admin.post(address, {**sent, "npi": "1234567890"}).content.decode()
    assert "This is not an NPI" in wrong
    assert not Provider.objects.exists()
    assert admin.post(address, {**sent, "npi": "1234567893"}).status_code == 302
    provider = Provider.objects.get()
    assert (provider.practice, provider.npi) == (river, "1234567893")
    assert AuditEvent.objects.get(action="provider.added").object_id == provider.pk


def test_the_same_npi_twice_is_explained(admin, river):
    provider = factories.ProviderFactory(practice=river)
    sent = {"name": "Another", "specialty": "primary_care", "npi": provider.npi}
    answer = admin.post(f"/practices/{river.pk}/provider/new/", sent)
    assert "There is a problem" in answer.content.decode()
    assert Provider.objects.count() == 1


def test_the_database_keeps_providers_straight(river):
    provider = factories.ProviderFactory(practice=river)
    with pytest.raises(IntegrityError, match="portal_provider_npi_once"), transaction.atomic():
        Provider.objects.create(practice=river, name="x", npi=provider.npi, specialty="radiology")
    with pytest.raises(IntegrityError, match="portal_provider_npi_form"), transaction.atomic():
        Provider.objects.filter(pk=provider.pk).update(npi="3")
    with pytest.raises(IntegrityError, match="portal_provider_specialty_known"), transaction.atomic():
        Provider.objects.filter(pk=provider.pk).update(specialty="magic")


def test_locations_and_payers_are_added_and_changed(admin, river):
    assert (
        admin.post(f"/practices/{river.pk}/location/new/", {"name": "Main", "place_of_service": "11"}).status_code
        == 302
    )
    bad = admin.post(f"/practices/{river.pk}/location/new/", {"name": "Other", "place_of_service": "1A"})
    assert "two digits" in bad.content.decode()
    again = admin.post(f"/practices/{river.pk}/location/new/", {"name": "Main", "place_of_service": "22"})
    assert "There is a problem" in again.content.decode()
    location = Location.objects.get()
    admin.post(f"/practices/{river.pk}/location/{location.pk}/", {"name": "Main", "place_of_service": "22"})
    location.refresh_from_db()
    assert location.place_of_service == "22"
    admin.post(f"/practices/{river.pk}/payer/new/", {"name": "Blue Payer", "electronic_id": "12345", "is_active": "on"})
    assert Payer.objects.get().electronic_id == "12345"
    page = admin.get(f"/practices/{river.pk}/").content.decode()
    assert "Blue Payer" in page


def test_the_database_keeps_locations_and_payers_straight(river):
    location, payer = factories.LocationFactory(practice=river), factories.PayerFactory(practice=river)
    with pytest.raises(IntegrityError, match="portal_location_name_once"), transaction.atomic():
        Location.objects.create(practice=river, name=location.name, place_of_service="11")
    with pytest.raises(IntegrityError, match="portal_location_pos_form"), transaction.atomic():
        Location.objects.filter(pk=location.pk).update(place_of_service="x1")
    with pytest.raises(IntegrityError, match="portal_payer_name_once"), transaction.atomic():
        Payer.objects.create(practice=river, name=payer.name)


def test_a_part_of_another_practice_is_not_found_here(admin, river, lake):
    foreign = factories.LocationFactory(practice=lake)
    assert admin.get(f"/practices/{river.pk}/location/{foreign.pk}/").status_code == 404
    assert admin.get(f"/practices/{river.pk}/secret/new/").status_code == 404


def test_new_terms_end_the_old_ones_the_day_before(admin, river):
    today = timezone.localdate()
    answer = admin.post(f"/practices/{river.pk}/contract/", {"starts_on": today.isoformat(), **TERMS})
    assert answer.status_code == 302, answer.content
    new, old = Contract.objects.filter(practice=river)
    assert old.ends_on == new.starts_on - timedelta(days=1)
    assert new.ends_on is None
    assert (new.turnaround_hours, str(new.accuracy_target), new.verification_share) == (48, "96.50", 20)
    assert new.retention_months == 120
    assert (new.query_days, new.query_stops_clock) == (5, True)
    assert list(Contract.objects.in_force(old.ends_on)) == [old]
    assert list(Contract.objects.in_force(new.starts_on)) == [new]
    assert AuditEvent.objects.get(action="contract.opened").detail["replaces"] == old.pk


def test_new_terms_begin_after_the_old_ones(admin, ada, river):
    answer = admin.post(f"/practices/{river.pk}/contract/", {"starts_on": "2020-01-01", **TERMS})
    assert "Choose a day after Jan 1, 2020" in answer.content.decode()
    with pytest.raises(ContractOverlaps):
        change_contract(practice=river, starts_on=date(2019, 1, 1), **TERMS, by=ada, at=timezone.now())
    assert Contract.objects.filter(practice=river).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"turnaround_hours": 0}, "between 1 and 2160"),
        ({"accuracy_target": 101}, "between 0 and 100"),
        ({"verification_share": 101}, "less than or equal to 100"),
        ({"retention_months": 0}, "greater than or equal to 1"),
        ({"delivery_formats": []}, "at least one format"),
    ],
)
def test_terms_that_make_no_sense_are_explained(admin, river, changes, said):
    sent = {"starts_on": timezone.localdate().isoformat(), **TERMS, **changes}
    assert said in admin.post(f"/practices/{river.pk}/contract/", sent).content.decode()


def test_the_database_keeps_contracts_straight(river):
    mine = Contract.objects.filter(practice=river)
    for change, constraint in (
        ({"turnaround_hours": 0}, "portal_contract_turnaround"),
        ({"verification_share": 101}, "portal_contract_verification_share"),
        ({"accuracy_target": 101}, "portal_contract_accuracy"),
        ({"ends_on": date(2019, 1, 1)}, "portal_contract_dates"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            mine.update(**change)
    with pytest.raises(IntegrityError, match="portal_contract_one_open"), transaction.atomic():
        Contract.objects.create(practice=river, starts_on=date(2024, 1, 1))


def test_an_agreement_is_added_and_ended(admin):
    practice = factories.PracticeFactory(paperwork=False)
    address = f"/practices/{practice.pk}/agreement/new/"
    wrong = admin.post(address, {"signed_on": "2025-01-01", "starts_on": "2025-02-01", "ends_on": "2025-01-15"})
    assert "cannot end before it starts" in wrong.content.decode()
    assert admin.post(address, {"signed_on": "2025-01-01", "starts_on": "2025-02-01"}).status_code == 302
    agreement = BusinessAssociateAgreement.objects.get(practice=practice)
    assert "In force" in admin.get(f"/practices/{practice.pk}/").content.decode()
    change = {"signed_on": "2025-01-01", "starts_on": "2025-02-01", "ends_on": "2025-03-01"}
    admin.post(f"/practices/{practice.pk}/agreement/{agreement.pk}/", change)
    assert "No business-associate agreement is in force" in admin.get(f"/practices/{practice.pk}/").content.decode()
    assert AuditEvent.objects.filter(action="agreement.changed").exists()
    with pytest.raises(IntegrityError, match="portal_agreement_dates"), transaction.atomic():
        BusinessAssociateAgreement.objects.filter(pk=agreement.pk).update(ends_on=date(2020, 1, 1))


def test_results_go_to_whom_the_practice_wants(admin, cleo, river):
    second = factories.UserFactory(roles=["practice"], practice=river)
    admin.post(f"/practices/{river.pk}/recipients/", {"members": [second.pk]})
    told = Membership.objects.filter(practice=river, receives_results=True)
    assert [row.user for row in told] == [second]


def test_nobody_from_elsewhere_becomes_a_recipient(admin, cleo, river, otto):
    admin.post(f"/practices/{river.pk}/recipients/", {"members": [otto.pk]})
    assert Membership.objects.get(user=cleo).receives_results


def test_the_list_is_searched(admin, river, lake):
    page = admin.get("/practices/?q=lake").content.decode()
    assert lake.name in page
    assert river.name not in page


@pytest.mark.parametrize("address", ["", "edit/", "contract/", "provider/new/"])
def test_for_others_practices_are_not_managed(as_user, cleo, ann, max_, river, address):
    for person in (cleo, ann, max_):
        assert as_user(person).get(f"/practices/{river.pk}/{address}").status_code == 404


def test_a_legal_hold_and_damaged_files_are_seen(admin, ada, river, lake):
    at = timezone.now()
    batch = factories.BatchFactory(practice=river)
    LegalHold.objects.create(practice=river, reason="Inquiry 12", at=at, by=ada)
    LegalHold.objects.create(practice=river, batch=batch, reason="Inquiry 13", at=at, by=ada)
    LegalHold.objects.create(practice=river, reason="Settled", at=at, by=ada, lifted_at=at, lifted_by=ada)
    for name, damage, mended in (("a", Damage.MISSING, None), ("b", Damage.ALTERED, at)):
        DamagedFile.objects.create(practice=river, name=name, damage=damage, found_at=at, seen_at=at, mended_at=mended)
    page = admin.get(f"/practices/{river.pk}/").content.decode()
    assert "Nothing of this practice is destroyed while it stands." in page
    assert f"Legal hold on {batch.label}" in page
    assert "Inquiry 12" in page
    assert "Inquiry 13" in page
    assert "Settled" not in page
    assert "1 stored file is missing or altered." in page
    other = admin.get(f"/practices/{lake.pk}/").content.decode()
    assert "Legal hold" not in other
    assert "missing or altered" not in other
