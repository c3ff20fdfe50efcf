"""Practices get keys, and files of one practice with equal bytes share their stored name."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from portal.tenancy import row_security


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_location_zip_codes")]

    operations = [
        migrations.CreateModel(
            name="PracticeKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("wrapped", models.BinaryField()),
                ("master", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="portal.practice"
                    ),
                ),
            ],
            options={
                "ordering": ("practice", "number"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("id", "practice"), name="portal_practicekey_id_practice"),
                    models.UniqueConstraint(fields=("practice", "number"), name="portal_practicekey_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("destroyed_at", None), ("retired_at", None)),
                        fields=("practice",),
                        name="portal_practicekey_one_in_use",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="portal_practicekey_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("destroyed_at", None), ("wrapped", b""), _connector="XOR"),
                        name="portal_practicekey_destroyed_empty",
                    ),
                ],
            },
        ),
        row_security("portal_practicekey"),
        migrations.AlterField(
            model_name="chart", name="storage_name", field=models.CharField(max_length=200)
        ),
        migrations.AlterField(
            model_name="delivery", name="storage_name", field=models.CharField(max_length=200)
        ),
    ]
