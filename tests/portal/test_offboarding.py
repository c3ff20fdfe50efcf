"""A practice is exported whole, comes back in another site the same, and is destroyed so that nothing can be read."""

import base64
import json
import re
import secrets
import shutil
from io import StringIO

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal import scope, storage, vault
from portal.actions.destruction import KEPT, remove_rows
from portal.actions.export import LEFT_OUT, SECRETS, BadExport, differences, read_manifest, tables_of_practice
from portal.models import (
    AuditEvent,
    Batch,
    Chart,
    ClientRow,
    Destruction,
    LegalHold,
    Page,
    Practice,
    PracticeKey,
    User,
)
from tests import damage, factories, files
from tests.conftest import empty_all_tables


def run(name, *words, **options):
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *words, stdout=out, stderr=err, **options)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue() + err.getvalue()


def offboard(practice, folder, *, by, **options):
    return run("offboard_practice", practice.pk, folder, by=by.email, confirm=practice.code, **options)


def every_name(practice):
    return {
        name
        for model in apps.get_models()
        if issubclass(model, ClientRow)
        for column in model.stored_files
        for name in model._base_manager.filter(practice=practice).values_list(column, flat=True)
        if name
    }


@pytest.fixture
def small(river, cleo, ada):
    """A practice with one chart of one page."""
    kept = storage.keep_bytes(files.small_pdf(1), practice_id=river.pk, folder="charts")
    chart = factories.ChartFactory(
        batch=factories.BatchFactory(practice=river), storage_name=kept.name, sha256=kept.sha256, size=kept.size,
        original_name="Marta Quinlan.pdf", received_by=cleo,
    )  # fmt: skip
    image = storage.keep_bytes(files.png(), practice_id=river.pk, folder="pages", ending=".png")
    return factories.PageFactory(chart=chart, number=1, image_name=image.name, text="Marta Quinlan has type 2 diabetes")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_the_demo_goes_out_comes_back_elsewhere_the_same_and_is_destroyed_here(tmp_path, settings):
    with scope.service():
        call_command("seed_demo", stdout=StringIO())
        practice, other = Practice.objects.order_by("pk")[:2]
        ada = User.objects.with_role("admin").first()
        names, others = every_name(practice), every_name(other)
        hashes = set(Chart.objects.filter(practice=practice).values_list("sha256", flat=True))
    first = tmp_path / "first"
    code, said = run("export_practice", practice.pk, first)
    assert code == 0, said
    manifest = read_manifest(first)
    assert hashes <= set(manifest["files"])
    assert {"portal.page", "coding.coding", "coding.diagnosis", "feedback.comment", "portal.auditevent"} <= {
        label for label, table in manifest["tables"].items() if table["rows"]
    }
    backup = tmp_path / "backup"
    shutil.copytree(default_storage.location, backup)

    # the end here
    code, said = offboard(practice, first, by=ada)
    assert code == 0, said
    assert all(sha256 in said for sha256 in hashes)
    with scope.service():
        for model in apps.get_models():
            if issubclass(model, ClientRow) and model._meta.label_lower not in KEPT:
                assert not model._base_manager.filter(practice=practice).exists(), model
        assert AuditEvent.objects.filter(practice=practice).exists()
        assert "Quinlan" not in Destruction.objects.get().certificate
        assert set(every_name(other)) == others
    assert not list(default_storage.walk(f"practices/{practice.pk}"))
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "portal.shelves.DurableFileStorage", "OPTIONS": {"location": str(backup)}},
    }
    vault.forget()
    for name in names:
        assert default_storage.exists(name), "the copy of the storage has it"
        with pytest.raises(storage.Destroyed):
            storage.opened(name)
    for name in others:
        storage.opened(name).close()

    # elsewhere
    empty_all_tables(None)
    settings.CHARTLINE_MASTER_KEYS = f"second:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "portal.shelves.DurableFileStorage", "OPTIONS": {"location": str(tmp_path / "two")}},
    }
    vault.forget()
    code, said = run("restore_practice", first)
    assert code == 0, said
    assert said == f"Practice {practice.pk} ({practice.code}) is restored.\n"
    second = tmp_path / "second"
    code, said = run("export_practice", practice.pk, second)
    assert code == 0, said
    assert differences(manifest, read_manifest(second)) == []
    assert (first / "tables/portal.page.jsonl").read_bytes() == (second / "tables/portal.page.jsonl").read_bytes()
    with scope.service():
        batch = factories.BatchFactory(practice=Practice.objects.get(), number=999_999)
        assert batch.pk > max(json.loads(line)["id"] for line in (first / "tables/portal.batch.jsonl").open())


# -- export ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_export_is_open_text_and_the_files_as_they_came(small, tmp_path):
    assert run("export_practice", small.practice_id, tmp_path / "out")[0] == 0
    manifest = read_manifest(tmp_path / "out")
    page = json.loads((tmp_path / "out/tables/portal.page.jsonl").read_text())
    assert (page["text"], page["image_name"]["folder"], page["image_name"]["ending"]) == (small.text, "pages", ".png")
    sha256 = page["image_name"]["sha256"]
    assert (tmp_path / f"out/files/{sha256[:2]}/{sha256}").read_bytes() == files.png()
    assert (manifest["format"], manifest["version"], manifest["damaged"]) == ("chartline-practice-export", 1, [])
    event = AuditEvent.objects.get(action="practice.exported")
    assert (event.practice, event.detail["of"], event.detail["files"]) == (None, small.practice_id, 2)


@pytest.mark.django_db
def test_no_key_and_no_password_is_in_an_export(small, cleo, tmp_path):
    vault.key_in_use(small.practice_id)
    run("export_practice", small.practice_id, tmp_path / "out")
    text = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.json*"))
    assert cleo.password not in text
    assert base64.b64encode(bytes(PracticeKey.objects.get().wrapped)).decode() not in text
    assert not {"portal.practicekey", "portal.user"} & set(read_manifest(tmp_path / "out")["tables"])


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_every_secret_of_a_practices_row_is_known_to_the_export(model):
    named = {
        field.name
        for field in model._meta.concrete_fields
        if re.search(r"^password$|private_key|secret|token_hash|wrapped", field.name)
    }
    if issubclass(model, ClientRow) and model._meta.label_lower not in LEFT_OUT:
        assert named == set(SECRETS.get(model._meta.label_lower, ()))


@pytest.mark.django_db
def test_another_practices_rows_are_not_in_it(small, lake, tmp_path):
    factories.ChartFactory(batch=factories.BatchFactory(practice=lake))
    run("export_practice", small.practice_id, tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out/tables/portal.chart.jsonl").open()]
    assert [row["id"] for row in rows] == [small.chart_id]


@pytest.mark.django_db
def test_every_table_of_practices_is_exported_or_left_out_for_a_reason(db):
    client = {model._meta.label_lower for model in apps.get_models() if issubclass(model, ClientRow)}
    assert client == (set(tables_of_practice()) | LEFT_OUT) - {"portal.practice", "portal.auditevent"}


@pytest.mark.django_db
def test_a_damaged_file_is_named_and_the_rest_is_there(small, tmp_path, ada):
    damage.lose(small.image_name)
    code, said = run("export_practice", small.practice_id, tmp_path / "out")
    assert (code, f"portal.page {small.pk} could not be read" in said) == (1, True)
    assert read_manifest(tmp_path / "out")["damaged"] == [f"portal.page {small.pk}"]
    practice = small.practice
    with pytest.raises(CommandError, match="lacks files that are damaged"):
        offboard(practice, tmp_path / "out", by=ada)
    assert offboard(practice, tmp_path / "out", by=ada, despite_damage=True)[0] == 0


@pytest.mark.django_db
def test_an_export_goes_into_an_empty_folder(small, tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(CommandError, match="not empty"):
        run("export_practice", small.practice_id, tmp_path)
    with pytest.raises(CommandError, match="no practice"):
        run("export_practice", 12345, tmp_path / "out")


# -- restore --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_site_with_a_practice_takes_no_other(small, tmp_path):
    run("export_practice", small.practice_id, tmp_path / "out")
    with pytest.raises(CommandError, match="holds a practice already"):
        run("restore_practice", tmp_path / "out")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda out: (out / "manifest.json").unlink(), "no manifest.json"),
        (lambda out: (out / "manifest.json").write_text('{"format": "else"}'), "not version 1"),
        (lambda out: (out / "tables/portal.page.jsonl").write_text("{}\n"), "portal.page.jsonl is not what"),
        (lambda out: (out / "people.jsonl").unlink(), "people.jsonl is missing"),
        (lambda out: shutil.rmtree(out / "files"), "is missing"),
        (lambda out: next(path for path in (out / "files").rglob("*") if path.is_file()).write_bytes(b"x"), "is not"),
    ],
)
def test_an_export_that_is_not_whole_is_neither_restored_nor_enough_to_destroy(small, tmp_path, ada, harm, said):
    run("export_practice", small.practice_id, tmp_path / "out")
    harm(tmp_path / "out")
    with pytest.raises(BadExport, match=said):
        read_manifest(tmp_path / "out")
    with pytest.raises(CommandError, match="Nothing was restored"):
        run("restore_practice", tmp_path / "out")
    with pytest.raises(CommandError, match="Nothing was destroyed"):
        offboard(small.practice, tmp_path / "out", by=ada)


# -- destruction ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_came_after_the_export_stops_the_destruction(small, tmp_path, ada):
    run("export_practice", small.practice_id, tmp_path / "out")
    Page.objects.update(text="something else")
    with pytest.raises(CommandError, match=r"portal\.page. Nothing was destroyed; export again"):
        offboard(small.practice, tmp_path / "out", by=ada)
    assert Page.objects.exists()


@pytest.mark.django_db
def test_nothing_is_destroyed_by_mistake(small, lake, tmp_path, ada, cleo):
    practice = small.practice
    run("export_practice", practice.pk, tmp_path / "out")
    with pytest.raises(CommandError, match="code"):
        run("offboard_practice", practice.pk, tmp_path / "out", by=ada.email, confirm="LAKE")
    with pytest.raises(CommandError, match="active admin"):
        offboard(practice, tmp_path / "out", by=cleo)
    with pytest.raises(CommandError, match="another practice"):
        offboard(lake, tmp_path / "out", by=ada)
    LegalHold.objects.create(practice=practice, reason="court", at=timezone.now(), by=ada)
    with pytest.raises(CommandError, match="legal hold"):
        offboard(practice, tmp_path / "out", by=ada)
    assert Chart.objects.exists()
    assert storage.is_sound(small.chart.storage_name, sha256=small.chart.sha256)


@pytest.mark.django_db(transaction=True)
def test_people_of_the_practice_are_out_and_what_was_agreed_stays(small, cleo, ada, tmp_path, as_user):
    with scope.service():
        run("export_practice", small.practice_id, tmp_path / "out")
        practice = small.practice
    code, said = offboard(practice, tmp_path / "out", by=ada)
    assert code == 0
    assert "CERTIFICATE OF DESTRUCTION" in said
    with scope.service():
        cleo.refresh_from_db()
        practice.refresh_from_db()
        row = Destruction.objects.get()
        assert (cleo.is_active, practice.is_active) == (False, False)
        assert (row.files, row.by, row.cause) == (2, ada, "offboarding")
        assert "Marta" not in row.certificate
        assert PracticeKey.objects.get().destroyed_at == row.at
        assert AuditEvent.objects.get(action="practice.destroyed").practice == practice
        assert not Batch.objects.exists()


@pytest.mark.django_db
def test_a_certificate_stays_and_without_one_nothing_that_is_frozen_goes(small, river):
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        remove_rows(Chart, pk=small.chart_id)
    row = Destruction.objects.create(
        practice=factories.PracticeFactory(), cause="offboarding", at=timezone.now(), files=0, rows=0, certificate="x",
        sha256="0" * 64,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chartline.destruction', %s, true)", [str(row.pk)])
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        remove_rows(Chart, pk=small.chart_id)  # the certificate is another practice's
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        Destruction.objects.update(certificate="y")
