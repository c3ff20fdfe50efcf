"""The trust check names each encounter, lease, job, notice and link of the trail that somebody broke."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from coding.models import Encounter
from portal.actions.trust.practices import paths
from portal.models import AuditEvent, Batch, Job, JobState, Notice, Page
from tests import factories, ledger
from tests.ledger import alarms, by_superuser, differences, only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(river, cleo, ann):
    return ledger.small_site(river, cleo, ann)


# -- encounters ------------------------------------------------------------------------------------
def an_encounter(status):
    return Encounter.objects.filter(status=status).order_by("pk").first()


def test_an_encounter_whose_history_jumps(site):
    encounter = an_encounter("delivered")
    by_superuser(
        f"DELETE FROM coding_encounterevent WHERE encounter_id = {encounter.pk} AND move = 'mark_not_billable'"
    )
    only("encounters", "encounter", encounter.pk, "jumps from precoding to not_billable")


def test_an_encounter_that_is_not_where_its_history_ends(site):
    encounter = an_encounter("to_precode")
    by_superuser(f"UPDATE coding_encounter SET status = 'to_code' WHERE id = {encounter.pk}")
    only("encounters", "encounter", encounter.pk, "ends in to_precode, but it is in to_code")


def test_an_encounter_that_made_a_move_that_is_not_legal(site):
    encounter = an_encounter("delivered")
    by_superuser(
        "UPDATE coding_encounterevent SET move = 'verify' "
        f"WHERE encounter_id = {encounter.pk} AND move = 'mark_not_billable'"
    )
    only("encounters", "encounter", encounter.pk, "not legal: verify from precoding to not_billable")


def test_an_encounter_without_a_beginning_and_one_without_history(site):
    encounter = an_encounter("to_precode")
    by_superuser(f"DELETE FROM coding_encounterevent WHERE encounter_id = {encounter.pk}")
    only("encounters", "encounter", encounter.pk, "no history")
    encounter = an_encounter("delivered")
    by_superuser(f"DELETE FROM coding_encounterevent WHERE encounter_id = {encounter.pk} AND move = 'create'")
    assert ("encounters", "encounter", str(encounter.pk), "its history does not begin with its making") in differences()


def test_a_ready_chart_of_which_no_work_came(site):
    encounter = an_encounter("to_precode")
    by_superuser(
        f"DELETE FROM coding_encounterevent WHERE encounter_id = {encounter.pk}",
        f"DELETE FROM coding_encounter WHERE id = {encounter.pk}",
    )
    only("encounters", "chart", encounter.chart_id, "no encounter came of it")


def test_an_encounter_of_another_batch_than_its_chart(site):
    encounter = an_encounter("to_precode")
    by_superuser(f"UPDATE coding_encounter SET batch_id = {site['unsent'].pk} WHERE id = {encounter.pk}")
    found = differences()
    assert ("encounters", "encounter", str(encounter.pk), "it belongs to another batch than its chart") in found


def test_work_left_in_a_delivered_batch(site):
    by_superuser(f"UPDATE coding_encounter SET batch_id = {site['delivered'].pk} WHERE status = 'to_precode'")
    assert "its batch is delivered, and it is to_precode" in {one[3] for one in differences()}


# -- leases ----------------------------------------------------------------------------------------
def test_two_holders_of_one_encounter(site, bea):
    encounter = an_encounter("precoding")
    by_superuser(
        "DROP INDEX coding_assignment_one_open",
        "INSERT INTO coding_assignment (practice_id, encounter_id, stage, user_id, how, started_at, lease_until, "
        'skip_reason, "end") '
        f'SELECT practice_id, encounter_id, stage, {bea.pk}, how, started_at, lease_until, skip_reason, "end" '
        f"FROM coding_assignment WHERE encounter_id = {encounter.pk}",
    )
    try:
        only("leases", "encounter", encounter.pk, "open with 2 holders")
    finally:
        by_superuser(
            f"DELETE FROM coding_assignment WHERE user_id = {bea.pk}",
            "CREATE UNIQUE INDEX coding_assignment_one_open ON coding_assignment (encounter_id) WHERE ended_at IS NULL",
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ended_at = now(), \"end\" = 'released'", "precoding, and nobody holds it"),
        ("stage = 'coding'", "precoding, but held for coding"),
    ],
)
def test_work_whose_holder_is_gone_or_at_another_stage(site, change, words):
    encounter = an_encounter("precoding")
    by_superuser(f"UPDATE coding_assignment SET {change} WHERE encounter_id = {encounter.pk}")
    only("leases", "encounter", encounter.pk, words)


def test_a_holder_of_what_is_not_in_work(site):
    encounter = an_encounter("delivered")
    by_superuser(f"UPDATE coding_assignment SET ended_at = NULL, \"end\" = '' WHERE encounter_id = {encounter.pk}")
    only("leases", "encounter", encounter.pk, "somebody holds it, but it is delivered")


def test_a_verifier_of_their_own_coding(site, ann):
    encounter = an_encounter("precoding")
    by_superuser(
        f"UPDATE coding_encounter SET status = 'verifying', coded_by_id = {ann.pk} WHERE id = {encounter.pk}",
        f"UPDATE coding_assignment SET stage = 'verification' WHERE encounter_id = {encounter.pk}",
    )
    assert ("leases", "encounter", str(encounter.pk), "its verifier coded it") in differences()


# -- jobs, notices, deliveries -----------------------------------------------------------------------
def test_a_finished_batch_that_nobody_delivers(site):
    by_superuser(
        f"UPDATE portal_batch SET status = 'received', delivered_at = NULL WHERE id = {site['delivered'].pk}",
        "UPDATE portal_auditevent SET action = 'x' WHERE action = 'batch.delivered'",
    )
    found = differences()
    assert (
        "deliveries",
        "batch",
        str(site["delivered"].pk),
        "all its work is done, and no job would deliver it",
    ) in found


def test_a_job_that_no_task_does(site):
    now = timezone.now()
    job = Job.objects.create(kind="portal.forgotten", object_id=1, due_at=now, created_at=now)
    only("jobs", "job", job.pk, "no task does jobs of the kind portal.forgotten")


def test_an_email_that_nobody_sends(site):
    notice = Notice.objects.order_by("pk").first()
    by_superuser(f"UPDATE portal_notice SET sent_at = NULL WHERE id = {notice.pk}")
    only("notices", "notice", notice.pk, "no job would send it")


def test_a_result_on_its_way_that_nobody_sends(site, river):
    factories.DispatchFactory(channel__practice=river, channel__pause="gone", channel__paused_at=timezone.now())
    dispatch = factories.DispatchFactory(channel__practice=river)
    only("dispatches", "dispatch", dispatch.pk, "no job would send it")


def test_a_row_of_one_practice_that_points_to_anothers(site, lake):
    page = Page.objects.filter(chart__batch=site["unsent"]).get()
    by_superuser(f"UPDATE portal_page SET practice_id = {lake.pk} WHERE id = {page.pk}")
    assert differences() == {
        ("practices", "portal_page", str(page.pk), "its chart_id is another practice's"),
        ("practices", "portal_pagewords", str(page.words.pk), "its page_id is another practice's"),
    }


def test_a_trail_that_was_changed(site):
    by_superuser("UPDATE portal_auditevent SET session = 'x' WHERE action = 'batch.delivered'")
    found = differences()
    assert [(one[0], one[1]) for one in found] == [("trail", "seal")]
    assert "the event was changed" in next(iter(found))[3]


def test_alarms_for_what_stands_still(site):
    now, left = timezone.now(), Job.objects.filter(state=JobState.READY).count()
    Job.objects.create(kind="portal.render_chart", object_id=1, due_at=now - timedelta(minutes=3), created_at=now)
    Job.objects.create(
        kind="portal.render_chart", object_id=2, due_at=now, created_at=now, state=JobState.FAILED, finished_at=now
    )
    by_superuser("UPDATE coding_assignment SET lease_until = now() - interval '6 minutes' WHERE ended_at IS NULL")
    AuditEvent.objects.create(at=now - timedelta(minutes=11), action="x")
    raised = alarms()
    assert raised.pop("the oldest due job waits, in seconds") >= 180
    assert raised == {
        "open jobs": left + 1,
        "jobs given up: see the operations page": 1,
        "leases that ran out and were not swept": 1,
        "events of the trail that should be sealed and are not": 1,
    }


def test_no_more_rows_are_named_than_asked_for_and_all_are_counted(site):
    by_superuser("UPDATE portal_auditevent SET action = 'x' WHERE action = 'chart.received'")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("trustcheck", "--only", "receipts", "--shown", "2", stdout=out)
    assert "6 DIFFERENCES" in out.getvalue()
    assert out.getvalue().count("  DIFFERENCE ") == 2
    assert "... and 4 more" in out.getvalue()


def test_every_path_between_practices_is_walked():
    assert ("portal_page", "chart_id", "portal_chart") in paths()
    assert ("coding_diagnosis", "coding_id", "coding_coding") in paths()
    assert ("feedback_comment", "thread_id", "feedback_thread") in paths()
    assert Batch._meta.db_table in {target for _, _, target in paths()}
