"""A submitted coding keeps which pages its author had before them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0017_joined_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='coding',
            name='page_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None),
        ),
    ]
