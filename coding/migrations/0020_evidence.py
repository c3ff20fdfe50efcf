"""Lines carry their evidence; a coding keeps what was to be checked and why it stayed."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0019_removable_by_destruction'),
    ]

    operations = [
        migrations.AddField(
            model_name='coding',
            name='check_reason',
            field=models.CharField(blank=True, choices=[('documented', 'The documentation supports it'), ('payer_rule', 'The payer wants it so'), ('client_rule', 'The client wants it so'), ('note', 'As my note to the verifier says')], max_length=12),
        ),
        migrations.AddField(
            model_name='coding',
            name='checks',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='diagnosis',
            name='evidence',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='procedureline',
            name='evidence',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddConstraint(
            model_name='coding',
            constraint=models.CheckConstraint(condition=models.Q(('check_reason__in', ['', 'documented', 'payer_rule', 'client_rule', 'note'])), name='coding_coding_check_reason_known'),
        ),
    ]
