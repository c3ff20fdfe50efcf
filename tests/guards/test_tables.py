"""Every client table is scoped twice, every field is classed, every migration is written."""

import re

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import connection, models

from config import embedded
from portal.models import ClientRow

OURS = [model for app in ("portal", "coding", "claims", "feedback") for model in apps.get_app_config(app).get_models()]
CLIENT = [model for model in OURS if issubclass(model, ClientRow)]

# Tables with a practice column that row-level security leaves alone, each with its reason.
OPEN_TABLES = {
    "portal_invitation": "looked up by the hash of its secret before anyone is signed in; holds no patient data",
}
# Kinds of field that can hold words or dates of a patient.
TELLING = (
    models.CharField, models.TextField, models.JSONField, models.DateField, models.BinaryField, models.FileField,
    ArrayField,
)  # fmt: skip


def catalog(query: str) -> set[str]:
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])) as server:
        return {row[0] for row in server.execute(query).fetchall()}


def test_every_table_with_a_practice_is_under_forced_row_security(db):
    secured = catalog("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    with_practice = {
        model._meta.db_table
        for model in OURS
        if any(field.column == "practice_id" for field in model._meta.concrete_fields)
    } | {"portal_practice", "portal_auditseal"}
    assert with_practice - secured == set(OPEN_TABLES)


@pytest.mark.parametrize("model", CLIENT, ids=lambda model: model._meta.label)
def test_every_path_between_client_tables_keeps_the_practice(db, model):
    composite = catalog(
        f"""
        SELECT a.attname FROM pg_constraint c JOIN pg_attribute a
          ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f' AND c.conrelid = '{model._meta.db_table}'::regclass AND array_length(c.conkey, 1) = 2
          AND EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = c.conrelid AND p.attnum = ANY (c.conkey)
                      AND p.attname = 'practice_id')
        """
    )
    paths = {
        field.column
        for field in model._meta.concrete_fields
        if field.is_relation and field.name != "practice" and issubclass(field.related_model, ClientRow)
    }
    assert paths <= composite


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_telling_field_is_classed_as_patient_or_plain(model):
    patient, plain = set(getattr(model, "patient_fields", ())), set(getattr(model, "plain_fields", ()))
    fields = {field.name: field for field in model._meta.concrete_fields}
    telling = {name for name, field in fields.items() if isinstance(field, TELLING) and not field.choices}
    assert telling <= patient | plain, f"not classed: {telling - patient - plain}"
    assert patient | plain <= set(fields), f"no such field: {(patient | plain) - set(fields)}"
    assert not patient & plain


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_object_names_a_patient_when_printed(model):
    shown = model.__str__
    assert shown is not models.Model.__str__
    assert not {name for name in getattr(model, "patient_fields", ()) if name in shown.__code__.co_names}


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_choices_are_constraints_too(db, model):
    checks = " ".join(
        catalog(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE contype = 'c' AND conrelid = '{model._meta.db_table}'::regclass"
        )
    )
    for field in model._meta.concrete_fields:
        if field.choices and not isinstance(field, models.ForeignKey):
            assert re.search(rf'\b{field.column}"?\)?(::text)?\b', checks), field.name
