"""The values of the barcodes on a page, for telling visits apart."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0010_scrub'),
    ]

    operations = [
        migrations.AddField(
            model_name='page',
            name='barcodes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, null=True, size=None),
        ),
    ]
