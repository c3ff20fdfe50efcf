"""What the edits look up after each change of a coding: a patient's other visits, the coverage of a service."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0011_worksheets'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='precoding',
            index=models.Index(fields=['practice', 'birth_date'], name='coding_precoding_person'),
        ),
        migrations.AddIndex(
            model_name='precoding',
            index=models.Index(condition=models.Q(('account_number', ''), _negated=True), fields=['practice', 'account_number'], name='coding_precoding_account'),
        ),
        migrations.AddIndex(
            model_name='coveragegroup',
            index=django.contrib.postgres.indexes.GinIndex(fields=['procedures'], name='coding_coveragegroup_codes'),
        ),
    ]
