"""What the page of an open batch and its script learn of the checks, and what goes along when more is sent."""

import re

import pytest
from django.urls import reverse

from portal.models import Chart
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_script_learns_what_the_checks_found(cleo, as_user, river):
    browser = as_user(cleo)
    batch = factories.BatchFactory(practice=river)
    with_text, scan, elsewhere = (factories.ChartFactory(batch=batch, page_count=2) for _ in range(3))
    factories.PageFactory(chart=with_text, text_source="layer")
    factories.PageFactory(chart=scan)
    waiting = factories.ChartFactory(batch=batch, status=ChartStatus.RECEIVED, ready_at=None, page_count=None)
    locked = factories.ChartFactory(
        batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.PASSWORD_PROTECTED, ready_at=None
    )
    copy, drawn_same = (
        factories.ChartFactory(batch=batch, status=ChartStatus.DUPLICATE, duplicate_of=elsewhere, ready_at=None, **same)
        for same in ({"sha256": elsewhere.sha256}, {})
    )
    foreign = factories.ChartFactory()
    charts = [with_text, scan, waiting, locked, copy, drawn_same, foreign]
    answer = browser.get(reverse("portal:batch-checks", args=[batch.pk]), {"chart": [chart.pk for chart in charts]})
    checks = answer.json()["checks"]
    assert checks[str(with_text.pk)] == {"state": "ready", "detail": "Readable, 2 pages"}
    assert checks[str(scan.pk)]["detail"] == "Readable, 2 pages, no text layer: its words will be read"
    assert checks[str(waiting.pk)]["state"] == "checking"
    assert checks[str(locked.pk)]["state"] == "refused"
    assert "password" in checks[str(locked.pk)]["detail"]
    assert checks[str(copy.pk)]["detail"] == f"Same content as {elsewhere.label} in {batch.label}"
    assert checks[str(drawn_same.pk)]["detail"].startswith("Every page is the same as in")
    assert str(foreign.pk) not in checks


def test_the_script_learns_of_a_zip_of_a_lock_and_of_a_scanner_that_is_away(cleo, as_user, river):
    batch = factories.BatchFactory(practice=river)
    archive = factories.ChartFactory(batch=batch, status=ChartStatus.UNPACKED, ready_at=None, page_count=None)
    for _ in range(2):
        factories.ChartFactory(batch=batch, archive=archive)
    shut = factories.ChartFactory(
        batch=batch, status=ChartStatus.LOCKED, reason=Refusal.PASSWORD_NEEDED, ready_at=None, page_count=None
    )
    held = factories.ChartFactory(
        batch=batch, status=ChartStatus.QUARANTINED, reason=Refusal.NOT_CHECKED, ready_at=None, page_count=None
    )
    address = reverse("portal:batch-checks", args=[batch.pk])

    def of_the_zip():
        return as_user(cleo).get(address, {"chart": [archive.pk]}).json()["checks"][str(archive.pk)]

    checks = as_user(cleo).get(address, {"chart": [archive.pk, shut.pk, held.pk]}).json()["checks"]
    assert checks[str(archive.pk)] == {"state": "ready", "detail": "Unpacked: 2 files", "charts": 2}
    assert checks[str(shut.pk)]["state"] == "locked"
    assert checks[str(shut.pk)]["url"] == reverse("portal:chart", args=[shut.pk])
    assert checks[str(held.pk)] == {"state": "checking", "detail": "Received. It waits for the virus scanner."}
    last = archive.members.last()
    Chart.objects.filter(pk=last.pk).update(status=ChartStatus.RECEIVED, ready_at=None, page_count=None)
    assert of_the_zip()["state"] == "checking"
    Chart.objects.filter(pk=last.pk).update(status=ChartStatus.UNREADABLE, reason=Refusal.NESTED_ARCHIVE)
    assert of_the_zip() == {
        "state": "ready", "charts": 1,
        "detail": "Unpacked: 2 files, 1 of them not readable. The page of the batch says why",
    }  # fmt: skip
    archive.members.update(status=ChartStatus.UNREADABLE, reason=Refusal.NESTED_ARCHIVE, ready_at=None, page_count=None)
    assert (of_the_zip()["state"], of_the_zip()["charts"]) == ("refused", 0)


def test_what_an_open_batch_holds_goes_along_with_more_files(cleo, as_user, river):
    """A ZIP, what came out of it, a locked file and one that waits for the scanner; not what is infected."""
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    archive = factories.ChartFactory(batch=batch, status=ChartStatus.UNPACKED, ready_at=None, page_count=None)
    good = [archive, factories.ChartFactory(batch=batch, archive=archive)]
    for status, reason in (
        (ChartStatus.LOCKED, Refusal.PASSWORD_NEEDED),
        (ChartStatus.QUARANTINED, Refusal.NOT_CHECKED),
        (ChartStatus.QUARANTINED, Refusal.INFECTED),
    ):
        good.append(factories.ChartFactory(batch=batch, status=status, reason=reason, ready_at=None, page_count=None))
    infected = good.pop()
    page = as_user(cleo).get(reverse("portal:batch", args=[batch.pk])).content.decode()
    sent_along = {int(pk) for pk in re.findall(r'name="chart" value="(\d+)"', page)}
    assert sent_along == {chart.pk for chart in good}
    assert infected.pk not in sent_along
