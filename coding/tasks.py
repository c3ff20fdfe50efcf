"""Background work of the line: leases that ran out, work assigned ahead."""

from datetime import timedelta
from functools import partial
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.tasks import job_task


@shared_task(name="coding.sweep_assignments")
def sweep_assignments(**_future: Any) -> None:
    from coding.actions.hours import begin_absences
    from coding.actions.queries import expire_queries
    from coding.actions.queue import sweep_assignments as sweep
    from coding.actions.repeats import begin_repeats, give_up_repeats
    from coding.actions.undoing import forget_sent_drafts
    from portal import scope

    with scope.service():
        sweep(at=timezone.now())
        begin_absences(at=timezone.now())
        begin_repeats(at=timezone.now())
        give_up_repeats(at=timezone.now())
        forget_sent_drafts(at=timezone.now())
        expire_queries(at=timezone.now())


@shared_task(name="coding.lapse_disputes")
def lapse_disputes(**_future: Any) -> None:
    from coding.actions.disputes import lapse_disputes as lapse
    from portal import scope

    with scope.service():
        lapse(at=timezone.now())


@shared_task(name="coding.watch_drift")
def watch_drift(**_future: Any) -> None:
    from coding.actions.drift import raise_alarms
    from portal import scope

    with scope.service():
        raise_alarms(at=timezone.now())


@shared_task(name="coding.push_work")
def push_work(**_future: Any) -> None:
    from coding.actions.queue import push_work as push
    from portal import scope

    with scope.service():
        push(at=timezone.now())


@shared_task(name="coding.renew_turns")
def renew_turns(**_future: Any) -> None:
    from coding.actions.turns import renew_turns as renew

    renew(at=timezone.now())


@shared_task(name="coding.roll_up")
def roll_up(**_future: Any) -> None:
    from coding.actions.flow import roll_up as roll
    from portal import scope

    with scope.service():
        roll(at=timezone.now())


@job_task("coding.deliver_batch")
def deliver_batch(*, claim: Any) -> None:
    from coding.actions.delivery import deliver_batch as deliver
    from portal.actions.jobs import renew_job
    from portal.actions.leases import lease_keeper

    deliver(claim=claim, at=timezone.now(), still_ours=lease_keeper(partial(renew_job, claim=claim), timezone.now))


@job_task("coding.suggest_codes")
def suggest_codes(*, claim: Any) -> None:
    from coding.actions.suggesting import make_suggestions

    make_suggestions(claim=claim, at=timezone.now())


# A full NCCI table takes a minute in one transaction; the lease is as long as a task may run at all.
@job_task("coding.load_code_file", lease=timedelta(minutes=15))
def load_code_file(*, claim: Any) -> None:
    from coding.actions.code_files import load_sent_file

    load_sent_file(claim=claim, at=timezone.now())


@job_task("coding.build_code_index")
def build_code_index(*, claim: Any) -> None:
    from coding.actions.code_index import build_index
    from portal import scope

    with scope.service():
        build_index(claim=claim, at=timezone.now())


@shared_task(name="coding.queue_due_reports")
def queue_due_reports(**_future: Any) -> None:
    from coding.actions.reports.schedules import queue_due_reports as queue
    from portal import scope

    with scope.service():
        queue(at=timezone.now())


@job_task("coding.make_scheduled_report")
def make_scheduled_report(*, claim: Any) -> None:
    from coding.actions.reports.schedules import make_scheduled_report as make

    make(claim=claim, at=timezone.now())
