"""A small site made by our own actions, ways to break it past every guard, and what the trust check says of it."""

import hashlib
import io
import json
from pathlib import Path

import psycopg
from django.core.files.base import File
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from coding.actions.delivery import deliver_batch
from coding.actions.holds import mark_not_billable
from coding.actions.queue import take_next
from coding.rules.lifecycle import NotBillableReason
from config import embedded
from portal import scope, storage
from portal.actions.audit import seal_audit_trail
from portal.actions.batches import open_batch, send_batch
from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.notices import send_notice
from portal.actions.pages import finish_rendering, refuse_chart
from portal.models import Chart, Job, JobState, Membership
from portal.rendering import DrawnPage
from portal.rules.intake import Refusal
from portal.rules.specialties import Specialty
from tests import files


def by_superuser(*statements):
    """Change rows past every guard in the database, as a fault below us would."""
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])) as server:
        server.execute("SET session_replication_role = replica")
        for statement in statements:
            server.execute(statement)


def end_drawing(*, claim, at):
    """What a worker writes at the end of a walk, without the drawing: two pages of a long file, one of another."""
    with scope.service():
        chart = Chart.objects.get(pk=claim.object_id)
        if chart.sha256 == hashlib.sha256(files.no_pages()).hexdigest():
            refuse_chart(claim=claim, reason=Refusal.NO_PAGES, at=at)
            return
        count = 2 if chart.sha256 == hashlib.sha256(files.text_pdf("one", "two")).hexdigest() else 1
        pages = [
            DrawnPage(
                number=number, width=850, height=1100, text="", pixels=hashlib.sha256(image).hexdigest(),
                image_name=storage.keep_bytes(image, practice_id=chart.practice_id, folder="pages", ending=".png").name,
            )
            for number in range(1, count + 1)
            for image in [f"image {number} of {chart.pk}".encode()]
        ]  # fmt: skip
        finish_rendering(claim=claim, pages=pages, at=at)


def do_jobs():
    """Every due job, as a worker does it."""
    doings = {
        "portal.render_chart": end_drawing,
        "coding.deliver_batch": deliver_batch,
        "portal.send_notice": send_notice,
    }
    while job := Job.objects.filter(state=JobState.READY, kind__in=doings).order_by("pk").first():
        claim = claim_job(job_id=job.pk, at=timezone.now())
        doings[job.kind](claim=claim, at=timezone.now())


def receive(batch, content, name="a.pdf"):
    return receive_file(batch=batch, file=File(io.BytesIO(content)), name=name, by=None, at=timezone.now()).chart


def sent(practice, *contents):
    with scope.practice(practice.pk):
        batch = open_batch(practice=practice, name="Notes", specialty=Specialty.RADIOLOGY, by=None, at=timezone.now())
        for content in contents:
            receive(batch, content)
        send_batch(batch=batch, by=None, at=timezone.now())
    return batch


def small_site(river, cleo, ann):
    """A batch that was delivered, one in work, one still open, all made by the site's own actions."""
    Membership.objects.filter(user=cleo).update(receives_results=True)
    delivered = sent(river, files.small_pdf(1), files.small_pdf(1), files.no_pages())
    do_jobs()
    now = timezone.now()
    taken = take_next(by=ann, at=now)
    mark_not_billable(assignment=taken, by=ann, at=now, reason=NotBillableReason.NOT_A_VISIT)
    do_jobs()
    in_work = sent(river, files.small_pdf(2), files.text_pdf("one", "two"))
    do_jobs()
    take_next(by=ann, at=timezone.now())
    with scope.practice(river.pk):
        unsent = open_batch(practice=river, name="More", specialty=Specialty.RADIOLOGY, by=None, at=timezone.now())
        receive(unsent, files.small_pdf(3))
    do_jobs()
    seal_audit_trail(at=timezone.now())
    delivered.refresh_from_db()
    assert delivered.status == "delivered"
    return {"delivered": delivered, "in_work": in_work, "unsent": unsent}


def report(**options):
    """The report as data; the exit code is checked against it."""
    out = io.StringIO()
    try:
        call_command("trustcheck", "--json", "--every", "1", stdout=out, **options)
        code = 0
    except SystemExit as end:
        code = end.code
    found = json.loads(out.getvalue())
    assert code == (1 if found["differences"] else 0)
    return found


def differences(found=None):
    found = found or report()
    return {
        (finding["check"], one["where"], one["id"], one["what"])
        for finding in found["findings"]
        for one in finding["differences"]
    }


def alarms():
    return {alarm["what"]: alarm["figure"] for alarm in report()["alarms"]}


def only(check, where, pk, words):
    """Exactly this one difference is found."""
    found = differences()
    assert [(one[0], one[1], one[2]) for one in found] == [(check, where, str(pk))], found
    assert words in next(iter(found))[3]


def path_of(name, settings):
    return Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / name


def a_chart(batch, **fields):
    return Chart.objects.filter(batch=batch, **fields).order_by("pk").first()
