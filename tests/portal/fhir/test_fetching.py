"""Documents come from a practice's FHIR server: each once, whatever fails or is killed in between."""

import hashlib
import json
import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal import scope, storage
from portal.actions import fhir
from portal.actions.jobs import claim_job, queue_job
from portal.models import AuditEvent, Batch, Chart, FhirDocument, FhirEndpoint, Job, JobState
from portal.rules.specialties import Specialty
from tests import files, processes
from tests.portal.fhir.standin import BEGIN, StandIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def standin(settings):
    settings.FHIR_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    server = StandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def endpoint(standin, river, ada):
    made = fhir.create_endpoint(
        practice=river, base_url=f"{standin.base}/fhir", token_url=f"{standin.base}/token",
        client_id="chartline-client", specialty=Specialty.PRIMARY_CARE, since=BEGIN, by=ada, at=timezone.now(),
    )  # fmt: skip
    standin.public_key = json.loads(made.public_key)
    return made


def run(endpoint):
    """One visit, as the worker makes it; the endpoint afterwards."""
    now = timezone.now()
    job = queue_job(kind=fhir.FETCH, object_id=endpoint.pk, practice=endpoint.practice, at=now)
    fhir.fetch_documents(claim=claim_job(job_id=job.pk, at=timezone.now()), clock=timezone.now)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    endpoint.refresh_from_db()
    return endpoint


def mixed(standin):
    """Eight files in every form; by name their bytes."""
    contents = {
        "a.pdf": files.text_pdf("a"), "b.tif": files.fax_tiff(2), "c.jpg": files.jpeg(), "d.pdf": files.small_pdf(4),
        "e.pdf": files.small_pdf(5), "f.png": files.png(), "g.pdf": files.small_pdf(7), "h.pdf": files.small_pdf(8),
    }  # fmt: skip
    kinds = {"tif": "image/tiff", "jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
    for place, (name, content) in enumerate(contents.items()):
        standin.add(content, name, kind=kinds[name[-3:]], form=("raw", "json", "inline")[place % 3])
    return contents


def assert_all_there_once(contents):
    charts = Chart.objects.all()
    assert {chart.original_name: chart.sha256 for chart in charts} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    assert charts.count() == len(contents)
    for chart in charts:
        assert b"".join(storage.blocks(chart.storage_name)) == contents[chart.original_name]


def test_every_form_of_document_becomes_a_chart_of_one_batch(standin, endpoint):
    contents = mixed(standin)
    run(endpoint)
    assert_all_there_once(contents)
    batch = Batch.objects.get()
    assert (batch.source, batch.status) == ("fhir", "received")
    assert endpoint.since == standin.documents[-1].updated
    assert (endpoint.last_fault, endpoint.fault_since) == ("", None)
    assert AuditEvent.objects.filter(action="chart.received_by_fhir").count() == len(contents)


def test_nothing_is_fetched_twice_and_what_is_new_is(standin, endpoint):
    contents = mixed(standin)
    run(endpoint)
    fetched = dict(standin.fetched)
    run(endpoint)
    assert dict(standin.fetched) == fetched
    assert Batch.objects.count() == 1
    contents["new.pdf"] = files.small_pdf(99)
    standin.add(contents["new.pdf"], "new.pdf")
    run(endpoint)
    assert set(standin.fetched.values()) == {1}
    assert_all_there_once(contents)
    assert Batch.objects.count() == 2


@pytest.mark.parametrize("fault", [("/token", 500), ("/token", 401), ("/fhir/DocumentReference", 429),
                                   ("/fhir/DocumentReference?_lastUpdated=ge2026-03-02T07:55:00.000Z&from", 503),
                                   ("/fhir/Binary/3", 500), ("/fhir/Binary/6", 429)])  # fmt: skip
def test_a_passing_fault_is_named_and_the_next_run_goes_on(standin, endpoint, fault):
    contents = mixed(standin)
    standin.faults.append(fault)
    run(endpoint)
    assert endpoint.last_fault
    assert endpoint.fault_since is not None
    assert endpoint.since == BEGIN
    run(endpoint)
    assert (endpoint.last_fault, endpoint.fault_since) == ("", None)
    assert_all_there_once(contents)
    assert set(standin.fetched.values()) <= {1}
    assert not standin.faults


def test_an_expired_token_is_renewed_in_the_middle(standin, endpoint):
    contents = mixed(standin)
    standin.faults.append(("/fhir/Binary/3", 401))
    run(endpoint)
    assert endpoint.last_fault == ""
    assert len(standin.tokens) == 2
    assert_all_there_once(contents)


def test_our_key_outlives_the_sites_secret_if_it_is_rotated_and_is_named_if_not(standin, endpoint, settings):
    contents, old = mixed(standin), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret", []
    assert run(endpoint).last_fault == "key_unreadable"
    settings.SECRET_KEY_FALLBACKS = [old]
    call_command("rotate_keys", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    endpoint.refresh_from_db()
    assert run(endpoint).last_fault == ""
    assert_all_there_once(contents)


def test_an_unknown_key_is_refused_by_the_server(standin, endpoint):
    from portal.fhir.keys import make_key

    mixed(standin)
    standin.public_key = json.loads(make_key().public)
    run(endpoint)
    assert endpoint.last_fault == "sign_in_refused"
    assert not Chart.objects.exists()


@pytest.mark.parametrize(("url", "fault"), [("http://169.254.169.254/latest/meta-data", "foreign_host"),
                                            ("https://elsewhere.example/x", "foreign_host"),
                                            ("file:///etc/passwd", "no_host"), ("Binary/77", "http_404")])  # fmt: skip
def test_what_can_never_be_fetched_is_noted_once_and_holds_nothing_up(standin, endpoint, url, fault):
    contents = mixed(standin)
    standin.add(b"", "bad.pdf", url=url)
    if url == "Binary/77":
        standin.documents[-1].url = "Nothing/77"
    contents["after.pdf"] = files.small_pdf(50)
    standin.add(contents["after.pdf"], "after.pdf")
    run(endpoint)
    assert FhirDocument.objects.get(chart=None).fault == fault
    assert_all_there_once(contents)
    run(endpoint)
    assert FhirDocument.objects.filter(chart=None).count() == 1


def test_a_redirect_into_our_own_network_is_not_followed(standin, endpoint):
    standin.add(files.small_pdf(1), "a.pdf")
    standin.redirect = "http://localhost:1/secret"
    run(endpoint)
    assert FhirDocument.objects.get().fault == "foreign_host"


def test_private_addresses_are_not_asked_unless_the_operator_says_so(standin, endpoint, settings):
    from portal.fhir.guard import Forbidden, is_public, number_of

    mixed(standin)
    settings.FHIR_PRIVATE_HOSTS = frozenset()
    run(endpoint)
    assert endpoint.last_fault == "not_https"
    with pytest.raises(Forbidden, match="private_address"):
        number_of("localhost", 443)
    for number in (
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fd00::1",
        "0.0.0.0",  # noqa: S104  (an address to refuse)
        "100.64.0.1",
        "224.0.0.1",
    ):
        assert not is_public(number), number
    assert is_public("93.184.215.14")


def test_bytes_that_differ_from_their_hash_are_not_taken(standin, endpoint):
    standin.add(files.small_pdf(1), "a.pdf", sha1="AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    run(endpoint)
    assert endpoint.last_fault == "hash_differs"
    assert not Chart.objects.exists()


def test_a_file_that_is_too_large_is_given_up_while_it_is_read(standin, endpoint, settings):
    settings.INTAKE_FILE_LIMIT = 100_000
    standin.add(bytes(5_000_000), "large.pdf")
    run(endpoint)
    assert FhirDocument.objects.get().fault == "too_large"


def test_an_answer_that_drips_is_given_up(standin, endpoint, monkeypatch):
    monkeypatch.setattr("portal.fhir.web.WHOLE", 1.0)
    standin.add(files.small_pdf(1), "a.pdf")
    standin.drip = lambda: time.sleep(0.1)
    begun = time.monotonic()
    run(endpoint)
    assert time.monotonic() - begun < 5
    assert endpoint.last_fault == "timeout"


def test_an_answer_that_is_cut_off_is_not_taken(standin, endpoint):
    """Without a hash only the announced length tells."""
    left = iter(range(100))

    def hang_up():
        if next(left, None) is None:
            raise ConnectionResetError

    standin.add(files.small_pdf(1), "a.pdf", sha1="")
    standin.drip = hang_up
    run(endpoint)
    assert endpoint.last_fault == "unreachable"
    assert not Chart.objects.exists()


def test_a_slow_document_stays_with_who_fetches_it(standin, endpoint, settings):
    """The lease is renewed while the bytes come; nobody else is handed the run meanwhile."""
    settings.JOB_LEASE_SECONDS = 2
    others = []

    def look():
        time.sleep(0.01)
        with scope.service():
            job = Job.objects.get(kind=fhir.FETCH, state=JobState.RUNNING)
            others.append(claim_job(job_id=job.pk, at=timezone.now()))
        connection.close()

    standin.add(files.small_pdf(1), "a.pdf")
    standin.drip = look
    begun = time.monotonic()
    run(endpoint)
    assert time.monotonic() - begun > 4
    assert set(others) == {None}
    assert Chart.objects.count() == 1


def test_a_withdrawn_document_is_left_alone(standin, endpoint):
    standin.add(files.small_pdf(1), "a.pdf", status="entered-in-error")
    run(endpoint)
    assert not standin.fetched
    assert not FhirDocument.objects.exists()


@pytest.mark.crash
def test_a_worker_killed_in_the_middle_loses_nothing_and_takes_nothing_twice(standin, endpoint, tmp_path):
    """SIGKILL while the fifth document is on its way; another worker goes on in the same batch."""
    for number in range(8):
        standin.add(files.small_pdf(number), f"{number}.pdf")
    contents = {one.name: one.content for one in standin.documents}
    standin.hold = threading.Event()
    more = {"FHIR_PRIVATE_HOSTS": "127.0.0.1", "JOB_LEASE_SECONDS": "5"}
    worker = processes.start_worker(tmp_path, **more)
    try:
        queue_job(kind=fhir.FETCH, object_id=endpoint.pk, practice=endpoint.practice, at=timezone.now())
        assert processes.wait_until(lambda: standin.fetched["4.pdf"] == 1, seconds=60), worker.log.read_text()
        processes.kill(worker)
        assert Chart.objects.count() == 4
        standin.hold.set()
        worker = processes.start_worker(tmp_path, **more)
        assert processes.wait_until(lambda: Batch.objects.filter(status="received").exists(), seconds=60), (
            worker.log.read_text()
        )
    finally:
        processes.kill(worker)
    assert Batch.objects.count() == 1
    assert {chart.original_name: chart.sha256 for chart in Chart.objects.all()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    assert standin.fetched == {name: 2 if name == "4.pdf" else 1 for name in contents}
    assert FhirEndpoint.objects.get().since == standin.documents[-1].updated
