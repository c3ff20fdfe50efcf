"""What the official files need: titles and index terms of any length, and chapters that list their categories."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coding", "0006_code_files")]

    operations = [
        migrations.AlterField(model_name="code", name="title", field=models.TextField()),
        migrations.AddField(
            model_name="code",
            name="medium_title",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.RemoveField(model_name="codegroup", name="parent"),
        migrations.AddField(
            model_name="codegroup", name="within", field=models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="codegroup",
            name="categories",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=3), default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="indexentry",
            name="path",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
    ]
