"""Destructions with their certificates, legal holds, and how long a contract keeps what was delivered."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import DESTROYING, frozen, in_one, removable_by_destruction, row_security, same_practice

CHART_GOES_BY_DESTRUCTION = migrations.RunSQL(
    sql="""
    CREATE OR REPLACE FUNCTION portal_chart_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF chartline_destroying(OLD.practice_id) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'a received chart is never removed' USING ERRCODE = 'restrict_violation';
      ELSIF (NEW.sha256, NEW.size, NEW.storage_name, NEW.received_at, NEW.batch_id, NEW.practice_id)
         IS DISTINCT FROM (OLD.sha256, OLD.size, OLD.storage_name, OLD.received_at, OLD.batch_id, OLD.practice_id) THEN
        RAISE EXCEPTION 'what was received is never changed' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$;
    """,
    reverse_sql="""
    CREATE OR REPLACE FUNCTION portal_chart_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a received chart is never removed' USING ERRCODE = 'restrict_violation';
      ELSIF (NEW.sha256, NEW.size, NEW.storage_name, NEW.received_at, NEW.batch_id, NEW.practice_id)
         IS DISTINCT FROM (OLD.sha256, OLD.size, OLD.storage_name, OLD.received_at, OLD.batch_id, OLD.practice_id) THEN
        RAISE EXCEPTION 'what was received is never changed' USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$;
    """,
)
PRACTICE = {"on_delete": django.db.models.deletion.PROTECT, "to": "portal.practice"}
PERSON = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    dependencies = [("portal", "0011_page_barcodes")]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="retention_months",
            field=models.PositiveSmallIntegerField(
                default=84, validators=[django.core.validators.MinValueValidator(1)]
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_months__gte", 1)), name="portal_contract_retention"
            ),
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "cause",
                    models.CharField(
                        choices=[("offboarding", "Offboarding"), ("retention", "Retention")], max_length=12
                    ),
                ),
                ("at", models.DateTimeField()),
                ("files", models.PositiveBigIntegerField()),
                ("rows", models.PositiveBigIntegerField()),
                ("certificate", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("by", models.ForeignKey(blank=True, null=True, **PERSON)),
                ("practice", models.ForeignKey(related_name="destructions", **PRACTICE)),
            ],
            options={
                "ordering": ("-at", "-pk"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("id", "practice"), name="portal_destruction_id_practice"),
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["offboarding", "retention"])),
                        name="portal_destruction_cause_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cause", "retention"), ("batch_number", None), _connector="XOR"),
                        name="portal_destruction_of_batch_or_practice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_holds",
                        to="portal.batch",
                    ),
                ),
                ("by", models.ForeignKey(**PERSON)),
                ("lifted_by", models.ForeignKey(blank=True, null=True, **PERSON)),
                ("practice", models.ForeignKey(related_name="legal_holds", **PRACTICE)),
            ],
            options={
                "ordering": ("-at", "-pk"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("id", "practice"), name="portal_legalhold_id_practice"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="portal_legalhold_lifted_by_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="portal_legalhold_says_why"
                    ),
                ],
            },
        ),
        in_one(
            row_security("portal_destruction"),
            row_security("portal_legalhold"),
            same_practice("portal_legalhold", "batch_id", "portal_batch"),
            *frozen("portal_destruction"),
            DESTROYING,
            removable_by_destruction("portal_download"),
            CHART_GOES_BY_DESTRUCTION,
        ),
    ]
