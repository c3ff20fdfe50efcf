"""A delivery names its template and its files, and is made again byte for byte whatever changed since."""

import hashlib
import json
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from coding.actions.kept_results import NotKept, remake_delivery
from coding.actions.output_templates import UNFIT, BadTemplate, SameTemplate, save_output_template
from coding.actions.trust import CHECKS
from coding.models import PreCoding
from coding.rules.formats import FORMATS
from coding.rules.formats.template import Column, DateFormat, NamePart
from portal import storage
from portal.actions.trust import Look
from portal.models import (
    AuditEvent,
    Contract,
    Delivery,
    Job,
    JobState,
    OutputTemplateVersion,
    Payer,
    Practice,
    Provider,
)
from tests import damage
from tests.coding.output_constraints import output_template
from tests.coding.test_delivery import batch, deliver, rows_of  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def bytes_of(delivery):
    return storage.opened(delivery.storage_name).read()


@pytest.fixture
def every_format(batch):  # noqa: F811
    Contract.objects.filter(practice=batch.practice).update(delivery_formats=list(FORMATS))
    return batch


def test_every_file_is_made_again_after_names_have_changed(every_format):
    deliver(every_format)
    Provider.objects.update(name="Dr. Somebody Else")
    Payer.objects.update(name=Concat(Value("Another "), "name"))
    PreCoding.objects.update(patient_name="Renamed", account_number="9")
    Practice.objects.update(name="River Health Partners")
    files = list(Delivery.objects.all())
    assert len(files) == len(FORMATS) + 1
    for delivery in files:
        assert remake_delivery(delivery) == bytes_of(delivery), delivery.format


def test_the_manifest_names_each_file_with_its_size_and_hash(batch):  # noqa: F811
    deliver(batch)
    told = json.loads(bytes_of(Delivery.objects.get(format="manifest")))
    for file in told["files"]:
        content = bytes_of(Delivery.objects.get(file_name=file["name"]))
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert [file["name"] for file in told["files"]] == ["RIVER-B-7-v1.csv", "RIVER-B-7-v1.xlsx"]
    assert told["counts"] == {
        "rows": 5, "encounters": 4, "billable": 3, "not_billable": 1, "not_readable": 1, "duplicate": 0,
        "procedure_lines": 4, "diagnoses": 4,
    }  # fmt: skip
    assert "Quinlan" not in json.dumps(told)


def test_two_formats_never_share_a_name(every_format, max_):
    named = replace(FORMATS["fixed"].TEMPLATE, file_name=(NamePart.BATCH, NamePart.VERSION))
    save_output_template(practice=every_format.practice, kind="fixed", template=named, by=max_, at=timezone.now())
    same = replace(FORMATS["txt"].TEMPLATE, file_name=(NamePart.BATCH, NamePart.VERSION))
    save_output_template(practice=every_format.practice, kind="txt", template=same, by=max_, at=timezone.now())
    deliver(every_format)
    assert set(Delivery.objects.filter(format__in=["fixed", "txt"]).values_list("file_name", flat=True)) == {
        "B-7-v1.txt", "B-7-v1-fixed.txt",
    }  # fmt: skip


def composed(**changes):
    return replace(FORMATS["csv"].TEMPLATE.with_columns("encounter", "service_from", "procedure"), **changes)


def test_a_delivery_names_its_template_and_an_older_one_is_made_again_with_its_own(batch, max_):  # noqa: F811
    deliver(batch)
    save_output_template(
        practice=batch.practice, kind="csv", template=composed(date_format=DateFormat.US), by=max_, at=timezone.now()
    )
    type(batch).objects.filter(pk=batch.pk).update(status="received", delivered_at=None)
    deliver(batch)
    new, old = Delivery.objects.filter(format="csv")
    assert (old.template, new.template.version) == (None, 1)
    assert rows_of(new)[0] == {"Encounter": rows_of(old)[0]["Encounter"], "Service from": "03/02/2026",
                               "Procedure": "20610"}  # fmt: skip
    assert [remake_delivery(one) for one in (new, old)] == [bytes_of(new), bytes_of(old)]


def test_a_template_is_a_new_version_each_time_and_only_when_it_differs(river, max_):
    save_output_template(practice=river, kind="csv", template=composed(), by=max_, at=timezone.now())
    with pytest.raises(SameTemplate):
        save_output_template(practice=river, kind="csv", template=composed(), by=max_, at=timezone.now())
    save_output_template(practice=river, kind="csv", template=composed(dots=False), by=max_, at=timezone.now())
    with pytest.raises(BadTemplate):
        save_output_template(practice=river, kind="csv", template=composed(columns=()), by=max_, at=timezone.now())
    assert list(OutputTemplateVersion.objects.values_list("version", flat=True)) == [2, 1]
    assert AuditEvent.objects.filter(action="output_template.saved", actor=max_).count() == 2


def test_a_saved_template_is_never_changed():
    output_template()
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE portal_outputtemplateversion SET version = 3")


def test_what_does_not_fit_is_not_cut_but_waits_for_a_template_that_fits(batch, max_, cleo):  # noqa: F811
    Contract.objects.filter(practice=batch.practice).update(delivery_formats=["fixed"])
    narrow = replace(FORMATS["fixed"].TEMPLATE, columns=(Column("encounter"), Column("patient", width=5)))
    save_output_template(practice=batch.practice, kind="fixed", template=narrow, by=max_, at=timezone.now())
    job = deliver(batch)
    assert (job.state, job.fault) == (JobState.FAILED, UNFIT)
    assert not Delivery.objects.exists()
    event = AuditEvent.objects.get(action="delivery.unfit")
    [misfit] = event.detail["misfits"]
    assert misfit.startswith("Patient, E-")
    assert misfit.endswith("needs 13 characters, and the column has 5")
    assert "Quinlan" not in misfit
    wide = replace(narrow, columns=(Column("encounter"), Column("patient", width=30)))
    save_output_template(practice=batch.practice, kind="fixed", template=wide, by=max_, at=timezone.now())
    assert Job.objects.get(pk=job.pk).state == JobState.READY
    assert deliver(batch).state == JobState.DONE
    assert b"Marta Quinlan   " in bytes_of(Delivery.objects.get(format="fixed"))


def test_trustcheck_makes_delivered_files_again(batch):  # noqa: F811
    deliver(batch)
    look = Look(at=timezone.now(), every=1)
    check = next(check for check in CHECKS if check.name == "remaking")
    assert not list(check.find(look))
    Delivery.objects.filter(format="manifest").update(sha256="0" * 64)
    [difference] = check.find(look)
    assert difference.id == str(Delivery.objects.get(format="manifest").pk)
    assert not list(check.find(replace(look, every=0)))


# -- by command ----------------------------------------------------------------------------------


def remake(*words):
    call_command("remake_delivery", "RIVER", "B-7", *words)


def test_the_command_says_of_each_file_whether_it_is_the_same(batch, capsys):  # noqa: F811
    deliver(batch)
    remake()
    told = capsys.readouterr().out
    assert told.count("same bytes") == 3
    assert "RIVER-B-7-v1.xlsx" in told


def test_a_lost_file_can_be_made_again_into_a_folder(batch, tmp_path):  # noqa: F811
    deliver(batch)
    sent = Delivery.objects.get(format="csv")
    before = bytes_of(sent)
    damage.lose(sent.storage_name)
    remake("--folder", str(tmp_path))
    assert (tmp_path / "RIVER-B-7-v1.csv").read_bytes() == before


def test_a_file_that_is_not_what_was_delivered_is_named(batch, capsys):  # noqa: F811
    deliver(batch)
    Delivery.objects.filter(format="csv").update(sha256="0" * 64)
    with pytest.raises(CommandError, match="2 of 3 files"):
        remake()
    told = capsys.readouterr().out
    assert "RIVER-B-7-v1.csv  DIFFERS" in told
    assert "RIVER-B-7-v1.manifest.json  DIFFERS" in told, "it names the other hash"


def test_a_delivery_from_before_is_said_to_be_one(batch):  # noqa: F811
    deliver(batch)
    Delivery.objects.update(version=9)  # one of which nothing was kept
    with pytest.raises(NotKept):
        remake_delivery(Delivery.objects.get(format="csv"))
