"""A practice's FHIR server: set up, asked for new documents, which become charts of one batch a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import IO
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import transaction

from portal import scope
from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, NoAgreement, NothingToSend, open_batch, send_batch
from portal.actions.charts import BatchFull, receive_file
from portal.actions.jobs import Claim, finish_job, queue_job, renew_job
from portal.actions.leases import lease_keeper
from portal.failpoints import reached
from portal.fhir.guard import Forbidden, check_address
from portal.fhir.keys import make_key
from portal.fhir.server import Attached, Server
from portal.fhir.web import Fault
from portal.models import Batch, EndpointState, FhirDocument, FhirEndpoint, Practice, User
from portal.rules.lifecycle import BatchStatus

FETCH = "portal.fetch_fhir"
OVERLAP = timedelta(minutes=5)  # a server may show a document later than the time it gives it
LONGEST_RUN = 600  # seconds; what is left is fetched by the next run
Clock = Callable[[], datetime]


class BadAddress(Exception):
    """An address of the endpoint may not be asked; the text is the name of the reason."""


def check_addresses(base_url: str, token_url: str) -> None:
    """BadAddress unless both may be asked, as far as their text tells; where they lead is checked at each request."""
    for address in (base_url, token_url):
        try:
            check_address(address, hosts=frozenset({(urlsplit(address).hostname or "").lower()}))
        except (Forbidden, ValueError) as why:
            raise BadAddress(str(why)) from None


@transaction.atomic
def create_endpoint(
    *, practice: Practice, base_url: str, token_url: str, client_id: str, specialty: str, since: datetime, by: User,
    at: datetime,
) -> FhirEndpoint:  # fmt: skip
    """Ask this server from now on, under a key made for it; BadAddress."""
    check_addresses(base_url, token_url)
    key = make_key()
    endpoint = FhirEndpoint.objects.create(
        practice=practice,
        base_url=base_url,
        token_url=token_url,
        client_id=client_id,
        specialty=specialty,
        key_id=key.key_id,
        private_key=key.sealed,
        public_key=key.public,
        since=since,
        created_at=at,
        created_by=by,
    )
    record("fhir_endpoint.added", at=at, by=by, about=endpoint)
    return endpoint


@transaction.atomic
def change_endpoint(
    *, endpoint: FhirEndpoint, base_url: str, token_url: str, client_id: str, specialty: str, by: User, at: datetime
) -> None:
    """Another address or client id; key and cursor stay. BadAddress."""
    check_addresses(base_url, token_url)
    FhirEndpoint.objects.filter(pk=endpoint.pk).update(
        base_url=base_url, token_url=token_url, client_id=client_id, specialty=specialty
    )
    record("fhir_endpoint.changed", at=at, by=by, about=endpoint)


@transaction.atomic
def switch_endpoint(*, endpoint: FhirEndpoint, state: EndpointState, by: User, at: datetime) -> None:
    """Begin or stop asking."""
    if FhirEndpoint.objects.filter(pk=endpoint.pk).exclude(state=state).update(state=state):
        record(f"fhir_endpoint.{state}", at=at, by=by, about=endpoint)


@transaction.atomic
def ask_now(*, endpoint: FhirEndpoint, by: User, at: datetime) -> None:
    """Do not wait for the next quarter of an hour."""
    queue_job(kind=FETCH, object_id=endpoint.pk, practice=endpoint.practice, at=at)
    record("fhir_endpoint.asked", at=at, by=by, about=endpoint)


def queue_endpoints(*, at: datetime) -> int:
    """One job for each endpoint that is on; the number. Caller opens the service's scope."""
    endpoints = list(FhirEndpoint.objects.on().select_related("practice"))
    for endpoint in endpoints:
        queue_job(kind=FETCH, object_id=endpoint.pk, practice=endpoint.practice, at=at)
    return len(endpoints)


# -- one run ---------------------------------------------------------------------------------------
def fetch_documents(*, claim: Claim, clock: Clock) -> None:
    """Ask one endpoint; every document is received in one transaction with the note that it was, so that a run
    which is killed is gone on with: known documents are passed over, and the batch is filled further.
    """
    with scope.service():
        endpoint = FhirEndpoint.objects.on().select_related("practice").filter(pk=claim.object_id).first()
        if endpoint is None:
            finish_job(claim=claim, at=clock())
            return
    fault, newest, complete = "", endpoint.since, True
    try:
        newest, complete = run(endpoint, claim, clock=clock)
    except Fault as trouble:
        fault, complete = str(trouble), False
    except NoAgreement:
        fault, complete = "no_agreement", False
    with scope.service():
        end_run(endpoint=endpoint, claim=claim, fault=fault, since=newest if complete else None, at=clock())


def run(endpoint: FhirEndpoint, claim: Claim, *, clock: Clock) -> tuple[datetime, bool]:
    """Fetch what is new; the time of the newest document, and whether the list was walked to its end."""
    server = Server(
        base_url=endpoint.base_url,
        token_url=endpoint.token_url,
        client_id=endpoint.client_id,
        scopes=endpoint.scopes,
        key_id=endpoint.key_id,
        sealed_key=endpoint.private_key,
        still_ours=lease_keeper(partial(renew_job, claim=claim), clock),
    )
    newest, deadline = endpoint.since, time.monotonic() + LONGEST_RUN
    for attached in server.changed(since=endpoint.since - OVERLAP, at=clock()):
        newest = max(newest, min(attached.changed_at, clock()))  # a clock that runs ahead must not skip anything
        if is_known(endpoint, attached):
            continue
        if time.monotonic() > deadline:
            return newest, False
        try:
            content = server.fetch(attached, at=clock())
        except Fault as trouble:
            if trouble.passing:
                raise
            with scope.service():
                note_unfetchable(endpoint=endpoint, attached=attached, fault=str(trouble), claim=claim, at=clock())
            continue
        reached("fhir.document_fetched")
        with closing(content):
            keep(endpoint, attached, content, claim, clock=clock)
        reached("fhir.document_taken")
    return newest, True


def is_known(endpoint: FhirEndpoint, attached: Attached) -> bool:
    with scope.practice(endpoint.practice_id):
        return FhirDocument.objects.filter(endpoint=endpoint, reference=attached.reference).exists()


def keep(endpoint: FhirEndpoint, attached: Attached, content: IO[bytes], claim: Claim, *, clock: Clock) -> None:
    """Receive one document; a batch that is full, or was sent by hand, is followed by another."""
    for last in (False, True):
        with scope.service():
            batch = batch_of(endpoint=endpoint, at=clock())
        try:
            with scope.service():
                take_document(
                    endpoint=endpoint, batch=batch, attached=attached, content=content, claim=claim, at=clock()
                )
        except (BatchFull, BatchNotOpen):
            if last:
                raise
            with scope.service():
                send_filled(endpoint=endpoint, at=clock())
        else:
            return


@transaction.atomic
def batch_of(*, endpoint: FhirEndpoint, at: datetime) -> Batch:
    """The open batch of this run, or of one that was killed; NoAgreement."""
    row = FhirEndpoint.objects.select_for_update(of=("self",)).select_related("batch__practice").get(pk=endpoint.pk)
    if row.batch is None or row.batch.status != BatchStatus.OPEN:
        row.batch = open_batch(
            practice=endpoint.practice,
            name=f"FHIR {at:%Y-%m-%d %H:%M} UTC",
            specialty=row.specialty,
            by=None,
            at=at,
            source=Batch.Source.FHIR,
        )
        row.save(update_fields=["batch"])
    return row.batch


@transaction.atomic
def take_document(
    *, endpoint: FhirEndpoint, batch: Batch, attached: Attached, content: IO[bytes], claim: Claim, at: datetime
) -> None:
    """The chart, and the note that the document was fetched, or neither. BatchFull, BatchNotOpen, JobLost."""
    renew_job(claim=claim, at=at)
    receipt = receive_file(batch=batch, file=File(content), name=attached.name, by=None, at=at)
    FhirDocument.objects.create(
        practice_id=endpoint.practice_id,
        endpoint=endpoint,
        reference=attached.reference,
        chart=receipt.chart,
        fetched_at=at,
    )
    record("chart.received_by_fhir", at=at, about=receipt.chart, endpoint=endpoint.pk)


@transaction.atomic
def note_unfetchable(*, endpoint: FhirEndpoint, attached: Attached, fault: str, claim: Claim, at: datetime) -> None:
    """A document that no later run could fetch either: it is not asked for again, and the practice's page tells."""
    renew_job(claim=claim, at=at)
    row = FhirDocument.objects.create(
        practice_id=endpoint.practice_id,
        endpoint=endpoint,
        reference=attached.reference,
        fault=fault,
        fetched_at=at,
    )
    record("fhir_document.not_fetched", at=at, about=row, reason=fault)


@transaction.atomic
def send_filled(*, endpoint: FhirEndpoint, at: datetime) -> None:
    """Send the batch that was filled, if there is one; what holds nothing to work on stays open for people to see."""
    row = FhirEndpoint.objects.select_for_update(of=("self",)).select_related("batch__practice").get(pk=endpoint.pk)
    if row.batch is None:
        return
    try:
        with transaction.atomic():
            send_batch(batch=row.batch, by=None, at=at)
    except (BatchNotOpen, NothingToSend):
        pass
    FhirEndpoint.objects.filter(pk=row.pk).update(batch=None)


@transaction.atomic
def end_run(*, endpoint: FhirEndpoint, claim: Claim, fault: str, since: datetime | None, at: datetime) -> None:
    """Send what was fetched, move the cursor if the whole list was seen, and note how it went."""
    finish_job(claim=claim, at=at)
    try:
        send_filled(endpoint=endpoint, at=at)
    except NoAgreement:
        fault = "no_agreement"
    row = FhirEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    row.last_run_at = at
    row.since = max(row.since, since) if since is not None else row.since
    row.fault_since = (row.fault_since or at) if fault else None
    if row.last_fault != fault:
        record("fhir_endpoint.fault" if fault else "fhir_endpoint.recovered", at=at, about=row, reason=fault)
    row.last_fault = fault[:40]
    row.save(update_fields=["last_run_at", "since", "fault_since", "last_fault"])
    reached("fhir.run_written")
