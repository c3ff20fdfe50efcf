"""Each named constraint of the portal's tables is broken once: the database has the last word."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint
from django.utils import timezone

from portal.models import (
    ApiToken,
    AuditEvent,
    BusinessAssociateAgreement,
    ChartStep,
    ClientRule,
    Contract,
    DamagedFile,
    Delivery,
    Destruction,
    Download,
    IdempotentRequest,
    Invitation,
    Job,
    LegalHold,
    Membership,
    NoticeWishes,
    PracticeKey,
    Scrub,
    Skill,
    UploadPart,
    UserRole,
)
from tests import factories
from tests.coding.output_constraints import output_template
from tests.people_factories import CredentialDemandFactory, CredentialFactory
from tests.portal.channel_constraints import CHANNELS, CHANNELS_AT_THE_END
from tests.portal.door_constraints import DOORS, DOORS_AT_THE_END
from tests.portal.oversight_constraints import BROKEN_OVERSIGHT

pytestmark = pytest.mark.django_db
NOW, DAY = timezone.now(), date(2026, 3, 2)


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def credential(**fields):
    return CredentialFactory(**{"checked_at": None, "checked_by": None, **fields})


def checked_by_themselves():
    person = factories.UserFactory()
    credential(user=person, checked_at=NOW, checked_by=person)


def demand(**fields):
    return CredentialDemandFactory(**fields)


def contract(**fields):
    return Contract.objects.create(
        **{"practice": factories.PracticeFactory(paperwork=False), "starts_on": DAY, **fields}
    )


def agreement(**fields):
    return BusinessAssociateAgreement.objects.create(
        practice=factories.PracticeFactory(paperwork=False), signed_on=DAY, starts_on=DAY, **fields
    )


def invitation(**fields):
    return Invitation.objects.create(
        **{"email": "new@example.com", "name": "New", "roles": ["coder"], "token_hash": "a" * 64, "created_at": NOW,
           "expires_at": NOW, **fields}
    )  # fmt: skip


def job(**fields):
    return Job.objects.create(**{"kind": "x", "object_id": 1, "due_at": NOW, "created_at": NOW, **fields})


def delivery(**fields):
    batch = fields.pop("batch", None) or factories.BatchFactory()
    return Delivery.objects.create(**{
        "practice": batch.practice, "batch": batch, "version": 1, "format": "csv", "file_name": "a.csv",
        "storage_name": "results/1", "sha256": "0" * 64, "size": 1, "encounter_count": 1, "created_at": NOW, **fields,
    })  # fmt: skip


def token(**fields):
    return ApiToken.objects.create(**{
        "practice": factories.PracticeFactory(), "name": "EHR", "prefix": "c", "token_hash": "b" * 64, "scopes": [],
        "created_at": NOW, "created_by": factories.UserFactory(), "expires_at": NOW, **fields,
    })  # fmt: skip


def key(**fields):
    return PracticeKey.objects.create(**{
        "practice": factories.PracticeFactory(), "number": 1, "wrapped": b"x", "master": "m", **fields,
    })  # fmt: skip


def damaged(**fields):
    return DamagedFile.objects.create(**{
        "practice": factories.PracticeFactory(), "name": "x", "damage": "missing", "found_at": NOW, "seen_at": NOW,
        **fields,
    })  # fmt: skip


def destruction(**fields):
    return Destruction.objects.create(**{
        "practice": factories.PracticeFactory(), "cause": "offboarding", "at": NOW, "files": 0, "rows": 0,
        "certificate": "x", "sha256": "0" * 64, **fields,
    })  # fmt: skip


def hold(**fields):
    return LegalHold.objects.create(**{
        "practice": factories.PracticeFactory(), "reason": "court", "at": NOW, "by": factories.UserFactory(), **fields,
    })  # fmt: skip


def two_keys_in_use():
    first = key()
    key(practice=first.practice, number=2)


def request(of=None):
    of = of or token()
    return IdempotentRequest.objects.create(practice=of.practice, token=of, key="k", fingerprint="f", created_at=NOW)


def member():
    return factories.UserFactory(roles=["practice"], practice=factories.PracticeFactory())


def twice(make, **fields):
    """Make the same row again."""

    def breaking():
        parents = {name: value() if callable(value) else value for name, value in fields.items()}
        make(**parents), make(**parents)

    return breaking


def again(row):
    """Write an existing row a second time, under a new id."""
    row.pk = None
    row.save(force_insert=True)


def same_bytes():
    chart = factories.ChartFactory()
    factories.ChartFactory(batch=chart.batch, sha256=chart.sha256)


def two_of_one_version():
    first = delivery()
    delivery(batch=first.batch, storage_name="results/2")


def two_of_one_name():
    first = delivery()
    delivery(batch=first.batch, version=2, file_name=first.file_name)


def upload(**fields):
    return factories.UploadFactory(**fields)


def part(**fields):
    of = fields.pop("upload", None) or upload()
    return UploadPart.objects.create(**{
        "practice": of.practice, "upload": of, "offset": 0, "size": 1, "sha256": "0" * 64, "storage_name": "x",
        **fields,
    })  # fmt: skip


def step(**fields):
    of = fields.pop("chart", None) or factories.ChartFactory()
    return ChartStep.objects.create(
        **{"practice": of.practice, "chart": of, "name": "render", "result": "done", "at": NOW, **fields}
    )


def words(**fields):
    return factories.PageWordsFactory(**fields)


BROKEN = {
    # steps of intake
    "portal_chartstep_once": twice(step, chart=factories.ChartFactory),
    "portal_chartstep_name_known": lambda: step(name="dance"),
    "portal_chartstep_result_known": lambda: step(result="odd"),
    "portal_chartstep_reason_known": lambda: step(reason="mood"),
    "portal_chart_working_copy_hashed": lambda: change(factories.ChartFactory(), working_name="working/1"),
    # files on their way
    "portal_upload_state_known": lambda: change(upload(), state="lost", ended_at=NOW),
    "portal_upload_within_size": lambda: change(upload(), offset=1001),
    "portal_upload_hash_form": lambda: change(upload(), sha256="0" * 63 + "G"),
    "portal_upload_by_one": lambda: change(upload(), created_by=None),
    "portal_upload_complete_is_a_chart": lambda: change(upload(), chart=factories.ChartFactory()),
    "portal_upload_ended_has_time": lambda: change(upload(), ended_at=NOW),
    "portal_manifest_by_one": lambda: change(factories.ManifestFactory(), created_by=None),
    "portal_manifestrow_line_once": twice(
        lambda manifest: manifest.rows.create(practice=manifest.practice, line=2), manifest=factories.ManifestFactory
    ),
    "portal_uploadpart_offset_once": twice(part, upload=upload),
    "portal_uploadpart_not_empty": lambda: change(part(), size=0),
    # people
    "portal_user_email_lower": lambda: change(factories.UserFactory(), email="Ann@example.com"),
    "portal_user_inactive_since": lambda: change(factories.UserFactory(), is_active=False),
    "portal_user_deactivated_by_at": lambda: change(factories.UserFactory(), deactivated_at=NOW),
    "portal_user_theme_known": lambda: change(factories.UserFactory(), theme="neon"),
    "portal_user_key_layout_known": lambda: change(factories.UserFactory(), key_layout="feet"),
    "portal_user_languages_known": lambda: change(factories.UserFactory(), languages=[]),
    "portal_user_density_known": lambda: change(factories.UserFactory(), density="airy"),
    "portal_userrole_once": twice(UserRole.objects.create, user=factories.UserFactory, role="coder"),
    "portal_userrole_role_known": lambda: UserRole.objects.create(user=factories.UserFactory(), role="king"),
    "portal_membership_once": lambda: again(Membership.objects.get(user=member())),
    "portal_skill_once": twice(Skill.objects.create, user=factories.UserFactory, specialty="cardiology"),
    "portal_skill_specialty_known": lambda: Skill.objects.create(user=factories.UserFactory(), specialty="magic"),
    "portal_skill_stages_known": lambda: Skill.objects.create(
        user=factories.UserFactory(), specialty="cardiology", stages=["magic"]
    ),
    "portal_credential_kind_known": lambda: credential(kind="phd"),
    "portal_credential_once": lambda: again(credential()),
    "portal_credential_has_a_number": lambda: credential(number=""),
    "portal_credential_checked_by_at": lambda: credential(checked_at=NOW),
    "portal_credential_checked_by_another": checked_by_themselves,
    "portal_credentialdemand_once": lambda: [demand(), demand()],
    "portal_credentialdemand_specialty_known": lambda: demand(specialty="magic"),
    "portal_credentialdemand_kinds_known": lambda: demand(kinds=[]),
    "portal_clientrule_once": twice(
        ClientRule.objects.create, user=factories.UserFactory, practice=factories.PracticeFactory, reason="x"
    ),
    "portal_invitation_accepted_by_at": lambda: invitation(accepted_at=NOW),
    "portal_invitation_one_open": lambda: [invitation(), invitation(token_hash="c" * 64)],
    "portal_idempotentrequest_once": twice(request, of=token),
    # practices
    "portal_practice_code_form": lambda: factories.PracticeFactory(code="river"),
    "portal_practice_daily_share": lambda: factories.PracticeFactory(daily_share=0),
    "portal_practice_language_known": lambda: factories.PracticeFactory(language="xx"),
    "portal_provider_npi_once": lambda: again(factories.ProviderFactory()),
    "portal_provider_npi_form": lambda: factories.ProviderFactory(npi="3" * 10),
    "portal_provider_specialty_known": lambda: factories.ProviderFactory(specialty="magic"),
    "portal_location_name_once": lambda: again(factories.LocationFactory()),
    "portal_location_pos_form": lambda: factories.LocationFactory(place_of_service="1A"),
    "portal_location_zip_form": lambda: factories.LocationFactory(zip_code="7220"),
    "portal_payer_name_once": lambda: again(factories.PayerFactory()),
    "portal_contract_one_open": lambda: again(contract()),
    "portal_contract_turnaround": lambda: contract(turnaround_hours=0),
    "portal_contract_verification_share": lambda: contract(verification_share=101),
    "portal_contract_accuracy": lambda: contract(accuracy_target=101),
    "portal_contract_dates": lambda: contract(ends_on=DAY - timedelta(days=1)),
    "portal_agreement_dates": lambda: agreement(ends_on=DAY - timedelta(days=1)),
    "portal_practicekey_number_once": lambda: again(key(retired_at=NOW)),
    "portal_practicekey_one_in_use": two_keys_in_use,
    "portal_practicekey_from_one": lambda: key(number=0),
    "portal_practicekey_destroyed_empty": lambda: key(destroyed_at=NOW),
    "portal_damagedfile_damage_known": lambda: damaged(damage="odd"),
    "portal_damagedfile_open_once": lambda: again(damaged()),
    "portal_scrub_one_open": twice(Scrub.objects.create, started_at=NOW),
    "portal_contract_late_credit": lambda: contract(late_credit_a_day=3, late_credit_most=2),
    "portal_contract_acceptance_days": lambda: contract(acceptance_days=0),
    "portal_contract_query_days": lambda: contract(query_days=0),
    "portal_contract_retention": lambda: contract(retention_months=0),
    "portal_contract_prices": lambda: contract(price_per_page=-1),
    "portal_destruction_cause_known": lambda: destruction(cause="whim"),
    "portal_destruction_of_batch_or_practice": lambda: destruction(batch_number=1),
    "portal_legalhold_lifted_by_at": lambda: hold(lifted_at=NOW),
    "portal_legalhold_says_why": lambda: hold(reason=""),
    # batches, charts, pages
    "portal_batch_number_once": lambda: again(factories.BatchFactory()),
    "portal_batch_status_known": lambda: change(factories.BatchFactory(), status="lost"),
    "portal_batch_specialty_known": lambda: change(factories.BatchFactory(), specialty="magic"),
    "portal_batch_source_known": lambda: change(factories.BatchFactory(), source="pigeon"),
    "portal_batch_received_due": lambda: change(factories.BatchFactory(), due_at=None),
    "portal_batch_sent_has_time": lambda: change(factories.BatchFactory(), received_at=None, due_at=None),
    "portal_chart_status_known": lambda: factories.ChartFactory(status="lost", ready_at=None),
    "portal_chart_bytes_once": same_bytes,
    "portal_chart_sha256_form": lambda: factories.ChartFactory(sha256="A" * 64),
    "portal_chart_duplicate_of_what": lambda: factories.ChartFactory(status="duplicate", ready_at=None),
    "portal_chart_refused_for_what": lambda: factories.ChartFactory(status="unreadable", ready_at=None),
    "portal_chart_ready_has_pages": lambda: factories.ChartFactory(page_count=0),
    "portal_page_number_once": lambda: again(factories.PageFactory()),
    "portal_page_number_from_one": lambda: factories.PageFactory(number=0),
    "portal_page_source_known": lambda: factories.PageFactory(text_source="dreamt"),
    "portal_pagewords_state_known": lambda: words(state="lost", finished_at=NOW),
    "portal_pagewords_source_known": lambda: words(source="dreamt"),
    "portal_pagewords_confidence_share": lambda: words(confidence=101),
    "portal_pagewords_quarter_turn": lambda: words(turn=45),
    "portal_pagewords_finished_when": lambda: words(state="empty"),
    "portal_pagewords_done_whence": lambda: words(state="done", finished_at=NOW),
    "portal_pagewords_held_since": lambda: words(lease_until=NOW),
    # what goes out, and the work behind it
    "portal_delivery_once": two_of_one_version,
    "portal_delivery_name_once": two_of_one_name,
    "portal_output_template_once": lambda: output_template(practice=output_template().practice),
    "portal_output_template_from_one": lambda: output_template(version=0),
    "portal_download_by_one": lambda: Download.objects.create(
        practice=(of := delivery()).practice, delivery=of, at=NOW
    ),
    "portal_job_state_known": lambda: job(state="lost"),
    "portal_job_one_open": lambda: [job(), job(state="running", lease_until=NOW)],
    "portal_job_running_has_lease": lambda: job(state="running"),
    "portal_auditevent_outcome_known": lambda: AuditEvent.objects.create(at=NOW, action="x", outcome="maybe"),
    "portal_noticewishes_hours": lambda: NoticeWishes.objects.create(user=factories.UserFactory(), digest_hour=24),
    "portal_noticewishes_quiet": lambda: NoticeWishes.objects.create(user=factories.UserFactory(), quiet_from=7),
    **DOORS,
    **BROKEN_OVERSIGHT,
    **CHANNELS,
}

# Foreign keys of the migrations; they are checked when the transaction ends.
BROKEN_AT_THE_END = {
    "portal_chart_batch_id_same_practice": lambda: factories.ChartFactory(practice=factories.PracticeFactory()),
    "portal_page_chart_id_same_practice": lambda: factories.PageFactory(practice=factories.PracticeFactory()),
    "portal_pagewords_page_id_same_practice": lambda: words(practice=factories.PracticeFactory()),
    "portal_delivery_batch_id_same_practice": lambda: delivery(practice=factories.PracticeFactory()),
    "portal_delivery_template_id_same_practice": lambda: delivery(template=output_template()),
    "portal_download_delivery_id_same_practice": lambda: Download.objects.create(
        practice=factories.PracticeFactory(), delivery=delivery(), at=NOW, user=member()
    ),
    "portal_download_account_id_same_practice": lambda: Download.objects.create(
        practice=(of := delivery()).practice, delivery=of, at=NOW, account=factories.SftpAccountFactory()
    ),
    **DOORS_AT_THE_END,
    **CHANNELS_AT_THE_END,
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BROKEN[name]()


@pytest.mark.parametrize("name", list(BROKEN_AT_THE_END))
def test_broken_at_the_end(name):
    with transaction.atomic():
        BROKEN_AT_THE_END[name]()
        with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SET CONSTRAINTS "{name}" IMMEDIATE')
        transaction.set_rollback(True)


def test_every_constraint_is_broken_once():
    """Uniqueness of (id, …) only serves foreign keys; the id makes it true anyway."""
    named = {
        constraint.name
        for model in apps.get_app_config("portal").get_models()
        for constraint in model._meta.constraints
        if not (isinstance(constraint, UniqueConstraint) and constraint.fields[:1] == ("id",))
    }
    assert named == set(BROKEN)


def test_rows_that_break_nothing_are_taken():
    """The makers above are valid as they are, so that each failure is the one it names."""
    for row in (
        contract(),
        agreement(),
        invitation(),
        job(),
        delivery(),
        token(token_hash="d" * 64),
        request(),
        key(),
        damaged(),
        destruction(),
        hold(),
    ):
        assert row.pk
    assert member().memberships.count() == 1
    connection.check_constraints()
