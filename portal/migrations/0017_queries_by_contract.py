"""A contract says how long a query waits for its answer, and whether the promised time moves meanwhile."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0016_keyboard'),
    ]

    operations = [
        migrations.AddField(
            model_name='contract',
            name='query_days',
            field=models.PositiveSmallIntegerField(db_default=7, default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)]),
        ),
        migrations.AddField(
            model_name='contract',
            name='query_stops_clock',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('query_days__range', (1, 60))), name='portal_contract_query_days'),
        ),
    ]
