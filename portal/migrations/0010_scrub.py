"""What the checks of the stored files found."""

import django.db.models.deletion
from django.db import migrations, models

from portal.tenancy import row_security


class Migration(migrations.Migration):
    dependencies = [("portal", "0009_doors")]

    operations = [
        migrations.CreateModel(
            name="DamagedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("damage", models.CharField(choices=[("missing", "Missing"), ("altered", "Altered")], max_length=8)),
                ("found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("mended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="damaged_files",
                        to="portal.practice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("id", "practice"), name="portal_damagedfile_id_practice"),
                    models.CheckConstraint(
                        condition=models.Q(("damage__in", ["missing", "altered"])),
                        name="portal_damagedfile_damage_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("mended_at", None)), fields=("name",), name="portal_damagedfile_open_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scrub",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("table", models.CharField(blank=True, max_length=60)),
                ("after", models.BigIntegerField(default=0)),
                ("checked", models.PositiveBigIntegerField(default=0)),
                ("damaged", models.PositiveBigIntegerField(default=0)),
                ("unnamed", models.PositiveBigIntegerField(default=0)),
                ("removed", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "ordering": ("-started_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("finished_at",),
                        name="portal_scrub_one_open",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        row_security("portal_damagedfile"),
    ]
