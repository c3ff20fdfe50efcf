"""The trust check: silent on a site as our actions leave it; each check of what came in names what was broken."""

import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal import scope, storage
from portal.actions.trust import Look, take_stock
from portal.actions.trust import files as stored_files
from portal.models import AuditEvent, Delivery, Page
from portal.rules.intake import ChartStatus
from tests import factories, files, ledger
from tests.ledger import a_chart, alarms, by_superuser, differences, only, path_of, receive, report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(river, cleo, ann):
    return ledger.small_site(river, cleo, ann)


def test_a_site_as_our_actions_leave_it_has_no_difference(site, capsys):
    call_command("trustcheck", "--every", "1")
    out = capsys.readouterr().out
    assert "DIFFERENCE" not in out
    assert "ALARM" not in out
    assert out.count(" OK ") == len(out.splitlines()) == 17


def test_it_changes_nothing(site):
    before = AuditEvent.objects.count()
    report()
    assert AuditEvent.objects.count() == before


# -- receipts, charts, batches ---------------------------------------------------------------------
def test_a_row_whose_receipt_is_gone(site):
    chart = a_chart(site["unsent"])
    by_superuser(f"DELETE FROM portal_auditevent WHERE action = 'chart.received' AND object_id = {chart.pk}")
    found = differences()
    assert ("receipts", "chart", str(chart.pk), "there is a row, but the trail has no receipt") in found
    assert {one[0] for one in found} == {"receipts", "histories", "trail"}


def test_a_receipt_whose_row_is_gone(site):
    chart = a_chart(site["unsent"])
    by_superuser(
        f"DELETE FROM portal_page WHERE chart_id = {chart.pk}", f"DELETE FROM portal_chart WHERE id = {chart.pk}"
    )
    found = differences()
    assert ("receipts", "chart", str(chart.pk), "the trail has a receipt, but there is no row") in found


def test_a_receipt_for_other_bytes(site):
    chart = a_chart(site["unsent"])
    by_superuser(f"UPDATE portal_chart SET sha256 = '{'a' * 64}' WHERE id = {chart.pk}")
    found = differences()
    assert ("receipts", "chart", str(chart.pk), "the receipt names other bytes than the row") in found
    assert ("bytes", "chart", str(chart.pk), "its stored bytes are missing or not those that were noted") in found


def test_a_chart_in_a_state_to_which_no_move_led(site):
    chart = a_chart(site["unsent"])
    by_superuser(
        f"UPDATE portal_chart SET status = 'unreadable', reason = 'truncated', ready_at = NULL WHERE id = {chart.pk}"
    )
    only("histories", "chart", chart.pk, "do not end in the state")


def test_a_move_of_a_chart_that_is_not_legal(site):
    chart = a_chart(site["unsent"])
    by_superuser(
        'UPDATE portal_auditevent SET detail = detail || \'{"old": "unreadable"}\' '
        f"WHERE action = 'chart.ready' AND object_id = {chart.pk}"
    )
    found = differences()
    assert ("histories", "chart", str(chart.pk), "the trail has a move that is not legal: unreadable to ready") in found


def test_a_batch_in_a_state_to_which_no_move_led(site):
    by_superuser(
        "UPDATE portal_batch SET status = 'received', received_at = now(), due_at = now() "
        f"WHERE id = {site['unsent'].pk}"
    )
    found = differences()
    assert (
        "histories",
        "batch",
        str(site["unsent"].pk),
        "the moves in the trail do not end in the state it is in",
    ) in found
    # and its ready chart should have become work
    assert {one[0] for one in found} == {"histories", "encounters", "deliveries"}


def test_a_chart_that_waits_for_nobody(site, river):
    with scope.practice(river.pk):
        chart = receive(site["unsent"], files.small_pdf(9))
    assert not differences()
    by_superuser(f"UPDATE portal_job SET state = 'done' WHERE object_id = {chart.pk} AND kind = 'portal.render_chart'")
    only("charts", "chart", chart.pk, "no job would do it")


def test_a_chart_that_lacks_a_page(site):
    chart = a_chart(site["in_work"], page_count=2)
    by_superuser(f"DELETE FROM portal_page WHERE chart_id = {chart.pk} AND number = 2")
    only("charts", "chart", chart.pk, "ready with 2 pages, of which 1 are there")


def test_a_duplicate_of_something_else(site):
    duplicate, other = a_chart(site["delivered"], status=ChartStatus.DUPLICATE), a_chart(site["unsent"])
    by_superuser(f"UPDATE portal_chart SET duplicate_of_id = {other.pk} WHERE id = {duplicate.pk}")
    only("charts", "chart", duplicate.pk, "duplicate of what is no original")


def test_a_file_of_an_inbox_that_is_nowhere(river):
    now = timezone.now()
    folder = factories.InboxFolderFactory(account__practice=river, practice=river, state="nothing", ended_at=now)
    file = factories.InboxFileFactory(folder=folder, state="closed", closed_at=now)
    only("inboxes", "inbox file", file.pk, "it is no chart")


def test_a_file_of_an_inbox_that_became_another_batch_s_chart(site, river):
    chart, folder = a_chart(site["unsent"]), factories.InboxFolderFactory(account__practice=river, practice=river)
    file = factories.InboxFileFactory(
        folder=folder, state="taken", closed_at=timezone.now(), chart=chart, size=chart.size
    )
    only("inboxes", "inbox file", file.pk, "batch")
    folder.batch = chart.batch
    folder.save()
    assert differences() == set()
    by_superuser(f"UPDATE portal_inboxfile SET size = 1 WHERE id = {file.pk}")
    only("inboxes", "inbox file", file.pk, "size")


def test_a_delivered_batch_without_files(site):
    by_superuser(f"DELETE FROM portal_delivery WHERE batch_id = {site['delivered'].pk}")
    only("batches", "batch", site["delivered"].pk, "there is no result file")


# -- stored files ----------------------------------------------------------------------------------
def test_a_stored_file_that_is_gone(site, settings):
    page = Page.objects.filter(chart__batch=site["unsent"]).get()
    path_of(page.image_name, settings).unlink()
    only("files", "page", page.pk, "missing")


def test_a_delivery_whose_bytes_were_changed(site, settings):
    delivery = Delivery.objects.order_by("pk").first()
    path = path_of(delivery.storage_name, settings)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    only("bytes", "delivery", delivery.pk, "not those that were noted")
    assert not differences(report(every=0))


def test_one_in_n_files_is_read_and_each_within_n_days(site, settings):
    delivery = Delivery.objects.order_by("pk").first()
    path_of(delivery.storage_name, settings).write_bytes(b"other")

    checks, now = [stored_files.content(stored_files.namings())], timezone.now()
    seen = [
        take_stock(checks=checks, alarms=(), look=Look(at=now + timedelta(days=day), every=3)).count for day in range(3)
    ]
    assert sorted(seen) == [0, 0, 1]


def test_a_file_that_no_row_names_is_an_alarm_when_no_sweep_took_it(site, settings, river):
    kept = storage.keep_bytes(b"nobody's", practice_id=river.pk, folder="charts")
    assert not alarms()
    long_ago = timezone.now().timestamp() - 10 * 86400
    os.utime(path_of(kept.name, settings), (long_ago, long_ago))
    assert alarms() == {f"stored files that no row names and that were not swept, such as {kept.name}": 1}
