"""Background work of the portal. A task carries an id, looks at the row, and does one action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone


def job_task(
    kind: str, *, lease: timedelta | None = None, in_turn: bool = False
) -> Callable[[Callable[..., None]], Any]:
    """A Celery task that claims its job row and hands the claim to the function.

    `lease` is for work that takes longer than JOB_LEASE_SECONDS and cannot renew its claim on the way. With `in_turn`
    a message says only that there is something to do: the practice whose turn it is comes next, so that one practice's
    thousand charts, or its hundred bad ones, do not hold up another's.

    A job that nobody needs to do (done, not due, in other hands) is left alone. Whatever the
    function does not expect puts the job off under the exception's class name and is logged.
    """

    def decorate(function: Callable[..., None]) -> Any:
        @shared_task(name=kind)
        def task(*, job_id: int, **_future: Any) -> None:
            from portal import scope
            from portal.actions.jobs import JobLost, claim_in_turn, claim_job, logger, put_off_job, ring_for_next
            from portal.failpoints import reached
            from portal.outages import outage_of

            with scope.service():
                at = timezone.now()
                claim = (
                    claim_in_turn(kind=kind, at=at)
                    if in_turn
                    else claim_job(job_id=job_id, at=at, lease=lease, kind=kind)
                )
            if claim is None:
                return
            reached("job.claimed")
            try:
                function(claim=claim)
            except JobLost:
                logger.warning("job lost to another worker", extra={"job": claim.job_id, "kind": kind})
            except Exception as trouble:  # noqa: BLE001  (any fault puts the job off, visibly)
                with scope.service():
                    away = outage_of(trouble) is not None
                    put_off_job(claim=claim, fault=type(trouble).__name__, at=timezone.now(), outage=away)
                reached("job.put_off")
                logger.exception("job raised", extra={"job": claim.job_id, "kind": kind})
            if in_turn:
                with scope.service():
                    ring_for_next(kind=kind, at=timezone.now())

        return task

    return decorate


@shared_task(name="portal.ring_due_jobs")
def ring_due_jobs(**_future: Any) -> None:
    from portal import scope
    from portal.actions.jobs import ring_due_jobs as ring

    with scope.service():
        ring(at=timezone.now())


@shared_task(name="portal.seal_audit_trail")
def seal_audit_trail(**_future: Any) -> None:
    from portal import scope
    from portal.actions.audit import seal_audit_trail as seal

    with scope.service():
        seal(at=timezone.now())


@shared_task(name="portal.scrub_storage")
def scrub_storage(**_future: Any) -> None:
    from portal.actions.scrub import scrub_in_turn

    scrub_in_turn(at=timezone.now())


@shared_task(name="portal.sweep_uploads")
def sweep_uploads(**_future: Any) -> None:
    from portal.actions.uploads import sweep_uploads as sweep

    sweep(at=timezone.now())


@shared_task(name="portal.destroy_due")
def destroy_due(**_future: Any) -> None:
    from portal.actions.retention import destroy_due as destroy

    destroy(at=timezone.now())


@shared_task(name="portal.remind_of_credentials")
def remind_of_credentials(**_future: Any) -> None:
    from portal import scope
    from portal.actions.credentials import remind_of_ending as remind

    with scope.service():
        remind(at=timezone.now())


@job_task("portal.send_notice")
def send_notice(*, claim: Any) -> None:
    from portal.actions.notices import send_notice as send

    send(claim=claim, at=timezone.now())


@job_task("portal.make_digest")
def make_digest(*, claim: Any) -> None:
    from portal import scope
    from portal.actions.notices import make_digest as make

    with scope.service():
        make(claim=claim, at=timezone.now())


@job_task("portal.send_dispatch")
def send_dispatch(*, claim: Any) -> None:
    from portal.actions.dispatches import send_dispatch as send

    send(claim=claim, clock=timezone.now)


@shared_task(name="portal.watch_dispatches")
def watch_dispatches(**_future: Any) -> None:
    from portal import scope
    from portal.actions.delivery_trouble import watch_dispatches as watch

    with scope.service():
        watch(at=timezone.now())


@job_task("portal.read_barcodes")
def read_barcodes(*, claim: Any) -> None:
    from portal.actions.barcodes import read_barcodes as read

    read(claim=claim, at=timezone.now())


@job_task("portal.render_chart", in_turn=True)
def render_chart(*, claim: Any) -> None:
    from portal.actions.pages import render_chart as render

    render(claim=claim, at=timezone.now())


@shared_task(name="portal.read_pages")
def read_pages(**_future: Any) -> None:
    """Read the words of pages, whichever is next, for a while. Lives on the queue "ocr"."""
    from django.conf import settings

    from portal.actions.words import read_due_pages as read

    read(at=timezone.now(), seconds=settings.OCR_READER_SECONDS)


@shared_task(name="portal.ring_readers")
def ring_readers(**_future: Any) -> None:
    from portal import scope
    from portal.actions.words import ring_for_due_pages as ring

    with scope.service():
        ring(at=timezone.now())


@shared_task(name="portal.ask_fhir_servers")
def ask_fhir_servers(**_future: Any) -> None:
    from portal import scope
    from portal.actions.fhir import queue_endpoints

    with scope.service():
        queue_endpoints(at=timezone.now())


@job_task("portal.fetch_fhir")
def fetch_fhir(*, claim: Any) -> None:
    from portal.actions.fhir import fetch_documents

    fetch_documents(claim=claim, clock=timezone.now)
