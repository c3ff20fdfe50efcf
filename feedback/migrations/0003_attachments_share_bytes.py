"""Attachments of one practice with equal bytes share their stored name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_row_security")]

    operations = [
        migrations.AlterField(
            model_name="attachment", name="storage_name", field=models.CharField(max_length=200)
        ),
    ]
