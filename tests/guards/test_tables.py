"""Every client table is scoped twice, every field is classed, every migration is written."""

import re
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import connection, models

from config import embedded
from portal.models import ClientRow

# Choices that go with another column, by the constraint that binds the two.
BOUND_TO_ANOTHER = {
    "portal_chart.reason": "portal_chart_refused_for_what",
    "coding_encounter.hold_reason": "coding_encounter_hold_says_why",
    "coding_encounter.hold_move": "coding_encounter_hold_says_why",
    "coding_encounter.not_billable_reason": "coding_encounter_not_billable_says_why",
    "coding_encounter.repeat_stage": "coding_encounter_repeat_stage",
    "coding_assignment.end": "coding_assignment_end_says_how",
    "coding_doublekeying.kept": "coding_doublekeying_kept_of_two",
    "coding_suggestiondecision.reason": "coding_suggestiondecision_reason_of_rejection",
    "portal_reviewedaccess.decision": "portal_reviewedaccess_decided",
}
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


def mark_for(field):
    """A value of the field that can be told apart in a text."""
    kinds = ((models.DateField, date(1907, 7, 13)), (models.JSONField, {"Zzyzx": "Zzyzx"}), (ArrayField, ["Zzyzx"]))
    return next((mark for kind, mark in kinds if isinstance(field, kind)), "Zzyzx")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_object_names_a_patient_when_printed(model):
    assert model.__str__ is not models.Model.__str__
    marked = {name: mark_for(model._meta.get_field(name)) for name in getattr(model, "patient_fields", ())}
    row = model(pk=1, **marked)
    for shown in (str(row), repr(row), str(getattr(row, "label", ""))):
        assert "Zzyzx" not in shown
        assert "1907" not in shown


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def checks_of(model) -> dict[str, tuple[set[str], str]]:
    """The check constraints of a table by name: the columns each is about, and what it says."""
    with psycopg.connect(embedded.superuser_url(connection.settings_dict["NAME"])) as server:
        rows = server.execute(
            """
            SELECT c.conname, array_agg(a.attname::text), pg_get_constraintdef(c.oid)
            FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
            WHERE c.contype = 'c' AND c.conrelid = %s::regclass GROUP BY c.oid, c.conname
            """,
            [model._meta.db_table],
        ).fetchall()
    return {name: (set(columns), said) for name, columns, said in rows}


def listed(said: str, column: str) -> list[set[str]]:
    """The values in each list of a constraint that the column must be in."""
    lists = re.findall(rf'\b{column}"?\)?(?:::text)? = ANY \(+ARRAY\[(.*?)\]', said)
    return [set(re.findall(r"'([^']*)'|(?<![\w'])(\d+)(?![\w'])", values)) for values in lists]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_choices_are_constraints_too(db, model):
    """A constraint of the column's own, or one that names its other condition, lists known values only."""
    checks = checks_of(model)
    for field in model._meta.concrete_fields:
        if not field.choices or isinstance(field, models.ForeignKey):
            continue
        other = BOUND_TO_ANOTHER.get(f"{model._meta.db_table}.{field.column}")
        lists = [
            {first or second for first, second in values}
            for name, (columns, said) in checks.items()
            if columns == {field.column} or name == other
            for values in listed(said, field.column)
        ]
        known = {str(value) for value, _ in field.choices} | {""}
        assert lists, f"{field.name}: no constraint lists what it may be"
        assert all(values <= known for values in lists), field.name


def test_only_the_tables_of_record_are_frozen(db):
    """Rows of these are never changed or removed, not even by the owner of the table."""
    assert catalog(
        r"SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\_frozen' AND tgenabled = 'O'"
    ) == {
        "portal_auditevent",
        "portal_auditseal",
        "portal_download",
        "portal_destruction",
        "portal_outputtemplateversion",
        "coding_coding",
        "coding_deliveredresult",
        "coding_diagnosis",
        "coding_procedureline",
        "coding_reveal",
        "coding_deliveryreview",
        "coding_sample",
        "coding_verificationplan",
        "coding_standing",
        "coding_auditdraw",
        "coding_verification",
        "coding_discrepancy",
        "coding_encounterevent",
        "coding_queryindicator",
        "coding_signedaddendum",
        "coding_qualityterms",
        "coding_score",
        "coding_disputestep",
        "coding_draftaction",
        "feedback_commentversion",
    }


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_field_that_names_a_stored_file_is_known_to_the_checks(model):
    """Without that its files would count as forgotten and be removed after a day."""
    named = {
        field.name
        for field in model._meta.concrete_fields
        if re.search(r"(storage|image|working)_name$|^stored$", field.name)
    }
    if model._meta.label == "coding.CodeFile":  # of no practice, and removed once it was loaded
        assert named == {"stored"}
    else:
        assert named <= set(getattr(model, "stored_files", {}))
